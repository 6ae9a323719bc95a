"""The cell's own drivers, unchanged, against the reference program."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest

from robot.base import BeltEdge, BeltSample, BeltSilentError, EdgeKind, FeedWish
from robot.belts.modbus import ModbusBelt, ModbusBeltConfig
from robot.grippers.vacuum_modbus import ModbusVacuum, ModbusVacuumConfig
from tests.plc.plant import EYES_APART_M, PART_M, SCALE, Plant
from tests.plc.served import ServedPlant

T = TypeVar("T")
TRAVEL_M = 0.30
TURN_S = 0.02
PATIENCE_S = 30.0
"""Of the PLC's time."""


class Cell:
    """What belt node and gripper do, in short."""

    def __init__(self, served: ServedPlant, port: int) -> None:
        self.served, self.plant = served, served.plant
        config = ModbusBeltConfig(port=port, counts_per_metre=SCALE, timeout_s=0.2)
        self.belt = ModbusBelt(config, lambda: 10**18 + int(served.now_s() * 1e9), served.now_s)
        self.vacuum = ModbusVacuum(ModbusVacuumConfig(port=port))
        self.edges: list[BeltEdge] = []
        self.wish = FeedWish()
        self.run, self.authority_m, self.speed_m_s = True, 100.0, 0.3

    def turn(self, *, renew: bool = True) -> BeltSample:
        """Renew, let a moment pass, read. A busy machine may need several tries."""
        if renew:
            patiently(self._renew)
        self.served.pass_time(TURN_S)
        sample, edges = patiently(self.belt.read)
        self.edges += edges
        return sample

    def _renew(self) -> None:
        self.belt.refresh(self.run, self.speed_m_s, self.authority_m, True, 4, False, TRAVEL_M)
        self.belt.signal(self.wish)

    def until(self, what: Callable[[BeltSample], bool], *, renew: bool = True) -> BeltSample:
        for _ in range(round(PATIENCE_S / TURN_S)):
            sample = self.turn(renew=renew)
            if what(sample):
                return sample
        raise AssertionError(f"waited in vain; the last sample: {sample}")

    def of(self, kind: EdgeKind) -> list[BeltEdge]:
        return [edge for edge in self.edges if edge.kind is kind]

    def stands(self, sample: BeltSample) -> bool:
        return not sample.running and self.plant.speed == 0.0


def patiently(ask: Callable[[], T]) -> T:
    """What the PLC answers, however late its server's thread is run."""
    for _ in range(100):
        with contextlib.suppress(BeltSilentError):
            return ask()
    return ask()


@pytest.fixture
def cell() -> Iterator[Cell]:
    served = ServedPlant(Plant())
    with served.serving() as port:
        made = Cell(served, port)
        made.belt.connect()
        yield made
        made.belt.close()
        made.vacuum.close()


def test_every_edge_comes_once_in_order_and_where_it_was(cell: Cell) -> None:
    for gap_m in (0.05, 0.25, 0.45):
        cell.plant.put(gap_m)
    cell.until(lambda sample: sample.exits == 3)
    cell.until(lambda _: len(cell.edges) == 9)
    arrivals, exposures = cell.of(EdgeKind.ARRIVAL), cell.of(EdgeKind.EXPOSURE)
    exits = cell.of(EdgeKind.EXIT)
    for edges in (arrivals, exposures, exits):
        assert [edge.index for edge in edges] == [1, 2, 3]
    for arrival, exposure, exit_edge, gap_m in zip(
        arrivals, exposures, exits, (0.05, 0.25, 0.45), strict=True
    ):
        assert arrival.encoder_m == pytest.approx(gap_m, abs=0.001)
        # The pulse comes in the cycle after it is due, and the exposure is seen in the next one.
        late_m = exposure.encoder_m - arrival.encoder_m - TRAVEL_M
        assert 0.0 <= late_m < 0.005
        assert exit_edge.encoder_m - arrival.encoder_m == pytest.approx(EYES_APART_M, abs=2 / SCALE)
        assert arrival.stamp_ns < exposure.stamp_ns < exit_edge.stamp_ns


def test_it_says_how_it_was_built(cell: Cell) -> None:
    facts = cell.belt.facts()
    assert facts.counts_per_metre == SCALE
    assert facts.eyes_apart_m == pytest.approx(EYES_APART_M)


