"""What everything that deals with people has at hand."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

from cell.people.clock import Clock
from cell.people.errors import PeopleError
from cell.people.hashing import Hashing
from cell.people.limits import PeopleSettings
from cell.people.noting import Json, Notes
from cell.people.people_tables import open_people
from cell.people.person import SignedIn
from cell.people.roles import ForbiddenError

T = TypeVar("T")


class Noted(NamedTuple):
    """What was before and after, for the log."""

    before: Json
    after: Json


class Desk:
    """May be used by any thread, and by several processes at once."""

    def __init__(
        self, data_dir: Path, settings: PeopleSettings, notes: Notes, hashing: Hashing | None = None
    ) -> None:
        """Open `people.db` in the data folder, and make it where there is none.

        notes: the log, which every change is written into; hashing: of another cost, for tests.
        Raises PeopleError.
        """
        self._settings = settings
        self._keys = settings.keys_beside(data_dir)
        self._notes = notes
        self._hashing = hashing or Hashing()
        self._clock = Clock()
        self._database = open_people(data_dir)

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    @contextmanager
    def _reading(self, now_ns: int) -> Iterator[tuple[sqlite3.Connection, int]]:
        """A reader's connection and the time that counts."""
        with self._database.reading() as connection:
            counts_ns = self._clock.look(connection, now_ns)
            if counts_ns is not None:
                yield connection, counts_ns
                return
        with self._database.writing() as connection:
            counts_ns = self._clock.settle(connection, now_ns)
        with self._database.reading() as connection:
            yield connection, counts_ns

    @contextmanager
    def _writing(self, now_ns: int) -> Iterator[tuple[sqlite3.Connection, int]]:
        """A writer's connection and the time that counts."""
        with self._reading(now_ns):  # a clock set back counts even if the rest is refused
            pass
        with self._database.writing() as connection:
            yield connection, self._clock.settle(connection, now_ns)

    def _noted(
        self,
        by: SignedIn,
        what: str,
        subject: str,
        why: str,
        now_ns: int,
        act: Callable[[sqlite3.Connection, int], tuple[T, Noted]],
    ) -> T:
        """Do it and write it into the log, both or neither; a refusal is written down, too."""
        try:
            with self._writing(now_ns) as (connection, counts_ns):
                result, noted = act(connection, counts_ns)
                self._notes.note(by, what, subject, before=noted.before, after=noted.after, why=why)
                return result
        except (PeopleError, ForbiddenError) as refusal:
            self._notes.note(by, what, subject, why=why, refused=str(refusal))
            raise

    def _checked(
        self, by: SignedIn, what: str, subject: str, why: str, check: Callable[[], T]
    ) -> T:
        """What has to be asked before, outside of any transaction; a refusal is written down."""
        try:
            return check()
        except (PeopleError, ForbiddenError) as refusal:
            self._notes.note(by, what, subject, why=why, refused=str(refusal))
            raise
