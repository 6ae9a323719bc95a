"""Files of other tools into labels: all of a source, or nothing of it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from cell.labels.exchange.bounds import Bounds
from cell.labels.exchange.convert import labels_of
from cell.labels.exchange.errors import ExchangeError
from cell.labels.exchange.format import Filed, Format, plain
from cell.labels.exchange.mapping import mapped, without
from cell.labels.exchange.names import without_images
from cell.labels.exchange.table import format_of
from cell.labels.exchange.unpack import is_archive, unpack
from cell.labels.label import LabelError
from cell.texts import read, say
from models.ground.errors import UserError
from models.ground.scratch import scratch
from vision.lab.data.findings import Finding
from vision.lab.data.names import printable
from vision.lab.data.open import in_plain_form, turned, usable
from vision.lab.data.reading import Reading, Unlabelled, Watch, unwatched
from vision.lab.data.saying import as_text, changed
from vision.lab.data.types import DataError


@dataclass(frozen=True, slots=True)
class Options:
    """How a source is read. classes: new names by old ones; known: the classes that there may be,
    None for any; unlabelled: what pictures without a label are taken for; accept_losses: go on
    without the pictures of which something cannot be read; scratch: where archives are unpacked;
    left_out: old names of the classes of which nothing comes in.
    """

    classes: Mapping[str, str] = field(default_factory=dict)
    known: Collection[str] | None = None
    unlabelled: Unlabelled = Unlabelled.REFUSE
    accept_losses: bool = False
    scratch: Path | None = None
    bounds: Bounds = field(default_factory=Bounds)
    left_out: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """What a source holds: labels with the files of their pictures, the classes that are named, and
    what is to be judged by a person.
    """

    items: tuple[Filed, ...]
    classes: tuple[str, ...]
    warnings: tuple[Finding, ...]


@contextmanager
def reading(
    source: Path, format: str, options: Options | None = None, watch: Watch = unwatched
) -> Iterator[Imported]:
    """Read a folder, label file, .zip or .tar.gz. What an archive held is there until the block
    ends: copy the pictures within it.

    Raises UserError (ExchangeError, LabelError or DataError), one line each: archives that lead out
    of their folder, are too large, damaged or cut off, labels that cannot be read or lie outside
    their picture, pictures that are missing, damaged or of another size than their labels say, two
    labels for one content, classes that are not known.
    """
    one, told = format_of(format), options or Options()
    if not source.exists():
        raise ExchangeError(say("exchange.not_there", file=str(source)))
    if not is_archive(source):
        yield _read(source, source, one, told, watch)
        return
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(scratch("labels", told.scratch))
        except OSError as error:
            why = error.strerror or str(error)
            place = str(told.scratch or tempfile.gettempdir())
            raise ExchangeError(say("exchange.no_room", file=place, why=why)) from None
        unpack(source, folder, watch, told.bounds)
        root = folder if one.deep else _only_folder(folder)
        try:
            found = _read(root, source, one, told, watch)
        except (DataError, LabelError) as error:
            raise ExchangeError(_named(str(error), root, source)) from None
        yield replace(found, warnings=tuple(_said(one, root, source) for one in found.warnings))


def _only_folder(folder: Path) -> Path:
    """The folder that an archive holds and nothing else, else the archive's own."""
    inside = list(folder.iterdir())
    while len(inside) == 1 and inside[0].is_dir() and inside[0].name != "images":
        folder = inside[0]
        inside = list(folder.iterdir())
    return folder


def _coded(error: UserError) -> ExchangeError:
    """The fault of a file as a text by its code."""
    if isinstance(error, DataError) and error.parts is not None:
        file, what, remedy = error.parts
        return ExchangeError(
            say("exchange.fault", file=printable(file), what=as_text(what), remedy=as_text(remedy))
        )
    return ExchangeError(str(error))


def _named(words: str, root: Path, source: Path) -> str:
    """Words that name the archive, and not where it happened to be unpacked."""
    if read(words) is None:
        return words.replace(str(root), str(source))
    return words.replace(_inside(str(root)), _inside(str(source)))  # a text travels as JSON


def _inside(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)[1:-1]


def _said(finding: Finding, root: Path, source: Path) -> Finding:
    def named(words: str) -> str:
        return words.replace(str(root), str(source))

    return replace(finding, file=Path(named(str(finding.file))), what=changed(finding.what, named))


def _read(root: Path, source: Path, format: Format, options: Options, watch: Watch) -> Imported:
    try:
        return _taken(root, source, format, options, watch)
    except DataError as error:
        raise _coded(error) from None


def _taken(root: Path, source: Path, format: Format, options: Options, watch: Watch) -> Imported:
    findings: list[Finding] = []
    within = _home(root)
    reader = Reading(root, findings.append, watch, options.unlabelled, within=within)
    data = in_plain_form(format.read(reader), findings)
    lost = [finding for finding in findings if finding.lost]
    if lost and not options.accept_losses:
        raise ExchangeError(_fault(lost[0], len(lost) - 1))
    data = usable(data, lost)
    data = without_images(data) if format.named_from_home else data
    if not data.samples and lost:
        raise ExchangeError(say("exchange.none_left", what=_fault(lost[0], 0)))
    if not data.samples:
        raise ExchangeError(say("exchange.empty", file=str(source), files=plain(format.files)))
    if options.left_out:
        data = without(data, source, options.left_out, findings)
    data = mapped(data, source, options.classes, options.known)
    items = labels_of(data, findings, watch)
    return Imported(tuple(items), data.classes, tuple(findings + turned(data)))


def _fault(lost: Finding, more: int) -> str:
    """What was lost first; more: how much else was."""
    words = say(
        "exchange.fault",
        file=printable(str(lost.file)),
        what=as_text(lost.what),
        remedy=as_text(lost.remedy),
    )
    return say("exchange.more", what=words, count=more) if more else words


def _home(root: Path) -> Path:
    """The folder outside of which no picture may lie; COCO keeps its files in one beside them."""
    if root.is_dir():
        return root
    return root.parent.parent if root.parent.name == "annotations" else root.parent
