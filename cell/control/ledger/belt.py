"""Rules of the belt: what its readings mean for the trust in positions, counters and the cell's
state.
"""

from __future__ import annotations

from cell.control.ledger import events as e
from cell.control.ledger import feeding, identity, removals
from cell.control.ledger.desk import Desk
from cell.control.ledger.events import CellState
from cell.control.ledger.observations import BeltRead
from cell.texts import say

NS = 1e-9
UNCLOCKED_SLACK_M = 0.05
"""Readings whose time only the host has guessed say no more than this about the travel."""


def read(desk: Desk, now: BeltRead) -> None:
    """Take over a reading, unless it is older than the last one."""
    last = desk.live.belt
    if last is not None and now.read_ns <= last.read_ns:
        return
    jump = _jump(desk, last, now)
    desk.live.belt = now
    desk.live.encoder_m = now.encoder_m
    if jump and desk.state.encoder_valid:
        encoder_jumped(desk, jump)
    seen = max(desk.state.last_exposure, *desk.state.exposures, 0)
    if now.exposures <= seen:
        desk.live.exposures_until_ns = now.read_ns
    if now.emergency_stop:
        if "belt.emergency_stop" not in desk.state.alarms.causes:
            desk.fault("belt.emergency_stop")
    else:
        desk.clear_alarm("belt.emergency_stop")
    if now.watchdog_tripped and desk.may_run:
        # Nothing lies elsewhere for it: the PLC's encoder counted to the end, its edges are kept.
        desk.fault("belt.watchdog", purge=False)
    _compare_counters(desk, now)
    _follow(desk, now)
    removals.watch_hold(desk, at_authority=now.at_authority, running=now.running)


def encoder_jumped(desk: Desk, detail: str) -> None:
    """No position holds any more."""
    desk.fault("belt.encoder_jump", detail=detail, encoder_valid=False)


def overdue_start(desk: Desk) -> None:
    """A belt that does not run after a start is a fault."""
    waited_s = (desk.now_ns - desk.state.state_since_ns) * NS
    waits = feeding.waits_for_outfeed(desk)
    if desk.state.cell is CellState.STARTING and waited_s > desk.config.start_s and not waits:
        desk.fault(
            "belt.does_not_run", detail=say("detail.after_start", seconds=waited_s), purge=False
        )


def end_of_drain(desk: Desk) -> None:
    """Stop when the last account is closed that was open at the order, no more come that the
    machine before the cell gave before it heard of it, and the last one is off the belt; should
    parts keep coming, those wait on the belt for the next start.
    """
    state = desk.state
    if not state.draining or any(a.index <= state.drain_until for a in state.accounts.values()):
        return
    if feeding.drain_runs_on(desk):
        return
    reason = "cell.drained_but_fed" if state.accounts else "cell.drained"
    desk.emit(e.StateChanged(stamp_ns=desk.now_ns, state=CellState.STOPPING, reason=reason))


def _jump(desk: Desk, last: BeltRead | None, now: BeltRead) -> str:
    """What is impossible about the encoder, '' if nothing."""
    if last is None:
        return ""
    travel_m = now.encoder_m - last.encoder_m
    least_m, most_m = _possible_travel(desk, last, now)
    if least_m <= travel_m <= most_m:
        return ""
    step_mm = (travel_m - min(max(travel_m, least_m), most_m)) * 1e3
    places = {"before_m": last.encoder_m, "after_m": now.encoder_m}
    return say("detail.encoder_step", step_mm=step_mm, **places)


def _possible_travel(desk: Desk, last: BeltRead, now: BeltRead) -> tuple[float, float]:
    """Least and most that the encoder may have counted from one reading to the next [m].

    By the PLC's own clock, speed before and after bound it: no further than by racing up and
    braking down in between, no less than by the reverse. Without that clock only the top speed
    does.
    """
    config = desk.config
    passed_s = now.device_s - last.device_s
    if not (last.device_s and now.device_s and passed_s >= 0.0):
        by_host_s = (now.read_ns - last.read_ns) * NS
        return -UNCLOCKED_SLACK_M, config.max_speed_m_s * by_host_s + UNCLOCKED_SLACK_M
    mean_m = (last.speed_m_s + now.speed_m_s) / 2.0 * passed_s
    change_m = config.most_braking_m_s2 * passed_s**2 / 4.0
    slack_m = config.encoder_slack_m
    least_m = max(0.0, mean_m - change_m) - slack_m
    return least_m, min(config.max_speed_m_s * passed_s, mean_m + change_m) + slack_m


def _compare_counters(desk: Desk, now: BeltRead) -> None:
    """Edges that the PLC counts and nobody reports, or the reverse, for too long."""
    state = desk.state
    exits = max(state.last_exit, *state.seen_exits, 0)
    if (now.arrivals, now.exits) == (
        state.last_arrival,
        exits,
    ) or state.cell is CellState.PURGE_REQUIRED:
        desk.live.counter_ahead_since_ns = None
        return
    if desk.live.counter_ahead_since_ns is None:
        desk.live.counter_ahead_since_ns = desk.now_ns
    if (desk.now_ns - desk.live.counter_ahead_since_ns) * NS <= desk.config.lost_edge_s:
        return
    desk.live.counter_ahead_since_ns = None
    known = {"known_arrivals": state.last_arrival, "known_exits": exits}
    detail = say("detail.counters", arrivals=now.arrivals, exits=now.exits, **known)
    if now.arrivals < state.last_arrival or now.exits < exits:
        desk.fault("belt.counter_jump", detail=detail, encoder_valid=False)
        return
    open_missing(desk)
    desk.fault("belt.edge_lost", detail=detail)


def open_missing(desk: Desk) -> None:
    """Open accounts for parts that the PLC counted and whose edge never came."""
    belt, known = desk.live.belt, desk.state.last_arrival
    if belt is None or not 0 < belt.arrivals - known <= identity.RING:
        return
    for index in range(known + 1, belt.arrivals + 1):
        identity.open_account(desk, index, belt.encoder_m, edge_lost=True)


def _follow(desk: Desk, now: BeltRead) -> None:
    """Starting ends when the belt runs or stands rightly, stopping when it stands."""
    cell = desk.state.cell
    stands = now.neighbours.held or (now.at_authority and desk.state.accounts)
    if cell is CellState.STARTING and (now.running or stands):
        desk.emit(e.StateChanged(stamp_ns=desk.now_ns, state=CellState.RUNNING, reason=""))
    elif cell is CellState.STOPPING and not desk.state.draining and not now.running:
        desk.emit(
            e.StateChanged(stamp_ns=desk.now_ns, state=CellState.STOPPED, reason=desk.state.reason)
        )
