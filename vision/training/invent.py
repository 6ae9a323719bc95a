"""Inventing defects: random spots of copper added or removed, named by what they do.

Real labelled defects come from few board designs, and telling an open from a mousebite, or a
short from a spur, needs more variety of surroundings than those offer. So random spots are
painted on golden samples and named by topology: removed copper is a pin hole inside, an open
where it parts the copper around it, else a mousebite; added copper is copper when alone, a short
where it joins two sides, else a spur.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.training.boards import boxes_touch
from vision.training.deeppcb import CLASSES, SIZE, Pair

MARGIN_PX = 9.5  # how far DeepPCB's boxes stand off from the drawn spot, on average
HIDDEN_PX = 6  # how much of a spot's extent beneath its own material its box may count
LEAST_AREA_PX = 24
LEAST_PIECE_PX = 20  # smaller pieces of copper do not make an open or a short
LEAST_CONTACT_PX = 3  # a shorter contact is a chance touch
LONGEST_PX = 90

Mask = NDArray[np.uint8]
_SQUARE = np.ones((3, 3), np.uint8)


def invent(
    pair: Pair, rng: np.random.Generator, window: tuple[float, float, float], count: int
) -> Pair:
    """The pair with up to count invented defects inside window (x, y, side) px."""
    copper = (pair.golden < 128).astype(np.uint8)
    board = pair.board.copy()
    boxes, labels = list(pair.boxes), list(pair.labels)
    for _ in range(3 * count):
        if count <= 0:
            break
        add = bool(rng.uniform() < 0.5)
        spot = _draw_spot(copper, rng, window, add)
        if spot is None:
            continue
        left, top, shape = spot
        area = (slice(top, top + shape.shape[0]), slice(left, left + shape.shape[1]))
        around = copper[area]
        changed = shape & (1 - around) if add else shape & around
        name = name_change(around, changed, add)
        if name is None:
            continue
        box = _label_box(shape, changed) + np.array([left, top, left, top], np.float32)
        box = box.clip(0, SIZE).astype(np.float32)
        if len(boxes) and boxes_touch(np.array(boxes, np.float32), box, 4.0).any():
            continue
        board[area][changed > 0] = 0 if add else 255
        boxes.append(box)
        labels.append(np.int64(CLASSES.index(name)))
        count -= 1
    return Pair(
        pair.name, board, pair.golden,
        np.array(boxes, np.float32).reshape(-1, 4), np.array(labels, np.int64),
    )  # fmt: skip


def _label_box(shape: Mask, changed: Mask) -> NDArray[np.float32]:
    """The box DeepPCB's authors would give a drawn spot: xyxy in px of the masks [h, w].

    Theirs stand 10 px off the spot at the left and top, 9 px at the right and bottom, and count
    what was drawn, even where it fell on its own material and changed nothing.
    """
    x, y, w, h = cv2.boundingRect(changed)
    sx, sy, sw, sh = cv2.boundingRect(shape)
    left, top = max(sx, x - HIDDEN_PX), max(sy, y - HIDDEN_PX)
    right, bottom = min(sx + sw, x + w + HIDDEN_PX), min(sy + sh, y + h + HIDDEN_PX)
    return np.array([left - 10, top - 10, right + 9, bottom + 9], np.float32)


def name_change(around: Mask, changed: Mask, add: bool) -> str | None:
    """Class of a change: copper mask before and changed pixels, both [h, w]; None if unclear."""
    if int(changed.sum()) < LEAST_AREA_PX or not cv2.erode(changed, _SQUARE).any():
        return None
    pieces, _ = cv2.connectedComponents(changed, connectivity=8)
    if pieces != 2:
        return None
    still = np.asarray(1 - changed, np.uint8)
    ring = np.asarray(cv2.dilate(changed, _SQUARE), np.uint8) & still
    wide = np.asarray(cv2.dilate(changed, np.ones((9, 9), np.uint8)), np.uint8) & still
    other = around if add else 1 - around
    if not (other & ring).any():
        alone = "copper" if add else "pin_hole"
        return None if (other & wide).any() else alone
    # Added copper joins what it touches; removed copper parts what remains around it. Whether the
    # two sides meet again further off does not matter: a ring that is cut once is open.
    parts = around if add else around & (1 - changed)
    touched = _touched(parts, ring)
    if touched == 0:
        return None
    if add:
        return "short" if touched >= 2 else "spur"
    return "open" if touched >= 2 else "mousebite"


def _touched(parts: Mask, ring: Mask) -> int:
    """In how many separate stretches the ring runs over a mask, not counting crumbs."""
    count, marks, stats, _ = cv2.connectedComponentsWithStats(parts, connectivity=8)
    large = np.array([k > 0 and stats[k, cv2.CC_STAT_AREA] >= LEAST_PIECE_PX for k in range(count)])
    stretches = (ring & large[marks]).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(stretches, connectivity=8)
    return int((stats[1:count, cv2.CC_STAT_AREA] >= LEAST_CONTACT_PX).sum())


def _draw_spot(
    copper: Mask, rng: np.random.Generator, window: tuple[float, float, float], add: bool
) -> tuple[int, int, Mask] | None:
    """A random spot as (left, top, mask) with 14 px to spare around it."""
    x, y, side = window
    low = np.clip([x + 12, y + 12], 0, SIZE - 20)
    high = np.clip([x + side - 12, y + side - 12], low + 1, SIZE)
    place = rng.uniform(low, high)
    points = [place]
    kind = rng.uniform()
    if kind > 0.85:  # where outlines turn: tips and nooks change their shape, not what is joined
        corner = _find_corner(copper, rng, place)
        if corner is None:
            return None
        points = [corner + rng.normal(0, 2.5, 2)]
    elif kind < 0.65:  # at an edge, often across to the next one
        edge = _find_edge(copper, rng, place)
        if edge is None:
            return None
        start, normal = edge
        inward = -normal if add else normal  # into the material that is to be changed
        reach = _march(copper, start, inward, copper_wanted=not add)
        if kind < 0.38:
            if reach is None:
                return None
            points = [start - inward * 2, start + inward * (reach + 2)]
        else:
            depth = rng.uniform(2, 10)
            points = [start + inward * (min(depth, 0.6 * reach) if reach else depth)]
    return _paint(points, rng)


def _find_edge(
    copper: Mask, rng: np.random.Generator, place: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """A copper edge point near a place and the direction into the copper there."""
    left, top = (int(v) for v in np.clip(place - 32, 0, SIZE - 64))
    patch = cv2.GaussianBlur(copper[top : top + 64, left : left + 64] * np.float32(1), (0, 0), 2.0)
    rows, cols = np.nonzero(np.abs(patch - 0.5) < 0.15)
    if not len(rows):
        return None
    k = int(rng.integers(len(rows)))
    r, c = int(np.clip(rows[k], 1, 62)), int(np.clip(cols[k], 1, 62))
    slope = np.array([patch[r, c + 1] - patch[r, c - 1], patch[r + 1, c] - patch[r - 1, c]])
    length = float(np.hypot(*slope))
    if length < 1e-3:
        return None
    return np.array([c + left, r + top], np.float64), slope / length


def _find_corner(
    copper: Mask, rng: np.random.Generator, place: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """A corner of the copper's outline near a place."""
    left, top = (int(v) for v in np.clip(place - 48, 0, SIZE - 96))
    patch = np.ascontiguousarray(copper[top : top + 96, left : left + 96] * np.uint8(255))
    found = cv2.goodFeaturesToTrack(cv2.GaussianBlur(patch, (0, 0), 1.5), 12, 0.15, 8)
    if found is None:
        return None
    corner = found[int(rng.integers(len(found))), 0]
    return np.asarray((corner[0] + left, corner[1] + top), np.float64)


