"""One event changes the state in one way: the same for a live decision and for a replayed
journal.
"""

from __future__ import annotations

from dataclasses import asdict, replace

from cell.control.alarms.shelf import Shelf
from cell.control.ledger import events as e
from cell.control.ledger.account import (
    Account,
    Bin,
    Closed,
    Exposure,
    Grasp,
    Hold,
    Removal,
    SeenFrame,
    Stage,
    State,
)
from cell.control.ledger.events import CellState
from cell.products.verdict import VerdictKind

REMEMBERED_PARTS = 200
"""Closed accounts kept, for the check that none closes twice and for what people say of them."""

GRASPS = {
    "error": Grasp.KNOWN, "protective_stop": Grasp.KNOWN, "no_answer": Grasp.KNOWN,
    "died": Grasp.FORGOTTEN,
}  # fmt: skip
"""Ends of a removal after which the part may hang on the cup, or lie in a bin."""

PICTURES_KEPT_NS = 10_000_000_000
"""Unassociated pictures older than this are forgotten; exposures last twice as long."""


def apply(state: State, event: e.Event) -> None:
    """Bring `state` up to date with `event`."""
    match event:
        case e.SessionStarted() | e.SessionClosed() | e.StateChanged() | e.RecipeSelected():
            _apply_session(state, event)
        case e.Faulted() | e.Cleared():
            _apply_trouble(state, event)
        case (
            e.AlarmRaised()
            | e.AlarmCleared()
            | e.AlarmAcknowledged()
            | e.AlarmShelved()
            | e.AlarmUnshelved()
        ):
            _apply_alarm(state, event)
        case e.BinOpened() | e.BinExchanged():
            _apply_bin(state, event)
        case (
            e.ExposureSeen()
            | e.FrameSeen()
            | e.Exposed()
            | e.FrameAssociated()
            | e.Inspected()
            | e.Judged()
            | e.Tried()
        ):
            _apply_picture(state, event)
        case (
            e.RemovalRequested() | e.Lifted() | e.RemovalFailed() | e.BeltHeld() | e.BeltReleased()
        ):
            _apply_removal(state, event)
        case _:
            _apply_part(state, event)


def _apply_session(state: State, event: e.Event) -> None:
    match event:
        case e.SessionStarted():
            state.session = event.session
            state.sessions.add(event.session)
            state.session_open = True
            state.recipe, state.configured = event.recipe, event.configured
            state.package = event.package
            state.ordered_by = ""
            state.draining = False
            state.next_number = 1
            _set_state(
                state,
                CellState.STOPPED if event.clean else CellState.PURGE_REQUIRED,
                event.stamp_ns,
            )
            state.reason = "" if event.clean else "cell.contents_unknown"
            state.removal = None
            state.hold = None
            _keep_alarms(state, event.alarms)
            if event.clean:
                state.alarms.reset()
            for part, account in state.accounts.items():
                taken = account.stage in (Stage.REMOVING, Stage.LIFTED)
                grasp = Grasp.FORGOTTEN if taken else account.grasp
                state.change(part, stage=Stage.UNKNOWN, grasp=grasp)
            _count_anew(state, event.arrivals, event.exposures, event.exits)
        case e.SessionClosed():
            state.session_open = False
            state.ordered_by = ""
            state.closed_at = (event.encoder_m, event.arrivals) if event.clean else None
        case e.StateChanged():
            if event.state is CellState.STOPPED:
                state.alarms.reset()
            _set_state(state, event.state, event.stamp_ns)
            state.reason = event.reason
            state.reason_detail = ""
            state.draining = event.reason == "cell.draining"
            state.drain_until = state.last_arrival if state.draining else 0
            if event.state is CellState.STARTING:
                state.ordered_by = event.person
            if event.state is not CellState.FAULTED:
                state.fault_encoder_m = None
        case e.RecipeSelected():
            state.recipe, state.package = event.recipe, event.package
        case _:
            raise TypeError(event)


