"""What the canvas is given and gives back: shapes, proposals and a draft, as JSON holds them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from cell.labels.label import LabelError, Shape, ShapeKind
from cell.texts import say

MOST_SHAPES: Final = 1000
MOST_POINTS: Final = 2000

Outline = dict[str, Any]
"""A shape on the canvas: id, name (its class), kind, points; a proposal has score or by, too."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A class that can be chosen, and the reader's word for it."""

    name: str
    word: str


@dataclass(frozen=True, slots=True)
class Document:
    """One picture for the canvas. ticket: names this showing of it; version: of its label, 0 for
    none yet; golden, heat: where those pictures are, '' for none; fixed: nothing can be changed.
    """

    ticket: str
    url: str
    classes: Sequence[Kind]
    shapes: Sequence[Outline] = ()
    proposals: Sequence[Outline] = ()
    golden: str = ""
    heat: str = ""
    fixed: bool = False
    version: int = 0

    def as_json(self) -> dict[str, Any]:
        """As it travels."""
        return asdict(self)


def outlines(
    shapes: Iterable[Shape], prefix: str, scores: Iterable[float] = (), by: str = ""
) -> list[Outline]:
    """Shapes for the canvas; with scores, or with who drew them, they are proposals."""
    told = list(scores)
    found: list[Outline] = []
    for n, shape in enumerate(shapes):
        points = [list(point) for point in shape.points]
        drawn: Outline = {"id": f"{prefix}{n}", "name": shape.class_name, "kind": str(shape.kind)}
        drawn["points"] = points
        if told:
            drawn["score"] = told[n]
        if by:
            drawn["by"] = by
        found.append(drawn)
    return found


def shapes_of(told: object) -> tuple[Shape, ...]:
    """Shapes as a browser sent them. Raises LabelError for what is none; whether they lie in their
    picture is not looked at.
    """
    if not isinstance(told, list) or len(told) > MOST_SHAPES:
        raise LabelError(say("studio.not_shapes"))
    return tuple(_shape(one) for one in told)


def _shape(told: Any) -> Shape:
    try:
        pairs = tuple((float(x), float(y)) for x, y in told["points"][:MOST_POINTS])
        return Shape(str(told["name"]), ShapeKind(told["kind"]), pairs)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise LabelError(say("studio.not_shapes")) from error


def draft_of(words: str) -> dict[str, Any]:
    """A draft as it was kept; empty for none, or for one of another version of the page."""
    try:
        told = json.loads(words) if words else {}
        shapes_of(told.get("shapes", []))
        shapes_of(told.get("proposals", []))
    except (ValueError, AttributeError, LabelError):
        return {}
    return dict(told)
