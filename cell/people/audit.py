"""The log of what people did: append-only, chained by a key that lies outside the database."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from cell.people.audit_reading import Wanted, readable, select
from cell.people.audit_tables import FILE, meta_of, open_audit
from cell.people.chain import FoundHead, Head, NextHead, Seal, read_head
from cell.people.entries import Entry, canonical
from cell.people.errors import AuditError
from cell.people.incidents import CELL, Incident, clock_set_back, incidents
from cell.people.keys import AUDIT, make_key, read_key, told
from cell.people.noting import Json
from cell.people.person import SignedIn
from cell.stores.store import looking
from cell.texts import say

_WAIT_S = 10.0
_MOST_SIGNS = 2000


class _Last(NamedTuple):
    """Where the log stands."""

    seq: int
    mac: bytes
    stamp_ns: int
    clock_ns: int


class AuditLog:
    """Fulfils `Notes`. May be used by any thread, and by several processes at once."""

    def __init__(self, data_dir: Path, keys: Path, clock: Callable[[], int] = time.time_ns) -> None:
        """Open `audit.db` in the data folder, and make key and database where there are none.

        keys: folder of key and head. Raises AuditError.
        """
        self._keys, self._clock = keys, clock
        self._lock = threading.Lock()
        self._seal = Seal(_key(data_dir, keys))
        self._database = open_audit(data_dir, self._seal.key_id)
        with self._database.reading() as connection:
            meta = meta_of(connection)
        if meta.key_id != self._seal.key_id:
            self.close()
            raise AuditError(say("audit.key.other", key=keys / AUDIT, path=data_dir / FILE))
        self._identity = meta.identity

    def note(
        self,
        by: SignedIn,
        what: str,
        subject: str = "",
        *,
        before: Json = None,
        after: Json = None,
        why: str = "",
        refused: str = "",
    ) -> None:
        """See `Notes`. Raises AuditError when it cannot be written; then nothing is. Of `subject`
        and `why` the first 2,000 signs are kept.
        """
        asked = Incident(what, _short(subject), before, after, _short(why), refused)
        with self._lock, _alone(self._keys):
            head: NextHead | None = None
            try:
                with self._database.writing() as connection:
                    last = self._append(connection, by, asked)
                    head = self._head(last)
                head.take_place()
            finally:
                if head is not None:
                    head.drop()

    def entries(
        self,
        *,
        after: int = 0,
        before: int | None = None,
        limit: int = 100,
        person: str = "",
        what: str = "",
        newest_first: bool = False,
    ) -> list[Entry]:
        """A page of entries with `after` < sequence < `before`. person: his name; what: its
        beginning, e.g. 'order.'; '' for all. An entry that cannot be read is left out: `verify`
        tells of it.
        """
        wanted = Wanted(
            after, before, person=person, what=what, newest_first=newest_first, limit=limit
        )
        with self._database.reading() as connection:
            return [found.entry for found in select(connection, wanted)]

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def _append(self, connection: sqlite3.Connection, by: SignedIn, asked: Incident) -> _Last:
        """Append what was asked, behind what the log has to tell of itself."""
        last = self._last(connection)
        now_ns = self._clock()
        found = read_head(self._keys, self._seal)
        if found.missing and last.seq == 0:
            first = self._head(last)
            try:
                first.take_place()
            finally:
                first.drop()
            found = FoundHead(Head(self._identity, 0, last.mac.hex()))
        own = [*incidents(found, self._identity, last.seq, _mac_at(connection, found, last))]
        own += clock_set_back(last.clock_ns, now_ns)
        for person, role, how, told_ in (
            *((CELL, "", "", one) for one in own),
            (by.name, str(by.role), str(by.how), asked),
        ):
            stamp_ns = max(now_ns, last.stamp_ns)
            entry = Entry(
                last.seq + 1, stamp_ns, now_ns, person, role, how, told_.what, told_.subject,
                told_.before, told_.after, told_.why, told_.refused,
            )  # fmt: skip
            last = self._write(connection, last, entry)
        return last

    def _write(self, connection: sqlite3.Connection, last: _Last, entry: Entry) -> _Last:
        content = canonical(entry)
        mac = self._seal.mac(last.mac, content)
        connection.execute(
            "INSERT INTO entries (seq, previous, mac, entry) VALUES (?, ?, ?, ?)",
            (entry.seq, last.mac, mac, content.decode()),
        )
        return _Last(entry.seq, mac, entry.stamp_ns, entry.clock_ns)

    def _last(self, connection: sqlite3.Connection) -> _Last:
        row = connection.execute(
            "SELECT seq, mac, entry FROM entries ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        if row is None:
            return _Last(0, self._seal.genesis(self._identity), 0, 0)
        entry = readable(row[2])
        mac = row[1] if isinstance(row[1], bytes) else b""
        return _Last(row[0], mac, *((entry.stamp_ns, entry.clock_ns) if entry else (0, 0)))

    def _head(self, last: _Last) -> NextHead:
        return NextHead(self._keys, self._seal, Head(self._identity, last.seq, last.mac.hex()))


def _short(words: str) -> str:
    return words if len(words) <= _MOST_SIGNS else f"{words[:_MOST_SIGNS]}…"


def _key(data_dir: Path, keys: Path) -> bytes:
    """The log's key: made with the first log, never again."""
    path = data_dir / FILE
    begun = path.exists() and _has_entries(path)
    key = read_key(keys, AUDIT)
    if key is None and begun:
        raise AuditError(say("audit.key.missing", key=keys / AUDIT, path=path))
    return key or make_key(keys, AUDIT)


def _has_entries(path: Path) -> bool:
    """Whether there is a log at all. Raises AuditError when it cannot be read."""
    with looking(path, AuditError) as connection:
        if not connection.execute("PRAGMA user_version").fetchone()[0]:
            return False
        return connection.execute("SELECT 1 FROM entries LIMIT 1").fetchone() is not None


def _mac_at(connection: sqlite3.Connection, found: FoundHead, last: _Last) -> str:
    """Mac of the entry that the head names, '' if there is none."""
    if found.head is None:
        return ""
    if found.head.seq == last.seq:
        return last.mac.hex()
    row = connection.execute("SELECT mac FROM entries WHERE seq = ?", (found.head.seq,)).fetchone()
    return row[0].hex() if row is not None and isinstance(row[0], bytes) else ""


@contextmanager
def _alone(keys: Path) -> Iterator[None]:
    """No other process writes meanwhile. Raises AuditError when one does for too long."""
    path = keys / "audit.lock"
    with told(path):
        handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        until = time.monotonic() + _WAIT_S
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise AuditError(say("audit.busy", path=path)) from None
                time.sleep(0.002)
        yield
    finally:
        os.close(handle)
