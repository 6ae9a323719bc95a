"""Drawing where defects count and where they do not, under what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from cv2.typing import MatLike

Outline = Sequence[tuple[float, float]]
"""Corners in order [px of the view]."""

IGNORED: Final = (150, 150, 150)
INSPECTED: Final = (120, 150, 40)
"""Blue, green, red."""
VEIL: Final = 0.35
"""How much of the colour lies over an ignored area."""
HATCH_PX: Final = 10


@dataclass(frozen=True, slots=True)
class Areas:
    """Parts of the canonical view: ignored ones, and those in which alone defects count."""

    ignored: tuple[Outline, ...] = ()
    inspected: tuple[Outline, ...] = ()


NO_AREAS: Final = Areas()


def draw_areas(canvas: MatLike, areas: Areas, scale: float = 1.0) -> None:
    """Draw onto a colour picture of the view, enlarged by `scale`: ignored areas veiled and
    hatched, inspected ones outlined.
    """
    if areas.ignored:
        mask = np.zeros(canvas.shape[:2], np.uint8)
        lines = [_scaled(outline, scale) for outline in areas.ignored]
        for line in lines:
            cv2.fillPoly(mask, [line], 255)
        veil = np.full_like(canvas, IGNORED)
        veiled = cv2.addWeighted(canvas, 1.0 - VEIL, veil, VEIL, 0.0)
        height, width = mask.shape
        for start in range(-height, width, HATCH_PX):
            cv2.line(veiled, (start, height), (start + height, 0), IGNORED, 1, cv2.LINE_AA)
        cv2.copyTo(veiled, mask, canvas)
        cv2.polylines(canvas, lines, True, IGNORED, 1, cv2.LINE_AA)
    for outline in areas.inspected:
        cv2.polylines(canvas, [_scaled(outline, scale)], True, INSPECTED, 1, cv2.LINE_AA)


def _scaled(outline: Outline, scale: float) -> MatLike:
    return np.round(np.array(outline, np.float64) * scale).astype(np.int32)
