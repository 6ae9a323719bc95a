"""What settled labels say of the line's parts, for whoever compares the cell's word with it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from cell.labels.errors import StoreError
from cell.labels.keeping import place_of
from cell.labels.label import Judgement, Shape
from cell.labels.rows import shapes_of
from cell.stores.store import looking

FILE = "labels.db"
_QUERY = (
    "SELECT item.part, picture.sha256, picture.suffix, picture.name, label.judgement, label.shapes,"
    " label.person FROM item JOIN picture ON picture.sha256 = item.sha256 "
    "JOIN label ON label.item = item.id AND label.number = item.head "
    "WHERE item.state = 'settled' AND label.judgement IN ('good', 'defective') "
    "ORDER BY item.id"
)


@dataclass(frozen=True, slots=True)
class PartTruth:
    """A settled picture of a part. file: its own copy, which no retention deletes; person: who said
    it. Shapes in px of the picture; of_view: whether that is the view that was inspected.
    """

    part: str
    sha256: str
    file: Path
    of_view: bool
    judgement: Judgement
    shapes: tuple[Shape, ...]
    person: str


def truths(data_dir: Path, parts: Collection[str] | None = None) -> tuple[PartTruth, ...]:
    """Of these parts, or of all of the line; nothing where nobody has labelled.

    Raises StoreError.
    """
    path = data_dir / FILE
    if not path.is_file():
        return ()
    with looking(path, StoreError) as db:
        rows = db.execute(_QUERY).fetchall()
    return tuple(
        PartTruth(
            part=part,
            sha256=sha256,
            file=place_of(data_dir, sha256, suffix),
            of_view="-view" in name,
            judgement=Judgement(judgement),
            shapes=shapes_of(shapes),
            person=person,
        )
        for part, sha256, suffix, name, judgement, shapes, person in rows
        if part and (parts is None or part in parts)
    )
