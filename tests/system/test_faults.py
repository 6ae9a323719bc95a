"""Faults of the hardware: each has its alarm, nothing passes unseen, and the cell comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cell.control.ledger.events import Judged
from cell.products.verdict import Verdict, VerdictKind
from cell.records.journal import Journal

if TYPE_CHECKING:
    from tests.system.conftest import Bench

FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "vacuum does not hold": ({"name": "vacuum_leak", "count": 2}, "robot.removal_failed"),
    "protective stop": ({"name": "protective_stop"}, "robot.protective_stop"),
    "encoder jumps": ({"name": "encoder_jump", "by_m": 0.4}, "belt.encoder_jump"),
}


@pytest.mark.cell
@pytest.mark.parametrize("fault", list(FAULTS))
def test_a_fault_stops_the_belt_with_its_alarm(bench: Bench, fault: str) -> None:
    request, alarm = FAULTS[fault]
    bench.until(lambda: bench.state.state == "running" and bench.state.on_belt >= 2)
    stops = bench.state.belt_stops_fault

    bench.twin(op="fault", **request)

    bench.until(lambda: any(a.id == alarm for a in bench.state.alarms))
    bench.until(lambda: bench.state.state == "purge_required")
    assert bench.state.belt_stops_fault > stops
    bench.clear()
    passed = bench.state.passed
    bench.until(lambda: bench.state.passed > passed)
    assert all(b["where"] != "passed" for b in bench.truth() if b["defective"])


@pytest.mark.cell
@pytest.mark.parametrize("fault", ["grab_failure", "lost_pulse"])
def test_a_part_without_a_picture_is_removed_and_the_belt_goes_on(bench: Bench, fault: str) -> None:
    bench.until(lambda: bench.state.state == "running")
    exposed = len([b for b in bench.truth() if b["exposure_encoder_m"]])
    before, stops = len(not_inspected(bench)), bench.state.belt_stops_fault

    bench.twin(op="fault", name=fault)

    bench.until(lambda: len(not_inspected(bench)) > before)
    bench.until(lambda: len([b for b in bench.truth() if b["exposure_encoder_m"]]) > exposed + 1)
    assert bench.state.belt_stops_fault == stops
    assert all(v.kind is VerdictKind.REJECT for v in not_inspected(bench))


def not_inspected(bench: Bench) -> list[Verdict]:
    """Verdicts in the journal on parts that nobody has looked at."""
    with Journal.follow(bench.session.config.data_dir / "journal.db") as journal:
        verdicts = [e.verdict for _, e in journal.read() if isinstance(e, Judged)]
    return [v for v in verdicts if "verdict.not_inspected" in v.reason]
