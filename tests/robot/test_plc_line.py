"""The PLC's line when requests are lost, connections end, or the PLC is restarted."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator

import pytest

from cell.texts import render
from robot.base import BeltEdge, BeltError, BeltSample, BeltSilentError
from robot.belts import register_map as plc
from robot.belts.modbus import ModbusBelt, ModbusBeltConfig
from robot.belts.polled import SILENT_S, PolledBelt
from robot.belts.register_map import Holding, Input, Status
from robot.grippers.polled import PolledGripper
from robot.grippers.vacuum_modbus import GripperError, ModbusVacuum, ModbusVacuumConfig
from tests.robot.plc import HandPlc, serving
from tests.words import raises

ARRIVAL = (Input.ARRIVALS, Input.ARRIVAL_RING)
TRIES = 10
"""A machine that sleeps itself for longer than the silence proves nothing: the test looks again."""


def wait_for(done: Callable[[], object], limit_s: float = 20.0) -> None:
    give_up = time.monotonic() + limit_s
    while not done():
        assert time.monotonic() < give_up
        time.sleep(0.002)


@pytest.fixture
def hand() -> HandPlc:
    made = HandPlc()
    made.ticking = True
    return made


@pytest.fixture
def port(hand: HandPlc) -> Iterator[int]:
    with serving(hand) as number:
        yield number


@pytest.fixture
def belt(port: int) -> Iterator[ModbusBelt]:
    device = ModbusBelt(ModbusBeltConfig(port=port, counts_per_metre=20_000))
    device.connect()
    yield device
    device.close()


class Watched:
    """A belt that is polled and renewed, and what became of it."""

    def __init__(self, belt: ModbusBelt) -> None:
        self.samples: list[tuple[float, BeltSample]] = []
        self.edges: list[BeltEdge] = []
        self.losses: list[tuple[float, BeltError]] = []
        self._belt = belt
        self.polled = PolledBelt(belt, 50.0, self._renew, self._heard, self._lost)

    def _renew(self) -> None:
        self._belt.refresh(True, 0.2, 9.0, True, 0, False, 0.354)

    def _heard(self, sample: BeltSample, edges: list[BeltEdge]) -> None:
        self.samples.append((time.monotonic(), sample))
        self.edges += edges

    def _lost(self, error: BeltError) -> None:
        self.losses.append((time.monotonic(), error))

    def heard_anew(self) -> None:
        seen = len(self.samples)
        wait_for(lambda: len(self.samples) > seen + 1)

    def silence_s(self) -> float:
        """The longest time without an answer."""
        times = [at_s for at_s, _ in self.samples]
        return max(after - before for before, after in itertools.pairwise(times))


@pytest.fixture
def watched(belt: ModbusBelt) -> Iterator[Watched]:
    made = Watched(belt)
    made.polled.start()
    made.heard_anew()
    yield made
    made.polled.close()


@pytest.mark.parametrize("lost", [1, 2, 3], ids=["0.1 s", "0.2 s", "0.3 s"])
def test_a_short_silence_costs_nothing(hand: HandPlc, watched: Watched, lost: int) -> None:
    for _ in range(TRIES):
        watched.samples.clear()
        watched.losses.clear()
        hand.write_times.clear()
        watched.heard_anew()
        wait_for(lambda: hand.write_times)
        known = len(watched.edges)
        hand.lose = lost
        hand.latch(*ARRIVAL, encoder=100, clock_ms=1)
        hand.put(Input.ENCODER, 4_000)
        wait_for(lambda: not hand.lose)
        watched.heard_anew()
        wait_for(lambda: len(hand.write_times) > 1)
        assert watched.samples[-1][1].encoder_m == 0.2
        assert [edge.index for edge in watched.edges[known:]] == [len(watched.edges)]
        renewed = max(b - a for a, b in itertools.pairwise(hand.write_times))
        if watched.silence_s() < SILENT_S:
            assert watched.losses == []
        if watched.losses == [] and renewed < plc.WATCHDOG_TIMEOUT_S:
            return
    pytest.fail("the PLC's watchdog would have stopped the belt each time")


@pytest.mark.parametrize("silent_s", [0.6, 2.0])
def test_a_long_silence_is_told_and_ends_by_itself(
    hand: HandPlc, watched: Watched, silent_s: float
) -> None:
    began_s = time.monotonic()
    hand.silent = True
    wait_for(lambda: watched.losses)
    assert watched.losses[0][0] - watched.samples[-1][0] >= SILENT_S
    assert isinstance(watched.losses[0][1], BeltSilentError)
    for _ in range(3):
        hand.latch(*ARRIVAL, encoder=100, clock_ms=1)
    time.sleep(max(0.0, began_s + silent_s - time.monotonic()))
    hand.silent = False
    watched.heard_anew()
    told = len(watched.losses)
    assert [edge.index for edge in watched.edges] == [1, 2, 3]
    writes = len(hand.writes)
    wait_for(lambda: len(hand.writes) > writes)
    assert len(watched.losses) == told


def test_a_silent_plc_is_not_asked_in_a_rush(hand: HandPlc, watched: Watched) -> None:
    hand.silent = True
    wait_for(lambda: watched.losses)
    before, began_s = hand.lost, time.monotonic()
    wait_for(lambda: hand.lost >= before + 4)
    assert time.monotonic() - began_s > 0.5


def test_an_ended_connection_is_not_even_noticed(hand: HandPlc, belt: ModbusBelt) -> None:
    hand.latch(*ARRIVAL, encoder=100, clock_ms=1)
    belt.read()
    for _ in range(3):
        hand.latch(*ARRIVAL, encoder=200, clock_ms=2)
        hand.hang_up()
        time.sleep(0.05)
        _, edges = belt.read()
        assert len(edges) == 1
        hand.hang_up()
        time.sleep(0.05)
        belt.refresh(
            True, 0.2, 1.0, arm_trigger=True, lights=0, purge=False, trigger_travel_m=0.354
        )


def test_a_late_answer_is_never_taken_for_the_next_one(hand: HandPlc, belt: ModbusBelt) -> None:
    hand.put(Input.ENCODER, 20_000)
    hand.delay_s = 0.3
    with raises(BeltSilentError, r"no answer within 0\.1 s"):
        belt.read()
    hand.put(Input.ENCODER, 40_000)
    for _ in range(50):  # while the late answer is on its way, and after it
        assert belt.read()[0].encoder_m == 2.0
        time.sleep(0.01)


def test_a_restart_is_told_and_the_belt_goes_on(hand: HandPlc, watched: Watched) -> None:
    hand.latch(*ARRIVAL, encoder=100, clock_ms=1)
    wait_for(lambda: watched.edges)
    hand.silent = True
    hand.hang_up()
    hand.put(Input.ARRIVALS, 0)
    hand.put(Input.ENCODER, 0)
    hand.silent = False
    wait_for(lambda: watched.losses)
    assert "has restarted" in render(str(watched.losses[0][1]))
    watched.heard_anew()
    assert watched.samples[-1][1].arrivals == 0
    hand.latch(*ARRIVAL, encoder=50, clock_ms=1)
    wait_for(lambda: len(watched.edges) == 2)
    assert watched.edges[-1].index == 1


@pytest.mark.parametrize(
    ("before_ms", "after_ms", "restarted"),
    [
        (5_000, 25_000, False),
        (5_000, 9_000, True),  # switched on again in the midst of the silence
        (90_000, 95_000, False),  # its clock lags, and is far too old to have begun anew
    ],
)
def test_a_clock_that_missed_the_silence_is_that_of_another_power_up(
    hand: HandPlc, port: int, before_ms: int, after_ms: int, restarted: bool
) -> None:
    hand.ticking, now_s = False, [100.0]
    hand.put(Input.CLOCK_MS, before_ms)
    belt = ModbusBelt(
        ModbusBeltConfig(port=port, counts_per_metre=20_000), monotonic_s=lambda: now_s[0]
    )
    belt.connect()
    now_s[0] += 20.0
    hand.put(Input.CLOCK_MS, after_ms)
    hand.hang_up()
    time.sleep(0.05)
    if restarted:
        with raises(BeltError, "restarted"):
            belt.read()
    else:
        belt.read()
    belt.close()


@pytest.fixture
def gripper(hand: HandPlc, port: int) -> Iterator[PolledGripper]:
    hand.inputs[Input.STATUS] = Status.VACUUM
    made = PolledGripper(ModbusVacuum(ModbusVacuumConfig(port=port)), 100.0)
    made.connect()
    yield made
    made.close()


def test_a_gripper_keeps_its_reading_over_a_short_silence(
    hand: HandPlc, gripper: PolledGripper
) -> None:
    gripper.grip(True)
    wait_for(lambda: hand.holding[Holding.EJECTOR] == 1)
    hand.lose = 3
    oldest_s = 0.0
    while hand.lose:
        assert gripper.holds()
        oldest_s = max(oldest_s, gripper.age_s())
        time.sleep(0.005)
    gripper.grip(False)
    wait_for(lambda: hand.holding[Holding.EJECTOR] == 0)
    assert oldest_s > 0.1, "what is said is as old as it is"
    wait_for(lambda: gripper.age_s() < 0.1)


def test_a_gripper_that_is_lost_comes_back_and_is_told_again(
    hand: HandPlc, gripper: PolledGripper
) -> None:
    gripper.grip(True)
    wait_for(lambda: hand.holding[Holding.EJECTOR] == 1)
    hand.silent = True
    with raises(GripperError, "no answer within"):
        wait_for(lambda: not gripper.holds())
    hand.holding[Holding.EJECTOR] = 0
    hand.silent = False
    wait_for(lambda: hand.holding[Holding.EJECTOR] == 1)
    wait_for(lambda: gripper.age_s() < 0.1)
    assert gripper.holds()


def test_an_ended_connection_costs_the_gripper_nothing(
    hand: HandPlc, gripper: PolledGripper
) -> None:
    for on in (True, False, True):
        hand.hang_up()
        gripper.grip(on)
        wait_for(lambda on=on: hand.holding[Holding.EJECTOR] == int(on))  # type: ignore[misc]
        assert gripper.holds()
