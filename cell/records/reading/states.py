"""When the cell produced, and why it did not, as the journal tells it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cell.control.ledger import events as e
from cell.control.ledger.codec import decode
from cell.records.journal_file import connect, reading

_KINDS: Final = (
    "session_started", "session_closed", "state_changed", "belt_held", "belt_released", "faulted",
)  # fmt: skip
_MARKS: Final = ", ".join("?" * len(_KINDS))
_EVENTS: Final = (
    f"SELECT seq, type, data FROM events WHERE seq >= ? AND type IN ({_MARKS}) ORDER BY seq"
)


@dataclass(frozen=True, slots=True)
class StateRow:
    """From `begin_ns` up to `end_ns` (system clock; a clock set back goes on earlier).

    state: `producing`, or why not: `off` (no session), `wait` or `retry` (the belt waits for the
    arm), the code of the alarm that stopped the cell, or the cell's state. session: whose.
    """

    begin_ns: int
    end_ns: int
    state: str
    session: str


def states(journal: Path, since_ns: int, living_ns: int | None = None) -> tuple[StateRow, ...]:
    """All states of the sessions that were not over at `since_ns`, oldest first; of the last one as
    long as the journal tells of it, or up to `living_ns`, when its cell was heard. Nothing where no
    journal is. Raises JournalError.
    """
    if not journal.is_file():
        return ()
    with reading(journal), closing(connect(journal, create=False)) as db:
        return tuple(_rows(db, _first(db, since_ns), living_ns))


def _first(db: sqlite3.Connection, since_ns: int) -> int:
    """The newest session's first event before which none was written at or after this time."""
    starts = db.execute(
        "SELECT seq, stamp_ns FROM events WHERE type = 'session_started' ORDER BY seq"
    ).fetchall()
    # A clock that was set back may have made earlier sessions the later ones.
    first = 1
    for seq, stamp_ns in starts:
        if stamp_ns >= since_ns:
            break
        first = int(seq)
    return first


def _rows(db: sqlite3.Connection, first: int, living_ns: int | None) -> Iterator[StateRow]:
    walk = _Walk()
    for seq, kind, data in db.execute(_EVENTS, (first, *_KINDS)).fetchall():
        event = decode(kind, data)
        if isinstance(event, e.SessionStarted) and walk.session:
            # The one before was cut off: its last word is the event before this one.
            said = db.execute("SELECT stamp_ns FROM events WHERE seq < ? ORDER BY seq DESC", (seq,))
            yield from walk.until(int(said.fetchone()[0]))
            walk.end()
        yield from walk.until(event.stamp_ns)
        walk.take(event)
    last = db.execute("SELECT stamp_ns FROM events ORDER BY seq DESC LIMIT 1").fetchone()
    if last is not None and walk.session:
        yield from walk.until(int(last[0]))
        if living_ns is not None:
            yield from walk.until(living_ns)


class _Walk:
    """What holds from the last event on."""

    def __init__(self) -> None:
        self.session, self._alarm = "", ""
        self._state: e.CellState | None = None
        self._holding: dict[str, str] = {}
        self._from_ns: int | None = None

    def until(self, stamp_ns: int) -> Iterator[StateRow]:
        """The state up to here, where it took any time."""
        if self._from_ns is not None and stamp_ns > self._from_ns:
            yield StateRow(self._from_ns, stamp_ns, self._now(), self.session)
        self._from_ns = stamp_ns

    def end(self) -> None:
        """The session is over."""
        self.session, self._alarm, self._state = "", "", None
        self._holding.clear()

    def take(self, event: e.Event) -> None:
        """What this event changes."""
        self._state = e.state_after(event, self._state)
        match event:
            case e.SessionStarted():
                self.end()
                self.session, self._state = event.session, e.state_after(event, None)
            case e.SessionClosed():
                self.end()
            case e.Faulted():
                if event.stopped or not self._alarm:
                    self._alarm = event.alarm
                self._holding.clear()
            case e.StateChanged(state=e.CellState.RUNNING | e.CellState.STOPPED):
                self._alarm = ""
            case e.BeltHeld():
                self._holding[event.part] = event.cause
            case e.BeltReleased():
                self._holding.pop(event.part, None)
            case _:
                pass

    def _now(self) -> str:
        if self._state is None:
            return "off"
        if self._state is e.CellState.RUNNING:
            return next(iter(self._holding.values()), "producing")
        faulty = self._state in (e.CellState.FAULTED, e.CellState.PURGE_REQUIRED)
        return self._alarm if faulty and self._alarm else str(self._state)
