"""`kill -9` of each node while parts ride on the belt: nothing passes unseen, and the cell comes
back.
"""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cell.control.ledger.events import Judged, Passed, Purged, Removed
from cell.launcher.restarts import LIMIT
from cell.records.journal import Journal

if TYPE_CHECKING:
    from tests.system.conftest import Bench

NODES = ("belt", "camera", "inspector", "robot", "recorder", "supervisor")


@pytest.mark.cell
@pytest.mark.parametrize("node", NODES)
def test_a_killed_node_stops_the_belt_and_its_parts_never_pass(bench: Bench, node: str) -> None:
    bench.until(lambda: bench.state.on_belt >= 2)
    on_belt = {part.part for part in bench.state.parts if part.verdict != "pass"}
    before = bench.session.group.pids()[node]

    os.kill(before, signal.SIGKILL)

    bench.until(lambda: bench.state.state == "purge_required")
    bench.until(lambda: bench.session.group.pids()[node] != before)
    bench.until(lambda: bench.twin(op="state")["belt"]["speed_m_s"] == 0.0)
    bench.clear()
    passed = bench.state.passed
    bench.until(lambda: bench.state.passed > passed)

    folder = Path(bench.session.config.data_dir)
    with Journal.follow(folder / "journal.db") as journal:
        events = [event for _, event in journal.read()]
    ends = {e.part: type(e) for e in events if isinstance(e, Passed | Removed | Purged)}
    judged = {e.part: e.verdict.kind for e in events if isinstance(e, Judged)}
    for part in on_belt:
        assert part in ends
        if ends[part] is Passed:
            assert judged[part] == "pass"
    closed = [e.part for e in events if isinstance(e, Passed | Removed | Purged)]
    assert len(closed) == len(set(closed))
    assert all(b["where"] != "passed" for b in bench.truth() if b["defective"])


@pytest.mark.cell
def test_a_robot_killed_in_an_emergency_stop_is_waited_for_and_comes_back(bench: Bench) -> None:
    """Its arm refuses each new start until a person has released it: that is no crash."""
    bench.until(lambda: bench.state.state == "running")
    bench.twin(op="fault", name="emergency_stop", active=True)
    bench.until(lambda: bench.twin(op="state")["arm"]["safety"] == "ROBOT_EMERGENCY_STOP")
    before = bench.session.group.pids()["robot"]
    os.kill(before, signal.SIGKILL)
    tries = {before}

    def tried_more_often_than_a_crash_is_forgiven() -> bool:
        tries.add(bench.session.group.pids()["robot"])
        return len(tries) > LIMIT + 2

    bench.until(tried_more_often_than_a_crash_is_forgiven)
    assert any("emergency stop" in line for line in bench.said)

    bench.twin(op="fault", name="emergency_stop", active=False)
    for order in ("power on", "brake release"):
        with socket.create_connection((bench.host, 29999), timeout=10) as pendant:
            answers = pendant.makefile()
            answers.readline()  # its greeting
            pendant.sendall(order.encode() + b"\n")
            answers.readline()
    bench.until(lambda: bench.session.link.lifecycle("robot") == "active")
    bench.clear()
