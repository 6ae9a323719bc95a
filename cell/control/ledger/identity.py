"""Rules of coming and going: an account for every arrival, a disposition for every exit."""

from __future__ import annotations

from cell.control.ledger import events as e
from cell.control.ledger import feeding
from cell.control.ledger.account import Account, Stage
from cell.control.ledger.desk import Desk
from cell.control.ledger.events import CellState
from cell.control.ledger.observations import ArrivalEdge, ExitEdge
from cell.products.verdict import VerdictKind
from cell.texts import say

RING = 8
"""Edges that the PLC remembers; a larger gap means other counters, not lost edges."""


def arrival(desk: Desk, edge: ArrivalEdge) -> None:
    """Open an account; one more for each edge that was counted and never came."""
    known = desk.state.last_arrival
    if edge.index <= known:
        return
    if edge.index - known > RING:
        detail = say("detail.arrival_after", index=edge.index, known=known)
        desk.fault("belt.counter_jump", detail=detail, encoder_valid=False)
        return
    lost = edge.index - known - 1
    for index in range(known + 1, edge.index):
        open_account(desk, index, edge.encoder_m, edge_lost=True)
    open_account(desk, edge.index, edge.encoder_m)
    if lost:
        detail = say("detail.arrivals_lost", lost=lost, index=edge.index)
        desk.fault("belt.edge_lost", detail=detail)


def open_account(desk: Desk, index: int, encoder_m: float, *, edge_lost: bool = False) -> None:
    """A new part, its leading edge at the photo-eye when the belt had travelled `encoder_m`."""
    desk.emit(
        e.Arrived(
            stamp_ns=desk.now_ns,
            part=f"{desk.state.session}-{desk.state.next_number:05d}",
            index=index,
            encoder_m=encoder_m,
            x=desk.config.photo_eye_x - desk.recipe.part.size_m[0] / 2.0,
            edge_lost=edge_lost,
            drains=feeding.belongs_to_drain(desk, encoder_m),
        )
    )
    feeding.arrived(desk, encoder_m)


def exit_edge(desk: Desk, edge: ExitEdge) -> None:
    """Close the part that left; whatever else leaves is a fault."""
    state = desk.state
    if edge.index <= state.last_exit or edge.index in state.seen_exits:
        return
    account = _expected_at_exit(desk, edge.encoder_m)
    if not state.draining or account is None or account.index <= state.drain_until:
        desk.live.left_from_m = edge.encoder_m  # a drain waits for its own parts alone
    if account is not None and _may_pass(desk, account, edge.encoder_m):
        desk.emit(
            e.Passed(
                stamp_ns=desk.now_ns, part=account.part, index=edge.index, encoder_m=edge.encoder_m
            )
        )
        return
    if account is not None and account.verdict_kind is not VerdictKind.PASS:
        desk.emit(
            e.Escaped(
                stamp_ns=desk.now_ns, part=account.part, index=edge.index, encoder_m=edge.encoder_m
            )
        )
        desk.fault("ledger.reject_left", account.part, _standing(account))
        return
    desk.emit(e.ExitSeen(stamp_ns=desk.now_ns, index=edge.index, encoder_m=edge.encoder_m))
    if state.cell is not CellState.PURGE_REQUIRED:
        detail = say("detail.exit_at", index=edge.index, at_m=edge.encoder_m)
        desk.fault("ledger.unknown_part_left", detail=detail)


def overdue_exits(desk: Desk) -> None:
    """A passed part that should have been seen leaving by now is lost."""
    if desk.state.cell is CellState.PURGE_REQUIRED:
        return
    limit = desk.live.encoder_m - desk.config.exit_overdue_m
    lost = [
        a
        for a in desk.state.accounts.values()
        if a.stage is Stage.CLEARED and _exit_encoder(desk, a) < limit
    ]
    if lost:
        desk.fault(
            "ledger.part_lost", lost[0].part, say("detail.parts", parts=[a.part for a in lost])
        )


def _exit_encoder(desk: Desk, account: Account) -> float:
    """Belt travel at which the part's leading edge reaches the exit-eye."""
    return account.arrival_encoder_m + desk.config.exit_eye_x - desk.config.photo_eye_x


def _expected_at_exit(desk: Desk, encoder_m: float) -> Account | None:
    """The open account whose leading edge is at the exit-eye now; the nearest if there are two."""
    if not desk.state.encoder_valid:
        return None
    accounts = [a for a in desk.state.accounts.values() if not a.escaped]
    near = [
        a
        for a in accounts
        if abs(_exit_encoder(desk, a) - encoder_m) <= desk.config.exit_tolerance_m
    ]
    return min(near, key=lambda a: abs(_exit_encoder(desk, a) - encoder_m), default=None)


def _may_pass(desk: Desk, account: Account, encoder_m: float) -> bool:
    """Whether this exit closes the account: cleared, or cleared before a stop in which the belt
    coasted on.
    """
    if account.stage is Stage.CLEARED:
        return True
    stopped_at = desk.state.fault_encoder_m
    return (
        account.stage is Stage.UNKNOWN
        and account.verdict_kind is VerdictKind.PASS
        and stopped_at is not None
        and encoder_m <= stopped_at + desk.config.coast_m
    )


def _standing(account: Account) -> str:
    """Its verdict, or that it has none, in words."""
    kind = account.verdict_kind
    return say(f"quality.verdict.{kind.value if kind else 'none'}")
