"""Faults of the hardware: each has its alarm, nothing passes unseen, and the cell comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

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
    rejected, stops = bench.state.rejected, bench.state.belt_stops_fault

    bench.twin(op="fault", name=fault)

    bench.until(lambda: bench.state.rejected > rejected)
    bench.until(
        lambda: (
            "not inspected" in bench.state.last_reason
            or any(p.bin == "review" for p in bench.state.parts)
            or len([b for b in bench.truth() if b["where"] == "review"]) > 0
        )
    )
    bench.until(lambda: len([b for b in bench.truth() if b["exposure_encoder_m"]]) > exposed + 1)
    assert bench.state.belt_stops_fault == stops
