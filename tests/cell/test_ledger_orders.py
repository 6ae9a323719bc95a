"""Nothing moves without an order that a person gave in this session."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cell.control.ledger import CellState, Ledger, LedgerError, check
from cell.control.ledger import events as e
from cell.control.ledger import observations as o
from cell.control.ledger.account import Removal, Stage
from cell.texts import render
from tests.cell.world import CONFIG, RECIPE, World


def running(boards: int = 1) -> World:
    world = World()
    world.bring_up()
    for _ in range(boards):
        world.feed(0.2, False)
    world.tick(60)
    return world


def started(world: World, ledger: Ledger) -> None:
    ledger.observe(
        o.Started(
            stamp_ns=world.now_ns,
            session="again",
            encoder_m=world.travel_m,
            arrivals=world.arrivals,
            exposures=world.exposures,
            exits=world.exits,
        )
    )


def test_after_its_session_a_ledger_runs_nothing_and_takes_no_order() -> None:
    world = running()
    world.observe(o.Closing(stamp_ns=world.now_ns))
    assert not world.ledger.belt_command().run
    with pytest.raises(LedgerError, match="observe Started"):
        world.ledger.observe(o.Command(stamp_ns=world.now_ns, name="start", person="kim"))
    started(world, world.ledger)
    assert world.ledger.snapshot().state is CellState.PURGE_REQUIRED
    assert not world.ledger.belt_command().run
    assert check(world.ledger) == []


@pytest.mark.parametrize("name", ["start", "drain", "reset", "confirm_clear"])
@pytest.mark.parametrize("person", ["", "  "])
def test_an_order_needs_a_name(name: str, person: str) -> None:
    world = running()
    before = world.ledger.snapshot().state
    decision = world.ledger.observe(
        o.Command(stamp_ns=world.now_ns, name=name, person=person),
    )
    assert "name of the person" in render(decision.message)
    assert world.ledger.snapshot().state is before


def test_anybody_may_stop_the_belt() -> None:
    world = running()
    assert world.observe(o.Command(stamp_ns=world.now_ns, name="stop", person=""))
    assert not world.ledger.belt_command().run


def test_a_watchdog_stop_waits_for_a_person_and_loses_nothing() -> None:
    world = running()
    tripped = replace(world._reading(), read_ns=world.now_ns + 1, watchdog_tripped=True)
    world.observe(tripped)
    snapshot = world.ledger.snapshot()
    assert (snapshot.state, snapshot.reason) == (CellState.FAULTED, "belt.watchdog")
    assert not world.ledger.belt_command().run
    world.tick(5)
    assert not world.ledger.belt_command().run
    world.finish()
    assert world.ledger.snapshot().counts.passed == 1


def test_a_drain_ends_although_parts_keep_coming() -> None:
    world = running(2)
    world.command("drain")
    for _ in range(40):
        world.feed(0.2, False)
    world.tick(400)
    snapshot = world.ledger.snapshot()
    assert (snapshot.state, snapshot.reason) == (CellState.STOPPED, "cell.drained_but_fed")
    assert snapshot.counts.passed >= 2
    assert snapshot.on_belt > 0


@pytest.mark.parametrize(
    ("step_m", "found"), [(0.05, True), (0.012, True), (-0.012, True), (0.004, False)]
)
def test_the_encoder_counts_no_more_than_the_belt_can_travel(step_m: float, found: bool) -> None:
    world = World()
    world.bring_up()
    ledger = world.ledger
    reading = replace(
        world._reading(), running=True, speed_m_s=0.2, device_s=100.0, read_ns=world.now_ns + 1
    )
    ledger.observe(reading)
    after = replace(
        reading,
        device_s=100.02,
        encoder_m=reading.encoder_m + 0.2 * 0.02 + step_m,
        read_ns=reading.read_ns + 20_000_000,
    )
    ledger.observe(after)
    assert (ledger.snapshot().reason == "belt.encoder_jump") is found


@pytest.mark.parametrize(
    ("speeds", "travel_m"), [((0.2, 0.0), 0.02), ((0.0, 0.2), 0.02), ((0.6, 0.6), 0.12)]
)
def test_a_braking_belt_and_a_late_reading_are_no_jump(
    speeds: tuple[float, float], travel_m: float
) -> None:
    world = World()
    world.bring_up()
    first = replace(world._reading(), speed_m_s=speeds[0], device_s=5.0, read_ns=world.now_ns + 1)
    world.ledger.observe(first)
    second = replace(
        first,
        speed_m_s=speeds[1],
        device_s=5.2,
        read_ns=first.read_ns + 200_000_000,
        encoder_m=first.encoder_m + travel_m,
    )
    world.ledger.observe(second)
    assert world.ledger.snapshot().state is CellState.RUNNING


def test_the_recipe_that_people_chose_outlives_a_supervisor() -> None:
    world = World()
    world.bring_up()
    world.command("stop")
    world.tick(5)
    other = RECIPE.model_copy(update={"name": "nut", "version": "3"})
    world.observe(o.SelectRecipe(stamp_ns=world.now_ns, recipe=other, person="kim"))
    again = Ledger.replay(CONFIG, RECIPE, world.events())
    assert again.recipe_to_resume("") == "nut"
    assert again.recipe_to_resume("gear") == "gear"  # somebody wrote another into the configuration
    again.take_recipe(other)
    started(world, again)
    assert again.snapshot().recipe == "nut@3"
    with pytest.raises(LedgerError, match="SelectRecipe"):
        again.take_recipe(RECIPE)


def test_a_supervisor_that_ended_without_a_word_is_told_by_the_next() -> None:
    world = running()
    world.crash(0)
    assert "process.supervisor_died" in {a.id for a in world.ledger.snapshot().alarms}


@pytest.mark.parametrize("what", ["runs", "is being removed"])
def test_the_law_is_checked_at_run_time(what: str) -> None:
    world = running()
    state = world.ledger.desk.state
    state.ordered_by = ""
    if what == "is being removed":
        part = next(iter(state.accounts))
        state.change(part, stage=Stage.REMOVING)
        state.removal, state.cell = Removal(part, 1), e.CellState.STOPPED
    assert any(v.law == 4 and what in v.text for v in check(world.ledger))


def test_a_removal_that_lapsed_is_asked_for_again_and_nothing_is_purged() -> None:
    world = World()
    world.bring_up()
    world.arm_plans.append("lapsed")
    world.feed(0.2, True)
    world.tick(20)
    world.trip_watchdog()
    world.finish()
    counts = world.ledger.snapshot().counts
    assert (counts.removed, counts.purged) == (1, 0)
