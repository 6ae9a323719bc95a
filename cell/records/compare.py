"""Records compared, row by row, with what the journal makes of an empty file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice, takewhile
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.parse import quote

from sqlalchemy import Table
from sqlalchemy.exc import SQLAlchemyError

from cell.control.ledger.events import Event
from cell.records.agreement import Mark, mark_of
from cell.records.finding import Finding
from cell.records.journal import Journal
from cell.records.projection import BATCH, Projection
from cell.records.remedies import BOTH, REBUILD
from cell.records.schema import NOT_FROM_EVENTS, Base
from models.ground.scratch import scratch

SHOWN = 10
"""Rows of one kind of difference and table that are told one by one."""

T = TypeVar("T")


class Watch(Protocol):
    """Hands `total` items through and shows how far the work is."""

    def __call__(self, items: Iterable[T], what: str, total: int) -> Iterable[T]: ...


def compare(journal: Journal, records: Path, watch: Watch) -> Iterator[Finding]:
    """What the records hold that the journal does not make, and the other way round.

    The journal must be whole. A recorder may be at work: it is compared up to where it is.
    """
    url = f"file:{quote(str(records))}?mode=rw"
    with (
        scratch("records") as folder,
        closing(sqlite3.connect(url, uri=True, timeout=10.0)) as database,
    ):
        fresh = folder / "fresh.db"
        projection = Projection.open(fresh)
        try:
            seen = _seq(mark_of(database))
            _project(watch(_events(journal, 0, seen), "records", seen), projection)
            database.execute("ATTACH ? AS fresh", (str(fresh),))
            database.execute("BEGIN")  # from the first look on, one moment of the records is seen
            _project(_events(journal, seen, _seq(mark_of(database))), projection)
            for table in Base.metadata.sorted_tables:
                if table.name not in NOT_FROM_EVENTS:
                    yield from _differences(database, table, records)
        except SQLAlchemyError as error:
            place = f"after event {projection.last_seq}"
            what = f"makes no records any more ({error.__cause__ or error})"
            yield Finding(str(journal.path), place, what, BOTH)
        finally:
            projection.close()


def _differences(database: sqlite3.Connection, table: Table, records: Path) -> Iterator[Finding]:
    name = table.name
    keys = [column.name for column in table.primary_key]
    values = [
        column.name
        for column in table.columns
        if column.name not in keys and f"{name}.{column.name}" not in NOT_FROM_EVENTS
    ]
    match = " AND ".join(f'a."{key}" IS b."{key}"' for key in keys)
    own, made = f'main."{name}"', f'fresh."{name}"'
    for value in values:
        yield from _told(
            database,
            keys,
            f'FROM {own} AS a JOIN {made} AS b ON {match} WHERE a."{value}" IS NOT b."{value}"',
            (records, name, f"{value} is {{}}, the journal says {{}}"),
            f'a."{value}", b."{value}"',
        )
    for here, there, what in (
        (made, own, "is missing, the journal has it"),
        (own, made, "was not made by any event of the journal"),
    ):
        absent = f"FROM {here} AS a WHERE NOT EXISTS (SELECT 1 FROM {there} AS b WHERE {match})"
        yield from _told(database, keys, absent, (records, name, what))


def _told(
    database: sqlite3.Connection,
    keys: list[str],
    where: str,
    words: tuple[Path, str, str],
    values: str = "",
) -> Iterator[Finding]:
    """One finding a row, and one for all the rows beyond SHOWN."""
    records, table, what = words
    columns = ", ".join([*(f'a."{key}"' for key in keys), *([values] if values else [])])
    rows = database.execute(f"SELECT {columns} {where} LIMIT {SHOWN}").fetchall()
    for row in rows:
        place = f"{table} {', '.join(str(key) for key in row[: len(keys)])}"
        told = what.format(*(repr(value) for value in row[len(keys) :]))
        yield Finding(str(records), place, told, REBUILD)
    if len(rows) == SHOWN:
        more = database.execute(f"SELECT count(*) {where}").fetchone()[0] - SHOWN
        if more:
            yield Finding(str(records), table, f"and {more} rows more of this kind", REBUILD)


def _project(events: Iterable[tuple[int, Event]], projection: Projection) -> None:
    events = iter(events)
    while batch := list(islice(events, BATCH)):
        projection.apply(batch)


def _events(journal: Journal, after: int, last: int) -> Iterator[tuple[int, Event]]:
    return takewhile(lambda item: item[0] <= last, journal.read(after))


def _seq(mark: Mark | None) -> int:
    return 0 if mark is None else mark.last_seq
