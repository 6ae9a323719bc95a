"""Pouring copper planes between the tracks of a golden sample, as board designs do.

The boards at hand are mostly tracks and pads on bare laminate. Poured planes leave narrow
clearances and sharp tips of copper; a tip that is bitten off looks like a track that is cut.
"""

from __future__ import annotations

import cv2
import numpy as np

from vision.lab.training.deeppcb import SIZE, Image, Pair

REACH_PX = 40  # how far beyond the window is poured
CLEARANCE_PX = (6, 15)  # bare laminate between a plane and the copper that it does not join
JOINED = 0.3  # share of the old copper that becomes part of a plane
LEAST_PLANE_PX = 400


def pour(golden: Image, rng: np.random.Generator, window: tuple[float, float, float]) -> Image:
    """The golden sample [SIZE, SIZE] with planes poured in and near window (x, y, side) px."""
    x, y, side = window
    low = np.clip([y - REACH_PX, x - REACH_PX], 0, SIZE).astype(int)
    high = np.clip([y + side + REACH_PX, x + side + REACH_PX], 0, SIZE).astype(int)
    area = (slice(low[0], high[0]), slice(low[1], high[1]))
    copper = (golden[area] < 128).astype(np.uint8)
    count, marks = cv2.connectedComponents(copper, connectivity=8)
    apart = rng.uniform(size=count) >= JOINED
    apart[0] = False
    clearance = int(rng.integers(*CLEARANCE_PX))
    bare = np.asarray(cv2.dilate(apart[marks].astype(np.uint8), _disc(clearance)), np.uint8)
    bare |= _channels(copper.shape, rng)
    plane = _region(copper.shape, rng) & (1 - bare)
    plane = np.asarray(cv2.morphologyEx(plane, cv2.MORPH_OPEN, _disc(int(rng.integers(1, 5)))))
    pieces, marks, stats, _ = cv2.connectedComponentsWithStats(plane, connectivity=4)
    large = stats[:pieces, cv2.CC_STAT_AREA] >= LEAST_PLANE_PX
    large[0] = False
    poured = golden.copy()
    poured[area][large[marks]] = 0
    return poured


def pour_pair(pair: Pair, rng: np.random.Generator, window: tuple[float, float, float]) -> Pair:
    """A good board with poured planes and its golden sample."""
    golden = pour(pair.golden, rng, window)
    nothing = np.zeros(len(pair.boxes), np.bool_)
    return Pair(pair.name, golden.copy(), golden, pair.boxes[nothing], pair.labels[nothing])


def _disc(radius: int) -> Image:
    side = 2 * radius + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def _region(shape: tuple[int, ...], rng: np.random.Generator) -> Image:
    """Where planes may be, [h, w]: a few random polygons of straight or of round outline."""
    region = np.zeros(shape[:2], np.uint8)
    for _ in range(int(rng.integers(1, 5))):
        centre = rng.uniform(0, shape[:2])[::-1]
        corners = int(rng.integers(3, 9))
        angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
        far = rng.uniform(0.15, 0.5, corners) * max(shape)
        outline = centre + far[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1)
        cv2.fillPoly(region, [np.rint(outline).astype(np.int32)], 1)
    return region


def _channels(shape: tuple[int, ...], rng: np.random.Generator) -> Image:
    """Bare channels that part the planes, [h, w]: bent or winding, running into one another."""
    channels = np.zeros(shape[:2], np.uint8)
    for _ in range(int(rng.integers(0, 5))):
        steps = int(rng.integers(2, 12))
        bends = rng.choice([0.0, np.pi / 4, -np.pi / 4], steps) * rng.choice([0.0, 1.0])
        headings = rng.uniform(0, 2 * np.pi) + np.cumsum(bends + rng.normal(0, 0.15, steps))
        strides = np.stack([np.cos(headings), np.sin(headings)], 1) * rng.uniform(20, 60)
        track = rng.uniform(0, shape[:2])[::-1] + np.cumsum(strides, axis=0)
        thickness = int(rng.integers(2 * CLEARANCE_PX[0], 2 * CLEARANCE_PX[1]))
        cv2.polylines(channels, [np.rint(track).astype(np.int32)], False, 1, thickness)
    return channels


__all__ = ["pour", "pour_pair"]
