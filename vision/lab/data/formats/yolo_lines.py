"""Lines of a YOLO label, shares of the picture after the class:

``class cx cy w h`` (a box), ``class x1 y1 x2 y2 x3 y3 ..`` (a polygon or a turned box), and with
``kpt_shape`` in data.yaml ``class cx cy w h`` and the key points. A last value more is the
confidence of a detector, which is no label.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vision.lab.data.findings import Kind
from vision.lab.data.formats.yolo_yaml import Described
from vision.lab.data.outlines import Outline
from vision.lab.data.reading import Marked, Reading, corners
from vision.lab.data.saying import told

_MOST_CLASSES = 1_000_000


_SHARE = r"(?:[01](?:\.\d*)?|\.\d+|\d(?:\.\d+)?[eE]-\d+)"
_LABEL = re.compile(rf"\s*\d+(?:\.0+)?(?:[ \t]+{_SHARE}){{4,}}[ \t]*(?:\n|$)")
_HEAD = 4096


def looks_like(path: Path) -> bool:
    """Whether a text file begins with a line of YOLO's."""
    try:
        with path.open("rb") as file:
            text = file.read(_HEAD).decode("utf-8", "replace")
    except OSError:
        return False
    first = next((line for line in text.splitlines() if line.strip()), "")
    return "." in first and _LABEL.match(first) is not None


@dataclass(frozen=True)
class Lines:
    """Where lines stand: their file, the picture's name and size (height, width)."""

    reading: Reading
    file: Path
    name: str
    size: tuple[int, int]
    described: Described


def marks(lines: Lines, text: str) -> Iterator[Marked]:
    """The boxes of a label's text; tells of the lines that are none."""
    reading, file, name, classes = lines.reading, lines.file, lines.name, lines.described.classes
    confident = posed = 0
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        parsed = _parsed(line)
        shape = None if parsed is None else _shape(parsed[1], lines.described.key_points)
        if parsed is None or shape is None:
            shown = line if len(line) <= 80 else line[:80] + "…"
            what = told(
                "file.no_yolo_line",
                "line {number}: {shown} is neither 'class cx cy w h' nor a polygon",
                number=number,
                shown=repr(shown),
            )
            reading.error(
                Kind.LABEL, file, what, told("do.export_labels", "export the labels again"), name
            )
            continue
        label = parsed[0]
        if not 0 <= label < len(classes):
            what = told(
                "file.class_number",
                "line {number}: class {label} is not 0..{count}",
                number=number,
                label=label,
                count=len(classes) - 1,
            )
            reading.error(
                Kind.CLASS,
                file,
                what,
                told("do.add_to_names", "add it to names in data.yaml, or mend it"),
                name,
            )
            continue
        points, confidence = shape
        confident += confidence
        posed += lines.described.key_points is not None and len(parsed[1]) > 5
        height, width = lines.size
        outline = tuple((x * width, y * height) for x, y in points)
        if len(outline) == 2:
            yield Marked(f"line {number}", (*outline[0], *outline[1]), label)
        else:
            yield Marked(f"line {number}", corners(outline), label, (outline,))
    if posed:
        what = told(
            "file.lines_posed", "{posed} lines have key points, which were left out", posed=posed
        )
        remedy = told("do.see_boxes", "see whether their boxes are what you want")
        reading.warning(Kind.COLUMN, file, what, remedy, name)
    if confident:
        what = told(
            "file.lines_confident",
            "{confident} lines end with a confidence, which was left out",
            confident=confident,
        )
        remedy = told(
            "do.see_detector",
            "see whether these are a detector's findings and not a person's labels",
        )
        reading.warning(Kind.COLUMN, file, what, remedy, name)


def _parsed(line: str) -> tuple[int, list[float]] | None:
    """Class, a whole number in any notation, and values of a line; None if it is no such line."""
    if not line.isascii() or "_" in line:
        return None
    try:
        label, *values = (float(word) for word in line.split())
    except ValueError:
        return None
    if not math.isfinite(label) or label != int(label) or abs(label) > _MOST_CLASSES:
        return None
    return int(label), values


def _shape(values: list[float], key_points: tuple[int, int] | None) -> tuple[Outline, bool] | None:
    """Corners of a box or points of a polygon [shares], and whether a confidence follows; None if
    the values are neither.
    """
    boxed = {4, 4 + key_points[0] * key_points[1]} if key_points else {4}
    confidence = bool(values) and 0 <= values[-1] <= 1
    if len(values) in boxed:
        return _box(values), False
    if len(values) - 1 in boxed and confidence:
        return _box(values), True
    if key_points is not None or len(values) < 6 or not all(-0.5 <= v <= 1.5 for v in values):
        return None  # key points without kpt_shape have values such as 2 for visible
    if len(values) % 2 == 0:
        return _points(values), False
    return (_points(values[:-1]), True) if confidence else None


def _box(values: list[float]) -> Outline:
    cx, cy, w, h = values[:4]
    return (cx - w / 2, cy - h / 2), (cx + w / 2, cy + h / 2)


def _points(values: list[float]) -> Outline:
    return tuple(zip(values[::2], values[1::2], strict=True))
