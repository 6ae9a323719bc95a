"""Time that never goes back: what has expired stays so, and no wait becomes endless.

The latest time that was seen is kept with the sessions. When the clock says clearly less, it was
set back: what had expired by then is deleted, and all that is still open moves back with the clock.
"""

from __future__ import annotations

import sqlite3
import threading

from cell.people.limits import MINUTE_NS

TOLERANCE_NS = MINUTE_NS
"""Callers read the clock before they wait for a password's hash; that is no step."""

_OVER = (
    "DELETE FROM sessions WHERE ends_ns <= ?1 OR seen_ns + idle_ns <= ?1",
    "DELETE FROM tokens WHERE ends_ns <= ?1",
    "DELETE FROM first_link WHERE ends_ns <= ?1",
)
_MOVED = (
    "UPDATE sessions SET begun_ns = begun_ns - ?1, seen_ns = seen_ns - ?1, ends_ns = ends_ns - ?1",
    "UPDATE misses SET last_ns = last_ns - ?1, until_ns = until_ns - ?1",
    "UPDATE first_link SET ends_ns = ends_ns - ?1",
)


class Clock:
    """What this process knows of the latest time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latest_ns, self._steps = 0, -1

    def look(self, connection: sqlite3.Connection, now_ns: int) -> int | None:
        """The time that counts; None: the clock was set back, and `settle` is due."""
        with self._lock:
            latest_ns, _ = self._latest(connection)
            if now_ns < latest_ns - TOLERANCE_NS:
                return None
            self._latest_ns = max(latest_ns, now_ns)
            return self._latest_ns

    def settle(self, connection: sqlite3.Connection, now_ns: int) -> int:
        """The time that counts, inside a writer's transaction; what is over by then is deleted."""
        with self._lock:
            latest_ns, steps = self._latest(connection)
            if now_ns < latest_ns - TOLERANCE_NS:
                _delete(connection, latest_ns)
                for statement in _MOVED:
                    connection.execute(statement, (latest_ns - now_ns,))
                latest_ns, steps = now_ns, steps + 1
            latest_ns = max(latest_ns, now_ns)
            _delete(connection, latest_ns)
            connection.execute("UPDATE clock SET latest_ns = ?, steps = ?", (latest_ns, steps))
            self._latest_ns = latest_ns
            return latest_ns

    def _latest(self, connection: sqlite3.Connection) -> tuple[int, int]:
        """The latest time that this process or the database knows, and how often it was set back.

        Where another process has dealt with a step, what was seen here before it is void.
        """
        row = connection.execute("SELECT latest_ns, steps FROM clock").fetchone()
        kept_ns, steps = int(row[0]), int(row[1])
        if steps != self._steps:
            self._latest_ns, self._steps = 0, steps
        return max(kept_ns, self._latest_ns), steps


def _delete(connection: sqlite3.Connection, now_ns: int) -> None:
    for statement in _OVER:
        connection.execute(statement, (now_ns,))
