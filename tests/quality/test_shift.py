"""A shift of the real ledger in simulated time: its OEE by reason is what really happened."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from cell.control.ledger import decode
from cell.control.ledger import events as e
from cell.control.ledger import observations as o
from tests.cell.world import World
from tests.system.shift import STOPS, compared, work

HOURS = 8 / 15
"""Breaks begin and end at whole minutes."""
NS = 10**9


def test_the_summary_of_a_shift_agrees_with_what_happened(tmp_path: Path) -> None:
    shift, told = work(HOURS, tmp_path)
    found = compared(shift, told)
    assert found["wrong"] == []
    assert found["escaped"] == []
    assert {stop.reason for stop in STOPS} <= set(told["oee"]["standing_ns"])
    arrived = [at for at in shift.truth.arrived.values() if at < shift.end_ns]
    assert told["parts"] == len(arrived)
    assert found["truth"]["produced"] > 200
    assert sum(shift.truth.standing[s.reason] for s in STOPS) > 60 * NS
    faults = {stop.reason for stop in STOPS} - {"stopped"}
    real_ns = sum(shift.truth.standing[one] for one in faults)
    with closing(sqlite3.connect(tmp_path / "records.db")) as db:
        on_record = db.execute(
            "SELECT sum(until_ns - stamp_ns) FROM cell_state "
            "WHERE state IN ('faulted', 'purge_required') AND reason != 'cell.contents_unknown'"
        ).fetchone()[0]
    assert abs(on_record - real_ns) < 3 * NS


def test_the_state_that_an_event_leads_to_is_the_ledgers() -> None:
    world = World()
    world.bring_up()
    for number in range(12):
        world.feed(0.5, number % 3 == 0)
        world.tick(40)
        if number == 4:
            world.observe(o.NodeDied(stamp_ns=world.now_ns, node="camera"))
        if number == 7:
            world.trip_watchdog()
            world.tick(5)
        if number == 9:
            world.crash(0)
        world.bring_up()
    world.command("stop")
    world.tick(20)
    state: e.CellState | None = None
    seen = set()
    for kind, data in world.journal:
        state = e.state_after(decode(kind, data), state)
        seen.add(state)
    assert state is world.ledger.desk.state.cell
    assert {e.CellState.PURGE_REQUIRED, e.CellState.FAULTED, e.CellState.RUNNING} <= seen
