"""Brings what a browser has sent into the book of labels."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from cell.faces.studio.clerk import Clerk
from cell.faces.studio.visit import now_ns
from cell.labels.errors import StaleLabelError
from cell.labels.exchange.importing import Options, reading
from cell.labels.exchange.unpack import unpack
from cell.labels.label import LabelError
from cell.labels.values import NewPicture, Said
from cell.texts import say
from models.ground.errors import UserError
from vision.lab.data.findings import Finding
from vision.lab.data.reading import Unlabelled
from vision.pictures import is_picture

T = TypeVar("T")
PICTURES: Final = "pictures"
"""Pictures alone, to be labelled here."""


@dataclass
class Progress:
    """How far an import is; read by the page while it runs in a thread."""

    what: str = ""
    done: int = 0
    all: int = 0
    counts: dict[str, int] = field(default_factory=lambda: {"brought": 0, "contrary": 0})
    warnings: Sequence[Finding] = ()

    def watch(self, items: Sequence[T], what: str) -> Iterable[T]:
        """Hands items through, and counts them."""
        self.what, self.done, self.all = what, 0, len(items)
        for item in items:
            yield item
            self.done += 1


@dataclass(frozen=True, slots=True)
class Wish:
    """How it is to be read. classes: new names by old ones."""

    form: str
    unlabelled: Unlabelled = Unlabelled.REFUSE
    classes: Mapping[str, str] = field(default_factory=dict)


def bring_in(clerk: Clerk, source: Path, wish: Wish, progress: Progress) -> None:
    """Read all of it, then bring it in; the log is told. Raises UserError: what had been brought in
    until then stays, and the same import again brings the rest.
    """
    name = source.name
    try:
        if wish.form == PICTURES:
            _pictures(clerk, source, progress)
        else:
            options = Options(
                classes=wish.classes, unlabelled=wish.unlabelled, scratch=source.parent
            )
            with reading(source, wish.form, options, progress.watch) as found:
                progress.warnings = found.warnings
                for filed in progress.watch(found.items, "labels"):
                    told = filed.labelled
                    picture = NewPicture(filed.file, told.picture.name, told.picture.group)
                    _bring(clerk, picture, Said(told.judgement, told.shapes), progress)
    except UserError as error:
        clerk.imported(name, progress.counts, refused=str(error))
        raise
    clerk.imported(name, progress.counts)


def classes_of(words: str) -> dict[str, str]:
    """New names by old ones, from 'old=new, old=new'. Raises LabelError."""
    pairs: dict[str, str] = {}
    for pair in filter(None, (one.strip() for one in words.split(","))):
        old, sign, new = (part.strip() for part in pair.partition("="))
        if not (old and sign and new):
            raise LabelError(say("studio.import.classes_wrong", pair=pair))
        pairs[old] = new
    return pairs


def _pictures(clerk: Clerk, source: Path, progress: Progress) -> None:
    if source.is_dir() or is_picture(source):
        _found(clerk, source, progress)
        return
    with tempfile.TemporaryDirectory(prefix="unpacked-", dir=source.parent) as folder:
        # Removed again: half of a damaged archive is not what the next try is to find.
        unpack(source, Path(folder), progress.watch)
        _found(clerk, Path(folder), progress)


def _found(clerk: Clerk, folder: Path, progress: Progress) -> None:
    files = [folder] if folder.is_file() else sorted(folder.rglob("*"))
    found = [file for file in files if file.is_file() and is_picture(file)]
    if not found:
        raise LabelError(say("studio.import.no_pictures"))
    for file in progress.watch(found, "pictures"):
        _bring(clerk, NewPicture(file, file.name, file.stem), None, progress)


def _bring(clerk: Clerk, picture: NewPicture, said: Said | None, progress: Progress) -> None:
    try:
        clerk.bring_in(picture, said, now_ns())
    except StaleLabelError:  # kept beside the other label, and waits for a decision
        progress.counts["contrary"] += 1
    progress.counts["brought"] += 1
