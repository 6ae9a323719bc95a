"""A real cell whose lamp fades: the advisory comes before defects escape; a quiet line is still."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from inspection_cell_interfaces.msg import Alarm

from cell.nodes.line_watching import DRIFTED
from cell.quality.monitor_files import FILE, order_anew
from cell.texts import render
from tests.system.conftest import _NUMBERS, Bench

BASELINE = 30


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A running cell that learns what is usual from thirty parts."""
    folder = tmp_path_factory.mktemp("drift")
    settings = {"quality.baseline_parts": BASELINE}
    made = Bench(folder, next(_NUMBERS), settings=settings, defective=0.15, pitch=0.3)
    try:
        made.session.start()
        made.session.begin()
        made.until(lambda: made.state.state == "running")
        yield made
    finally:
        made.session.stop()


def going(bench: Bench, condition: Callable[[], Any], timeout_s: float = 300.0) -> None:
    """Wait, and start the cell again where a busy machine has stopped it."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, (bench.state, bench.said)
        bench.until(lambda: bool(condition()) or bench.state.state != "running", timeout_s)
        if bench.state.state == "purge_required":
            bench.clear()


def watches(bench: Bench) -> list[Any]:
    """What the inspector has kept, the scene first."""
    path = bench.session.config.data_dir / FILE
    if not path.exists():
        return []
    told = json.loads(path.read_text())
    return [one["watch"] for kind in ("scenes", "models") for one in told[kind].values()]


def advisories(bench: Bench) -> list[str]:
    """What is told of it while its cause stands, seen by somebody or not."""
    standing = Alarm.UNACKNOWLEDGED, Alarm.ACKNOWLEDGED
    told = [one for one in bench.state.alarms if one.id == DRIFTED and one.state in standing]
    return [render(one.text) for one in told]


@pytest.mark.cell
@pytest.mark.timeout(900)
def test_a_quiet_line_is_silent_and_a_fading_lamp_is_told(line: Bench) -> None:
    going(line, lambda: (w := watches(line)) and all(one["usual"] for one in w))
    seen = watches(line)[0]["seen"]
    going(line, lambda: watches(line)[0]["seen"] >= seen + 30 or advisories(line))
    assert advisories(line) == []

    before = len(line.truth())
    line.twin(op="fault", name="light_falls", share=0.35, over_s=40.0)
    going(line, lambda: advisories(line))
    (told,) = advisories(line)
    assert "lamp" in told
    escaped = [p for p in line.truth()[before:] if p["defective"] and p["where"] == "passed"]
    assert escaped == []
    usual = watches(line)[0]["usual"]
    assert any(one["raised"] is not None for name, one in usual.items() if "light" in name)

    # A person says that the light is meant: learnt anew, and silent again.
    order_anew(line.session.config.data_dir, "pcb", "kim", 1, "a weaker lamp")
    going(line, lambda: not advisories(line) and watches(line)[0]["seen"] < seen)
    assert all(not one["usual"] for one in watches(line))
