"""Labels that came from files, into the book of labels."""

from __future__ import annotations

from dataclasses import dataclass

from cell.labels.book import LabelBook
from cell.labels.exchange.importing import Imported
from cell.labels.values import NewPicture, Said
from vision.lab.data.reading import Watch, unwatched


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of the labels of a source. same: were there already, word for word; conflicts:
    names of pictures of which the book says something else, for a third person to decide.
    """

    new: int
    same: int
    conflicts: tuple[str, ...]


def bring_in(
    book: LabelBook, found: Imported, person: str, now_ns: int, watch: Watch = unwatched
) -> Brought:
    """Bring a whole source in, all of it or nothing; now_ns: system clock. Labels that are there
    change nothing. Raises StoreError where it cannot be written, LabelError for no picture.
    """
    files = [
        (
            NewPicture(item.file, item.labelled.picture.name, item.labelled.picture.group),
            Said(item.labelled.judgement, item.labelled.shapes),
        )
        for item in found.items
    ]
    outcomes = [one for one in book.bring_all_in(files, person, now_ns, watch) if one is not None]
    names = [picture.name for picture, _ in files]
    conflicts = tuple(name for name, one in zip(names, outcomes, strict=True) if one.stale)
    same = sum(one.saved.repeated for one in outcomes if not one.stale)
    return Brought(len(files) - same - len(conflicts), same, conflicts)
