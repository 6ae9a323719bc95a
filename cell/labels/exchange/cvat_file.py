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
from vision.lab.data.saying import fault, told

NO_SHAPES = ("tag",)
_BOXED = {
    "ellipse": told("file.ellipse", "an ellipse: its box counts"),
    "mask": told("file.mask", "a mask: its box counts"),
}
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
                        raise fault(
                            path,
                            told(
                                "file.cvat_root",
                                "begins with <{tag}>, not <annotations>",
                                tag=printable(root.tag),
                            ),
                            told("do.export_cvat", "export it as CVAT for images 1.1"),
                        )
                if depth == 1 and event == "end":
                    if element.tag == "track":
                        raise fault(
                            path,
                            told("file.cvat_tracks", "holds the tracks of a video"),
                            told("do.export_cvat", "export it as CVAT for images 1.1"),
                        )
                    if element.tag == "image":
                        yield element
                    root.clear()
    except ParseError as error:
        line, column = error.position
        raise fault(
            path,
            told(
                "file.no_xml",
                "line {line} column {column}: is no sound XML ({names})",
                line=line,
                column=column + 1,
                names=str(error).partition(":")[0],
            ),
            told("do.export_cut", "the file is cut off or damaged: export it again"),
        ) from None
    except DefusedXmlException:
        raise fault(
            path,
            told("file.entities", "defines entities or a document type, which labels never do"),
            told("do.export_again", "export it again"),
        ) from None
    except FileNotFoundError:
        raise fault(
            path,
            told("file.gone", "is not there"),
            told("do.restore_export", "restore it from the export"),
        ) from None
    except (OSError, ValueError, LookupError) as error:
        raise fault(
            path,
            told("file.cannot_read", "cannot be read ({why})", why=printable(str(error))),
            told("do.export_again", "export it again"),
        ) from None


def outlined(shape: Element) -> Outlined:
    """The outline of a shape. Raises ValueError, in words."""
    kind = shape.tag
    if kind == "polygon":
        points = tuple(_point(text) for text in shape.get("points", "").split(";"))
        if len(points) < 3:
            raise ValueError(told("file.few_points", "a polygon of fewer than three points"))
        return Outlined(points)
    if kind not in _CORNERS:
        raise ValueError(
            told(
                "file.shape_kind",
                "a shape of the kind {kind} is not read",
                kind=repr(printable(kind)),
            )
        )
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
        raise ValueError(
            told(
                "file.point_xy",
                "{text} where a point x,y should be",
                text=repr(printable(text[:40])),
            )
        )
    return _number(x, "x"), _number(y, "y")


def _number(text: str, key: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(
            told(
                "file.no_number",
                "{key} is {text}, not a number",
                key=key,
                text=repr(printable(text[:40])),
            )
        )
    return value
