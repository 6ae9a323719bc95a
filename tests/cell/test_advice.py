"""What nodes ask people to look at becomes alarms that end with their cause, and stop nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cell.control.advice import SILENT_S
from cell.control.alarms import AlarmState
from cell.control.ledger import CellState
from cell.control.ledger import observations as o
from cell.control.supervision import Supervision
from cell.control.watch import Heartbeat, Watch
from cell.records.journal import Journal
from tests.cell.world import World

LOW, GONE = "recorder.disk_low", "camera.disconnected"
Told = tuple[tuple[str, str], ...]


class Shift:
    """A running cell and its nodes' heartbeats, five a second."""

    def __init__(self, journal: Journal) -> None:
        self.world = World()
        self.world.bring_up()
        watch = Watch(("recorder", "camera"), lambda *_: True, welcome=("hmi",))
        self.supervision = Supervision(self.world.ledger, journal, watch, lambda *_: None)
        self.now_ns = self.world.now_ns

    def beat(self, node: str, told: Told = (), *, active: bool = True, boot: str = "a") -> None:
        beat = Heartbeat(node, "host", 1, boot, active, "", told)
        self.supervision.hear(beat, self.now_ns)

    def pass_time(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.2)):
            self.now_ns += 200_000_000
            self.supervision.look_around(self.now_ns)

    @property
    def alarms(self) -> dict[str, AlarmState]:
        return {a.id: a.state for a in self.world.ledger.snapshot().alarms}


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[Shift]:
    with Journal.open(tmp_path / "journal.db") as journal:
        yield Shift(journal)


def test_an_advisory_stands_as_long_as_it_is_repeated_and_nothing_stops(shift: Shift) -> None:
    for _ in range(20):
        shift.beat("recorder", ((LOW, "12 MiB"),))
        shift.pass_time(0.2)
    assert shift.alarms == {LOW: AlarmState.UNACKNOWLEDGED}
    assert shift.world.ledger.snapshot().state is CellState.RUNNING
    shift.beat("recorder")
    shift.pass_time(0.2)
    assert shift.alarms == {LOW: AlarmState.RETURNED_UNACKNOWLEDGED}


def test_no_reset_ends_an_advisory_whose_cause_stands(shift: Shift) -> None:
    shift.beat("recorder", ((LOW, ""),))
    shift.pass_time(0.2)
    shift.supervision.observe(o.FaultSeen(stamp_ns=shift.now_ns, alarm=GONE))
    reset = o.Command(stamp_ns=shift.now_ns, name="reset", person="kim")
    assert shift.supervision.observe(reset)[1]
    assert shift.alarms[LOW] is AlarmState.UNACKNOWLEDGED


def test_what_a_silent_node_said_is_over(shift: Shift) -> None:
    shift.beat("recorder", ((LOW, ""),))
    shift.pass_time(0.2)
    shift.pass_time(2 * SILENT_S)
    assert shift.alarms[LOW] is AlarmState.RETURNED_UNACKNOWLEDGED


def test_a_fault_that_a_node_tells_stops_the_belt_once(shift: Shift) -> None:
    shift.beat("camera", ((GONE, "no route"),))
    shift.beat("camera", ((GONE, "no route"),))
    snapshot = shift.world.ledger.snapshot()
    assert (snapshot.state, snapshot.reason) == (CellState.FAULTED, GONE)
    assert snapshot.counts.stops_fault == 1


def test_the_page_may_die_and_come_back(shift: Shift) -> None:
    shift.beat("hmi")
    shift.pass_time(4.0)
    assert shift.alarms["process.hmi_died"] is AlarmState.UNACKNOWLEDGED
    assert shift.world.ledger.snapshot().state is CellState.RUNNING
    shift.beat("hmi", boot="b")
    assert shift.alarms["process.hmi_died"] is AlarmState.RETURNED_UNACKNOWLEDGED


def test_a_node_taken_out_of_service_while_the_belt_runs_is_a_fault(shift: Shift) -> None:
    shift.beat("camera")
    shift.beat("camera", active=False)
    snapshot = shift.world.ledger.snapshot()
    assert (snapshot.state, snapshot.reason) == (
        CellState.PURGE_REQUIRED,
        "process.node_inactive",
    )


def test_words_that_no_catalogue_holds_are_passed_over(shift: Shift) -> None:
    shift.beat("camera", (("camera.sneezed", ""),))
    shift.pass_time(0.2)
    assert shift.alarms == {}
