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

from vision.lab.training.boards import boxes_touch
from vision.lab.training.deeppcb import CLASSES, SIZE, Pair
from vision.lab.training.spots import Mask, draw_spot

MARGIN_PX = 9.5  # how far DeepPCB's boxes stand off from the drawn spot, on average
HIDDEN_PX = 6  # how much of a spot's extent beneath its own material its box may count
LEAST_AREA_PX = 24
LEAST_PIECE_PX = 20  # smaller pieces of copper do not make an open or a short
LEAST_CONTACT_PX = 3  # a shorter contact is a chance touch
NEAR_PX = 6  # two sides that meet within so much of a change are one
MOST_PIECES = 8  # of one change, by a line that winds along an edge or a blob across a track

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
        spot = draw_spot(copper, rng, window, add)
        if spot is None:
            continue
        left, top, shape = spot
        area = (slice(top, top + shape.shape[0]), slice(left, left + shape.shape[1]))
        around = copper[area]
        changed = shape & (1 - around) if add else shape & around
        name = name_change(around, changed, add, fine=not cv2.erode(shape, _SQUARE).any())
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


def name_change(around: Mask, changed: Mask, add: bool, fine: bool = False) -> str | None:
    """Class of a change: copper mask before and changed pixels, both [h, w]; None if unclear.

    fine: the change was drawn with a thin line; otherwise a thin one is a blob's chance overlap.
    What crosses an edge several times is one spur, or one mousebite, in several pieces.
    """
    if int(changed.sum()) < LEAST_AREA_PX:
        return None
    if not fine and not cv2.erode(changed, _SQUARE).any():
        return None
    pieces = cv2.connectedComponents(changed, connectivity=8)[0] - 1
    if pieces > MOST_PIECES:
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
    sides = _sides(around if add else around & (1 - changed), changed, ring)
    if sides == 0 or (pieces > 1 and sides > 1):
        return None
    if add:
        return "short" if sides >= 2 else "spur"
    return "open" if sides >= 2 else "mousebite"


def _sides(copper: Mask, changed: Mask, ring: Mask) -> int:
    """How many pieces of copper the ring around a change touches, looking only as far as NEAR_PX.

    What lies wholly between the lines of a loop is no side, and a loop that ends where it began
    touches one.
    """
    hull = np.zeros_like(changed)
    cv2.fillConvexPoly(hull, cv2.convexHull(cv2.findNonZero(changed)), 1)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * NEAR_PX + 1, 2 * NEAR_PX + 1))
    near = np.asarray(cv2.dilate(hull, disc), np.uint8)
    count, marks = cv2.connectedComponents(copper & near, connectivity=8)
    contact = np.bincount(marks[ring > 0], minlength=count)[1:]
    beyond = np.bincount(marks[hull == 0], minlength=count)[1:]
    return int(((contact >= LEAST_CONTACT_PX) & (beyond >= LEAST_PIECE_PX)).sum())


__all__ = ["MARGIN_PX", "invent", "name_change"]