def test_the_belt_stands_before_its_authority_and_goes_on_with_more(cell: Cell) -> None:
    for authority_m in (0.2, 0.5):
        cell.authority_m = authority_m
        sample = cell.until(lambda sample: sample.at_authority)
        assert authority_m - 0.002 < sample.encoder_m <= authority_m
        assert cell.plant.travel <= authority_m


def test_nobody_renews_and_the_belt_stops_until_run_was_let_go(cell: Cell) -> None:
    cell.until(lambda sample: sample.running)
    cell.wish = FeedWish(ready=True, permitted=True)
    cell.until(lambda sample: sample.feed is not None and sample.feed.ready)
    sample = cell.until(lambda sample: sample.watchdog_tripped, renew=False)
    assert sample.feed is not None
    assert not sample.feed.ready  # a dead cell wants no parts
    assert not sample.feed.permitted
    cell.until(cell.stands, renew=False)
    where = cell.plant.travel
    for _ in range(20):
        assert cell.turn().watchdog_tripped  # it renews, and still stands: the restart interlock
    assert cell.plant.travel == where
    cell.run = False
    cell.until(lambda sample: not sample.watchdog_tripped)
    cell.run = True
    cell.until(lambda sample: sample.running and sample.encoder_m > where + 0.01)


def test_an_emergency_stop_holds_after_it_is_released(cell: Cell) -> None:
    cell.until(lambda sample: sample.running)
    cell.plant.closed = False
    cell.until(lambda sample: sample.emergency_stop)
    cell.until(cell.stands)
    cell.plant.closed = True
    for _ in range(10):
        assert cell.turn().emergency_stop
    cell.run = False
    cell.until(lambda sample: not sample.emergency_stop)
    cell.run = True
    cell.until(lambda sample: sample.running)


def test_a_part_waits_at_the_exit_eye_for_a_blocked_outfeed(cell: Cell) -> None:
    cell.plant.outfeed_ready = False
    cell.plant.put(0.05)
    sample = cell.until(lambda sample: sample.feed is not None and sample.feed.held)
    assert sample.feed is not None
    assert not sample.feed.outfeed_ready
    cell.until(cell.stands)
    front = cell.plant.fronts[0] - EYES_APART_M
    assert 0.0 <= front < 0.06, "the belt's end is 0.08 m behind the eye"
    cell.plant.outfeed_ready = True
    cell.until(lambda sample: sample.running)
    cell.plant.outfeed_ready = False  # it has seen the part, which goes through
    cell.until(lambda _: not cell.plant.fronts or cell.plant.fronts[0] > EYES_APART_M + PART_M)


def told(sample: BeltSample) -> tuple[int, int] | None:
    """Passed and removed parts of which the outfeed has been told."""
    return sample.feed and (sample.feed.passed_told, sample.feed.removed_told)


def test_the_outfeed_hears_of_each_part_once(cell: Cell) -> None:
    cell.wish = FeedWish(passed=1000, removed=7)  # of earlier days: nobody is told again
    cell.until(lambda sample: told(sample) == (1000, 7))
    assert (cell.plant.passed_pulses, cell.plant.removed_pulses) == (0, 0)
    cell.wish = FeedWish(passed=1003, removed=8)
    cell.until(lambda sample: told(sample) == (1003, 8))
    assert (cell.plant.passed_pulses, cell.plant.removed_pulses) == (3, 1)


def test_the_ejector_has_a_register_of_its_own(cell: Cell) -> None:
    cell.plant.vacuum = True
    cell.vacuum.grip(True)
    cell.until(lambda sample: sample.vacuum_ok)
    assert cell.plant.outputs.ejector
    assert cell.vacuum.holds()
    cell.until(lambda sample: sample.watchdog_tripped, renew=False)
    assert cell.plant.outputs.ejector, "a part on the cup is not dropped when the cell dies"
    cell.vacuum.grip(False)
    cell.until(lambda _: not cell.plant.outputs.ejector)


def test_the_stack_light_is_the_cells_and_red_without_it(cell: Cell) -> None:
    out = cell.plant.outputs
    cell.until(lambda _: bool(out.light_green))
    assert not out.light_red
    cell.until(lambda sample: sample.watchdog_tripped, renew=False)
    cell.until(lambda _: bool(out.light_red and not out.light_green), renew=False)
