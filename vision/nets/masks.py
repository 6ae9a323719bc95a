"""The masks of a segmenting network: an outline for each of its boxes.

Such a network gives mask coefficients for each place, and prototypes: pictures whose mixture by
these coefficients is positive within an object (Bolya et al. 2019, YOLACT, arXiv:1904.02689). Both
stand in the one output [1, 4 + classes + coefficients, places + prototype pixels]: the coefficients
below the scores, the prototypes behind the places, with zeros above them.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.card import MaskCard, ModelCard
from vision.nets.decode import Floats
from vision.nets.turned import told_apart

SMOOTH_PX: Final = 1.0
"""An outline keeps so close to its mask, in pixels of those that its edge is followed on."""
LARGE_PX: Final = 64
"""A box is large whose shorter side is."""
Outline = tuple[tuple[float, float], ...]


def table_of(card: ModelCard, output: Floats) -> Floats:
    """Boxes and scores of a network's output: without masks, the last two axes cut; of turned boxes
    those that are a defect of their own.
    """
    masks, turned = card.output.masks, card.output.turned
    if turned is not None:
        whole = output.reshape(-1, *output.shape[-2:])
        cut = [told_apart(one, len(card.classes), turned.overlap) for one in whole]
        return np.stack(cut).reshape(*output.shape[:-2], *cut[0].shape)
    if masks is None:
        return output
    rows = 4 + len(card.classes)
    return output[..., :rows, : output.shape[-1] - masks.height * masks.width]


def outlines(
    card: ModelCard, output: Floats, boxes: Floats, places: NDArray[np.int64]
) -> list[Outline]:
    """The outline of each box [n, 4] that stands at those places [n] of one output [rows, columns],
    in pixels of the view; () where its mask is empty, and for networks without masks.
    """
    masks = card.output.masks
    if masks is None or not len(places):
        return [()] * len(places)
    pixels = masks.height * masks.width
    rows = slice(4 + len(card.classes), None)
    prototypes = output[rows, output.shape[1] - pixels :].reshape(-1, masks.height, masks.width)
    return [
        _outline(masks, prototypes, output[rows, place], box)
        for box, place in zip(boxes, places, strict=True)
    ]


def _outline(masks: MaskCard, prototypes: Floats, mixture: Floats, box: Floats) -> Outline:
    """Of the largest piece of the mask within the box."""
    corner, step = np.asarray(masks.corner * 2, np.float32), masks.step
    inner = np.ceil(box + corner).astype(int)  # the pixels whose edge lies in the box
    whole = masks.width * step, masks.height * step
    low_x, low_y, high_x, high_y = np.clip(inner, 0, [*whole, *whole]).tolist()
    if low_x >= high_x or low_y >= high_y:
        return ()
    # The prototypes about the box, one more on each side: what lies between is interpolated.
    left, top = max(low_x // step - 1, 0), max(low_y // step - 1, 0)
    part = prototypes[:, top : -(-high_y // step) + 1, left : -(-high_x // step) + 1]
    mixed = np.tensordot(mixture, part, 1)
    # A ragged mask costs what its edge has pixels: that of a large box is followed on every other.
    pixel = 2 if step % 2 == 0 and min(high_x - low_x, high_y - low_y) >= LARGE_PX else 1
    zoom = step // pixel
    large = cv2.resize(mixed, (mixed.shape[1] * zoom, mixed.shape[0] * zoom))
    x, y = (low_x - left * step) // pixel, (low_y - top * step) // pixel
    within = large[y : (high_y - top * step) // pixel, x : (high_x - left * step) // pixel]
    lines, _ = cv2.findContours(
        (within > 0).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    if not lines:
        return ()
    line = cv2.approxPolyDP(max(lines, key=cv2.contourArea), SMOOTH_PX, closed=True)
    # The middle of a pixel lies half of it from its edge.
    first = np.asarray([left * step + x * pixel, top * step + y * pixel])
    points = (line[:, 0] + 0.5) * pixel + (first - corner[:2])
    across, down = points.T.tolist()
    return tuple(zip(across, down, strict=True))
