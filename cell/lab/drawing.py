"""Pictures for the report: a place on a part, with what is true and what was said."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from cell.lab.figures import mask_of, thresholds_of
from cell.lab.inspecting import Seen, degraded
from cell.lab.samples import read_canonical
from cell.products.convert import areas_of
from cell.products.recipe import Recipe
from vision.inspect.areas import draw_areas
from vision.inspect.overlay import FONT, colour_of
from vision.lab.teaching.picture import draw_heat
from vision.nets.decode import Floats
from vision.types import Image

SIDE: Final = 300
"""Pictures in the report [px]."""
TRUTH: Final = (0, 215, 255)
"""Blue, green, red of what is true: no class has it."""
OUTLINE: Final = (60, 60, 60)
OUTSIDE: Final = (255, 255, 255)

Picture = NDArray[np.uint8]
"""Colour (height, width, 3), blue first."""
Window = tuple[int, int, int]
"""Left, top and side of a square of the canonical view [px]."""


def drawn(
    one: Seen, window: Window, recipe: Recipe, classes: Sequence[str], *, resize: bool
) -> tuple[str, str | None]:
    """Data URIs of the window of the part, and of its golden picture or else its heat map.

    Truth is yellow and dashed; what the recipe ignores is hatched; findings at the recipe's
    thresholds have their class's colour.
    """
    board, other = _pictures(one, recipe.canonical_px, resize=resize)
    x0, y0, side = window
    scale = SIDE / side
    offset = np.asarray([x0, y0, x0, y0], np.float32)
    colour = cv2.cvtColor(board, cv2.COLOR_GRAY2BGR)
    draw_areas(colour, areas_of(recipe))
    canvas = _crop(colour, window)
    if one.mask is not None:
        _outlined(canvas, mask_of(one, recipe.canonical_px), window)
    for box in one.as_run.truth:
        _dashed(canvas, (box - offset) * scale)
    run = one.as_run.passing(thresholds_of(recipe, classes))
    for box, score, which in zip(run.boxes, run.scores, run.classes, strict=True):
        name = classes[which]
        _named(canvas, (box - offset) * scale, colour_of(name), f"{name} {score:.2f}")
    return uri(canvas), None if other is None else uri(_crop(other, window))


def uri(image: Picture) -> str:
    """A picture as a data URI."""
    _, data = cv2.imencode(".webp", image, [cv2.IMWRITE_WEBP_QUALITY, 82])
    return "data:image/webp;base64," + base64.b64encode(data.tobytes()).decode("ascii")


def _pictures(
    one: Seen, canonical: tuple[int, int], *, resize: bool
) -> tuple[Image, Picture | None]:
    board = read_canonical(one.image, canonical, resize=resize)
    if one.reference is not None:
        golden = read_canonical(one.reference, canonical, resize=resize)
        if one.golden:
            board = degraded(golden, one.reference.name)
        return board, np.asarray(cv2.cvtColor(golden, cv2.COLOR_GRAY2BGR), np.uint8)
    return board, None if one.heat is None else draw_heat(board, one.heat)


def _crop(image: cv2.typing.MatLike, window: Window) -> Picture:
    """The window at the report's size; what lies outside the picture is white."""
    x0, y0, side = window
    patch = image[y0 : y0 + side, x0 : x0 + side]
    below, right = side - patch.shape[0], side - patch.shape[1]
    patch = cv2.copyMakeBorder(patch, 0, below, 0, right, cv2.BORDER_CONSTANT, value=OUTSIDE)
    way = cv2.INTER_CUBIC if side < SIDE else cv2.INTER_AREA
    return np.asarray(cv2.resize(patch, (SIDE, SIDE), interpolation=way), np.uint8)


def _outlined(canvas: Picture, mask: NDArray[np.bool_], window: Window) -> None:
    shown = _crop(cv2.cvtColor(mask.astype(np.uint8) * 255, cv2.COLOR_GRAY2BGR), window)
    inside = mask.shape[0] * SIDE // window[2], mask.shape[1] * SIDE // window[2]
    shown[inside[0] :], shown[:, inside[1] :] = 0, 0  # white there is no defect
    lines, _ = cv2.findContours(
        (shown[:, :, 0] > 127).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    cv2.drawContours(canvas, lines, -1, TRUTH, 1)


def _dashed(canvas: Picture, box: Floats) -> None:
    x1, y1, x2, y2 = (int(edge) for edge in np.rint(box))
    cv2.rectangle(canvas, (x1, y1), (x2, y2), OUTLINE, 3)
    for start in range(x1, x2, 8):
        for y in (y1, y2):
            cv2.line(canvas, (start, y), (min(start + 4, x2), y), TRUTH, 2)
    for start in range(y1, y2, 8):
        for x in (x1, x2):
            cv2.line(canvas, (x, start), (x, min(start + 4, y2)), TRUTH, 2)


def _named(canvas: Picture, box: Floats, colour: tuple[int, int, int], text: str) -> None:
    x1, y1, x2, y2 = (int(edge) for edge in np.rint(box))
    if x2 < 0 or y2 < 0 or x1 > SIDE or y1 > SIDE:
        return
    cv2.rectangle(canvas, (x1 - 3, y1 - 3), (x2 + 3, y2 + 3), colour, 2)
    (width, height), _ = cv2.getTextSize(text, FONT, 0.4, 1)
    left = int(np.clip(x1 - 4, 0, max(0, SIDE - width - 4)))
    top = y1 - height - 9 if y1 > height + 9 else min(y2 + 4, SIDE - height - 5)
    cv2.rectangle(canvas, (left, top), (left + width + 4, top + height + 5), colour, -1)
    at = (left + 2, top + height + 2)
    cv2.putText(canvas, text, at, FONT, 0.4, (255, 255, 255), 1, cv2.LINE_AA)
