"""Labels that came from files, into the book of labels."""

from __future__ import annotations

from dataclasses import dataclass

from cell.labels.book import LabelBook
from cell.labels.errors import StaleLabelError
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
    """Bring a whole source in, picture by picture; now_ns: system clock. What is interrupted can be
    begun again: labels that are there change nothing. Raises StoreError where nothing more can be
    written.
    """
    new, same, conflicts = 0, 0, []
    for item in watch(found.items, "labels"):
        of, labelled = item.labelled.picture, item.labelled
        said = Said(labelled.judgement, labelled.shapes)
        try:
            saved = book.bring_in(NewPicture(item.file, of.name, of.group), said, person, now_ns)
        except StaleLabelError:
            conflicts.append(of.name)
            continue
        same += saved is not None and saved.repeated
        new += saved is None or not saved.repeated
    return Brought(new, same, tuple(conflicts))
