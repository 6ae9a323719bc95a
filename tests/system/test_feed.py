"""The machines before and after the cell: parts come only while they are wanted, and leave only
into a machine that takes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.system.conftest import Bench

KEEPS_FEEDING = "infeed.keeps_feeding"


def neighbours(bench: Bench) -> dict[str, Any]:
    """What the twin's machines have been told."""
    told: dict[str, Any] = bench.twin(op="state")["neighbours"]
    return told


def drained(bench: Bench) -> str:
    """Order a drain; why the cell stopped at its end."""
    bench.order("drain")
    bench.until(lambda: bench.state.state == "stopped")
    return str(bench.state.reason)


@pytest.mark.cell
def test_a_blocked_outfeed_stops_the_belt_before_it_and_ends_by_itself(bench: Bench) -> None:
    bench.until(lambda: bench.state.state == "running" and bench.state.feed.ready)
    assert bench.state.feed.signals.infeed
    assert bench.state.feed.signals.outfeed_tells
    bench.twin(op="fault", name="outfeed_blocked")
    bench.until(lambda: bench.state.feed.suspended == "blocked")
    bench.until(lambda: not bench.twin(op="state")["belt"]["speed_m_s"])
    assert not bench.state.feed.ready
    assert bench.state.feed.permitted  # not for good: nothing needs to be stopped further up
    assert [reason for reason in bench.state.feed.reasons if "feed.blocked" in reason]
    assert bench.state.state == "running"
    passed = bench.state.passed
    bench.twin(op="fault", name="outfeed_blocked", active=False)
    bench.until(lambda: bench.state.passed > passed + 1 and bench.state.feed.ready)
    told = neighbours(bench)
    assert told["pushed_in"] == 0
    assert told["ready"]


@pytest.mark.cell
def test_a_drain_stops_the_infeed_and_leaves_nothing_on_the_belt(bench: Bench) -> None:
    bench.until(lambda: bench.state.state == "running" and bench.state.on_belt > 1)
    assert "cell.drained" in drained(bench)
    assert "cell.drained_but_fed" not in bench.state.reason
    assert bench.state.on_belt == 0
    told = neighbours(bench)
    assert not told["permitted"]
    assert bench.state.feed.signals.part_available  # the infeed has more, and holds them
    # Nothing lies before the photo-eye, either, nor on the belt's end: all that came has gone.
    assert bench.twin(op="state")["riding"] == []
    assert not [a for a in bench.state.alarms if a.id == KEEPS_FEEDING]
    bench.until(lambda: neighbours(bench)["passed_pulses"] == bench.state.passed)
    bench.until(lambda: neighbours(bench)["removed_pulses"] == bench.state.removed)
    passed = bench.state.passed
    bench.order("start")
    bench.until(lambda: bench.state.passed > passed)


@pytest.mark.cell
def test_an_infeed_that_ignores_its_signals_is_told_of(bench: Bench) -> None:
    bench.until(lambda: bench.state.state == "running" and bench.state.on_belt > 1)
    bench.twin(op="fault", name="infeed_ignores")
    assert "cell.drained_but_fed" in drained(bench)
    assert [a for a in bench.state.alarms if a.id == KEEPS_FEEDING]
    bench.twin(op="fault", name="infeed_ignores", active=False)
    bench.order("start")
    bench.until(lambda: bench.state.feed.ready)
    returned = [a for a in bench.state.alarms if a.id == KEEPS_FEEDING]
    assert all(a.state == a.RETURNED_UNACKNOWLEDGED for a in returned)
