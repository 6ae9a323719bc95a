"""`cell records rebuild`: lines and sums of the records made anew."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from cell.faces.cli.errors import UsageError
from cell.faces.cli.progress import watched
from cell.records.store import open_records
from cell.records.summaries.filling import BITE, Filled, fill, restart


def rebuild(
    data: Annotated[Path, typer.Option(help="Data folder of the cell.")] = Path("data"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make the lines and sums that searches and quality figures stand on anew, from the parts, and
    the times of states from the journal. Records of an older version are brought to this one first,
    after a copy was laid beside them.

    A running cell goes on. Exit code 0, 2 when there are no records.
    """
    records = data / "records.db"
    open_records(records).dispose()  # a folder without records is not given any
    engine = open_records(records, create=True)
    try:
        restart(engine)
        parts = _fill(engine, data / "journal.db")
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise UsageError(
            f"{records}: cannot be written ({error}): make room or repair it, and begin again."
        ) from error
    finally:
        engine.dispose()
    if as_json:
        print(json.dumps({"parts": parts}))
    else:
        print(f"{records}: lines and sums of {parts} parts are made.")


def _fill(engine: Engine, journal: Path) -> int:
    """How many parts there are."""
    with closing(engine.raw_connection()) as held:
        total = int(held.cursor().execute("SELECT coalesce(max(rowid), 0) FROM part").fetchone()[0])
    for _ in watched(_bites(engine, journal), "parts", -(-total // BITE) + 1):
        pass
    return total


def _bites(engine: Engine, journal: Path) -> Iterator[Filled]:
    """Each bite of parts; the journal's pages come before."""
    while (filled := fill(engine, journal)) is not None:
        if filled.parts_done or not filled.parts_all:
            yield filled
