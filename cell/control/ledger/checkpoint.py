"""The ledger's state as text and back, so that a start need not replay every event ever written."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter, ValidationError

from cell.control.ledger.account import State


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state after the event `sequence`, which the rules `rules` made of all events up to it.

    It holds nothing that the journal does not hold, and is worth nothing once it does not match:
    then the events tell.
    """

    sequence: int
    rules: str
    state: str
    digest: str

    @classmethod
    def of(cls, sequence: int, rules: str, state: State) -> Checkpoint:
        """Freeze a state; later events do not change it."""
        text = _states().dump_json(state).decode()
        return cls(sequence, rules, text, _digest(sequence, rules, text))

    @property
    def sound(self) -> bool:
        """Whether it is what was written, whatever the rules."""
        return _digest(self.sequence, self.rules, self.state) == self.digest

    def thaw(self, rules: str) -> State | None:
        """The state; None if other rules made it, or it is damaged."""
        if rules != self.rules or not self.sound:
            return None
        try:
            return _states().validate_json(self.state)
        except ValidationError:
            return None


@cache
def _states() -> TypeAdapter[State]:
    return TypeAdapter(State)


def _digest(sequence: int, rules: str, state: str) -> str:
    # A damaged file may hold bytes that are no text.
    text = f"{sequence} {rules} {state}".encode("utf-8", "surrogateescape")
    return hashlib.sha256(text).hexdigest()
