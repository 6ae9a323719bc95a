"""Rules of operation: sessions, a person's orders, and processes that die."""

from __future__ import annotations

from cell.control.alarms import entry
from cell.control.ledger import allowed, belt, bins, identity, removals
from cell.control.ledger import events as e
from cell.control.ledger.account import Stage
from cell.control.ledger.desk import MOVING, Desk, NeedlessError, RefusalError
from cell.control.ledger.events import CellState
from cell.control.ledger.observations import (
    COMMANDS,
    Acknowledge,
    AdvisoryTold,
    Closing,
    Command,
    FaultSeen,
    NodeDied,
    NodeLeft,
    Order,
    Override,
    SelectRecipe,
    Started,
    TrialSet,
)
from cell.products.verdict import Verdict, VerdictKind
from cell.texts import say

ESSENTIAL = ("belt", "camera", "inspector", "robot", "supervisor", "recorder")
"""Nodes without which no part can be accounted for."""

DIED = "died"
"""Why a removal has failed whose arm lost its process."""

STOOD_STILL_M = 0.005
"""An encoder that differs less than this from one session to the next has not moved."""


def started(desk: Desk, start: Started) -> None:
    """Begin a session; the belt is trusted only if the last one left it empty and it has not
    moved since.
    """
    state = desk.state
    clean = False
    if state.closed_at is not None and not state.session_open and not state.accounts:
        encoder_m, arrivals = state.closed_at
        clean = abs(start.encoder_m - encoder_m) < STOOD_STILL_M and start.arrivals == arrivals
    desk.live.encoder_m = start.encoder_m
    if state.session_open:  # whatever ended the last supervisor, it had no time to say so
        desk.alarm("process.supervisor_died")
    # Before the new session's counters count: killed in between, the next start finds the rest.
    for index in _arrived_unseen(desk, start):
        identity.open_account(desk, index, start.encoder_m, edge_lost=True)
    desk.emit(
        e.SessionStarted(
            stamp_ns=desk.now_ns,
            session=start.session,
            recipe=desk.recipe.identity,
            encoder_m=start.encoder_m,
            arrivals=start.arrivals,
            exposures=start.exposures,
            exits=start.exits,
            clean=clean,
            alarms=_told_anew(state.alarms.causes) if clean else state.alarms.causes,
            configured=start.configured,
            package=desk.package,
        )
    )


def _told_anew(alarms: tuple[str, ...]) -> tuple[str, ...]:
    """Those whose cause is told for as long as it stands: nothing else ends them."""
    return tuple(alarm for alarm in alarms if entry(alarm).told_anew)


