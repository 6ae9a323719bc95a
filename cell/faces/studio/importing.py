"""Files of labels or pictures into the book: the same for page, program and command line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from cell.faces.studio.clerk import Clerk
from cell.faces.studio.hiding import hidden, hidden_in
from cell.labels.exchange.bringing import Brought
from cell.labels.exchange.bringing import bring_in as bring_labels
from cell.labels.exchange.errors import ExchangeError
from cell.labels.exchange.importing import Options, reading
from cell.labels.exchange.unpack import unpack
from cell.labels.label import LabelError
from cell.labels.values import NewPicture
from cell.people.noting import Json
from cell.people.roles import Permission, require
from cell.texts import say
from models.ground.errors import UserError
from models.ground.scratch import scratch
from vision.lab.data.findings import Finding, Kind, Severity
from vision.lab.data.reading import Unlabelled
from vision.lab.data.saying import told
from vision.pictures import SUFFIXES, is_picture

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

    def tell(self, warnings: Sequence[Finding]) -> None:
        """What is to be judged by a person; known before anything is brought in."""
        self.warnings = warnings

    def watch(self, items: Sequence[T], what: str) -> Iterable[T]:
        """Hands items through, and counts them."""
        self.what, self.done, self.all = what, 0, len(items)
        for item in items:
            yield item
            self.done += 1


@dataclass(frozen=True, slots=True)
class Wish:
    """How it is to be read. classes: new names by old ones; known: those that there may be, None
    for any; person: who answers for the labels, '' for whoever imports; scratch: where archives are
    unpacked; sent: the folder of what was sent, which no refusal names; left_out: old names of the
    classes of which nothing comes in.
    """

    form: str
    unlabelled: Unlabelled = Unlabelled.REFUSE
    classes: Mapping[str, str] = field(default_factory=dict)
    known: Collection[str] | None = None
    accept_losses: bool = False
    person: str = ""
    scratch: Path | None = None
    sent: Path | None = None
    left_out: Collection[str] = ()


def bring_in(
    clerk: Clerk,
    source: Path,
    wish: Wish,
    progress: Progress,
    now_ns: int,
    subject: str = "",
) -> Brought:
    """Read all of it, then bring it in; the log is told of the beginning and of the outcome, under
    `subject` or the source's name. Raises UserError: then nothing is brought in, be it for a fault
    of the source or for a full disk.
    """
    require(clerk.by.role, Permission.EXCHANGE)
    name = subject or source.name
    asked: dict[str, Json] = {"format": wish.form, "person": wish.person or clerk.by.name}

    def act() -> Brought:
        try:
            if wish.form == PICTURES:
                return _pictures(clerk, source, progress, now_ns)
            return _labels(clerk, source, wish, progress, now_ns)
        except UserError as error:
            if wish.sent is None:
                raise
            raise hidden(error, wish.sent) from None

    brought = clerk.importing(name, asked, act)
    counts = {"new": brought.new, "same": brought.same, "contrary": len(brought.conflicts)}
    clerk.imported(name, counts)
    return brought


def _labels(clerk: Clerk, source: Path, wish: Wish, progress: Progress, now_ns: int) -> Brought:
    options = _options(wish)
    person = wish.person or clerk.by.name
    with reading(source, wish.form, options, progress.watch) as found:
        warnings = found.warnings
        progress.tell(hidden_in(warnings, wish.sent) if wish.sent else warnings)
        brought = bring_labels(clerk.book, found, person, now_ns, progress.watch)
    contrary = len(brought.conflicts)
    progress.counts = {"brought": brought.new + brought.same + contrary, "contrary": contrary}
    return brought


def look(clerk: Clerk, source: Path, wish: Wish, progress: Progress) -> dict[str, int]:
    """The classes that a source names, and how many outlines each has; nothing is brought in.
    Raises UserError where it could not be brought in either.
    """
    require(clerk.by.role, Permission.EXCHANGE)
    try:
        with reading(source, wish.form, _options(wish), progress.watch) as found:
            counts = dict.fromkeys(found.classes, 0)
            for item in found.items:
                for shape in item.labelled.shapes:
                    counts[shape.class_name] = counts.get(shape.class_name, 0) + 1
    except UserError as error:
        if wish.sent is None:
            raise
        raise hidden(error, wish.sent) from None
    return {name: count for name, count in counts.items() if count}


def _options(wish: Wish) -> Options:
    return Options(
        wish.classes,
        wish.known,
        wish.unlabelled,
        wish.accept_losses,
        scratch=wish.scratch,
        left_out=wish.left_out,
    )


def classes_of(words: str) -> dict[str, str]:
    """New names by old ones, from 'old=new, old=new'. Raises LabelError."""
    pairs: dict[str, str] = {}
    for pair in filter(None, (one.strip() for one in words.split(","))):
        old, sign, new = (part.strip() for part in pair.partition("="))
        if not (old and sign and new):
            raise LabelError(say("studio.import.classes_wrong", pair=pair))
        pairs[old] = new
    return pairs


def _pictures(clerk: Clerk, source: Path, progress: Progress, now_ns: int) -> Brought:
    with ExitStack() as stack:
        folder = source
        if source.is_file() and not is_picture(source):
            folder = _scratch(source.parent, stack)
            unpack(source, folder, progress.watch)
        files = [folder] if folder.is_file() else sorted(folder.rglob("*"))
        files = [file for file in files if file.is_file()]
        found = [file for file in files if is_picture(file)]
        progress.tell([_left_out(file, folder) for file in files if not is_picture(file)])
        if not found:
            raise LabelError(say("studio.import.no_pictures"))
        pictures = [NewPicture(file, file.name, file.stem) for file in found]
        clerk.bring_in(pictures, now_ns, progress.watch)
    progress.counts["brought"] = len(found)
    return Brought(len(found), 0, ())


def _left_out(file: Path, folder: Path) -> Finding:
    """Why a file is none of the pictures."""
    if file.name.startswith("."):
        what = told("file.hidden", "is hidden by the dot in front: it is left out")
        remedy = told("do.without_dot", "rename it if it is a picture")
    else:
        kinds = ", ".join(SUFFIXES)
        what = told("file.no_kind", "is no picture by its name ({kinds}): left out", kinds=kinds)
        remedy = told("do.save_as_kind", "save it as one of these if it is a picture")
    name = Path(file.name) if file == folder else file.relative_to(folder)
    return Finding(Kind.LEFT_OUT, Severity.WARNING, name, what, remedy)


def _scratch(place: Path, stack: ExitStack) -> Path:
    """An empty folder, until the stack ends: what is tried again finds nothing of before."""
    try:
        return stack.enter_context(scratch("pictures", place))
    except OSError as error:
        why = error.strerror or str(error)
        raise ExchangeError(say("exchange.no_room", file=str(place), why=why)) from None
