"""Which turned boxes are one defect.

A network of turned boxes gives the upright box about each, as `vision.nets.decode` takes it, and
below the scores three rows more: the turned box's width, height and angle [px, px, radians]. Two of
them are compared as Gaussians (Llerena et al. 2021, arXiv:2106.06072); a box goes where any one of
its class that scores better overlaps it, also one that goes itself (Bolya et al. 2019, Fast NMS,
arXiv:1904.02689). ultralytics' `predict` does the same.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

MOST: Final = 1000
"""Boxes that are compared, best first; those behind them are left out."""
FAINT: Final = 0.01
"""Boxes that score less are left out: nobody asks for them."""
_TINY: Final = 1e-7


def told_apart(output: Floats, classes: int, overlap: float) -> Floats:
    """Boxes and scores [4 + classes, places] of one output [4 + classes + 3, places]; what is the
    same defect as a better one scores 0.
    """
    table = output[: 4 + classes].copy()
    scores = table[4:]
    best = scores.max(axis=0)
    order = np.argsort(-best, kind="stable")[:MOST]
    order = order[best[order] >= FAINT]
    middles = (table[:2, order] + table[2:4, order]) / np.float32(2)
    named = scores[:, order].argmax(axis=0)
    same = overlaps(middles, output[4 + classes :, order]) > overlap
    same &= named[:, None] == named[None]
    kept = order[~np.triu(same, 1).any(axis=0)]
    left = np.zeros_like(scores)
    left[:, kept] = scores[:, kept]
    table[4:] = left
    return table


def overlaps(middles: Floats, shapes: Floats) -> NDArray[np.float64]:
    """How much turned boxes overlap, 0..1 [n, n]. middles [2, n]; shapes: width, height, angle
    [3, n].
    """
    x, y = middles.astype(np.float64)
    width, height, angle = shapes.astype(np.float64)
    along, across = width**2 / 12, height**2 / 12
    cos, sin = np.cos(angle), np.sin(angle)
    a = along * cos**2 + across * sin**2
    b = along * sin**2 + across * cos**2
    c = (along - across) * cos * sin
    dx, dy = x[None] - x[:, None], y[:, None] - y[None]
    wide, high, mixed = a[:, None] + a[None], b[:, None] + b[None], c[:, None] + c[None]
    area = wide * high - mixed**2
    apart = (wide * dy**2 + high * dx**2 + 2 * mixed * dx * dy) / (area + _TINY) / 4
    own = np.maximum(a * b - c**2, 0.0)
    unlike = np.log(area / (4 * np.sqrt(own[:, None] * own[None]) + _TINY) + _TINY) / 2
    distance = np.clip(apart + unlike, _TINY, 100.0)
    return np.asarray(1.0 - np.sqrt(1.0 - np.exp(-distance) + _TINY))
