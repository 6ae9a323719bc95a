"""What the machines before and after the cell are told: pure rules, in small worlds, at random."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cell.control.ledger import CellState, LedgerConfig, check
from cell.control.ledger import observations as o
from cell.control.ledger.feeding import KEEPS_FEEDING, Suspended
from cell.texts import read
from tests.cell.world import CONFIG, HALF_M, TICK_S, World

ALL = o.Neighbours(
    infeed=True, infeed_tells=True, outfeed=True, outfeed_tells=True, part_available=True,
    outfeed_ready=True,
)  # fmt: skip


class Wired(World):
    """A world whose PLC has signals to both machines; the infeed may disobey."""

    def __init__(self, wires: o.Neighbours = ALL) -> None:
        self.wires = wires
        super().__init__()

    def _reading(self) -> o.BeltRead:
        return replace(super()._reading(), neighbours=self.wires)

    def block(self, *, blocked: bool = True) -> None:
        self.wires = replace(self.wires, outfeed_ready=not blocked)


def codes(world: World) -> list[str]:
    found = [read(reason) for reason in world.ledger.feed_order().reasons]
    return [text.code for text in found if text]


def running(world: Wired, boards: int = 0) -> Wired:
    world.bring_up()
    for _ in range(boards):
        world.feed(0.2, False)
    return world


def state_of(world: World) -> CellState:
    return world.ledger.snapshot().state


def front_m(world: World) -> float:
    """Leading edge of the foremost board on the belt [m]."""
    return max(b.x0 + world.travel_m + HALF_M for b in world.boards if b.place == "belt")


def test_before_anybody_started_it_no_part_is_wanted_and_it_says_why() -> None:
    world = Wired()
    order = world.ledger.feed_order()
    assert (order.ready, order.permitted) == (False, False)
    assert codes(world) == ["feed.no_belt"]
    world.tick()
    assert codes(world) == ["feed.purge_required"]
    world.clear_belt()
    assert codes(world) == ["feed.stopped"]
    world.command("start")
    order = world.ledger.feed_order()
    assert (order.ready, order.permitted) == (False, True)
    assert codes(world) == ["feed.starting"]
    world.bring_up()
    assert world.ledger.feed_order().ready
    assert codes(world) == []
    world.command("stop")
    assert not world.ledger.feed_order().permitted


@pytest.mark.parametrize("fault", ["watchdog", "death", "emergency"])
def test_a_fault_withdraws_it_at_once(fault: str) -> None:
    world = running(Wired(), 1)
    assert world.ledger.feed_order().permitted
    now = world.now_ns
    seen = {
        "watchdog": replace(world._reading(), read_ns=now + 1, watchdog_tripped=True),
        "emergency": replace(world._reading(), read_ns=now + 1, emergency_stop=True),
        "death": o.NodeDied(stamp_ns=now, node="belt"),
    }[fault]
    world.observe(seen)
    order = world.ledger.feed_order()
    assert (order.ready, order.permitted) == (False, False)


def test_what_the_ledger_does_not_know_withdraws_it_too() -> None:
    world = running(Wired())
    order = world.ledger.feed_order(["the bin is full"])
    assert (order.ready, order.permitted, order.reasons) == (False, False, ("the bin is full",))


def test_a_passed_part_waits_before_the_exit_eye_until_the_outfeed_is_ready() -> None:
    world = running(Wired(), 3)
    world.block()
    world.tick(400)
    assert world.ledger.snapshot().counts.passed == 0
    assert front_m(world) == pytest.approx(CONFIG.exit_eye_x - CONFIG.exit_tolerance_m, abs=1e-6)
    order = world.ledger.feed_order()
    assert (order.ready, order.permitted, order.suspended) == (False, True, Suspended.BLOCKED)
    assert codes(world) == ["feed.blocked"]
    assert state_of(world) is CellState.RUNNING
    world.block(blocked=False)
    world.tick(400)
    assert world.ledger.snapshot().counts.passed == 3
    assert world.ledger.feed_order().ready


def test_an_outfeed_that_only_takes_a_part_in_costs_nothing() -> None:
    """Its signal drops with each part that it has seen come (SMEMA): the belt has to run on."""
    world = running(Wired(), 1)
    while not world.exits:
        world.tick()
    world.block()
    where = world.travel_m
    world.tick(10)
    assert world.travel_m > where + 0.05
    assert world.ledger.feed_order().suspended is not Suspended.BLOCKED


def test_a_start_before_a_blocked_outfeed_is_no_fault() -> None:
    world = running(Wired(), 1)
    world.block()
    world.tick(300)
    world.command("stop")
    world.tick(5)
    world.command("start")
    world.tick(round(2 * CONFIG.start_s / TICK_S))
    assert state_of(world) is CellState.RUNNING
    assert world.ledger.feed_order().suspended is Suspended.BLOCKED


@pytest.mark.parametrize("has_part", [True, False])
def test_starved_is_who_is_ready_and_gets_nothing(has_part: bool) -> None:
    world = running(Wired(replace(ALL, part_available=has_part)))
    world.tick(5)
    expected = Suspended.NO if has_part else Suspended.STARVED
    assert world.ledger.feed_order().suspended is expected
    world.feed(0.0, False)
    world.tick(5)
    assert world.ledger.snapshot().on_belt == 1
    assert world.ledger.feed_order().suspended is Suspended.NO


def test_without_signals_all_is_as_before_and_ready_is_told_all_the_same() -> None:
    world = running(Wired(o.Neighbours()))
    assert world.ledger.feed_order().ready
    travel_m = world.travel_m
    world.command("drain")
    world.tick(3)
    assert state_of(world) is CellState.STOPPED
    assert world.travel_m < travel_m + 0.05


def test_a_drain_lets_in_what_was_given_before_and_then_ends() -> None:
    world = running(Wired(), 1)
    world.tick(10)
    world.feed(0.05, False)  # given, and not yet at the photo-eye
    world.tick(1)
    assert world.ledger.snapshot().on_belt == 1
    world.command("drain")
    assert codes(world) == ["feed.draining"]
    world.tick(600)
    assert state_of(world) is CellState.STOPPED
    assert world.ledger.snapshot().reason == "cell.drained"
    assert world.ledger.snapshot().counts.passed == 2
    assert [a.id for a in world.ledger.snapshot().alarms if a.id == KEEPS_FEEDING] == []


def test_a_drain_runs_on_until_the_last_part_is_off_the_belt() -> None:
    world = running(Wired(), 1)
    while not world.exits:
        world.tick()
    world.command("drain")
    where = world.travel_m
    world.tick(100)
    assert state_of(world) is CellState.STOPPED
    assert world.travel_m - where >= CONFIG.run_out_m - 0.02


def test_an_infeed_that_goes_on_is_told_of_and_cannot_keep_the_drain_from_ending() -> None:
    world = running(Wired(), 1)
    world.tick(10)
    world.command("drain")
    for _ in range(40):
        world.feed(0.05, False)
        world.tick(20)
    assert state_of(world) is CellState.STOPPED
    assert world.ledger.snapshot().reason == "cell.drained_but_fed"
    assert KEEPS_FEEDING in [a.id for a in world.ledger.snapshot().alarms]
    assert not check(world.ledger)
    world.command("start")
    world.tick(10)
    assert KEEPS_FEEDING not in world.ledger.desk.state.alarms.causes


def test_the_outfeed_is_told_of_each_part_once_whatever_became_of_it() -> None:
    world = running(Wired(), 0)
    for defective in (False, True, False):
        world.feed(0.2, defective)
    world.tick(700)
    order, counts = world.ledger.feed_order(), world.ledger.snapshot().counts
    assert (order.passed, order.removed) == (2, 1) == (counts.passed, counts.removed)
    world.feed(0.2, False)
    world.tick(60)
    world.crash(0)
    world.bring_up()
    order = world.ledger.feed_order()
    assert (order.passed, order.removed) == (2, 2)  # purged by a person: it will not come


TURNS = st.lists(
    st.tuples(
        st.sampled_from(["feed", "block", "free", "start", "stop", "drain", "crash", "trip", "up"]),
        st.integers(1, 60),
    ),
    min_size=5,
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(turns=TURNS, defects=st.integers(0, 2**30))
def test_at_random_ready_is_never_told_where_a_part_could_not_come(
    turns: list[tuple[str, int]], defects: int
) -> None:
    world = Wired()
    for what, ticks in turns:
        match what:
            case "feed":
                world.feed(0.1, bool(defects & 1))
                defects >>= 1
            case "block" | "free":
                world.block(blocked=what == "block")
            case "crash":
                world.crash(0)
            case "trip":
                world.trip_watchdog()
            case "up":
                if world.wires.outfeed_ready:
                    world.bring_up()
            case _:
                world.command(what)
        for _ in range(ticks):
            world.tick()
            order, state = world.ledger.feed_order(), state_of(world)
            assert order.permitted or not order.ready
            assert bool(order.reasons) is not order.ready
            if order.ready:
                assert state is CellState.RUNNING
                assert world.ledger.belt_command().run
                assert not world.ledger.desk.state.draining
            if state in (CellState.FAULTED, CellState.PURGE_REQUIRED, CellState.STOPPED):
                assert not order.permitted
            counts = world.ledger.snapshot().counts
            gone = counts.passed + counts.removed + counts.purged
            assert order.passed + order.removed == gone <= counts.arrived


def test_the_run_out_is_configured_in_metres() -> None:
    fields = LedgerConfig.model_fields
    for name in ("run_out_m", "hand_over_m"):
        extra = fields[name].json_schema_extra
        assert isinstance(extra, dict)
        assert extra["unit"] == "m"
