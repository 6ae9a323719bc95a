"""A label set as an archive of another tool's files."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from cell.faces.studio.clerk import Clerk
from cell.labels.exchange.exporting import export
from cell.labels.exchange.format import Filed
from cell.labels.exchange.names import as_path


def export_file(clerk: Clerk, name: str, form: str) -> Path:
    """Write the archive, in a folder of its own that whoever asked removes. Raises UserError."""
    clerk.exported(name, form)
    book = clerk.book
    found = book.label_set(name)
    members = [Filed(one.labelled, one.file) for one in book.members(name)]
    folder = Path(tempfile.mkdtemp(prefix="export-", dir=book.data_dir / "labels"))
    try:
        target = folder / f"{as_path(name)}-{form}.zip"
        export(members, target, form, found.classes)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return target
