"""A book of labels with small pictures in it, for tests."""

from __future__ import annotations

from pathlib import Path

import cv2

from cell.config.labels import LabelsConfig
from cell.labels.book import LabelBook
from cell.labels.label import Judgement, Shape
from cell.labels.reasons import Why
from cell.labels.values import NewPicture, Purpose, Reason, Said, Saved
from tests.cell.evidence_world import noise

MINUTE = 60 * 10**9
GOOD = Said(Judgement.GOOD)
UNUSABLE = Said(Judgement.UNUSABLE)
NEVER_TWICE = LabelsConfig(review_share=0.0)
ALWAYS_TWICE = LabelsConfig(review_share=1.0)


def scratch(x: float = 10.0, side: float = 10.0, name: str = "scratch") -> Said:
    """A defective part with one box."""
    return Said(Judgement.DEFECTIVE, (Shape.of_box(name, x, 10.0, x + side, 10.0 + side),))


def picture(folder: Path, number: int, group: str = "") -> NewPicture:
    """A picture of 48 x 48 px like no other."""
    file = folder / f"p{number}.png"
    if not file.exists():
        assert cv2.imwrite(str(file), noise(number))
    return NewPicture(file, file.name, group or f"part-{number}")


def book_of(folder: Path, count: int = 0, settings: LabelsConfig = NEVER_TWICE) -> LabelBook:
    """A book with so many pictures in its queue, the first ones least valuable; ids from 1 on."""
    book = LabelBook.open(folder, settings)
    for number in range(count):
        strength = number / max(1, count)
        book.add(picture(folder, number), Reason(Why.DRIFT, strength, "drift"), now_ns=0)
    return book


def tell(
    book: LabelBook, item: int, person: str, said: Said, at_ns: int = 0, key: str = ""
) -> Saved:
    """Open an item and save this of it."""
    task = book.open_item(item, person, at_ns)
    return book.save(
        item,
        person,
        said,
        base=task.item.version,
        purpose=task.purpose,
        now_ns=at_ns,
        key=key,
    )


def label(book: LabelBook, item: int, person: str, said: Said, base: int, key: str = "") -> Saved:
    """Save a label begun at a version."""
    return book.save(item, person, said, base=base, purpose=Purpose.LABEL, now_ns=0, key=key)
