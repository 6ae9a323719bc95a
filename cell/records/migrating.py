"""Records of an older version brought to this one, after a copy was laid beside them."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from cell.records.errors import RecordsError
from cell.records.schema import SCHEMA_VERSION, Base
from cell.records.summaries import tables
from cell.records.summaries.filling import begin_alarms, begin_filling, begin_states
from cell.stores.trouble import told

SMALL: Final = 64 * 2**20
"""Up to this size a file is brought up while its node is set up [bytes]."""
_OLD_INDEXES: Final = ("ix_evidence_sha256", "ix_alarm_log_alarm", "ix_session_started_ns")
"""Of version 1, which longer ones stand in for."""
_WITH_ALARMS: Final = 3
"""The first version with the history of alarms."""
_WITH_SUMS: Final = 2
"""The first version with lines and sums."""


def is_older(path: Path) -> bool:
    """Whether records lie there that are to be brought up first; not where it is no database,
    which whoever opens it says.
    """
    if not path.exists():
        return False
    try:
        with closing(_connected(path)) as database:
            version = int(database.execute("PRAGMA user_version").fetchone()[0])
            made = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'part'").fetchone()
    except sqlite3.Error:
        return False
    return version < SCHEMA_VERSION and made is not None


def bring_up(path: Path) -> None:
    """Give records of an older version this version's tables; their lines and sums are filled
    afterwards. Killed at any point, they are the ones of before. Raises RecordsError.
    """
    with told(path, RecordsError, (sqlite3.Error, OSError)), closing(_connected(path)) as database:
        database.execute("BEGIN IMMEDIATE")  # one does it, and nobody writes meanwhile
        try:
            version = int(database.execute("PRAGMA user_version").fetchone()[0])
            if version < SCHEMA_VERSION:
                _back_up(path, version)
                _change(database, version)
            database.execute("COMMIT")
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise


def _change(database: sqlite3.Connection, version: int) -> None:
    names = "SELECT name FROM sqlite_master WHERE type IN ('table', 'index')"
    there = {name for (name,) in database.execute(names)}
    columns = {row[1] for row in database.execute("PRAGMA table_info(progress)")}
    if "progress" in there and "stamp_ns" not in columns:
        database.execute("ALTER TABLE progress ADD COLUMN stamp_ns INTEGER DEFAULT 0 NOT NULL")
    columns = {row[1] for row in database.execute("PRAGMA table_info(filling)")}
    if "filling" in there and "alarms_done" not in columns:
        database.execute("ALTER TABLE filling ADD COLUMN alarms_done INTEGER")
        database.execute("ALTER TABLE filling ADD COLUMN alarms_all INTEGER DEFAULT 0 NOT NULL")
    columns = {row[1] for row in database.execute("PRAGMA table_info(part_line)")}
    if "part_line" in there and "said" not in columns:
        _say_nothing(database)
        there = {name for (name,) in database.execute(names)}
    dialect = sqlite.dialect()
    for name in _OLD_INDEXES:
        database.execute(f"DROP INDEX IF EXISTS {name}")
    for table in Base.metadata.sorted_tables:
        if table.name not in there:
            database.execute(str(CreateTable(table).compile(dialect=dialect)))
        for index in sorted(table.indexes, key=lambda one: str(one.name)):
            if index.name not in there or index.name in _OLD_INDEXES:
                database.execute(str(CreateIndex(index).compile(dialect=dialect)))
    if version < _WITH_SUMS:
        begin_filling(database)
    if version < _WITH_ALARMS:
        begin_alarms(database)
    if version == _WITH_SUMS:
        begin_states(database)
    database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _say_nothing(database: sqlite3.Connection) -> None:
    """Nobody has said anything after the fact yet: lines and sums of parts stay as they are."""
    database.execute("ALTER TABLE part_line ADD COLUMN said VARCHAR DEFAULT '' NOT NULL")
    dialect, table = sqlite.dialect(), Base.metadata.tables["part_sum"]
    kept = [column.name for column in table.columns if column.name != "said"]
    names = ", ".join(kept)
    database.execute("DROP INDEX IF EXISTS part_sum_empty")
    database.execute("ALTER TABLE part_sum RENAME TO part_sum_before")
    database.execute(str(CreateTable(table).compile(dialect=dialect)))
    database.execute(
        f"INSERT INTO part_sum ({names}, said) SELECT {names}, '' FROM part_sum_before"
    )
    database.execute("DROP TABLE part_sum_before")
    for index in table.indexes:
        database.execute(str(CreateIndex(index).compile(dialect=dialect)))


def _back_up(path: Path, version: int) -> None:
    """Whole or not at all, beside the file. Another connection sees what was committed."""
    beside = path.with_name(f"{path.name}.version-{version}")
    part = beside.with_name(f"{beside.name}.part")
    part.unlink(missing_ok=True)
    try:
        with closing(_connected(path)) as source, closing(sqlite3.connect(part)) as copy:
            source.backup(copy)
        part.chmod(path.stat().st_mode & 0o777)
        os.replace(part, beside)
    finally:
        part.unlink(missing_ok=True)


def _connected(path: Path) -> sqlite3.Connection:
    where = f"file:{quote(str(path.absolute()))}?mode=rw"
    return sqlite3.connect(where, uri=True, timeout=10.0, isolation_level=None)


assert tables.DERIVED  # its tables are among those that are made
