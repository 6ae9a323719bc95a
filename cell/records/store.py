"""The records database: opened, checked, made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from cell.records.errors import RecordsError
from cell.records.migrating import bring_up, is_older
from cell.records.remedies import REBUILD
from cell.records.schema import SCHEMA_VERSION, Base


def open_records(path: Path, *, create: bool = False) -> Engine:
    """The engine of a records database; `create` makes the tables that are missing, and brings
    older ones to this version.

    Raises RecordsError for a file that is missing, damaged, or written by a newer version.
    """
    if create:
        path.parent.mkdir(parents=True, exist_ok=True)
    elif not path.exists():
        raise RecordsError(f"{path}: does not exist: has the cell run with this data folder?")
    if create and is_older(path):
        bring_up(path)
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _configure)
    try:
        with engine.begin() as connection:
            version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
            if version > SCHEMA_VERSION:
                raise RecordsError(
                    f"{path}: was written by a newer cell (records version {version}, this one "
                    f"knows {SCHEMA_VERSION}): install that version, or use another data folder"
                )
            if create:
                Base.metadata.create_all(connection)
                connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
    except SQLAlchemyError as error:
        engine.dispose()
        raise RecordsError(
            f"{path}: is no usable records database ({error.__cause__ or error}): {REBUILD}"
        ) from error
    except RecordsError:
        engine.dispose()
        raise
    return engine


def _configure(connection: Any, _: object) -> None:
    """Readers beside the writer, references checked."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA busy_timeout = 10000")
