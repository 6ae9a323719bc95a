"""The law of the cell as a pure state machine: observations in, events and effects out.

    ledger = Ledger.replay(config, recipe, (event for _, event in journal.read()))  # or restore()
    decision = ledger.observe(Started(...))        # first in every process
    journal.append(decision.events)                # before anything else happens
    for effect in decision.effects: ...            # ask the arm
    run, authority_m, purge = ledger.belt_command()

Observations are in `cell.control.ledger.observations`, events in `cell.control.ledger.events`.
"""

from cell.control.ledger.codec import UnknownEventError, decode, encode, kind_of, part_of
from cell.control.ledger.config import LedgerConfig
from cell.control.ledger.effects import (
    BeltOrder,
    CancelRemoval,
    Decision,
    Effect,
    RequestRemoval,
)
from cell.control.ledger.events import CellState, Event
from cell.control.ledger.invariants import Violation, check
from cell.control.ledger.ledger import Ledger, LedgerError
from cell.control.ledger.snapshot import PartView, Snapshot

__all__ = [
    "BeltOrder",
    "CancelRemoval",
    "CellState",
    "Decision",
    "Effect",
    "Event",
    "Ledger",
    "LedgerConfig",
    "LedgerError",
    "PartView",
    "RequestRemoval",
    "Snapshot",
    "UnknownEventError",
    "Violation",
    "check",
    "decode",
    "encode",
    "kind_of",
    "part_of",
]
