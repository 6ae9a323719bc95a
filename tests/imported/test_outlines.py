"""Outlines lie where their masks do, of small boxes and of large ones."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from models.card import MaskCard
from vision.nets.masks import LARGE_PX, outlines

SIDE, STEP = 320, 4
CELLS = SIDE // STEP


def disc(x: float, y: float, radius: float) -> np.ndarray:
    """An output [1 + 4 + 1, 1 + pixels] of one place whose one prototype is positive in a disc."""
    middles = (np.arange(CELLS) + 0.5) * STEP
    far = np.hypot(middles[None] - x, middles[:, None] - y)
    output = np.zeros((6, 1 + CELLS * CELLS), np.float32)
    output[5, 0] = 1.0
    output[5, 1:] = (radius - far).ravel()
    return output


@pytest.mark.parametrize("corner", [(0, 0), (0, 5)])
@pytest.mark.parametrize("radius", [20, 25, 33, 120])
def test_an_outline_keeps_to_its_mask(radius: int, corner: tuple[int, int]) -> None:
    masks = MaskCard(coefficients=1, height=CELLS, width=CELLS, step=STEP, corner=corner)
    card: Any = SimpleNamespace(classes=("pit",), output=SimpleNamespace(masks=masks))
    x, y = 151.3, 160.8
    output = disc(x, y, radius)
    x, y = x - corner[0], y - corner[1]
    box = np.array([[x - radius, y - radius, x + radius, y + radius]], np.float32)
    (line,) = outlines(card, output, box, np.array([0]))
    points = np.asarray(line)
    off = np.abs(np.hypot(points[:, 0] - x, points[:, 1] - y) - radius)
    assert len(points) >= 8
    assert off.max() <= (2.0 if 2 * radius >= LARGE_PX else 1.5)
    assert abs(np.hypot(*(points.min(axis=0) + points.max(axis=0) - (2 * x, 2 * y)))) <= 2.0