def _apply_trouble(state: State, event: e.Event) -> None:
    match event:
        case e.Faulted():
            state.alarms.stopped_by(event.alarm, event.stamp_ns)
            purge = event.purge or state.cell is CellState.PURGE_REQUIRED
            if purge is event.purge or not state.reason:
                state.reason, state.reason_detail = event.alarm, event.detail
            _set_state(
                state, CellState.PURGE_REQUIRED if purge else CellState.FAULTED, event.stamp_ns
            )
            state.draining = False
            if state.fault_encoder_m is None:
                state.fault_encoder_m = event.encoder_m
            state.encoder_valid = state.encoder_valid and event.encoder_valid
            state.hold = None
            state.count(stops_fault=int(event.stopped))
            if purge:
                for part, account in state.accounts.items():
                    if account.stage is not Stage.LIFTED:
                        state.change(part, stage=Stage.UNKNOWN)
        case e.Cleared():
            state.cleared_ns = event.stamp_ns
            state.encoder_valid = True
            _count_anew(state, event.arrivals, event.exposures, event.exits)
        case _:
            raise TypeError(event)


def _apply_alarm(state: State, event: e.Event) -> None:
    match event:
        case e.AlarmRaised():
            state.alarms.raise_(event.alarm, event.detail, event.stamp_ns)
        case e.AlarmCleared():
            state.alarms.clear(event.alarm)
        case e.AlarmAcknowledged():
            state.alarms.acknowledge(event.alarm, event.person, event.stamp_ns)
        case e.AlarmShelved():
            state.alarms.shelve(
                Shelf(event.alarm, event.person, event.reason, event.stamp_ns, event.until_ns)
            )
        case e.AlarmUnshelved():
            state.alarms.unshelve(event.alarm)
        case _:
            raise TypeError(event)


def _apply_bin(state: State, event: e.Event) -> None:
    match event:
        case e.BinOpened():
            before = state.bins.get(event.bin, Bin())
            state.bins[event.bin] = replace(before, opened_by=event.person)
        case e.BinExchanged():
            state.bins[event.bin] = Bin()
        case _:
            raise TypeError(event)


def _apply_picture(state: State, event: e.Event) -> None:
    match event:
        case e.ExposureSeen():
            state.exposures[event.index] = Exposure(event.index, event.encoder_m, event.exposure_ns)
            _forget_pictures(state, event.stamp_ns)
        case e.FrameSeen():
            state.frames[event.trigger] = SeenFrame(
                event.trigger, event.exposure_ns, event.ok, event.error
            )
            _forget_pictures(state, event.stamp_ns)
        case e.Exposed():
            state.exposures[event.index] = replace(state.exposures[event.index], part=event.part)
            stage = state.accounts[event.part].stage
            stage = Stage.EXPOSED if stage is Stage.ARRIVED else stage
            state.change(event.part, exposure=event.index, stage=stage)
        case e.FrameAssociated():
            exposure = state.exposures[event.index]
            state.exposures[event.index] = replace(exposure, trigger=event.trigger)
            state.frames[event.trigger] = replace(state.frames[event.trigger], exposure=event.index)
            state.trigger_offset = event.index - event.trigger
        case e.Inspected():
            seen = event.inspection
            for index, latch in state.exposures.items():
                if (latch.part, latch.trigger) == (event.part, seen.trigger):
                    state.exposures[index] = replace(latch, inspected=True)
            if event.part in state.accounts:  # else it has left before its inspection was ready
                state.change(event.part, inspected_ok=seen.ok)
                if seen.ok and not event.late:
                    state.change(event.part, **asdict(seen.pose), encoder_m=event.encoder_m)
        case e.Tried():
            pass  # on record alone: what is acted on follows
        case e.Judged():
            kind = event.verdict.kind
            stage = Stage.CLEARED if kind is VerdictKind.PASS else Stage.AWAITING_REMOVAL
            state.change(event.part, verdict=event.verdict, stage=stage)
            state.count(
                rejected=int(kind is VerdictKind.REJECT), reviewed=int(kind is VerdictKind.REVIEW)
            )
            state.last_part, state.last_verdict = event.part, event.verdict
        case _:
            raise TypeError(event)


def _apply_removal(state: State, event: e.Event) -> None:
    match event:
        case e.RemovalRequested():
            state.removal = Removal(event.part, event.attempt)
            state.change(event.part, stage=Stage.REMOVING, attempts=event.attempt)
        case e.Lifted():
            state.change(event.part, stage=Stage.LIFTED)
        case e.RemovalFailed():
            state.removal = None
            if event.part in state.accounts:
                stage = Stage.UNKNOWN if event.final else Stage.AWAITING_REMOVAL
                grasp = GRASPS.get(event.reason, Grasp.NONE) if event.final else Grasp.NONE
                state.change(event.part, stage=stage, grasp=grasp)
        case e.BeltHeld():
            state.hold = Hold(event.part, event.ordered, event.stamp_ns)
            waits = event.cause == "wait"
            state.count(stops_wait=int(waits), stops_fault=int(not waits))
        case e.BeltReleased():
            state.hold = None
            state.count(wait_s=event.waited_s)
        case _:
            raise TypeError(event)


