"""Parts on record as files that leave the cell, one at a time: for pages and programs."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from threading import Lock
from time import time
from typing import Final

from cell.records.exporting import ExportError, Form, export
from cell.records.reading import Archive, PartsAsked
from cell.texts import Lang, render, say

MEDIA: Final = {
    Form.CSV: "text/csv; charset=utf-8",
    Form.PARQUET: "application/vnd.apache.parquet",
}
_KEPT_S: Final = 86_400
"""What a killed server left of an export is removed after so long."""
_BUSY: Final = Lock()


class BusyError(ExportError):
    """Another export is being written."""


def exported(archive: Archive, data_dir: Path, asked: PartsAsked, form: Form, lang: Lang) -> Path:
    """The parts that are asked for as a file, in a folder of its own that the caller removes.
    Raises BusyError, ExportError, RecordsError, and then nothing is left.
    """
    if not _BUSY.acquire(blocking=False):
        raise BusyError(say("records.export_busy"))
    try:
        folder = _folder(data_dir)
        file = folder / f"parts.{form}"
        try:
            export(archive, asked, file, form, lambda words: render(words, lang))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return file
    finally:
        _BUSY.release()


def _folder(data_dir: Path) -> Path:
    place = data_dir / "outgoing"
    try:
        place.mkdir(exist_ok=True)
        for left in place.glob("parts-*"):
            if left.stat().st_mtime < time() - _KEPT_S:
                shutil.rmtree(left, ignore_errors=True)
        return Path(tempfile.mkdtemp(prefix="parts-", dir=place))
    except OSError as error:
        why = error.strerror or str(error)
        raise ExportError(say("records.export_failed", file=str(place), why=why)) from error
