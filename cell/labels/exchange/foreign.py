"""What the readers of Label Studio's and CVAT's files share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vision.lab.data.findings import Kind
from vision.lab.data.names import source_of
from vision.lab.data.outlines import Outline, Point
from vision.lab.data.reading import Marked, Reading, corners
from vision.lab.data.saying import fault, told
from vision.lab.data.types import Sample


@dataclass(frozen=True, slots=True)
class Outlined:
    """What is drawn [px]: two corners or a polygon; note: what is to be said of it."""

    points: Outline
    note: str = ""


def turned_about(pivot: Point, points: Sequence[Point], degrees: float) -> Outline:
    """Points turned clockwise, as a picture shows them, about another."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    (x, y), sides = pivot, [(a - pivot[0], b - pivot[1]) for a, b in points]
    return tuple((x + u * cos - v * sin, y + u * sin + v * cos) for u, v in sides)


def box_of_ellipse(middle: Point, radii: Point, degrees: float) -> Outline:
    """Two corners of the upright box around an ellipse that is turned about its middle."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    (x, y), (a, b) = middle, radii
    half, high = math.hypot(a * cos, b * sin), math.hypot(a * sin, b * cos)
    return (x - half, y - high), (x + half, y + high)


def only_file(root: Path, suffix: str) -> Path:
    """The file that is given, or the only one of its kind in a folder. Raises DataError."""
    if root.is_file():
        return root
    found = sorted(path for path in root.glob(f"*{suffix}") if path.is_file())
    if len(found) != 1:
        kind, names = suffix[1:].upper(), ", ".join(path.name for path in found[:5]) or "none"
        raise fault(
            root,
            told("file.which_file", "{kind} files here: {names}", kind=kind, names=names),
            told("do.give_path", "give the path of the one you mean"),
        )
    return found[0]


def not_labelled(
    reading: Reading, bare: Sequence[tuple[Path, str]], lacks: str, good: str
) -> list[Sample]:
    """Samples of pictures without a label (with their names), where they are said to be good."""
    if not reading.not_labelled(bare, lacks, good):
        return []
    sizes = [(picture, name, reading.size(picture, name)) for picture, name in bare]
    return [
        Sample(name, picture, size, source_of(name))
        for picture, name, size in sizes
        if size is not None
    ]


def mark(
    reading: Reading, file: Path, place: str, name: str, found: Outlined, label: int
) -> Marked:
    """One shape for the reader of boxes; tells what is to be said of it."""
    box = corners(found.points)
    if found.note:
        what = told("file.at", "{place}: {what}", place=place, what=found.note)
        reading.warning(
            Kind.BOX_MEANING, file, what, told("do.see_box", "see whether the box fits"), name, box
        )
    return Marked(place, box, label, (found.points,) if len(found.points) > 2 else ())
