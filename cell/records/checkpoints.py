"""When the ledger's state is written beside its events, and how a ledger begins from there."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from types import ModuleType

from cell.control.alarms import book, shelf
from cell.control.ledger import account, apply, events, inspection
from cell.control.ledger.account import State
from cell.control.ledger.checkpoint import Checkpoint
from cell.control.ledger.config import LedgerConfig
from cell.control.ledger.ledger import Ledger
from cell.products import verdict
from cell.products.recipe import Recipe
from cell.records.journal import Journal

EVERY = 5000
"""Events from one checkpoint to the next: at the most this many are replayed after a crash."""

_MAKERS: tuple[ModuleType, ...] = (account, apply, book, events, inspection, shelf, verdict)
"""Whatever makes a state of events: when one of them changes, checkpoints of before count no more.
"""


class Checkpoints:
    """Keeps a journal's checkpoint near its end: at a session's start, its end, and in between."""

    def __init__(self, journal: Journal, every: int = EVERY) -> None:
        self._journal, self._every = journal, every
        self._kept: int | None = None

    def note(self, sequence: int, state: State, *, now: bool = False) -> None:
        """The journal's last event is `sequence` and led to `state`; write that if it is time, or
        `now`. Raises JournalError.
        """
        due = now or self._kept is None or sequence - self._kept >= self._every
        if due and rules():
            self._journal.keep(Checkpoint.of(sequence, rules(), state))
            self._kept = sequence


def restore(journal: Journal, config: LedgerConfig, recipe: Recipe) -> Ledger:
    """The ledger that wrote this journal, from its checkpoint if there is a usable one.

    Raises JournalError and UnknownEventError.
    """
    found = journal.checkpoint()
    state = found.thaw(rules()) if found is not None else None
    after = found.sequence if found is not None and state is not None else 0
    return Ledger.replay(config, recipe, (event for _, event in journal.read(after)), state)


@cache
def rules() -> str:
    """Fingerprint of the code that makes a state of events; '' where it cannot be read: then no
    checkpoint is written or used.
    """
    whole = hashlib.sha256()
    for module in _MAKERS:
        try:
            whole.update(Path(module.__file__ or "").read_bytes())
        except OSError:
            return ""
    return whole.hexdigest()