def _apply_part(state: State, event: e.Event) -> None:
    match event:
        case e.Arrived():
            unknown = state.cell is CellState.PURGE_REQUIRED or event.edge_lost
            stage = Stage.UNKNOWN if unknown else Stage.ARRIVED
            account = Account(
                event.part, event.index, event.encoder_m, event.x, event.encoder_m, stage=stage
            )
            state.accounts[event.part] = account
            state.last_arrival = max(state.last_arrival, event.index)
            if event.drains:
                state.drain_until = max(state.drain_until, event.index)
            state.next_number += 1
            state.count(arrived=1)
        case e.Removed():
            state.removal = None
            _close(state, event.part, f"removed:{event.bin}")
            _fill(state, event.bin)
            state.count(removed=1)
        case e.Passed():
            _see_exit(state, event.index)
            _close(state, event.part, "passed")
            state.count(passed=1)
        case e.Purged():
            _close(state, event.part, "purged")
            for name in event.bins:
                _fill(state, name)
            state.count(purged=1)
        case e.Reassessed():
            _say_after(state, event)
        case e.Escaped():
            _see_exit(state, event.index)
            state.count(escaped=1)
            state.change(event.part, escaped=True)
        case e.ExitSeen():
            _see_exit(state, event.index)
        case _:
            raise TypeError(event)


def _keep_alarms(state: State, kept: tuple[str, ...] | None) -> None:
    """At a session's start: the causes of the other alarms are over."""
    if kept is None:
        state.alarms.alarms.clear()
        return
    for alarm in state.alarms.causes:
        if alarm not in kept:
            state.alarms.clear(alarm)


def _set_state(state: State, cell: CellState, stamp_ns: int) -> None:
    if cell is not state.cell:
        state.cell, state.state_since_ns = cell, stamp_ns


def _count_anew(state: State, arrivals: int, exposures: int, exits: int) -> None:
    """The belt's counters stand here; pictures from before concern no part that still exists."""
    state.last_arrival, state.last_exposure, state.last_exit = arrivals, exposures, exits
    state.seen_exits = set()
    state.exposures, state.frames, state.trigger_offset = {}, {}, None


def _see_exit(state: State, index: int) -> None:
    """Remember an exit; those without a gap before them need no memory of their own."""
    state.seen_exits.add(index)
    while state.last_exit + 1 in state.seen_exits:
        state.last_exit += 1
        state.seen_exits.discard(state.last_exit)


def _fill(state: State, name: str) -> None:
    before = state.bins.get(name, Bin())
    state.bins[name] = replace(before, parts=before.parts + 1)


def _close(state: State, part: str, disposition: str) -> None:
    account = state.accounts.pop(part)
    before = state.closed.get(part)
    if before is not None:
        raise ValueError(f"part {part} closes twice: {before.disposition}, then {disposition}")
    state.closed[part] = Closed(disposition, account.verdict_kind, account.inspected_ok)
    while len(state.closed) > REMEMBERED_PARTS:
        del state.closed[next(iter(state.closed))]


def _say_after(state: State, event: e.Reassessed) -> None:
    closed = state.closed.get(event.part)
    if closed is not None:  # else it is on record alone
        by = event.person if event.verdict is not None else ""
        state.closed[event.part] = replace(closed, said=event.verdict, said_by=by)


def _forget_pictures(state: State, now_ns: int) -> None:
    """Exposures outlive pictures, so that no picture loses a rival candidate before it is
    forgotten itself.
    """
    for trigger in [
        t for t, s in state.frames.items() if s.exposure_ns < now_ns - PICTURES_KEPT_NS
    ]:
        del state.frames[trigger]
    old = [i for i, x in state.exposures.items() if x.exposure_ns < now_ns - 2 * PICTURES_KEPT_NS]
    for index in old:
        del state.exposures[index]
        state.last_exposure = max(state.last_exposure, index)