def _told_once(alarms: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(alarm for alarm in alarms if not entry(alarm).told_anew)


def _arrived_unseen(desk: Desk, start: Started) -> range:
    """Arrivals that the PLC counted while no supervisor listened; none if it was restarted too."""
    known = desk.state.last_arrival
    goes_on = bool(desk.state.session) and start.exits >= desk.state.last_exit
    if not goes_on or not 0 < start.arrivals - known <= identity.RING:
        return range(0)
    return range(known + 1, start.arrivals + 1)


def closing(desk: Desk, _: Closing) -> None:
    """End a session."""
    desk.release_belt()
    arrivals = desk.live.belt.arrivals if desk.live.belt else desk.state.last_arrival
    clean = desk.state.cell is CellState.STOPPED and not desk.state.accounts
    encoder_m = desk.live.encoder_m
    desk.emit(
        e.SessionClosed(stamp_ns=desk.now_ns, clean=clean, encoder_m=encoder_m, arrivals=arrivals)
    )


def node_died(desk: Desk, death: NodeDied) -> None:
    """Without any of its essential processes the cell no longer knows its belt."""
    alarm = f"process.{death.node}_died"
    if death.node not in ESSENTIAL:
        desk.alarm(alarm, detail=death.detail)
        return
    if death.node == "belt":
        desk.live.belt = None
    desk.fault(alarm, detail=death.detail)
    if death.node == "robot":
        removals.give_up(desk, DIED, say("detail.robot_died"))


def node_left(desk: Desk, left: NodeLeft) -> None:
    """Nothing is lost while nothing moves and nothing lies there: the next start asks for it."""
    if left.node in ESSENTIAL and (desk.state.cell in MOVING or desk.state.accounts):
        desk.fault("process.node_inactive", detail=say("detail.node", node=left.node))


def advisory_told(desk: Desk, told: AdvisoryTold) -> None:
    """Something to look at: an alarm, and nothing stops for it."""
    if not told.standing:
        desk.clear_alarm(told.alarm)
    elif told.alarm not in desk.state.alarms.causes:
        desk.alarm(told.alarm, detail=told.detail)


def fault_seen(desk: Desk, fault: FaultSeen) -> None:
    """Another node's fault."""
    desk.fault(fault.alarm, detail=fault.detail, purge=fault.purge)


def command(desk: Desk, order: Command) -> None:
    """Follow a person's order. Raises RefusalError."""
    acts = {
        Order.START: _start,
        Order.STOP: _stop,
        Order.DRAIN: _drain,
        Order.RESET: _reset,
        Order.CONFIRM_CLEAR: _confirm_clear,
    }
    if order.name not in COMMANDS:
        raise RefusalError(
            "refused.unknown_command", command=order.name, commands=", ".join(COMMANDS)
        )
    name = Order(order.name)
    if name is not Order.STOP:  # which anybody may, named or not
        _require_person(order.person)
    allowed.require(desk, name)
    acts[name](desk, order.person)


def _start(desk: Desk, person: str) -> None:
    _change(desk, CellState.STARTING, "", person)


def _stop(desk: Desk, person: str) -> None:
    desk.release_belt()
    _change(desk, CellState.STOPPING, "cell.stopped_by_person", person)


def _drain(desk: Desk, person: str) -> None:
    desk.live.drained_from_m = desk.live.encoder_m
    _change(desk, CellState.STOPPING, "cell.draining", person)


def _reset(desk: Desk, person: str) -> None:
    desk.clear_alarm(*_told_once(desk.state.alarms.causes))
    _change(desk, CellState.STOPPED, "cell.reset", person)


def _confirm_clear(desk: Desk, person: str) -> None:
    """A person vouches that the belt and the cup are empty: every open account closes as purged."""
    if desk.state.removal is not None:
        waited_s = (desk.now_ns - desk.state.state_since_ns) * 1e-9
        if waited_s <= desk.config.removal_patience_s:
            desk.recalls = True  # an arm that waits for a part which is gone would wait on
            raise RefusalError("refused.clear.arm_called_back")
        removals.give_up(desk, "no_answer", "the arm never reported the end of its removal")
    belt.open_missing(desk)
    for part, account in list(desk.state.accounts.items()):
        may_lie = bins.may_hold(desk, account)
        desk.emit(e.Purged(stamp_ns=desk.now_ns, part=part, person=person, bins=may_lie))
    read = desk.live.belt
    assert read is not None  # or clearing is refused
    desk.emit(
        e.Cleared(
            stamp_ns=desk.now_ns,
            person=person,
            encoder_m=read.encoder_m,
            arrivals=read.arrivals,
            exposures=read.exposures,
            exits=read.exits,
        )
    )
    desk.live.inspections.clear()
    desk.clear_alarm(*_told_once(desk.state.alarms.causes))
    _change(desk, CellState.STOPPED, "cell.cleared", person)


def acknowledge(desk: Desk, seen: Acknowledge) -> None:
    """A person has seen one alarm, or all of them. Raises RefusalError."""
    _require_person(seen.person)
    wanted = [a for a in desk.state.alarms.waiting if seen.alarm in ("", a)]
    if seen.alarm and not wanted:
        raise RefusalError("refused.alarm.not_waiting", alarm=seen.alarm)
    allowed.require(desk, Order.ACKNOWLEDGE)
    for alarm in wanted:
        desk.emit(e.AlarmAcknowledged(stamp_ns=desk.now_ns, alarm=alarm, person=seen.person))


def select_recipe(desk: Desk, choice: SelectRecipe) -> None:
    """Change the recipe between parts; its model and its thresholds, while parts are on their way.
    Raises RefusalError.
    """
    _require_person(choice.person)
    live = choice.live and choice.recipe.but_thresholds == desk.recipe.but_thresholds
    if not live and (desk.state.cell in MOVING or desk.state.accounts):
        raise RefusalError("refused.recipe.belt_not_empty")
    desk.take(choice.recipe, choice.model, choice.package, live=live)
    desk.emit(
        e.RecipeSelected(
            stamp_ns=desk.now_ns,
            recipe=choice.recipe.identity,
            person=choice.person,
            reason=choice.reason,
            content=choice.recipe.content,
            model=choice.model,
            package=choice.package,
        )
    )


def set_trial(desk: Desk, trial: TrialSet) -> None:
    """From now on this model's word counts beside the other one's; both are on record then."""
    desk.trial = None if trial.recipe is None else trial
    desk.live.tried.clear()


def override(desk: Desk, wish: Override) -> None:
    """Replace a verdict by a person's, where the law and the belt still allow it. Raises
    RefusalError.
    """
    if not wish.person:
        raise RefusalError("refused.override.no_person")
    allowed.require_override(desk, wish.part, wish.verdict)
    before = desk.state.accounts[wish.part].verdict
    if before is not None and before.kind is wish.verdict and wish.bin in ("", before.bin):
        raise NeedlessError("already.verdict", part=wish.part)
    if desk.state.accounts[wish.part].stage is Stage.REMOVING:
        desk.recalls = True  # it may have gripped meanwhile: its word decides, and comes first
        raise RefusalError("refused.override.recalled", part=wish.part)
    verdict = Verdict(wish.verdict, _bin_for(desk, wish), f"{wish.person}: {wish.reason}")
    desk.emit(e.Judged(stamp_ns=desk.now_ns, part=wish.part, verdict=verdict, by=wish.person))


def _bin_for(desk: Desk, wish: Override) -> str:
    """Bin of the new verdict, '' for a pass. Raises RefusalError."""
    if wish.verdict is VerdictKind.PASS:
        return ""
    chosen = (
        desk.recipe.review_bin if wish.verdict is VerdictKind.REVIEW else desk.recipe.default_bin
    )
    bin_name = wish.bin or chosen
    if bin_name not in desk.recipe.bins:
        have = sorted(desk.recipe.bins)
        raise RefusalError(
            "refused.override.no_bin", recipe=desk.recipe.identity, bin=bin_name, bins=have
        )
    return bin_name


def _require_person(person: str) -> None:
    if not person.strip():
        raise RefusalError("refused.no_person")


def _change(desk: Desk, cell: CellState, reason: str, person: str) -> None:
    desk.emit(e.StateChanged(stamp_ns=desk.now_ns, state=cell, reason=reason, person=person))
