"""CVAT's XML for images, version 1.1, one image after the other."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from cell.labels.exchange.foreign import Outlined, box_of_ellipse, turned_about
from vision.lab.data.names import printable
from vision.lab.data.types import DataError

NO_SHAPES = ("tag",)
_BOXED = {"ellipse": "an ellipse: its box counts", "mask": "a mask: its box counts"}
_CORNERS = {
    "box": ("xtl", "ytl", "xbr", "ybr"),
    "ellipse": ("cx", "cy", "rx", "ry"),
    "mask": ("left", "top", "width", "height"),
}


def images(path: Path) -> Iterator[Element]:
    """Each `image` of a file. Raises DataError with the place."""
    try:
        depth = 0
        with path.open("rb") as file:
            events = iterparse(file, events=("start", "end"), forbid_dtd=True)
            for event, element in events:
                depth += 1 if event == "start" else -1
                if depth == 1 and event == "start":
                    root = element
                    if root.tag != "annotations":
                        raise DataError(
                            f"{path}: begins with <{printable(root.tag)}>, not <annotations>; "
                            "export it as CVAT for images 1.1"
                        )
                if depth == 1 and event == "end":
                    if element.tag == "track":
                        raise DataError(
                            f"{path}: holds the tracks of a video; export it as CVAT for images 1.1"
                        )
                    if element.tag == "image":
                        yield element
                    root.clear()
    except ParseError as error:
        line, column = error.position
        raise DataError(
            f"{path}: line {line} column {column + 1}: is no sound XML "
            f"({str(error).partition(':')[0]}); the file is cut off or damaged: export it again"
        ) from None
    except DefusedXmlException:
        raise DataError(
            f"{path}: defines entities or a document type, which labels never do; export it again"
        ) from None
    except FileNotFoundError:
        raise DataError(f"{path}: is not there; restore it from the export") from None
    except (OSError, ValueError, LookupError) as error:
        raise DataError(
            f"{path}: cannot be read ({printable(str(error))}); export it again"
        ) from None


def outlined(shape: Element) -> Outlined:
    """The outline of a shape. Raises ValueError, in words."""
    kind = shape.tag
    if kind == "polygon":
        points = tuple(_point(text) for text in shape.get("points", "").split(";"))
        if len(points) < 3:
            raise ValueError("a polygon of fewer than three points")
        return Outlined(points)
    if kind not in _CORNERS:
        raise ValueError(f"a shape of the kind {printable(kind)!r} is not read")
    a, b, c, d = (number(shape, key) for key in _CORNERS[kind])
    if kind == "mask":
        return Outlined(((a, b), (a + c, b + d)), _BOXED[kind])
    turn = number(shape, "rotation", "0") % 360
    if kind == "ellipse":
        return Outlined(box_of_ellipse((a, b), (c, d), turn), _BOXED[kind])
    if not turn:
        return Outlined(((a, b), (c, d)))
    # the tool turns a box about its middle
    return Outlined(
        turned_about(((a + c) / 2, (b + d) / 2), ((a, b), (c, b), (c, d), (a, d)), turn)
    )


def number(element: Element, key: str, otherwise: str = "") -> float:
    """A number of an element. Raises ValueError, in words."""
    return _number(element.get(key, otherwise), key)


def _point(text: str) -> tuple[float, float]:
    x, comma, y = text.partition(",")
    if not comma:
        raise ValueError(f"{printable(text[:40])!r} where a point x,y should be")
    return _number(x, "x"), _number(y, "y")


def _number(text: str, key: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{key} is {printable(text[:40])!r}, not a number")
    return value