def _march(
    copper: Mask, start: NDArray[np.float64], step: NDArray[np.float64], copper_wanted: bool
) -> float | None:
    """Length [px] of one material from an edge along a direction, None if longer than the limit."""
    at = np.rint(start + step * np.arange(3, LONGEST_PX)[:, None]).astype(int)
    inside = np.all((at >= 0) & (at < SIZE), axis=1)
    values = copper[at[:, 1].clip(0, SIZE - 1), at[:, 0].clip(0, SIZE - 1)] > 0
    ends = np.flatnonzero(np.logical_or(values != copper_wanted, np.logical_not(inside)))
    if not len(ends) or not inside[ends[0]]:
        return None
    return float(ends[0] + 3)


def _paint(points: list[NDArray[np.float64]], rng: np.random.Generator) -> tuple[int, int, Mask]:
    """A rough blob or stroke through the points as (left, top, mask)."""
    if len(points) == 1:
        angle, size = rng.uniform(0, np.pi), float(np.exp(rng.normal(2.2, 0.45)))
        reach = np.array([np.cos(angle), np.sin(angle)]) * size * rng.uniform(0.1, 1.0)
        points = [points[0] - reach, points[0] + rng.normal(0, 0.25 * size, 2), points[0] + reach]
        thickness = int(np.clip(size * rng.uniform(0.35, 1.2), 3, 22))
    else:
        thickness = int(rng.integers(3, 13))
        middle = (points[0] + points[1]) / 2 + rng.normal(0, 2.0, 2)
        points = [points[0], middle, points[1]]
    track = np.rint(np.stack(points)).astype(np.int32)
    spare = thickness + 14
    left, top = np.maximum(track.min(0) - spare, 0)
    right, bottom = np.minimum(track.max(0) + spare, SIZE)
    mask = np.zeros((max(1, bottom - top), max(1, right - left)), np.uint8)
    cv2.polylines(mask, [(track - (left, top)).astype(np.int32)], False, 255, thickness)
    if rng.uniform() < 0.7:  # a ragged outline
        noise = np.asarray(rng.normal(0, 1, mask.shape), np.float32)
        rough = cv2.GaussianBlur(noise, (0, 0), 1.5) * rng.uniform(50, 260)
        blurred = np.asarray(cv2.GaussianBlur(mask, (0, 0), 1.2), np.float32)
        mask = np.asarray(blurred + rough > 127, np.uint8)
        near = np.zeros_like(mask)
        cv2.polylines(near, [(track - (left, top)).astype(np.int32)], False, 1, thickness + 4)
        mask &= near
    return int(left), int(top), (mask > 0).astype(np.uint8)


__all__ = ["MARGIN_PX", "invent", "name_change"]
