"""Acknowledged alarms: in the journal, in the records, and the same after a restart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cell.control.alarms import AlarmState
from cell.control.ledger import CellState, Event, Ledger
from cell.control.ledger import events as e
from cell.control.ledger import observations as o
from cell.control.ledger.apply import apply
from cell.control.supervision import Supervision
from cell.control.watch import Watch
from cell.records import schema as s
from cell.records.journal import Journal
from cell.records.projection import Projection
from cell.records.store import open_records
from tests.cell.world import CONFIG, RECIPE, World

DIED, STOP, LOST = "process.hmi_died", "belt.emergency_stop", "camera.frame_failed"
CRASHED = "process.supervisor_died"


def alarms(ledger: Ledger) -> dict[str, AlarmState]:
    return {alarm.id: alarm.state for alarm in ledger.snapshot().alarms}


def acknowledge(world: World, alarm: str, person: str = "kim") -> bool:
    return world.observe(o.Acknowledge(stamp_ns=world.now_ns, alarm=alarm, person=person))


def started(world: World, session: str, events: list[Event] | None = None) -> Ledger:
    """A supervisor that begins anew on the world's journal."""
    ledger = Ledger.replay(CONFIG, RECIPE, world.events() if events is None else events)
    ledger.observe(
        o.Started(
            stamp_ns=world.now_ns,
            session=session,
            encoder_m=world.travel_m,
            arrivals=world.arrivals,
            exposures=world.exposures,
            exits=world.exits,
        )
    )
    return ledger


def with_alarms() -> World:
    """Three alarms: one acknowledged, one not, one whose cause is gone."""
    world = World()
    world.bring_up()
    for alarm in (DIED, LOST):
        world.observe(o.FaultSeen(stamp_ns=world.now_ns, alarm=alarm))
    acknowledge(world, DIED)
    return world


def test_who_acknowledged_what_and_when_is_in_the_journal() -> None:
    world = with_alarms()
    said = [x for x in world.events() if isinstance(x, e.AlarmAcknowledged)]
    assert [(x.alarm, x.person) for x in said] == [(DIED, "kim")]
    assert said[0].stamp_ns == world.now_ns
    assert not acknowledge(world, DIED), "nothing waits any more"
    assert acknowledge(world, "")
    assert acknowledge(world, ""), "all of nothing is no mistake"
    assert len([x for x in world.events() if isinstance(x, e.AlarmAcknowledged)]) == 2


def test_after_a_crash_alarms_stand_as_they_stood_until_the_belt_is_clear() -> None:
    world = with_alarms()
    before = alarms(world.ledger)
    world.crash(0)
    assert world.ledger.snapshot().state is CellState.PURGE_REQUIRED
    assert alarms(world.ledger) == before | {CRASHED: AlarmState.UNACKNOWLEDGED}
    seen = world.ledger.desk.state.alarms.alarms[DIED]
    assert (seen.state, seen.acknowledged_by) == (AlarmState.ACKNOWLEDGED, "kim")
    world.tick(3)
    world.clear_belt()
    over = AlarmState.RETURNED_UNACKNOWLEDGED
    assert alarms(world.ledger) == {LOST: over, CRASHED: over}
    acknowledge(world, "", "lee")
    assert alarms(world.ledger) == {}


def test_after_an_orderly_end_only_what_nobody_saw_is_left() -> None:
    world = with_alarms()
    world.command("reset")
    world.observe(o.FaultSeen(stamp_ns=world.now_ns, alarm=DIED))
    acknowledge(world, DIED)
    world.command("reset")
    world.tick(3)
    world.observe(o.NodeDied(stamp_ns=world.now_ns, node="hmi"))
    acknowledge(world, DIED)
    world.observe(o.Closing(stamp_ns=world.now_ns))
    ledger = started(world, "next")
    assert ledger.snapshot().state is CellState.STOPPED
    assert alarms(ledger) == {LOST: AlarmState.RETURNED_UNACKNOWLEDGED}


