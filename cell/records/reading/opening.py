"""The records' file, opened so that nothing can be written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from cell.records import schema as s
from cell.records.errors import RecordsError
from models.ground.text import say

T = TypeVar("T")
_LINES: Final = "states_done IS NOT NULL OR parts_done < parts_all"


class Reader:
    """The records of one data folder. May be used from any thread. Every question is one short
    read, which keeps no writer waiting, and raises RecordsError for records that are missing,
    damaged or of a newer cell.
    """

    def __init__(self, data_dir: Path) -> None:
        self._file = data_dir / "records.db"
        self._engine: Engine | None = None

    def close(self) -> None:
        """Let go of the file."""
        if self._engine is not None:
            self._engine.dispose()

    @property
    def engine(self) -> Engine:
        """What is asked. Raises RecordsError."""
        return self._opened()

    def _read(self, ask: Callable[[Session], T]) -> T:
        try:
            with Session(self._opened()) as session:
                return ask(session)
        except SQLAlchemyError as error:
            raise _damaged(self._file, error) from error

    def _ask(self, ask: Callable[[Session], T], *, alarms: bool = False) -> T:
        """The same of lines and sums, or of what happened to alarms, all at one moment. Raises
        RecordsError while that is not whole.
        """

        def whole(session: Session) -> T:
            database = session.connection()
            database.exec_driver_sql("BEGIN")
            if int(database.exec_driver_sql("PRAGMA user_version").scalar_one()) < s.SCHEMA_VERSION:
                raise RecordsError(say("records.older", file=self._file))
            row = database.exec_driver_sql(
                "SELECT parts_done, parts_all, alarms_done, alarms_all FROM filling "
                f"WHERE {'alarms_done IS NOT NULL' if alarms else _LINES}"
            ).first()
            if row is not None:
                done, total = row[2:] if alarms else row[:2]
                text = "records.filling_alarms" if alarms else "records.filling"
                raise RecordsError(say(text, file=self._file, done=str(done), total=str(total)))
            return ask(session)

        return self._read(whole)

    def _opened(self) -> Engine:
        """Opened when first asked, so that a page may start before its recorder."""
        if self._engine is None:
            self._engine = open_for_reading(self._file)
        return self._engine


def open_for_reading(file: Path) -> Engine:
    """An engine that cannot write. Raises RecordsError."""
    if not file.is_file():
        raise RecordsError(say("records.missing", file=file))
    engine = create_engine(f"sqlite:///{file.absolute().as_uri()}?mode=ro&uri=true")
    event.listen(engine, "connect", _configure)
    try:
        with engine.connect() as connection:
            version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    except SQLAlchemyError as error:
        engine.dispose()
        raise _damaged(file, error) from error
    if version > s.SCHEMA_VERSION:
        engine.dispose()
        raise RecordsError(say("records.newer", file=file, version=version, known=s.SCHEMA_VERSION))
    return engine


def _damaged(file: Path, error: SQLAlchemyError) -> RecordsError:
    return RecordsError(say("records.damaged", file=file, detail=error.__cause__ or error))


def _configure(connection: Any, _: object) -> None:
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA busy_timeout = 2000")
