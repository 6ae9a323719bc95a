"""Belt and vacuum drivers against a real Modbus TCP server."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from robot.base import BeltError, BeltSilentError, EdgeKind, FeedWish
from robot.belts import register_map as plc
from robot.belts.modbus import ModbusBelt, ModbusBeltConfig
from robot.belts.register_map import Holding, Input, Status
from robot.grippers.polled import PolledGripper
from robot.grippers.vacuum_modbus import GripperError, ModbusVacuum, ModbusVacuumConfig
from tests.robot.plc import HandPlc, serving
from tests.words import raises

ARRIVAL = (Input.ARRIVALS, Input.ARRIVAL_RING)
EXIT = (Input.EXITS, Input.EXIT_RING)


@pytest.fixture
def hand() -> HandPlc:
    return HandPlc()


@pytest.fixture
def port(hand: HandPlc) -> Iterator[int]:
    with serving(hand) as number:
        yield number


@pytest.fixture
def belt(port: int) -> Iterator[ModbusBelt]:
    device = ModbusBelt(ModbusBeltConfig(host="127.0.0.1", port=port, counts_per_metre=20_000))
    device.connect()
    yield device
    device.close()


def test_a_sample_is_read_in_one_request_and_in_si_units(hand: HandPlc, belt: ModbusBelt) -> None:
    hand.put(Input.CLOCK_MS, 5_000)
    hand.put(Input.ENCODER, -30_000)
    hand.inputs[Input.SPEED] = 0xFFFF
    hand.inputs[Input.STATUS] = Status.RUNNING | Status.EMERGENCY_STOP | Status.VACUUM
    hand.reads.clear()
    before = time.time_ns()
    sample, edges = belt.read()
    assert hand.reads == [(0, plc.STATE_REGISTERS)]
    assert edges == []
    assert sample.encoder_m == -1.5
    assert sample.speed_m_s == pytest.approx(-1e-4)
    assert (sample.running, sample.emergency_stop, sample.vacuum_ok) == (True, True, True)
    assert (sample.at_authority, sample.watchdog_tripped) == (False, False)
    assert abs(sample.stamp_ns - before) < 6_000_000_000  # the clock stood: its envelope is old


@pytest.mark.parametrize(("earlier", "new"), [(0, 1), (3, 8), (7, 3), (8, 8), (13, 0)])
def test_every_new_edge_is_reported_once(port: int, hand: HandPlc, earlier: int, new: int) -> None:
    for n in range(earlier):
        hand.latch(*ARRIVAL, encoder=100 * n, clock_ms=n)
    hand.put(Input.CLOCK_MS, 1_000)
    belt = ModbusBelt(ModbusBeltConfig(port=port, counts_per_metre=20_000))
    belt.connect()
    for n in range(earlier, earlier + new):
        hand.latch(*ARRIVAL, encoder=100 * n, clock_ms=1_000 + n)
    hand.put(Input.CLOCK_MS, 1_100)
    sample, edges = belt.read()
    assert [edge.index for edge in edges] == list(range(earlier + 1, earlier + new + 1))
    assert [edge.encoder_m for edge in edges] == [
        pytest.approx(100 * (edge.index - 1) / 20_000) for edge in edges
    ]
    for edge in edges:
        assert edge.kind is EdgeKind.ARRIVAL
        assert (sample.stamp_ns - edge.stamp_ns) // 1_000_000 == 100 - (edge.index - 1)
    assert belt.read()[1] == []
    belt.close()


def test_edges_of_all_kinds_come_in_the_order_of_time(hand: HandPlc, belt: ModbusBelt) -> None:
    hand.latch(*ARRIVAL, encoder=10, clock_ms=30)
    hand.latch(*EXIT, encoder=5, clock_ms=20)
    hand.put(Input.CLOCK_MS, 40)
    assert [edge.kind for edge in belt.read()[1]] == [EdgeKind.EXIT, EdgeKind.ARRIVAL]


def test_more_edges_than_the_ring_holds_are_lost(hand: HandPlc, belt: ModbusBelt) -> None:
    for n in range(9):
        hand.latch(*ARRIVAL, encoder=n, clock_ms=n)
    hand.put(Input.CLOCK_MS, 50)
    with raises(BeltError, "edges lost"):
        belt.read()
    assert belt.read()[1] == []  # said once; the cell has the belt cleared


def test_an_edge_may_be_stamped_a_rounding_after_the_clock(hand: HandPlc, belt: ModbusBelt) -> None:
    hand.put(Input.CLOCK_MS, 4_999)
    hand.latch(*ARRIVAL, encoder=1, clock_ms=5_000)
    assert [edge.index for edge in belt.read()[1]] == [1]


def test_edges_that_could_not_be_read_are_read_the_next_time(
    hand: HandPlc, belt: ModbusBelt
) -> None:
    hand.put(Input.CLOCK_MS, 50)
    hand.latch(*EXIT, encoder=5, clock_ms=20)
    hand.latch(*ARRIVAL, encoder=10, clock_ms=30)
    hand.refuses = {Input.ARRIVAL_RING}
    with pytest.raises(BeltError):
        belt.read()
    hand.refuses.clear()
    assert [edge.kind for edge in belt.read()[1]] == [EdgeKind.EXIT, EdgeKind.ARRIVAL]


@pytest.mark.parametrize("sign", ["clock", "counter"])
def test_a_restart_of_the_plc_is_raised(hand: HandPlc, belt: ModbusBelt, sign: str) -> None:
    hand.put(Input.CLOCK_MS, 90_000)
    hand.latch(*ARRIVAL, encoder=1, clock_ms=90_000)
    belt.read()
    if sign == "clock":
        hand.put(Input.CLOCK_MS, 12)
    else:
        hand.put(Input.ARRIVALS, 0)
    with raises(BeltError, "restarted"):
        belt.read()
    with raises(BeltError, "connect again"):
        belt.read()
    belt.connect()
    belt.read()


def test_clock_and_encoder_may_run_over(hand: HandPlc, belt: ModbusBelt) -> None:
    hand.put(Input.CLOCK_MS, 1)
    belt.connect()
    full, half = 1 << 32, 1 << 31
    for clock, encoder in (
        (half, half // 2),
        (full - 10, half - 20),
        (10, 20 - half),
    ):
        hand.put(Input.CLOCK_MS, clock)
        hand.put(Input.ENCODER, encoder)
        sample, _ = belt.read()
    assert sample.encoder_m == pytest.approx((half + 20) / 20_000)


def test_the_lease_is_one_request_beside_the_ejector(hand: HandPlc, belt: ModbusBelt) -> None:
    hand.holding[Holding.EJECTOR] = 1
    for _ in range(2):
        belt.refresh(
            True, 0.2, -1.25, arm_trigger=True, lights=4, purge=False, trigger_travel_m=0.354
        )
    (first, words), (_, again) = hand.writes[-2:]
    assert first == Holding.CONTROL
    assert words[:6] == [0b11, 2000, *plc.to_words(-25_000), *plc.to_words(7080)]
    assert words[Holding.WATCHDOG] != again[Holding.WATCHDOG]
    assert hand.holding[Holding.EJECTOR] == 1
    sample, _ = belt.read()
    assert (sample.commanded_speed_m_s, sample.authority_m) == (pytest.approx(0.2), -1.25)
    belt.refresh(False, 0.2, 1.0, arm_trigger=False, lights=0, purge=True, trigger_travel_m=0.354)
    assert hand.holding[Holding.CONTROL] == 0b1000
    assert belt.read()[0].commanded_speed_m_s == 0.0


def test_close_stops_the_belt(hand: HandPlc, belt: ModbusBelt) -> None:
    belt.refresh(True, 0.2, 1.0, arm_trigger=False, lights=0, purge=False, trigger_travel_m=0.354)
    belt.close()
    belt.close()
    assert hand.holding[Holding.CONTROL] == 0


def test_another_device_is_refused(hand: HandPlc, port: int) -> None:
    hand.inputs[Input.IDENTITY] = 0xBEEF
    with raises(BeltError, "another device"):
        ModbusBelt(ModbusBeltConfig(port=port, counts_per_metre=20_000)).connect()


def test_a_plc_that_is_not_there_is_said(hand: HandPlc) -> None:
    with serving(hand) as number:
        belt = ModbusBelt(ModbusBeltConfig(port=number, counts_per_metre=20_000))
        belt.connect()
    with raises(BeltSilentError, "does not answer"):
        belt.read()
    with raises(BeltError, "does not answer"):
        belt.connect()
    belt.close()


def test_the_vacuum_writes_its_own_register_alone(hand: HandPlc, port: int) -> None:
    gripper = ModbusVacuum(ModbusVacuumConfig(port=port))
    gripper.grip(True)
    assert hand.writes == [(Holding.EJECTOR, [1])]
    assert not gripper.holds()
    hand.inputs[Input.STATUS] = Status.VACUUM
    assert gripper.holds()
    gripper.close()
    gripper.close()
    assert hand.holding[Holding.EJECTOR] == 1


def test_a_polled_gripper_keeps_up_and_says_when_its_plc_is_lost(hand: HandPlc) -> None:
    with serving(hand) as number:
        gripper = PolledGripper(ModbusVacuum(ModbusVacuumConfig(port=number)), 200.0)
        gripper.connect()
        gripper.grip(True)
        _wait(lambda: hand.holding[Holding.EJECTOR] == 1)
        hand.inputs[Input.STATUS] = Status.VACUUM
        _wait(gripper.holds)
    with raises(GripperError, "gripper's PLC"):
        _wait(lambda: not gripper.holds())
    gripper.close()


def _wait(done: object) -> None:
    give_up = time.monotonic() + 5.0
    while not done():  # type: ignore[operator]
        assert time.monotonic() < give_up
        time.sleep(0.005)


WIRED = 0x000F
READY_OUT, OUTFEED_READY = 1 << 10, 1 << 9


def feeding(port: int) -> ModbusBelt:
    device = ModbusBelt(ModbusBeltConfig(port=port, counts_per_metre=20_000))
    device.connect()
    return device


def test_a_plc_with_signals_is_still_read_in_one_request(hand: HandPlc, port: int) -> None:
    hand.inputs[Input.FEED] = WIRED | READY_OUT | OUTFEED_READY
    hand.put(Input.PASSED_TOLD, 70_000)
    hand.put(Input.REMOVED_TOLD, 3)
    belt = feeding(port)
    hand.reads.clear()
    sample, _ = belt.read()
    assert hand.reads == [(0, plc.STATE_REGISTERS + plc.FEED_REGISTERS)]
    feed = sample.feed
    assert feed is not None
    assert (feed.infeed, feed.infeed_tells, feed.outfeed, feed.outfeed_tells) == (True,) * 4
    assert (feed.ready, feed.permitted, feed.held, feed.part_available) == (True,) + (False,) * 3
    assert (feed.passed_told, feed.removed_told) == (70_000, 3)
    belt.close()
    assert hand.writes[-2:] == [(Holding.FEED, [0]), (Holding.CONTROL, [0, 0])]


@pytest.mark.parametrize("how", ["reads zero", "has no such registers"])
def test_a_plc_without_signals_is_usable_and_told_nothing(
    hand: HandPlc, port: int, how: str
) -> None:
    if how == "has no such registers":
        hand.lacks = {Input.FEED}
    belt = feeding(port)
    sample, _ = belt.read()
    assert sample.feed is None
    belt.signal(FeedWish(ready=True, permitted=True, passed=1))
    belt.close()
    assert {address for address, _ in hand.writes} == {Holding.CONTROL}


def test_a_plc_that_is_busy_is_asked_again_what_it_has(hand: HandPlc, port: int) -> None:
    hand.inputs[Input.FEED] = WIRED
    hand.refuses = {Input.FEED}
    belt = ModbusBelt(ModbusBeltConfig(port=port, counts_per_metre=20_000))
    with pytest.raises(BeltSilentError):
        belt.read()
    hand.refuses.clear()
    assert belt.read()[0].feed is not None
    belt.close()


def test_what_is_told_is_written_when_it_changes_and_each_second(hand: HandPlc, port: int) -> None:
    hand.inputs[Input.FEED] = WIRED
    now = [100.0]
    config = ModbusBeltConfig(port=port, counts_per_metre=20_000)
    belt = ModbusBelt(config, monotonic_s=lambda: now[0])
    belt.connect()
    wish = FeedWish(ready=True, permitted=True, passed=70_000, removed=2)
    for _ in range(3):
        belt.signal(wish)
    assert hand.writes == [(Holding.FEED, [0b111, 1, 70_000 - 65_536, 0, 2])]
    now[0] += 1.0
    belt.signal(wish)
    belt.signal(FeedWish(permitted=True, passed=70_000, removed=2))
    assert [words[0] for _, words in hand.writes] == [0b111, 0b111, 0b110]
    belt.close()
