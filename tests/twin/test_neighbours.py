"""The twin's machines before and after the cell obey the PLC's signals, or not, as wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.twin.test_belt import BeltClient, belt
from tests.twin.twin_process import RunningTwin, wait_for
from twin.neighbours import MOST_PULSES, PULSE_S, Pulses

Start = Callable[..., RunningTwin]
COUNTS, READY, PERMITTED = 4, 1, 2
STEP_S = 0.002


def tell(client: BeltClient, bits: int, passed: int = 0, removed: int = 0) -> None:
    """Registers 10 to 14."""
    with client._lock:
        client.client.write_registers(10, [bits, 0, passed, 0, removed], device_id=1)


def told(twin: RunningTwin) -> dict[str, Any]:
    state: dict[str, Any] = twin.state()["neighbours"]
    return state


def travel(twin: RunningTwin) -> float:
    return float(twin.state()["belt"]["travel_m"])


def test_parts_come_only_while_the_cell_is_ready(start_twin: Start) -> None:
    twin = start_twin(feed_signals=True, defective_share=0.0)
    with belt(twin) as client:
        client.run()
        wait_for(lambda: travel(twin) > 0.4)
        assert twin.state()["riding"] == []
        tell(client, READY | PERMITTED | COUNTS)
        wait_for(lambda: len(twin.state()["riding"]) >= 2)
        tell(client, PERMITTED | COUNTS)
        wait_for(lambda: not told(twin)["ready"])
        laid, where = len(twin.truth()["boards"]), travel(twin)
        wait_for(lambda: travel(twin) > where + 0.7)
        assert len(twin.truth()["boards"]) <= laid + 1  # one may have been laid on meanwhile
        tell(client, READY | PERMITTED | COUNTS)
        wait_for(lambda: len(twin.truth()["boards"]) > laid + 1)
        client.pause()  # nobody renews the lease: a dead cell wants no parts
        wait_for(lambda: not told(twin)["permitted"])
        assert not told(twin)["ready"]


def test_an_infeed_that_ignores_the_signals_goes_on(start_twin: Start) -> None:
    fault = {"name": "infeed_ignores"}
    twin = start_twin(feed_signals=True, faults=[fault])
    with belt(twin) as client:
        client.run()
        wait_for(lambda: len(twin.state()["riding"]) >= 2)
        assert not told(twin)["ready"]


@pytest.mark.parametrize("blocked", [True, False])
def test_a_part_is_not_pushed_into_a_blocked_machine(start_twin: Start, blocked: bool) -> None:
    faults = [{"name": "outfeed_blocked"}] if blocked else []
    twin = start_twin(feed_signals=True, parts=1, faults=faults)
    with belt(twin) as client:
        client.run(speed=0.3)
        tell(client, READY | PERMITTED | COUNTS)
        if blocked:
            wait_for(lambda: told(twin)["held"], 30.0)
            wait_for(lambda: twin.state()["belt"]["speed_m_s"] == 0.0)
            front = twin.state()["riding"][0]["x"] + 0.054
            assert front < 0.70, "the belt ends there"
            twin.ask("fault", name="outfeed_blocked", active=False)
        wait_for(lambda: twin.truth()["counts"] == {"passed": 1}, 30.0)
        assert told(twin)["pushed_in"] == 0


def test_the_outfeed_gets_one_pulse_for_each_part(start_twin: Start) -> None:
    twin = start_twin(feed_signals=True, parts=1)
    with belt(twin) as client:
        client.run()
        tell(client, COUNTS, passed=500, removed=9)
        wait_for(lambda: client.client.read_input_registers(16, count=4, device_id=1).registers
                 == [0, 500, 0, 9])  # fmt: skip
        assert (told(twin)["passed_pulses"], told(twin)["removed_pulses"]) == (0, 0)
        tell(client, COUNTS, passed=503, removed=10)
        wait_for(lambda: told(twin)["passed_pulses"] == 3)
        wait_for(lambda: told(twin)["removed_pulses"] == 1)


def test_without_wires_the_registers_say_so_and_parts_come(start_twin: Start) -> None:
    twin = start_twin()
    with belt(twin) as client:
        assert client.client.read_input_registers(15, count=5, device_id=1).registers == [0] * 5
        client.run()
        wait_for(lambda: len(twin.state()["riding"]) >= 1)


def rises(pulses: Pulses, wanted: int, time: float, *, seconds: float) -> tuple[int, float]:
    """Rising edges that a machine sees in this time."""
    count, high = 0, pulses.high
    for _ in range(round(seconds / STEP_S)):
        time += STEP_S
        pulses.follow(wanted, time, begins=False)
        count, high = count + (pulses.high and not high), pulses.high
    return count, time


def test_pulses_are_counted_by_whoever_sees_only_edges() -> None:
    pulses = Pulses()
    pulses.follow(0xFFFF_FFFE, 0.0, begins=True)
    count, time = rises(pulses, 3, 0.0, seconds=12 * PULSE_S)
    assert (count, pulses.told) == (5, 3)  # over the counter's end
    count, time = rises(pulses, 3 + MOST_PULSES + 1, time, seconds=1.0)
    assert (count, pulses.told) == (0, 4 + MOST_PULSES)  # another journal
    count, _ = rises(pulses, 0, time, seconds=1.0)
    assert (count, pulses.told) == (0, 0)
