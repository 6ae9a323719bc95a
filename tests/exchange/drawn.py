"""Labels as people might draw them, with pictures, for tests of files of other tools."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from hypothesis import strategies as st

from cell.labels.exchange.format import Filed
from cell.labels.exchange.names import as_paths
from cell.labels.exchange.table import FORMATS
from cell.labels.label import Judgement, Labelled, Picture, Shape, ShapeKind

NAMES = (
    "a.png", "0001.png", "part 17.png", "부품-3.png", "part.17.PNG", "images/x.png", "A.png",
    "labels.png", "classes.png", "tag&<x>'\".png", "100%.png", "a.png.png", "a+b=c#d.png", ".png",
    "날짜/부품.png", f"{'x' * 120}.png", "plain", "half.jpg", "..", "../up.png", "C:\\x.png", "con",
)  # fmt: skip
CLASSES = (
    "scratch",
    "긁힘",
    "Делт",
    "a b",
    "no",
    "010",
    "null",
    "&<x>\"'",
    "good",
    "1",
    "[x]",
    "ü",
)
GROUPS = ("P-1", "부품 7", "0", "", "<&>", "a/b")


@cache
def picture(width: int, height: int, number: int) -> bytes:
    """A PNG unlike all others of its size."""
    pixels = np.full((height, width), number % 256, np.uint8)
    pixels[0, 0] = (number * 7 + 1) % 256
    return bytes(cv2.imencode(".png", pixels)[1])


@st.composite
def shapes(draw: st.DrawFn, width: int, height: int) -> Shape:
    """A box or polygon in a picture, larger than its first pixel, in 1/1000 px."""
    x1 = draw(st.integers(0, width * 1000 - 2000))
    y1 = draw(st.integers(0, height * 1000 - 2000))
    x2 = draw(st.integers(x1 + 1500, width * 1000))
    y2 = draw(st.integers(y1 + 1500, height * 1000))
    name = draw(st.sampled_from(CLASSES))
    left, top, right, bottom = (value / 1000 for value in (x1, y1, x2, y2))
    if draw(st.booleans()):
        return Shape.of_box(name, left, top, right, bottom)
    inside = st.tuples(st.integers(x1, x2), st.integers(y1, y2))
    more = [(x / 1000, y / 1000) for x, y in draw(st.lists(inside, max_size=5))]
    points = ((left, top), (right, top), (right, bottom), *more)
    return Shape(name, ShapeKind.POLYGON, points)


@dataclass(frozen=True)
class Drawn:
    """A label, and the number of its picture."""

    labelled: Labelled
    content: bytes


@st.composite
def drawn_sets(draw: st.DrawFn) -> list[Drawn]:
    """One to four labels of different pictures, each of any judgement."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    made = []
    for number, name in enumerate(names):
        width, height = draw(st.integers(3, 40)), draw(st.integers(3, 40))
        judgement = draw(st.sampled_from([*Judgement, Judgement.DEFECTIVE]))
        outlines = st.lists(shapes(width, height), min_size=1, max_size=4, unique=True)
        found = tuple(draw(outlines)) if judgement is Judgement.DEFECTIVE else ()
        content = picture(width, height, number)
        sha256 = hashlib.sha256(content).hexdigest()
        shown = Picture(sha256, name, width, height, draw(st.sampled_from(GROUPS)))
        made.append(Drawn(Labelled(shown, judgement, found), content))
    return made


def lay(folder: Path, drawn: list[Drawn]) -> list[Filed]:
    """The labels with their pictures on disk."""
    items = []
    for number, one in enumerate(drawn):
        file = folder / f"{number}.png"
        file.write_bytes(one.content)
        items.append(Filed(one.labelled, file))
    return items


def sound_set(folder: Path) -> list[Filed]:
    """A box, a polygon, a good and an unusable picture."""
    content = [picture(30 + number, 20, number) for number in range(4)]
    boxed = (Shape.of_box("긁힘", 1.5, 2, 10.25, 12),)
    polygon = (Shape("dent", ShapeKind.POLYGON, ((3, 3), (20, 4.125), (9, 17))),)
    judged = (
        (Judgement.DEFECTIVE, boxed), (Judgement.DEFECTIVE, polygon),
        (Judgement.GOOD, ()), (Judgement.UNUSABLE, ()),
    )  # fmt: skip
    made = []
    for number, (judgement, found) in enumerate(judged):
        sha256 = hashlib.sha256(content[number]).hexdigest()
        shown = Picture(sha256, f"part-{number}.png", 30 + number, 20, f"P{number // 2}")
        made.append(Drawn(Labelled(shown, judgement, found), content[number]))
    return lay(folder, made)


def as_named(items: list[Filed]) -> list[str]:
    """The names that pictures of these get, without suffix."""
    return as_paths(re.sub(r"\.png$", "", i.labelled.picture.name, flags=re.I) for i in items)


def as_held(labelled: Labelled, stem: str, format: str) -> Labelled | None:
    """A label as the table of formats says that it comes back, under that picture's name."""
    holds = FORMATS[format].holds
    if labelled.judgement is Judgement.UNUSABLE and not holds.unusable:
        return None
    group = labelled.picture.group if holds.groups else stem
    name = labelled.picture.name
    name = f"{stem}{name[-4:] if name.lower().endswith('.png') else '.png'}"
    return Labelled(
        replace(labelled.picture, name=name, group=group),
        labelled.judgement,
        tuple(dict.fromkeys(_as_held(s, holds.boxes, holds.polygons) for s in labelled.shapes)),
    )


def _as_held(shape: Shape, boxes: bool, polygons: bool) -> Shape:
    x1, y1, x2, y2 = shape.box
    if shape.kind is ShapeKind.POLYGON and not polygons:
        return Shape.of_box(shape.class_name, x1, y1, x2, y2)
    if shape.kind is ShapeKind.BOX and not boxes:
        corners = ((x1, y1), (x2, y1), (x2, y2), (x1, y2))
        return Shape(shape.class_name, ShapeKind.POLYGON, corners)
    return shape
