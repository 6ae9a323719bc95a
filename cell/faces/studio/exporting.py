"""A label set as files of another tool: the same for page, program and command line."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from cell.faces.studio.clerk import Clerk
from cell.labels.exchange.exporting import Exported, export
from cell.labels.exchange.format import Filed
from cell.labels.exchange.names import as_path
from cell.labels.exchange.table import format_of
from cell.labels.label import LabelError
from cell.people.roles import Permission, require
from cell.texts import say
from vision.lab.data.reading import Watch, unwatched


def export_set(
    clerk: Clerk, name: str, form: str, target: Path, watch: Watch = unwatched
) -> Exported:
    """Write the set; the log is told before. Raises UserError, and then nothing is left."""
    require(clerk.by.role, Permission.EXCHANGE)
    format_of(form)
    book = clerk.book
    classes = book.label_set(name).classes
    members = [Filed(one.labelled, one.file) for one in book.members(name)]
    return clerk.export(
        name, form, len(members), lambda: export(members, target, form, classes, watch)
    )


def export_file(clerk: Clerk, name: str, form: str) -> Path:
    """The set as an archive, in a folder of its own that the caller removes. Raises UserError."""
    place = clerk.book.data_dir / "labels" / "outgoing"
    try:
        place.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="export-", dir=place))
    except OSError as error:
        why = error.strerror or str(error)
        raise LabelError(say("exchange.no_room", file=str(place), why=why)) from None
    try:
        return export_set(clerk, name, form, folder / f"{as_path(name)}-{form}.zip").target
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
