"""A label: what a person says of one picture."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cell.texts import say
from models.ground.errors import UserError
from vision.lab.data.names import printable

MOST_CLASS: Final = 100
"""Signs of a class's name."""
_TURNING: Final = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


class LabelError(UserError):
    """A label, or what it is about, cannot be taken; the message says why."""


class ShapeKind(StrEnum):
    """How a defect is outlined."""

    BOX = "box"
    POLYGON = "polygon"


class Judgement(StrEnum):
    """What the picture shows as a whole."""

    GOOD = "good"
    DEFECTIVE = "defective"
    UNUSABLE = "unusable"
    """Nobody can say: blurred, dark, no part in it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One outlined defect. points: x, y in px of the picture, from its top left corner; a box has
    two of them, its top left and bottom right corner; a polygon three or more.
    """

    class_name: str
    kind: ShapeKind
    points: tuple[tuple[float, float], ...]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom edge of the smallest box around it [px]."""
        xs, ys = zip(*self.points, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    @classmethod
    def of_box(cls, class_name: str, x1: float, y1: float, x2: float, y2: float) -> Shape:
        """A box."""
        return cls(class_name, ShapeKind.BOX, ((x1, y1), (x2, y2)))


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by its content. `group`: what must never be divided between splits, such as all
    pictures of one part; size in px.
    """

    sha256: str
    name: str
    width: int
    height: int
    group: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """A picture and what is true of it, as label sets and files of other tools hold it."""

    picture: Picture
    judgement: Judgement
    shapes: tuple[Shape, ...] = ()


def require_sound(labelled: Labelled) -> None:
    """Raises LabelError for shapes outside their picture, too few points, defects on a good part,
    and a defective one without any.
    """
    name, shapes = labelled.picture.name, labelled.shapes
    if (labelled.judgement is Judgement.DEFECTIVE) != bool(shapes):
        code = "label.defective_without_shape" if not shapes else "label.shape_on_good"
        raise LabelError(say(code, picture=name, judgement=labelled.judgement))
    for shape in shapes:
        _require_shape(labelled.picture, shape)


def require_class_names(picture: Picture, shapes: Iterable[Shape]) -> None:
    """Raises LabelError for a class that no file of labels could hold, whose signs turn the words
    beside it around, or that no page has room for. Asked before a label is saved, for ever.
    """
    for name in (shape.class_name for shape in shapes):
        turns = any(unicodedata.bidirectional(sign) in _TURNING for sign in name)
        if len(name) > MOST_CLASS or turns or printable(name) != name:
            shown = printable("".join(s for s in name if unicodedata.category(s) != "Cf"))
            told = {"picture": picture.name, "class_name": shown[:MOST_CLASS]}
            raise LabelError(say("label.odd_class", **told, most=MOST_CLASS))


def _require_shape(picture: Picture, shape: Shape) -> None:
    told = {"picture": picture.name, "class_name": shape.class_name}
    if not shape.class_name.strip():
        raise LabelError(say("label.no_class", picture=picture.name))
    count = len(shape.points)
    if count != 2 if shape.kind is ShapeKind.BOX else count < 3:
        raise LabelError(say("label.points", **told, kind=shape.kind, count=count))
    x1, y1, x2, y2 = shape.box
    if not (0 <= x1 < x2 <= picture.width and 0 <= y1 < y2 <= picture.height):
        size = {"width": picture.width, "height": picture.height}
        raise LabelError(say("label.outside", **told, **size))
