"""Shapes of invented defects: blobs, bites and bridges at edges, corners, fine pencil strokes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.lab.training.deeppcb import SIZE

LONGEST_PX = 90
STROKES = 0.35  # share of fine strokes among the shapes
SCRIBBLES = 0.4  # share of those that go to and fro along an edge
HOLLOW = 0.12  # share of the blobs of which only the outline is drawn
TIPS = 0.6  # share of the sharpest among the corners

Mask = NDArray[np.uint8]


def draw_spot(
    copper: Mask, rng: np.random.Generator, window: tuple[float, float, float], add: bool
) -> tuple[int, int, Mask] | None:
    """A random spot as (left, top, mask) with 14 px to spare around it."""
    x, y, side = window
    low = np.clip([x + 12, y + 12], 0, SIZE - 20)
    high = np.clip([x + side - 12, y + side - 12], low + 1, SIZE)
    place = rng.uniform(low, high)
    points = [place]
    if rng.uniform() < STROKES:
        if rng.uniform() < SCRIBBLES:
            return _draw_scribble(copper, rng, place)
        return _draw_stroke(copper, rng, place, add)
    kind = rng.uniform()
    if kind > 0.6:  # where outlines turn: tips and nooks change their shape, not what is joined
        corner = _find_corner(copper, rng, place, add)
        if corner is None:
            return None
        points = [corner + rng.normal(0, 2.5, 2)]
    elif kind < 0.5:  # at an edge, often across to the next one
        edge = _find_edge(copper, rng, place)
        if edge is None:
            return None
        start, normal = edge
        inward = -normal if add else normal  # into the material that is to be changed
        reach = _march(copper, start, inward, copper_wanted=not add)
        if kind < 0.3:
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
    copper: Mask, rng: np.random.Generator, place: NDArray[np.float64], add: bool
) -> NDArray[np.float64] | None:
    """A corner of the outline near a place; TIPS of the time, the sharpest of what is to change.

    A plane's narrow tip that is bitten off looks like a cut track, and is none.
    """
    left, top = (int(v) for v in np.clip(place - 48, 0, SIZE - 96))
    patch = np.ascontiguousarray(copper[top : top + 96, left : left + 96] * np.uint8(255))
    found = cv2.goodFeaturesToTrack(cv2.GaussianBlur(patch, (0, 0), 1.5), 12, 0.15, 8)
    if found is None:
        return None
    corner = found[int(rng.integers(len(found))), 0]
    if rng.uniform() < TIPS:
        share = cv2.blur(patch, (17, 17)) / 255.0
        share = 1.0 - share if add else share
        at = found[:, 0].astype(int).clip(0, 95)
        corner = found[int(np.argmin(share[at[:, 1], at[:, 0]])), 0]
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
    shape = (mask > 0).astype(np.uint8)
    if rng.uniform() < HOLLOW:
        side = 2 * int(rng.integers(2, 5)) + 1
        shape &= 1 - np.asarray(cv2.erode(shape, np.ones((side, side), np.uint8)), np.uint8)
    return int(left), int(top), shape


def _draw_stroke(
    copper: Mask, rng: np.random.Generator, place: NDArray[np.float64], add: bool
) -> tuple[int, int, Mask] | None:
    """A fine line as of a pencil: winding, at times closed, mostly begun at or led over an edge."""
    heading = float(rng.uniform(0, 2 * np.pi))
    start = place
    if rng.uniform() < 0.8:
        edge = _find_edge(copper, rng, place)
        if edge is None:
            return None
        start, normal = edge
        inward = -normal if add else normal
        start = start - inward * rng.uniform(0, 6)
        heading = float(np.arctan2(inward[1], inward[0]) + rng.normal(0, 0.6))
    length = float(np.exp(rng.uniform(np.log(12), np.log(80))))
    steps = max(4, int(length / 4))
    turning = rng.normal(0, 1.6) / steps  # a steady bend; strong ones come round to themselves
    if rng.uniform() < 0.3:
        turning = rng.choice([-1, 1]) * rng.uniform(2.5, 6.5) / steps
    headings = heading + np.cumsum(turning + rng.normal(0, rng.uniform(0, 0.25), steps))
    points = start + np.cumsum(np.stack([np.cos(headings), np.sin(headings)], 1) * 4, axis=0)
    track = np.rint(np.vstack([start, points])).astype(np.int32)
    thickness = int(rng.choice([1, 2, 3, 4], p=[0.15, 0.35, 0.35, 0.15]))
    return _line(track, thickness, closed=bool(rng.uniform() < 0.15))


def _draw_scribble(
    copper: Mask, rng: np.random.Generator, place: NDArray[np.float64]
) -> tuple[int, int, Mask] | None:
    """A line to and fro along an edge, or across a whole thin track: hairs, saw teeth, beads."""
    edge = _find_edge(copper, rng, place)
    if edge is None:
        return None
    start, normal = edge
    along = np.array([-normal[1], normal[0]])
    length = float(np.exp(rng.uniform(np.log(10), np.log(80))))
    pitch = float(rng.uniform(1.5, 7.0))
    steps = max(4, int(length / pitch))
    swing = float(np.exp(rng.uniform(np.log(2), np.log(10))))
    forth = np.cumsum(rng.normal(pitch, 0.5 * pitch, steps))
    across = rng.normal(0, swing, steps) + rng.uniform(-6, 10)
    if rng.uniform() < 0.5:  # saw teeth of one height or so
        across = np.abs(across) * np.where(np.arange(steps) % 2, 1.0, -0.6)
    points = start + (forth - forth.mean())[:, None] * along + across[:, None] * normal
    return _line(np.rint(points).astype(np.int32), int(rng.integers(1, 4)), closed=False)


def _line(track: NDArray[np.int32], thickness: int, closed: bool) -> tuple[int, int, Mask] | None:
    """A line through points [n, 2] as (left, top, mask), 14 px to spare; None if off the board."""
    left, top = np.maximum(track.min(0) - 14, 0)
    right, bottom = np.minimum(track.max(0) + 14, SIZE)
    if right <= left or bottom <= top:
        return None
    mask = np.zeros((int(bottom - top), int(right - left)), np.uint8)
    cv2.polylines(mask, [(track - (left, top)).astype(np.int32)], closed, 1, thickness)
    return int(left), int(top), mask


__all__ = ["Mask", "draw_spot"]
