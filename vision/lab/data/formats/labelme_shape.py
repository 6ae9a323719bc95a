"""The box around one labelme shape."""

from __future__ import annotations

import base64
import binascii
import math
from itertools import pairwise

import cv2
import numpy as np

from vision.lab.data.findings import Corners
from vision.lab.data.formats.labelme_file import Shape
from vision.lab.data.outlines import Outline
from vision.lab.data.reading import corners
from vision.lab.data.saying import told

NO_AREA = told("do.draw_area", "draw a polygon, a rectangle, a circle or a mask")
_LEAST = {
    "polygon": 3,
    "rectangle": 2,
    "circle": 2,
    "mask": 2,
    "rotation": 3,
    "oriented_rectangle": 3,
    "quadrilateral": 4,
}
"""Shapes that have an area, and how many points they need for it."""
_TURNED = ("rotation", "oriented_rectangle")
_CORNERS = ("polygon", "quadrilateral", *_TURNED)


def box_of(shape: Shape) -> tuple[Corners | None, str]:
    """The box [px] and what is to be said of it; None and why for what has no area."""
    kind, points = shape.shape_type, shape.points
    if kind not in _LEAST:
        return None, told(
            "file.no_area", "a {kind} of {count} points has no area", kind=kind, count=len(points)
        )
    if len(points) < _LEAST[kind]:
        return None, told(
            "file.no_area_needs",
            "a {kind} of {count} points has no area: it needs {LEAST}",
            kind=kind,
            count=len(points),
            LEAST=_LEAST[kind],
        )
    if not all(math.isfinite(value) for point in points for value in point):
        return None, told("file.point_no_number", "a point of this {kind} is no number", kind=kind)
    if kind == "circle":
        (x, y), edge = points[0], points[1]
        r = math.dist((x, y), edge)
        return (x - r, y - r, x + r, y + r), ""
    box = corners(points)
    if kind == "mask":
        return _of_mask(box, shape.mask)
    turned = kind in _TURNED and any(_slant(*pair) for pair in pairwise(points))
    return box, told(
        "file.turned_box", "a turned box: the upright one around it counts"
    ) if turned else ""


def outline_of(shape: Shape) -> Outline | None:
    """The points of what is drawn by its corners, None for what the box stands for."""
    upright = shape.shape_type in _TURNED and not any(_slant(*p) for p in pairwise(shape.points))
    return tuple(shape.points) if shape.shape_type in _CORNERS and not upright else None


def _of_mask(around: Corners, text: str | None) -> tuple[Corners | None, str]:
    """What the mask marks; its corners are its first and last pixel."""
    x1, y1, x2, y2 = around
    whole = (x1, y1, x2 + 1, y2 + 1)
    try:
        raw = np.frombuffer(base64.b64decode(text or "", validate=True), np.uint8)
        marked = cv2.imdecode(raw, cv2.IMREAD_UNCHANGED) if len(raw) else None
    except (binascii.Error, ValueError, cv2.error):
        marked = None
    if marked is None:
        return whole, told(
            "file.mask_unreadable", "its mask cannot be read, and its corners were taken"
        )
    if marked.ndim == 3:
        marked = marked[:, :, :3].max(axis=2)
    ys, xs = np.nonzero(marked)
    if not len(xs):
        return None, told("file.mask_nothing", "its mask marks nothing")
    if abs(marked.shape[1] - (x2 - x1 + 1)) > 1 or abs(marked.shape[0] - (y2 - y1 + 1)) > 1:
        return None, (
            told(
                "file.mask_corners",
                "its mask has {shape}x{shape_2} px, but its corners {x2}x{y2}",
                shape=marked.shape[1],
                shape_2=marked.shape[0],
                x2=f"{x2 - x1 + 1:g}",
                y2=f"{y2 - y1 + 1:g}",
            )
        )
    left, top = float(xs.min()), float(ys.min())
    right, bottom = float(xs.max()) + 1, float(ys.max()) + 1
    return (x1 + left, y1 + top, x1 + right, y1 + bottom), ""


def _slant(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether a side is neither upright nor level."""
    return abs(one[0] - other[0]) > 0.5 and abs(one[1] - other[1]) > 0.5
