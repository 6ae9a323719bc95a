"""Parts on record as a table for other programs: CSV or Parquet, whole or not at all.

Rows are read a page at a time, each page in a short read of its own, so that neither memory nor the
recorder feels how many there are.
"""

from __future__ import annotations

import csv
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TextIO

from cell.records.errors import RecordsError
from cell.records.reading import Archive, LineRow, PartsAsked
from models.ground.text import say

PAGE: Final = 1000
COLUMNS: Final[dict[str, str]] = {
    "part": "VARCHAR", "arrived": "TIMESTAMPTZ", "session": "VARCHAR", "recipe": "VARCHAR",
    "model": "VARCHAR", "own_verdict": "VARCHAR", "own_by": "VARCHAR", "verdict": "VARCHAR",
    "bin": "VARCHAR", "reason": "VARCHAR", "by": "VARCHAR", "overridden": "BOOLEAN",
    "disposition": "VARCHAR", "disposed_bin": "VARCHAR", "disposed": "TIMESTAMPTZ",
    "score": "DOUBLE", "defects": "INTEGER", "said_after": "VARCHAR",
}  # fmt: skip
"""Name and type of each column, as DuckDB calls it. Times are UTC, to the microsecond."""
_RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What makes a spreadsheet take a cell for a formula (OWASP, CSV injection)."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
Told = Callable[[int], None]
Words = Callable[[str], str]


class Form(StrEnum):
    """What the file is."""

    CSV = "csv"
    PARQUET = "parquet"


class ExportError(RecordsError):
    """The file cannot be written; the message says why and what to do."""


def export(
    archive: Archive,
    asked: PartsAsked,
    target: Path,
    form: Form,
    words: Words = str,
    told: Told = lambda _: None,
) -> int:
    """Write what is asked for, the newest part first; how many parts. words: makes a reason
    readable; told: hears how many are written, page by page.

    Raises ExportError and RecordsError; then, as when interrupted, nothing new is left and what was
    there before stays.
    """
    if form is Form.PARQUET:
        require_parquet()
    fresh = target.with_name(f".{secrets.token_hex(6)}.part")
    table = fresh.with_suffix(".csv") if form is Form.PARQUET else fresh
    nothing = secrets.token_hex(8) if form is Form.PARQUET else ""
    try:
        count = _write(archive, asked, table, words, told, nothing)
        if form is Form.PARQUET:
            _to_parquet(table, fresh, nothing)
        with fresh.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(fresh, target)
        return count
    except OSError as error:
        why = error.strerror or str(error)
        raise ExportError(say("records.export_failed", file=target, why=why)) from error
    finally:
        for left in {fresh, table}:
            with suppress(OSError):
                left.unlink(missing_ok=True)


def require_parquet() -> Any:
    """DuckDB. Raises ExportError where it is not installed."""
    try:
        import duckdb
    except ImportError:
        raise ExportError(say("records.no_parquet")) from None
    return duckdb


def _rows(archive: Archive, asked: PartsAsked) -> Iterator[tuple[LineRow, ...]]:
    after = ""
    while True:
        page = archive.found(asked, after, PAGE)
        yield page.rows
        after = page.after
        if not after:
            return


def _write(
    archive: Archive, asked: PartsAsked, path: Path, words: Words, told: Told, nothing: str
) -> int:
    """A table for people, or, where `nothing` stands for what is not known, for another program."""
    count, harmless = 0, not nothing
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    with open(handle, "w", encoding="utf-8", newline="") as stream:
        if harmless:
            stream.write("\ufeff")  # else a Korean Excel reads it as CP949
        rows = _writer(stream)
        rows.writerow(COLUMNS)
        for page in _rows(archive, asked):
            for row in page:
                cells = _cells(row, words)
                rows.writerow(
                    [_safe(one) if harmless else nothing if one is None else one for one in cells]
                )
            count += len(page)
            told(count)
    return count


def _writer(stream: TextIO) -> Any:
    return csv.writer(stream, lineterminator="\r\n")  # as RFC 4180 has it


def _cells(row: LineRow, words: Words) -> list[Any]:
    cells: list[Any] = list(astuple(row))
    names = LineRow.__slots__
    for name in ("arrived_ns", "disposed_ns"):
        at = names.index(name)
        cells[at] = _moment(cells[at])
    at = names.index("reason")
    cells[at] = words(cells[at]) if cells[at] else ""
    return cells


def _moment(stamp_ns: int | None) -> str | None:
    if stamp_ns is None:
        return None
    return (_EPOCH + timedelta(microseconds=stamp_ns // 1000)).isoformat()


def _safe(cell: Any) -> Any:
    """A text that a spreadsheet would take for a formula, made a plain text by an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_RISKY) else cell


def _to_parquet(table: Path, target: Path, nothing: str) -> None:
    duckdb = require_parquet()
    # What does not fit into its memory goes beside the target, not into the folder of whoever asks.
    spill = target.with_suffix(".spill")
    try:
        _copied(duckdb, table, target, nothing, spill)
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def _copied(duckdb: Any, table: Path, target: Path, nothing: str, spill: Path) -> None:
    types = ", ".join(f"'{name}': '{kind}'" for name, kind in COLUMNS.items())
    source, out = (str(file).replace("'", "''") for file in (table, target))
    own = {"threads": 1, "memory_limit": "256MB", "temp_directory": str(spill)}
    with duckdb.connect(config=own) as database:
        database.execute("SET preserve_insertion_order = true; SET TimeZone = 'UTC'")
        form = "header = true, delim = ',', quote = '\"', escape = '\"', auto_detect = false"
        read = f"read_csv('{source}', {form}, nullstr = '{nothing}', columns = {{{types}}})"
        try:
            database.execute(
                f"COPY (SELECT * FROM {read}) TO '{out}' (FORMAT parquet, COMPRESSION zstd)"
            )
        except duckdb.Error as error:
            raise OSError(0, " ".join(str(error).split())) from error
