"""What people may order, and what the ledger refuses them; sessions that end well and badly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from cell.control.ledger import (
    CellState,
    Decision,
    Ledger,
    LedgerError,
    check,
    decode,
    encode,
    kind_of,
)
from cell.control.ledger import events as e
from cell.control.ledger import observations as o
from cell.control.ledger.effects import CancelRemoval
from cell.control.ledger.observations import COMMANDS
from cell.products.verdict import VerdictKind
from cell.texts import render
from tests.cell.world import CONFIG, RECIPE, World


def order(world: World, name: str) -> Decision:
    return world.ledger.observe(o.Command(stamp_ns=world.now_ns, name=name, person="kim"))


def wish(world: World, verdict: VerdictKind, bin_name: str = "", person: str = "kim") -> Decision:
    part = world.ledger.snapshot().parts[0].part
    return world.ledger.observe(
        o.Override(
            stamp_ns=world.now_ns,
            part=part,
            verdict=verdict,
            bin=bin_name,
            person=person,
            reason="looked at it",
        )
    )


def with_board(ticks: int, plan: str = "good", defective: bool = False) -> World:
    world = World()
    world.inspector_plans.append(plan)
    world.bring_up()
    world.feed(0.2, defective)
    world.tick(ticks)
    return world


@pytest.mark.parametrize("name", ["start", "drain", "reset", "dance"])
def test_nothing_but_clearing_is_accepted_at_first(name: str) -> None:
    decision = order(World(), name)
    assert not decision.accepted
    assert decision.message
    assert decision.events == ()


def test_belt_is_not_confirmed_clear_while_it_runs_or_the_arm_is_busy() -> None:
    world = with_board(100, defective=True)
    assert "in operation" in render(order(world, "confirm_clear").message)
    world.arm_plans.append("silent")
    world.observe(o.NodeDied(stamp_ns=world.now_ns, node="camera"))
    world.task = None
    assert not world.ledger.belt_command().purge_request
    world.tick(3)
    assert "arm is still busy" in render(order(world, "confirm_clear").message)
    world.now_ns += int((CONFIG.removal_patience_s + 1) * 1e9)
    assert order(world, "confirm_clear").accepted
    assert world.ledger.snapshot().state is CellState.STOPPED
    assert check(world.ledger) == []


def confirm(world: World) -> Decision:
    """As `order`, and what follows from it is done."""
    decision = order(world, "confirm_clear")
    for effect in decision.effects:
        world._act(effect)
    return decision


def with_waiting_arm() -> World:
    """A cell whose arm waits for a part that lies upstream of its reach."""
    world = with_board(1, defective=True)
    while world.task is None:
        world.tick()
    assert not world.task.on_cup
    return world


@pytest.mark.parametrize("by_fault", [False, True])
def test_an_arm_that_waits_for_a_part_is_called_back_by_who_has_cleared_the_belt(
    by_fault: bool,
) -> None:
    world = with_waiting_arm()
    order(world, "stop")
    world.tick(10)
    assert world.ledger.snapshot().state is CellState.STOPPED
    if by_fault:
        world.observe(o.NodeDied(stamp_ns=world.now_ns, node="camera"))
        world.tick(3)
    else:
        assert "called back" in render(confirm(world).message)
        world.tick(2)
    assert world.ledger.desk.state.removal is None
    assert confirm(world).accepted
    assert world.ledger.snapshot().state is CellState.STOPPED
    assert world.ledger.snapshot().parts == ()
    assert check(world.ledger) == []


def test_an_arm_that_was_called_back_fetches_its_part_after_all_when_the_cell_starts() -> None:
    world = with_waiting_arm()
    order(world, "stop")
    world.tick(10)
    confirm(world)
    world.tick(2)
    assert world.ledger.snapshot().state is CellState.STOPPED
    assert world.command("start")
    world.tick(400)
    assert [board.place for board in world.boards] == ["scrap"]
    assert check(world.ledger) == []


def test_a_part_on_the_cup_is_brought_into_its_bin_first() -> None:
    world = with_waiting_arm()
    while world.task is None or not world.task.on_cup:
        world.tick()
    order(world, "stop")
    for _ in range(60):
        if world.ledger.snapshot().state is CellState.STOPPED and world.task is not None:
            decision = confirm(world)
            assert "still busy" in render(decision.message)
            assert decision.effects == ()
        world.tick(1)
    assert [board.place for board in world.boards] == ["scrap"]
    assert confirm(world).accepted


def test_override_to_pass_needs_an_inspection() -> None:
    early = with_board(20)
    assert "was not inspected" in render(wish(early, VerdictKind.PASS).message)
    looked = with_board(60, defective=False)
    assert wish(looked, VerdictKind.REVIEW).accepted
    assert looked.ledger.snapshot().parts[0].bin == "review"


def test_override_refusals() -> None:
    world = with_board(60)
    assert "name of the person" in render(wish(world, VerdictKind.REJECT, person="").message)
    assert "has no bin 'sea'" in render(wish(world, VerdictKind.REJECT, "sea").message)
    world.tick(105)
    assert "too far down" in render(wish(world, VerdictKind.REJECT).message)
    removed = with_board(60, defective=True)
    assert "called back" in render(wish(removed, VerdictKind.PASS).message)


@pytest.mark.parametrize(
    ("ticks", "plan", "defective", "may"),
    [
        (20, "good", False, {"reject", "review"}),
        (60, "good", False, {"pass", "reject", "review"}),
        (165, "good", False, {"pass"}),
        (60, "good", True, set(VerdictKind)),
    ],
)
def test_which_verdicts_may_be_given_is_told(
    ticks: int, plan: str, defective: bool, may: set[str]
) -> None:
    world = with_board(ticks, plan, defective)
    assert set(world.ledger.snapshot().parts[0].verdicts) == may
    for kind in VerdictKind:
        again = with_board(ticks, plan, defective)
        told = wish(again, kind)
        called_back = "called back" in render(told.message)
        assert (told.accepted or called_back) is (kind in may), kind


def stopped(world: World) -> World:
    world.command("stop")
    world.tick(20)
    return world


def faulted(world: World) -> World:
    world.observe(replace(world._reading(), read_ns=world.now_ns + 1, watchdog_tripped=True))
    return world


STATES: list[tuple[Callable[[], World], set[str]]] = [
    (World, set()),
    (lambda: with_board(0), {"stop", "drain"}),
    (lambda: with_board(60), {"stop", "drain"}),
    (lambda: stopped(with_board(60)), {"start", "confirm_clear"}),
    (lambda: faulted(with_board(60)), {"reset"}),
]
"""What may be ordered; at the first, the belt has not been read yet."""


@pytest.mark.parametrize(("state", "may"), STATES)
def test_what_is_told_of_an_order_is_what_the_order_meets(
    state: Callable[[], World], may: set[str]
) -> None:
    told = state().ledger.refusals()
    assert {name for name in COMMANDS if not told[name]} == may
    for name in COMMANDS:
        decision = order(state(), name)
        assert decision.message == told[name]
        if render(decision.message).startswith("Already"):
            assert decision.accepted
            assert decision.events == ()
        else:
            assert decision.accepted is (name in may)


def test_verdict_of_an_unknown_part_is_refused() -> None:
    world = World()
    decision = world.ledger.observe(
        o.Override(stamp_ns=1, part="x", verdict=VerdictKind.PASS, bin="", person="kim", reason="")
    )
    assert "no open account" in render(decision.message)


def test_stop_keeps_parts_and_start_goes_on_with_them() -> None:
    world = with_board(60)
    world.command("stop")
    world.tick(10)
    assert world.ledger.snapshot().state is CellState.STOPPED
    assert world.ledger.snapshot().on_belt == 1
    world.finish()
    assert world.ledger.snapshot().counts.passed == 1


def test_drain_stops_when_the_belt_is_empty() -> None:
    world = with_board(60)
    world.command("drain")
    world.tick(300)
    assert world.ledger.snapshot().state is CellState.STOPPED
    assert world.ledger.snapshot().reason == "cell.drained"
    assert world.ledger.snapshot().counts.passed == 1


def test_recipe_changes_only_on_an_empty_standing_belt() -> None:
    world = with_board(60)
    choice = o.SelectRecipe(
        stamp_ns=world.now_ns, recipe=RECIPE.model_copy(update={"version": "2"}), person="kim"
    )
    assert not world.ledger.observe(choice).accepted
    world.finish()
    world.command("stop")
    world.tick(5)
    assert world.ledger.observe(replace(choice, stamp_ns=world.now_ns)).accepted
    assert world.ledger.snapshot().recipe == "pcb@2"


@pytest.mark.parametrize(("moved_m", "clean"), [(0.0, True), (0.02, False)])
def test_only_an_empty_belt_that_stood_still_is_trusted_again(moved_m: float, clean: bool) -> None:
    world = with_board(60)
    world.finish()
    world.command("stop")
    world.tick(5)
    world.observe(o.Closing(stamp_ns=world.now_ns))
    ledger = Ledger.replay(CONFIG, RECIPE, world.events())
    start = o.Started(
        stamp_ns=world.now_ns,
        session="next",
        encoder_m=world.travel_m + moved_m,
        arrivals=world.arrivals,
        exposures=world.exposures,
        exits=world.exits,
    )
    ledger.observe(start)
    state = CellState.STOPPED if clean else CellState.PURGE_REQUIRED
    assert ledger.snapshot().state is state
    with pytest.raises(LedgerError, match="exists already"):
        ledger.observe(start)


def test_a_ledger_without_a_session_refuses() -> None:
    with pytest.raises(LedgerError, match="observe Started"):
        Ledger(CONFIG, RECIPE).observe(o.Tick(stamp_ns=1))


def test_encoder_jump_and_emergency_stop_need_a_person() -> None:
    world = with_board(60)
    world.travel_m -= 0.5
    world.tick()
    assert world.ledger.snapshot().reason == "belt.encoder_jump"
    other = with_board(60)
    reading = replace(other._reading(), read_ns=other.now_ns + 1, emergency_stop=True)
    decision = other.ledger.observe(reading)
    assert any(isinstance(x, e.Faulted) and x.purge for x in decision.events)
    assert not other.ledger.belt_command().run


def test_a_watchdog_that_is_not_armed_anew_refuses_the_start_instead_of_faulting_it() -> None:
    world = World()
    world.bring_up()
    order(world, "stop")
    world.tick(20)
    assert world.ledger.snapshot().state == CellState.STOPPED
    tripped = replace(world._reading(), read_ns=world.now_ns + 1, watchdog_tripped=True)
    world.ledger.observe(tripped)
    refused = order(world, "start")
    assert "watchdog" in render(refused.message)
    assert not refused.accepted
    world.ledger.observe(replace(tripped, read_ns=world.now_ns + 2, watchdog_tripped=False))
    assert order(world, "start").accepted


def test_every_event_survives_json() -> None:
    world = World()
    world.arm_plans.extend(["no_vacuum", "dropped"])
    world.inspector_plans.extend(["good", "error"])
    world.bring_up()
    for defective in (True, False, False):
        world.feed(0.1, defective)
    world.finish()
    for event in world.events():
        assert decode(kind_of(event), encode(event)) == event


def waiting_arm(plans: list[str]) -> World:
    """The arm is asked for a reject that has not come to it yet."""
    world = World()
    world.arm_plans.extend(plans)
    world.bring_up()
    world.feed(0.15, True)
    for _ in range(400):
        if world.ledger.desk.state.removal is not None:
            return world
        world.tick()
    raise AssertionError("no removal was asked for")


def test_an_arm_that_waits_is_called_back_by_an_override() -> None:
    world = waiting_arm(["good"])
    (part,) = world.ledger.snapshot().parts
    assert part.stage == "removing"
    assert "pass" in part.verdicts
    order = o.Override(
        stamp_ns=world.now_ns,
        part=part.part,
        verdict=VerdictKind.PASS,
        bin="",
        person="kim",
        reason="dust",
    )
    first = world.ledger.observe(order)
    assert not first.accepted
    assert "called back" in render(first.message)
    assert [type(one) for one in first.effects] == [CancelRemoval]
    for effect in first.effects:
        world._act(effect)
    world.tick(10)
    assert world.ledger.snapshot().parts[0].stage == "awaiting_removal"
    assert world.observe(replace(order, stamp_ns=world.now_ns))
    world.finish()
    assert world.ledger.snapshot().counts.passed == 1
    assert world.ledger.snapshot().counts.removed == 0


def test_an_arm_that_may_not_be_asked_again_is_not_called_back() -> None:
    world = waiting_arm(["good"])
    (part,) = world.ledger.snapshot().parts
    world.ledger.desk.state.change(part.part, attempts=CONFIG.removal_attempts)
    decision = wish(world, VerdictKind.PASS)
    assert not decision.accepted
    assert "being removed" in render(decision.message)
    assert decision.effects == ()


def test_nobody_calls_back_an_arm_that_holds_the_part() -> None:
    world = waiting_arm(["good"])
    for _ in range(400):
        if world.ledger.snapshot().parts[0].stage == "lifted":
            break
        world.tick()
    assert world.ledger.snapshot().parts[0].verdicts == ()
    assert "being removed" in render(wish(world, VerdictKind.PASS).message)
    world.finish()
    assert world.ledger.snapshot().counts.removed == 1
