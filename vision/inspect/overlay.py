"""Drawing detections onto a view, for people."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from vision.inspect.areas import NO_AREAS, Areas, draw_areas
from vision.types import Image, Inspection

NAMED: Final = {
    "open": (50, 60, 225),
    "short": (0, 114, 230),
    "mousebite": (190, 60, 190),
    "spur": (50, 160, 60),
    "copper": (190, 110, 0),
    "pin_hole": (150, 150, 0),
}
OTHERS: Final = ((140, 90, 40), (90, 30, 130), (60, 120, 120), (40, 90, 170))
"""Blue, green, red; dark enough for white letters."""
MARGIN_PX: Final = 4
FONT: Final = cv2.FONT_HERSHEY_SIMPLEX

ColourImage = NDArray[np.uint8]
"""Shape (height, width, 3), blue first."""


def colour_of(class_name: str) -> tuple[int, int, int]:
    """The colour of a class: the same in every picture, whatever the model."""
    other = OTHERS[zlib.crc32(class_name.encode()) % len(OTHERS)]
    return NAMED.get(class_name, other)


def draw_overlay(
    view: Image,
    inspection: Inspection,
    scale: float = 1.0,
    areas: Areas = NO_AREAS,
    notes: Sequence[str] = (),
) -> ColourImage:
    """The view (height, width) in colour, enlarged by `scale`, detections outlined and named.

    areas: where defects count and where they do not, drawn below. notes: what is to be said of each
    detection besides its name and score, in their order; '' for nothing.
    """
    size = (round(view.shape[1] * scale), round(view.shape[0] * scale))
    canvas = cv2.cvtColor(cv2.resize(view, size), cv2.COLOR_GRAY2BGR)
    draw_areas(canvas, areas, scale)
    noted = zip(inspection.detections, notes or [""] * len(inspection.detections), strict=True)
    for detection, note in sorted(noted, key=lambda pair: pair[0].score):
        box = detection.box
        x0, y0 = (round(edge * scale) - MARGIN_PX for edge in (box.x_min, box.y_min))
        x1, y1 = (round(edge * scale) + MARGIN_PX for edge in (box.x_max, box.y_max))
        colour = colour_of(detection.class_name)
        if detection.outline:
            line = np.round(np.array(detection.outline) * scale).astype(np.int32)
            cv2.polylines(canvas, [line], True, (255, 255, 255), 4)
            cv2.polylines(canvas, [line], True, colour, 2)
        else:
            cv2.rectangle(canvas, (x0, y0), (x1, y1), (255, 255, 255), 4)
            cv2.rectangle(canvas, (x0, y0), (x1, y1), colour, 2)
        text = f"{detection.class_name} {detection.score:.2f}{note and ', '}{note}"
        _label(canvas, text, (x0, y0, y1), colour)
    return np.asarray(canvas, np.uint8)


def _label(
    canvas: MatLike,
    text: str,
    place: tuple[int, int, int],
    colour: tuple[int, int, int],
) -> None:
    """A name plate above the box; below it where there is no room above."""
    (width, height), drop = cv2.getTextSize(text, FONT, 0.5, 1)
    x, top, bottom = place
    left = int(np.clip(x, 0, max(0, canvas.shape[1] - width - 6)))
    tall = height + drop + 4
    upper = top - tall if top >= tall else min(bottom, canvas.shape[0] - tall)
    cv2.rectangle(canvas, (left, upper), (left + width + 6, upper + tall), colour, -1)
    cv2.putText(
        canvas, text, (left + 3, upper + height + 3), FONT, 0.5, (255, 255, 255), 1, cv2.LINE_AA
    )
