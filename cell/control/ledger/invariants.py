"""The law of the cell, checked at run time against the ledger's own state. A violation is a
fault.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cell.control.ledger.account import Stage
from cell.control.ledger.authority import UNCLEARED, belt_order
from cell.control.ledger.events import CellState
from cell.products.verdict import VerdictKind

if TYPE_CHECKING:
    from cell.control.ledger.desk import Desk
    from cell.control.ledger.ledger import Ledger

SLACK_M = 0.02
"""Travel between the reading of a position and the check of it."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One breach of the law: its number in docs/architecture.md, the part ('' for the cell), and
    what is wrong.
    """

    law: int
    part: str
    text: str

    def __str__(self) -> str:
        return f"law {self.law}: {self.part or 'cell'} {self.text}"


def check(ledger: Ledger) -> list[Violation]:
    """Every breach of the law in the ledger's state now; empty in a sound cell."""
    desk = ledger.desk
    return [
        *_one_disposition(desk),
        *_not_inspected_is_not_good(desk),
        *_held_back(desk),
        *_unknown_is_cleared(desk),
        *_ordered_by_a_person(desk),
    ]


def _one_disposition(desk: Desk) -> list[Violation]:
    state, counts = desk.state, desk.state.counts
    closed = counts.passed + counts.removed + counts.purged
    found = []
    if counts.arrived != closed + len(state.accounts):
        found.append(
            Violation(
                1, "", f"{counts.arrived} arrived, {closed} closed, {len(state.accounts)} open"
            )
        )
    found += [
        Violation(1, part, f"open and already {state.closed[part].disposition}")
        for part in state.accounts
        if part in state.closed
    ]
    if state.removal is not None and state.removal.part not in state.accounts:
        found.append(Violation(1, state.removal.part, "is being removed without an open account"))
    return found


def _not_inspected_is_not_good(desk: Desk) -> list[Violation]:
    return [
        Violation(2, a.part, "passes without an inspection")
        for a in desk.state.accounts.values()
        if (a.verdict_kind is VerdictKind.PASS or a.stage is Stage.CLEARED) and not a.inspected_ok
    ]


def _held_back(desk: Desk) -> list[Violation]:
    if not desk.state.encoder_valid:
        return []
    authority_m = belt_order(desk, desk.live.encoder_m).authority_m
    found = []
    for account in desk.state.accounts.values():
        if account.stage not in UNCLEARED:
            continue
        if account.x_at(authority_m) > desk.config.last_safe_x + 1e-9:
            found.append(
                Violation(3, account.part, "the belt may carry it past the last safe position")
            )
        if desk.position(account) > desk.config.last_safe_x + SLACK_M:
            found.append(
                Violation(
                    3,
                    account.part,
                    f"is past the last safe position: x {desk.position(account):.3f} m",
                )
            )
    return found + [
        Violation(3, a.part, "left the belt against its verdict")
        for a in desk.state.accounts.values()
        if a.escaped
    ]


def _ordered_by_a_person(desk: Desk) -> list[Violation]:
    """Belt and arm move only in a session in which a person has started them."""
    state = desk.state
    found = []
    if belt_order(desk, desk.live.encoder_m).run and not state.session_open:
        found.append(Violation(4, "", "the belt may run after the end of its session"))
    if state.session_open and not state.ordered_by:
        if state.cell is CellState.RUNNING:
            found.append(Violation(4, "", "runs without a person's order in this session"))
        if state.removal is not None:
            part = state.removal.part
            found.append(Violation(4, part, "is being removed without a person's order"))
    return found


def _unknown_is_cleared(desk: Desk) -> list[Violation]:
    state = desk.state
    if state.cell is CellState.PURGE_REQUIRED:
        return []
    found = [
        Violation(4, a.part, f"its place is unknown, but the cell is {state.cell.value}")
        for a in state.accounts.values()
        if a.stage is Stage.UNKNOWN
    ]
    if not state.encoder_valid:
        found.append(
            Violation(4, "", f"the encoder is not trusted, but the cell is {state.cell.value}")
        )
    return found
