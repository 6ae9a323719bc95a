"""Rules of removal: one at a time, in belt order, confirmed or not done."""

from __future__ import annotations

from cell.control.ledger import bins
from cell.control.ledger import events as e
from cell.control.ledger.account import Account, Stage
from cell.control.ledger.authority import UNCLEARED, limiting
from cell.control.ledger.desk import Desk
from cell.control.ledger.events import CellState
from cell.control.ledger.observations import RemovalDone, RemovalFeedback
from cell.texts import say

RETRYABLE = ("no_vacuum", "too_late")
"""Failures after which the part still lies on the belt, where it was."""

CALLED_BACK = ("lapsed", "canceled")
"""Ends before the grip: the arm heard no order for too long, or was told to let be."""

AT_WAIT_M = 0.05
"""A part that stands this near to its waiting position is what the belt waits for."""

REASONS = {
    "dropped": "robot.part_dropped",
    "protective_stop": "robot.protective_stop",
    "no_answer": "robot.no_answer",
}
"""Alarms of failures that have one of their own."""


def request_next(desk: Desk) -> None:
    """Ask the arm for the foremost part that waits for removal, unless one ahead of it is
    undecided.
    """
    state = desk.state
    if state.removal is not None or not desk.may_run:
        return
    account = max(
        (a for a in state.accounts.values() if a.stage in UNCLEARED),
        key=desk.position,
        default=None,
    )
    if account is None or account.stage is not Stage.AWAITING_REMOVAL or account.verdict is None:
        return
    again = account.attempts > 0
    if again and _belt_runs(desk):
        return
    if bins.full(desk, account.verdict.bin):
        bins.stop_for_room(desk)
        return
    deadline_x = desk.config.last_safe_x if again else desk.config.wait_x
    desk.emit(
        e.RemovalRequested(
            stamp_ns=desk.now_ns,
            part=account.part,
            bin=account.verdict.bin,
            attempt=account.attempts + 1,
            encoder_m=account.encoder_m,
            x=account.x,
            y=account.y,
            yaw=account.yaw,
            deadline_encoder_m=account.encoder_at(deadline_x),
        )
    )


def feedback(desk: Desk, told: RemovalFeedback) -> None:
    """The part has left the belt, or the belt must wait for the arm.

    A hold ends with the lift or the removal, not before: the arm counts on a belt that stands.
    """
    account = _under_way(desk, told.part, told.attempt)
    if account is None or account.stage is Stage.LIFTED:
        return
    hold = desk.state.hold
    if told.off_belt:
        desk.emit(e.Lifted(stamp_ns=desk.now_ns, part=told.part))
        if hold is not None and hold.part == told.part:
            desk.release_belt()
    elif told.wait_s > 0.0 and hold is None and desk.may_run:
        desk.emit(e.BeltHeld(stamp_ns=desk.now_ns, part=told.part, cause="wait", ordered=True))


def done(desk: Desk, result: RemovalDone) -> None:
    """Close the account of a confirmed removal; try again or stop for any other end."""
    account = _under_way(desk, result.part, result.attempt)
    if account is None or account.verdict is None:
        return
    if result.removed:
        desk.emit(
            e.Removed(
                stamp_ns=desk.now_ns,
                part=account.part,
                bin=account.verdict.bin,
                cycle_s=result.cycle_s,
                grip_encoder_m=result.grip_encoder_m,
                grip_position=result.grip_position,
            )
        )
        if desk.state.hold is not None and desk.state.hold.part == account.part:
            desk.release_belt()
        return
    if result.reason in CALLED_BACK and _lies_where_it_lay(desk, account):
        _fail(desk, account, result.reason, result.message, final=False)
        return
    if _try_again(desk, account, result.reason):
        _fail(desk, account, result.reason, result.message, final=False)
        desk.release_belt()
        if desk.may_run:
            cause = "wait" if result.reason == "too_late" else "retry"
            desk.emit(
                e.BeltHeld(stamp_ns=desk.now_ns, part=account.part, cause=cause, ordered=True)
            )
        return
    give_up(desk, result.reason, result.message)


def give_up(desk: Desk, reason: str, message: str) -> None:
    """End the removal under way as failed: a person has to look where the part is."""
    removal = desk.state.removal
    if removal is None:
        return
    account = desk.state.accounts[removal.part]
    if account.stage is Stage.LIFTED and reason in RETRYABLE:
        reason = "dropped"
    _fail(desk, account, reason, message, final=True)
    if desk.state.cell is not CellState.PURGE_REQUIRED:
        detail = say("detail.removal", removal=reason)
        if message:
            detail = say("detail.removal_said", removal=reason, message=message)
        desk.fault(REASONS.get(reason, "robot.removal_failed"), account.part, detail)


def watch_hold(desk: Desk, *, at_authority: bool, running: bool) -> None:
    """Count the belt's waiting for the arm, from the PLC's own word."""
    state = desk.state
    if state.hold is not None:
        if not state.hold.ordered and running and not at_authority:
            desk.release_belt()
        return
    if not (at_authority and not running and desk.may_run):
        return
    account = limiting(desk)
    if account is None or account.stage not in (Stage.AWAITING_REMOVAL, Stage.REMOVING):
        return
    if desk.position(account) >= desk.config.wait_x - AT_WAIT_M:
        desk.emit(e.BeltHeld(stamp_ns=desk.now_ns, part=account.part, cause="wait", ordered=False))


def overdue_hold(desk: Desk) -> None:
    """A belt that stands too long for one removal is a fault."""
    hold = desk.state.hold
    if hold is not None and desk.now_ns - hold.since_ns > desk.config.removal_patience_s * 1e9:
        detail = say("detail.stood", seconds=desk.config.removal_patience_s)
        desk.fault("robot.no_answer", hold.part, detail)


def _under_way(desk: Desk, part: str, attempt: int) -> Account | None:
    """The account whose removal this message is about; None for messages of another time."""
    removal = desk.state.removal
    if removal is None or (removal.part, removal.attempt) != (part, attempt):
        return None
    return desk.state.accounts[part]


def _lies_where_it_lay(desk: Desk, account: Account) -> bool:
    """Whether a removal that was called back before the grip may be asked for again: the part is
    where it was.
    """
    return (
        account.stage is Stage.REMOVING
        and account.attempts < desk.config.removal_attempts
        and desk.state.cell is not CellState.PURGE_REQUIRED
    )


def _try_again(desk: Desk, account: Account, reason: str) -> bool:
    return (
        reason in RETRYABLE
        and account.stage is Stage.REMOVING
        and account.attempts < desk.config.removal_attempts
        and desk.state.cell not in (CellState.FAULTED, CellState.PURGE_REQUIRED)
        and desk.position(account) < desk.config.last_safe_x
    )


def _fail(desk: Desk, account: Account, reason: str, message: str, *, final: bool) -> None:
    desk.emit(
        e.RemovalFailed(
            stamp_ns=desk.now_ns,
            part=account.part,
            attempt=account.attempts,
            reason=reason,
            message=message,
            final=final,
        )
    )


def _belt_runs(desk: Desk) -> bool:
    return desk.live.belt is None or desk.live.belt.running
