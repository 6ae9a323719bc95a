"""Retention at work: a little at a time, beside what must not wait."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from sqlalchemy import Engine

from cell.records.limits import Retention
from cell.records.retention import Doomed, delete, doomed, finish, orphans

EVERY_S = 600.0
"""From the end of one round over all pictures to the next."""

MOST = 20
"""Pictures deleted in one turn."""


class Pruner:
    """Deletes what retention says, round by round. Only for records that hold all of the journal.

    A turn raises SQLAlchemyError and OSError; the next one goes on.
    """

    def __init__(self, data_dir: Path, engine: Engine, limits: Retention) -> None:
        self._folder, self._engine, self._limits = data_dir, engine, limits
        self._round: Iterator[Doomed] | None = None
        self._next_ns = 0

    def turn(self, now_ns: int) -> list[Doomed]:
        """Delete at most a few pictures; those that are gone now."""
        if self._round is None:
            if now_ns < self._next_ns:
                return []
            finish(self._folder, self._engine, MOST)
            self._round = self.plan(now_ns)
        items = list(islice(self._round, MOST))
        if not items:
            self._round, self._next_ns = None, now_ns + int(EVERY_S * 1e9)
        return delete(self._folder, self._engine, items, now_ns)

    def plan(self, now_ns: int, *, unclaimed: bool = True) -> Iterator[Doomed]:
        """All that is to go now. `unclaimed`: also what no part claimed."""
        gone = doomed(self._engine, self._limits, now_ns)
        if not unclaimed:
            return gone
        return chain(gone, orphans(self._folder, self._engine, self._limits, now_ns * 1e-9))