def test_a_pressed_emergency_stop_stays_acknowledged_over_a_restart() -> None:
    world = World()
    world.bring_up()
    pressed = replace(world._reading(), read_ns=world.now_ns + 1, emergency_stop=True)
    world.observe(pressed)
    acknowledge(world, STOP)
    world.command("confirm_clear")
    world.observe(replace(pressed, read_ns=world.now_ns + 2, running=False))
    world.command("confirm_clear")
    assert world.ledger.snapshot().state is CellState.STOPPED
    world.observe(o.Closing(stamp_ns=world.now_ns))
    ledger = started(world, "next")
    decision = ledger.observe(replace(pressed, read_ns=world.now_ns + 3, running=False))
    assert decision.events == ()
    assert alarms(ledger) == {STOP: AlarmState.ACKNOWLEDGED}
    assert not ledger.observe(o.Command(stamp_ns=world.now_ns, name="start", person="kim")).accepted
    ledger.observe(replace(pressed, read_ns=world.now_ns + 4, running=False, emergency_stop=False))
    assert alarms(ledger) == {}


def test_journals_of_before_forget_their_alarms_at_each_start() -> None:
    world = with_alarms()
    world.crash(0)
    old = [
        replace(x, alarms=None) if isinstance(x, e.SessionStarted) else x for x in world.events()
    ]
    ledger = Ledger.replay(CONFIG, RECIPE, old)
    assert alarms(ledger) == {}


def test_live_and_replayed_alarms_agree() -> None:
    """One event changes the book in one way."""
    world = with_alarms()
    state = Ledger(CONFIG, RECIPE).desk.state
    for event in world.events():
        apply(state, event)
    assert state.alarms == world.ledger.desk.state.alarms


@pytest.mark.parametrize("killed", [True, False])
def test_a_restarted_supervisor_and_the_records_know_who_acknowledged(
    tmp_path: Path, killed: bool
) -> None:
    world = World()
    path = tmp_path / "journal.db"

    def begin() -> tuple[Supervision, Journal]:
        journal = Journal.open(path)
        ledger = Ledger.replay(CONFIG, RECIPE, (event for _, event in journal.read()))
        watch = Watch((), lambda _host, _pid: True)
        return Supervision(ledger, journal, watch, lambda _sequence, _event: None), journal

    first, journal = begin()
    first.observe(world.told[0])
    first.observe(o.NodeDied(stamp_ns=world.now_ns, node="hmi", detail="exit code 1"))
    first.observe(o.Acknowledge(stamp_ns=world.now_ns, alarm=DIED, person="kim"))
    if not killed:
        first.observe(o.Closing(stamp_ns=world.now_ns))
    journal.close()
    second, journal = begin()
    second.observe(replace(world.told[0], session="next"))  # type: ignore[call-arg]
    assert second.ledger.snapshot().state is CellState.PURGE_REQUIRED
    others = [a.id for a in second.ledger.snapshot().alarms if a.id != DIED]
    assert others == ([CRASHED] if killed else [])
    (alarm,) = (a for a in second.ledger.snapshot().alarms if a.id == DIED)
    assert (alarm.state, alarm.acknowledged_by) == (AlarmState.ACKNOWLEDGED, "kim")
    projection = Projection.open(tmp_path / "records.db")
    projection.catch_up(journal)
    engine = open_records(tmp_path / "records.db")
    with Session(engine) as session:
        (row,) = session.scalars(select(s.Acknowledgement))
        (log,) = session.scalars(select(s.AlarmLog).where(s.AlarmLog.alarm == DIED))
    assert (row.alarm, row.person, row.stamp_ns) == (DIED, "kim", world.now_ns)
    assert (row.alarm_log, log.cleared_ns) == (log.seq, None)
    engine.dispose()
    projection.close()
    journal.close()
