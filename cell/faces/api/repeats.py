"""Answers to requests that may be repeated, kept for a day by their key.

A request is noted before it is carried out and its answer after that, so that a repeat is never
carried out a second time: not after a lost answer, and not after the death of the process.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cell.stores.shape import Shape
from cell.stores.store import Store
from cell.texts import say
from models.ground.errors import UserError

KEPT_NS: Final = 24 * 3600 * 10**9
SHAPE: Final = Shape(
    version=1,
    marks=frozenset({"repeat"}),
    tables="""
CREATE TABLE IF NOT EXISTS repeat (
    person TEXT NOT NULL, route TEXT NOT NULL, key TEXT NOT NULL, request BLOB NOT NULL,
    made_ns INTEGER NOT NULL, status INTEGER, headers TEXT, body BLOB,
    PRIMARY KEY (person, route, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS repeat_by_time ON repeat (made_ns);
""",
)


class RepeatsError(UserError):
    """The answers cannot be kept; the message says why. Then nothing is carried out either."""


class OtherRequestError(UserError):
    """The key was used for another request."""


class UnderWayError(UserError):
    """The first request of this key has no answer (yet)."""


@dataclass(frozen=True, slots=True)
class Name:
    """Whose request it is, of which route, and the key that he gave it."""

    person: str
    route: str
    key: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered. headers: as text, one a line."""

    status: int
    headers: str
    body: bytes


class Repeats:
    """`api.db` in the data folder. May be used from any thread."""

    def __init__(self, data_dir: Path) -> None:
        self._file = data_dir / "api.db"
        self._under_way: set[Name] = set()
        self._lock = threading.Lock()

    def begin(self, name: Name, request: bytes, now_ns: int) -> Answer | None:
        """Note a request that is about to be carried out, or give the answer that it has had.

        request: all that makes two requests the same. Whoever gets None must call `end`,
        `forget` or `lose`. Raises OtherRequestError, UnderWayError, RepeatsError.
        """
        digest = hashlib.sha256(request).digest()
        with self._lock, self._writing() as db:
            db.execute("DELETE FROM repeat WHERE made_ns < ?", (now_ns - KEPT_NS,))
            row = db.execute(f"SELECT request, status, headers, body FROM repeat{_OWN}", _own(name))
            found = row.fetchone()
            if found is None:
                values = (*_own(name), digest, now_ns)
                columns = "(person, route, key, request, made_ns)"
                db.execute(f"INSERT INTO repeat {columns} VALUES (?, ?, ?, ?, ?)", values)
                self._under_way.add(name)
                return None
        if found[0] != digest:
            raise OtherRequestError(say("api.key_reused", key=name.key))
        if found[1] is not None:
            return Answer(*found[1:])
        code = "api.key_under_way" if name in self._under_way else "api.key_lost"
        raise UnderWayError(say(code, key=name.key))

    def end(self, name: Name, answer: Answer) -> None:
        """Keep the answer. Raises RepeatsError: then repeats are told that it is not known."""
        told = (answer.status, answer.headers, answer.body)
        with self._lock, self._writing() as db:
            db.execute(
                f"UPDATE repeat SET status = ?, headers = ?, body = ?{_OWN}", (*told, *_own(name))
            )
            self._under_way.discard(name)

    def forget(self, name: Name) -> None:
        """Nothing was carried out: the key is free again. Raises RepeatsError."""
        with self._lock, self._writing() as db:
            db.execute(f"DELETE FROM repeat{_OWN}", _own(name))
            self._under_way.discard(name)

    def lose(self, name: Name) -> None:
        """What became of it will never be known: repeats are told so, and are not carried out."""
        with self._lock:
            self._under_way.discard(name)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction; opened anew each time, so that a file that was mended is used again.
        Raises RepeatsError.
        """
        store = Store(self._file, SHAPE, RepeatsError)
        with contextlib.closing(store), store.writing() as db:
            yield db


_OWN: Final = " WHERE person = ? AND route = ? AND key = ?"


def _own(name: Name) -> tuple[str, str, str]:
    return name.person, name.route, name.key
