"""Whether a picture can be inspected at all: looked at before every verdict, whatever took it.

A picture that is black, overexposed, out of focus or partly missing shows no defect: it would pass.
It is not inspected instead, which rejects the part.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

import cv2
import numpy as np

from models.ground.text import say
from vision.errors import InspectionError
from vision.inspect.numbers import halve
from vision.types import Image

LEAST_CONTRAST: Final = 2.0
"""Spread of grey below which a picture shows nothing: a good camera's noise alone gives 1."""
BLACK: Final = 6.0
"""Mean grey below which a picture is black, whatever the recipe says."""
WHITE: Final = 249.0
MOST_UNEVEN: Final = 10.0
"""Grey by which every second line may differ from those between; binary boards reach 2.3."""
MOST_COMBED: Final = 1.1
"""Above 1, lines resemble the next but one more than the next: real pictures reach 0.9."""
CELL: Final = 8  # px of the halved picture: a cell of this side without any detail is blank


@dataclass(frozen=True, slots=True)
class Look:
    """Seven numbers about a picture, the first four of its half size.

    brightness: mean grey. contrast: standard deviation [grey]. sharpness: what is lost by a blur of
    sigma 1 px, as a share of the contrast. blank: share of the area without any detail along x or
    along y, such as the grey band, or the last row over and over, of a transfer that broke off.
    uneven: how much the mean of every second row or column differs from that of the others [grey],
    which the half size does not show. combed: how much a row or column differs from the next, as a
    share of how much from the next but one. repeated: share of rows or columns that equal the one
    before.
    """

    brightness: float
    contrast: float
    sharpness: float
    blank: float
    uneven: float = 0.0
    combed: float = 0.0
    repeated: float = 0.0

    @classmethod
    def of(cls, image: Image) -> Self:
        """Measure a picture (height, width)."""
        half = halve(image)
        mean, spread = cv2.meanStdDev(half)
        contrast = float(spread[0, 0])
        grey = half.astype(np.float32)
        fine = cv2.norm(grey, cv2.GaussianBlur(grey, (0, 0), 1.0)) / np.sqrt(half.size)
        sharpness = float(fine) / max(contrast, 1.0)
        lines = [np.ascontiguousarray(turned) for turned in (image, image.T)]
        return cls(
            brightness=float(mean[0, 0]),
            contrast=contrast,
            sharpness=sharpness,
            blank=_blank(half),
            uneven=_uneven(image),
            combed=max(_combed(rows) for rows in lines),
            repeated=max(_repeated(rows) for rows in lines),
        )


@dataclass(frozen=True, slots=True)
class Bounds:
    """What pictures of a product look like: pairs are least and greatest values. See `Look`."""

    brightness: tuple[float, float]
    contrast_min: float
    sharpness: tuple[float, float]
    blank_max: float
    repeated_max: float = 1.0

    @classmethod
    def around(cls, looks: Iterable[Look]) -> Self:
        """Bounds that pictures of good parts keep with a wide margin; needs one look at least.

        Light may fall by 40 %, or use up 40 % of what is left to white; contrast may halve.
        """
        seen = list(looks)
        brightness = [look.brightness for look in seen]
        sharpness = [look.sharpness for look in seen]
        return cls(
            (round(0.6 * min(brightness), 1), round(255 - 0.6 * (255 - max(brightness)), 1)),
            round(0.5 * min(look.contrast for look in seen), 2),
            (round(0.7 * min(sharpness), 4), round(min(1.0, 1.5 * max(sharpness)), 4)),
            round(min(1.0, max(look.blank for look in seen) + 0.1), 3),
            round(min(1.0, max(look.repeated for look in seen) + 0.1), 3),
        )


def check_exposure(look: Look) -> None:
    """Raise InspectionError for a picture in which nothing can be seen, of whatever product."""
    grey, spread = look.brightness, look.contrast
    if grey < BLACK:
        raise InspectionError(say("vision.black", grey=grey, least=BLACK))
    if spread < LEAST_CONTRAST:
        code = "vision.overexposed" if grey > WHITE else "vision.one_grey"
        raise InspectionError(say(code, grey=grey, spread=spread, least=LEAST_CONTRAST))
    if look.uneven > MOST_UNEVEN:
        raise InspectionError(say("vision.striped", darker=look.uneven, most=MOST_UNEVEN))
    if look.combed > MOST_COMBED:
        raise InspectionError(say("vision.combed", ratio=look.combed, most=MOST_COMBED))


def check_sane(view: Image, bounds: Bounds | None) -> None:
    """Raise InspectionError for a canonical view that cannot be judged.

    bounds: the recipe's; None: only what holds for every product is looked at.
    """
    look = Look.of(view)
    check_exposure(look)
    if bounds is None:
        return
    low, high = bounds.brightness
    if not low <= look.brightness <= high:
        code = "vision.too_dark" if look.brightness < low else "vision.too_bright"
        raise InspectionError(say(code, grey=look.brightness, low=low, high=high))
    if look.contrast < bounds.contrast_min:
        least = bounds.contrast_min
        raise InspectionError(say("vision.too_flat", spread=look.contrast, least=least))
    low, high = bounds.sharpness
    if look.sharpness < low:
        raise InspectionError(say("vision.out_of_focus", sharpness=look.sharpness, least=low))
    if look.sharpness > high:
        raise InspectionError(say("vision.noise", sharpness=look.sharpness, most=high))
    if look.blank > bounds.blank_max:
        raise InspectionError(say("vision.blank", share=look.blank, most=bounds.blank_max))
    if look.repeated > bounds.repeated_max:
        most = bounds.repeated_max
        raise InspectionError(say("vision.repeated", share=look.repeated, most=most))


def _blank(half: Image) -> float:
    """Share of cells whose rows are all the same, or whose columns are."""
    along_x = _differing(half[:-1, 1:], half[:-1, :-1])
    along_y = _differing(half[1:, :-1], half[:-1, :-1])
    busy = cv2.min(along_x, along_y)
    return 1.0 - cv2.countNonZero(busy) / busy.size


def _uneven(image: Image) -> float:
    """Difference of the mean grey of every second line to that of the lines between."""
    means = (cv2.reduce(image, axis, cv2.REDUCE_AVG, dtype=cv2.CV_32F).ravel() for axis in (0, 1))
    return max(abs(float(m[0::2].mean() - m[1::2].mean())) if len(m) > 1 else 0.0 for m in means)


def _differing(image: Image, shifted: Image) -> Image:
    """Above 0 for each cell in which some pixel differs from the next one."""
    height, width = image.shape
    differs = cv2.threshold(cv2.absdiff(image, shifted), 0, 255, cv2.THRESH_BINARY)[1]
    cells = (max(1, width // CELL), max(1, height // CELL))
    return np.asarray(cv2.resize(differs, cells, interpolation=cv2.INTER_AREA), np.uint8)


def _combed(rows: Image) -> float:
    """Above 1 where each row resembles the next but one more than the next; the half grey keeps
    empty pictures from being compared by nothing.
    """
    if len(rows) < 3:
        return 0.0
    near = cv2.norm(rows[1:], rows[:-1], cv2.NORM_L1) / rows[1:].size
    far = cv2.norm(rows[2:], rows[:-2], cv2.NORM_L1) / rows[2:].size
    return float(near / (far + 0.5))


def _repeated(rows: Image) -> float:
    """Share of rows that equal the one before in every pixel."""
    if len(rows) < 2:
        return 0.0
    most = cv2.reduce(cv2.absdiff(rows[1:], rows[:-1]), 1, cv2.REDUCE_MAX)
    return 1.0 - cv2.countNonZero(most) / len(most)
