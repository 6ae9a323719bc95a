"""Cutting real defects out of a tested board so that they can be put on its golden sample.

A DeepPCB pair is aligned only to a few pixels, its edges are frayed, and a tested board carries
blemishes that nobody labelled. So each labelled defect is aligned by itself against its
surroundings, and only its own connected difference is taken: a composed board differs from the
golden sample at its labelled defects and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.types import Box, Image

Mask = NDArray[np.bool_]

SEARCH_PX = 5  # pairs are misaligned by up to this much
SURROUND_PX = 14  # how far around a label the alignment looks
REACH_PX = 8  # how far a defect may stick out of its label
FRAY_PX = 1  # edges of the binarised scans differ by this much without any defect
CONTRAST = 100  # of 255, between copper and substrate
MIN_DEFECT_PX = 12  # a smaller difference than this is not the labelled defect
SKIN_PX = 2  # taken along with the difference, so that its soft edge comes too


@dataclass(frozen=True, slots=True)
class Defect:
    """One real defect, ready to paste: `pixels` where `mask`, from pixel (`left`, `top`) on."""

    class_name: str
    box: Box
    left: int
    top: int
    pixels: Image
    mask: Mask


@dataclass(frozen=True, slots=True)
class _Window:
    """A rectangle of whole pixels, x0 <= x < x1 and y0 <= y < y1."""

    x0: int
    y0: int
    x1: int
    y1: int

    def grown(self, margin: int, inset: int, shape: tuple[int, ...]) -> _Window:
        """Larger by `margin` on all sides, yet `inset` away from the picture's edges."""
        height, width = shape
        return _Window(
            max(inset, self.x0 - margin),
            max(inset, self.y0 - margin),
            min(width - inset, self.x1 + margin),
            min(height - inset, self.y1 + margin),
        )

    def moved(self, dx: int, dy: int) -> _Window:
        return _Window(self.x0 + dx, self.y0 + dy, self.x1 + dx, self.y1 + dy)

    def of(self, picture: NDArray[Any]) -> NDArray[Any]:
        """This part of a picture, a view."""
        return picture[self.y0 : self.y1, self.x0 : self.x1]


def cut_defect(
    golden: Image, tested: Image, label: tuple[int, int, int, int], class_name: str
) -> Defect | None:
    """The defect inside `label` (x_min, y_min, x_max, y_max) [px], in the golden sample's pixels.

    None when the defect cannot be told from its surroundings: no difference there, or one that
    runs on beyond the label (a misaligned trace, or a blemish that touches it).
    """
    dx, dy = _alignment(golden, tested, _Window(*label))
    core = _Window(*label).moved(-dx, -dy)
    patch = core.grown(REACH_PX + 4, SEARCH_PX, golden.shape)
    aligned, reference = patch.moved(dx, dy).of(tested), patch.of(golden)
    here = core.grown(0, SEARCH_PX, golden.shape).moved(-patch.x0, -patch.y0)
    strong = _strong_difference(aligned, reference)
    count, parts = cv2.connectedComponents(strong.astype(np.uint8), connectivity=8)
    inside = [n for n in range(1, count) if (here.of(parts) == n).any()]
    taken = np.isin(parts, inside)
    reach = here.grown(REACH_PX, 0, taken.shape)
    if here.of(taken).sum() < MIN_DEFECT_PX or taken.sum() > reach.of(taken).sum():
        return None
    size = 2 * (SKIN_PX + FRAY_PX) + 1
    skin = cv2.dilate(taken.astype(np.uint8), np.ones((size, size), np.uint8)) > 0
    rows, columns = np.nonzero(taken)
    box = Box(
        float(min(core.x0, patch.x0 + columns.min())),
        float(min(core.y0, patch.y0 + rows.min())),
        float(max(core.x1, patch.x0 + columns.max() + 1)),
        float(max(core.y1, patch.y0 + rows.max() + 1)),
    )
    mask = np.asarray(skin & (aligned != reference), np.bool_)
    return Defect(class_name, box, patch.x0, patch.y0, aligned.copy(), mask)


def separate(defects: list[Defect], gap_px: float = 4.0) -> list[Defect]:
    """The defects whose boxes lie at least `gap_px` apart from those of all others."""

    def apart(a: Box, b: Box) -> bool:
        return (
            a.x_min - gap_px >= b.x_max
            or b.x_min - gap_px >= a.x_max
            or a.y_min - gap_px >= b.y_max
            or b.y_min - gap_px >= a.y_max
        )

    return [d for d in defects if all(apart(d.box, o.box) for o in defects if o is not d)]


def paste(golden: Image, defects: list[Defect]) -> Image:
    """The golden sample with these defects on it, a new picture."""
    board = golden.copy()
    for defect in defects:
        height, width = defect.mask.shape
        place = board[defect.top : defect.top + height, defect.left : defect.left + width]
        place[defect.mask] = defect.pixels[defect.mask]
    return board


def _alignment(golden: Image, tested: Image, label: _Window) -> tuple[int, int]:
    """Whole-pixel shift (dx, dy): tested(x + dx, y + dy) shows golden(x, y) around the label."""
    window = label.grown(SURROUND_PX, SEARCH_PX, golden.shape)
    reference = window.of(golden) > 127
    around = np.ones(golden.shape, np.bool_)
    label.grown(1, 0, golden.shape).of(around)[:] = False
    around = window.of(around)
    best = (np.inf, 0, 0)
    for dy in range(-SEARCH_PX, SEARCH_PX + 1):
        for dx in range(-SEARCH_PX, SEARCH_PX + 1):
            unlike = ((window.moved(dx, dy).of(tested) > 127) != reference) & around
            # The smaller shift wins where both fit alike (straight traces).
            best = min(best, (float(unlike.sum()) + 0.5 * (abs(dx) + abs(dy)), dx, dy))
    return best[1], best[2]


def _strong_difference(board: Image, golden: Image) -> Mask:
    """Where the board is brighter or darker than all of the golden sample within FRAY_PX."""
    kernel = np.ones((2 * FRAY_PX + 1, 2 * FRAY_PX + 1), np.uint8)
    brighter = cv2.subtract(board, cv2.dilate(golden, kernel)) > CONTRAST
    darker = cv2.subtract(cv2.erode(golden, kernel), board) > CONTRAST
    return np.asarray(brighter | darker, np.bool_)
