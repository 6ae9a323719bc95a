"""What people may order now, and why not. The rules that refuse an order are the ones that every
face shows, so that no face needs rules of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from cell.control.ledger import bins
from cell.control.ledger.account import Account, Stage
from cell.control.ledger.desk import MOVING, Desk, NeedlessError, RefusalError
from cell.control.ledger.events import CellState
from cell.control.ledger.observations import Order
from cell.products.verdict import VerdictKind


def require(desk: Desk, order: Order) -> None:
    """Raises RefusalError for an order that cannot be followed now; NeedlessError, for one of
    which nothing is left to be done.
    """
    _RULES[order](desk)


def refusals(desk: Desk) -> dict[str, str]:
    """For each of the ledger's orders why it cannot be given now, '' if it can."""
    found = dict.fromkeys(map(str, _RULES), "")
    for order, rule in _RULES.items():
        try:
            rule(desk)
        except RefusalError as error:
            found[order] = str(error)
    return found


def verdicts(desk: Desk, account: Account) -> tuple[VerdictKind, ...]:
    """The verdicts that a person may give the part now."""

    def may(kind: VerdictKind) -> bool:
        try:
            require_override(desk, account.part, kind)
        except RefusalError:
            return False
        return True

    return tuple(filter(may, VerdictKind))


def require_override(desk: Desk, part: str, kind: VerdictKind) -> None:
    """Raises RefusalError for a verdict that law or belt do not allow any more. An arm that only
    waits for the part can be called back, if it may be asked once more.
    """
    account = desk.state.accounts.get(part)
    if account is None:
        raise RefusalError("refused.override.closed", part=part)
    if account.stage is Stage.UNKNOWN:
        raise RefusalError("refused.override.lost", part=part)
    waits = account.stage is Stage.REMOVING and account.attempts < desk.config.removal_attempts
    if account.stage in (Stage.REMOVING, Stage.LIFTED) and not waits:
        raise RefusalError("refused.override.in_removal", part=part)
    if kind is VerdictKind.PASS and not account.inspected_ok:
        raise RefusalError("refused.override.not_inspected", part=part)
    too_far = desk.position(account) > desk.config.wait_x - desk.config.coast_m
    if kind is not VerdictKind.PASS and too_far:
        raise RefusalError("refused.override.too_far", part=part)


def _start(desk: Desk) -> None:
    belt = desk.live.belt
    bins.require_in_place(desk)
    match desk.state.cell:
        case CellState.STARTING | CellState.RUNNING:
            raise NeedlessError("already.running")
        case CellState.PURGE_REQUIRED:
            raise RefusalError("refused.start.purge_required")
        case CellState.FAULTED:
            raise RefusalError("refused.start.faulted")
        case CellState.STOPPING:
            raise RefusalError("refused.start.stopping")
    bins.require_room(desk)
    if belt is None:
        raise RefusalError("refused.belt_silent")
    if belt.emergency_stop:
        raise RefusalError("refused.start.emergency_stop")
    if belt.watchdog_tripped:
        raise RefusalError("refused.start.watchdog")  # not yet armed anew: it would stop at once


def _stop(desk: Desk) -> None:
    if desk.state.cell not in MOVING:
        raise NeedlessError("already.stopped")


def _drain(desk: Desk) -> None:
    if desk.state.cell not in (CellState.STARTING, CellState.RUNNING):
        raise RefusalError("refused.drain")


def _reset(desk: Desk) -> None:
    if desk.state.cell is CellState.PURGE_REQUIRED:
        raise RefusalError("refused.reset.purge_required")
    if desk.state.cell is not CellState.FAULTED:
        raise RefusalError("refused.reset.no_fault")
    bins.require_in_place(desk)  # after it the arm may bring what it holds into a bin


def _confirm_clear(desk: Desk) -> None:
    if desk.state.cell in MOVING:
        raise RefusalError("refused.clear.in_operation")
    if desk.live.belt is None:
        raise RefusalError("refused.belt_silent")
    if desk.live.belt.running:
        raise RefusalError("refused.clear.belt_moves")
    bins.require_in_place(desk)
    waited_s = (desk.now_ns - desk.state.state_since_ns) * 1e-9
    if waited_s <= desk.config.removal_patience_s and _holds_a_part(desk):
        raise RefusalError("refused.clear.arm_busy")


def _holds_a_part(desk: Desk) -> bool:
    """Whether the arm brings a part away; one that still waits for it is called back by the order
    itself.
    """
    removal = desk.state.removal
    account = desk.state.accounts.get(removal.part) if removal is not None else None
    return removal is not None and (account is None or account.stage is not Stage.REMOVING)


def _acknowledge(desk: Desk) -> None:
    if not desk.state.alarms.waiting:
        raise NeedlessError("already.acknowledged")


_RULES: Mapping[Order, Callable[[Desk], None]] = MappingProxyType(
    {
        Order.START: _start,
        Order.STOP: _stop,
        Order.DRAIN: _drain,
        Order.RESET: _reset,
        Order.CONFIRM_CLEAR: _confirm_clear,
        Order.ACKNOWLEDGE: _acknowledge,
    }
)
