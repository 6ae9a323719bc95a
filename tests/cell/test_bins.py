"""Bins: taken out only while nothing moves, counted anew when an empty one is in place."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cell.control.ledger import CellState, Ledger, check
from cell.control.ledger import events as e
from cell.control.ledger import observations as o
from cell.texts import read, render
from tests.cell import world as worlds
from tests.cell.world import CONFIG, RECIPE, World

BIN = sorted(RECIPE.bins)[0]


def order(world: World, *, out: bool, name: str = BIN, person: str = "kim") -> str:
    """Code of the refusal, '' if it was accepted."""
    accepted = world.observe(
        o.ExchangeBin(stamp_ns=world.now_ns, bin=name, person=person, open=out)
    )
    if accepted:
        return ""
    text = read(world.ledger.observe(
        o.ExchangeBin(stamp_ns=world.now_ns, bin=name, person=person, open=out)
    ).message)  # fmt: skip
    return text.code if text else "?"


def test_a_bin_is_counted_and_counts_anew() -> None:
    world = World()
    world.bring_up()
    world.feed(0.15, True)
    world.finish()
    held = {name: one.parts for name, one in world.ledger.snapshot().bins.items()}
    assert sum(held.values()) == 1
    full = next(name for name, parts in held.items() if parts)
    assert order(world, out=True, name=full) == ""
    assert order(world, out=False, name=full, person="lee") == ""
    (done,) = [x for x in world.events() if isinstance(x, e.BinExchanged)]
    assert (done.bin, done.person, done.parts) == (full, "lee", 1)
    assert world.ledger.snapshot().bins[full].parts == 0


def test_the_belt_stops_and_nothing_starts_while_a_bin_is_out() -> None:
    world = World()
    world.bring_up()
    assert world.ledger.snapshot().state is CellState.RUNNING
    assert order(world, out=True) == ""
    assert not world.ledger.belt_command().run
    world.tick(60)
    assert world.ledger.snapshot().state is CellState.STOPPED
    refused = world.ledger.observe(o.Command(stamp_ns=world.now_ns, name="start", person="lee"))
    assert not refused.accepted
    assert f"kim has taken bin '{BIN}' out" in render(refused.message)
    assert world.ledger.snapshot().reason == "cell.bin_exchange"
    assert order(world, out=False) == ""
    assert world.ledger.refusals()["start"] == ""
    assert world.ledger.snapshot().reason == "cell.bin_in_place", "nobody is told to do it again"
    assert world.ledger.snapshot().state is CellState.STOPPED


def test_no_bin_is_out_while_the_arm_brings_a_part_away() -> None:
    world = World()
    world.arm_plans.append("silent")
    world.bring_up()
    world.feed(0.15, True)
    for _ in range(400):
        if world.ledger.desk.state.removal is not None:
            break
        world.tick()
    assert world.ledger.desk.state.removal is not None
    decision = world.ledger.observe(
        o.ExchangeBin(stamp_ns=world.now_ns, bin=BIN, person="kim", open=True)
    )
    text = read(decision.message)
    assert (decision.accepted, text and text.code) == (False, "refused.bin.arm_busy")
    assert not world.ledger.belt_command().run, "the cell stops for it all the same"
    assert not [x for x in decision.events if isinstance(x, e.BinOpened)]


@pytest.mark.parametrize("name", ["reset", "confirm_clear"])
def test_no_order_moves_the_arm_while_a_bin_is_out(name: str) -> None:
    world = World()
    world.bring_up()
    order(world, out=True)
    world.tick(60)
    purge = name == "confirm_clear"
    world.observe(o.FaultSeen(stamp_ns=world.now_ns, alarm="belt.watchdog", purge=purge))
    refused = world.ledger.observe(o.Command(stamp_ns=world.now_ns, name=name, person="lee"))
    text = read(refused.message)
    assert (refused.accepted, text and text.code) == (False, "refused.bin.out")


def test_a_bin_that_is_out_is_out_after_a_crash() -> None:
    world = World()
    world.bring_up()
    order(world, out=True)
    world.crash(0)
    assert world.ledger.snapshot().bins[BIN].opened_by == "kim"


def test_two_people_at_one_bin_and_odd_orders() -> None:
    world = World()
    world.bring_up()
    assert order(world, out=False) == "refused.bin.in_place"
    assert order(world, out=True, name="cellar") == "refused.bin.unknown"
    assert order(world, out=True, person="") == "refused.no_person"
    assert order(world, out=True, person="kim") == ""
    again = world.ledger.observe(
        o.ExchangeBin(stamp_ns=world.now_ns, bin=BIN, person="lee", open=True)
    )
    assert (again.accepted, again.events) == (True, ())
    assert "kim has taken" in render(again.message)
    assert world.ledger.snapshot().bins[BIN].opened_by == "kim"


Small = Callable[[], World]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Small:
    """A world each of whose bins holds one part."""
    config = CONFIG.model_copy(update={"bin_capacity": dict.fromkeys(RECIPE.bins, 1)})
    monkeypatch.setattr(worlds, "CONFIG", config)
    return lambda: World(ledger=Ledger(config, RECIPE))


def reasons(world: World) -> list[str]:
    found = [read(reason) for reason in world.ledger.feed_order().reasons]
    return [text.code for text in found if text]


def removed(world: World) -> list[str]:
    return [x.part for x in world.events() if isinstance(x, e.Removed)]


def causes(world: World) -> tuple[str, ...]:
    return world.ledger.desk.state.alarms.causes


def until(world: World, true: object) -> None:
    for _ in range(2000):
        if true():  # type: ignore[operator]
            return
        world.tick()
    raise AssertionError("it never came")


def test_a_bin_that_fills_up_is_told_before_it_is_full_and_lets_nothing_more_in(
    small: Small,
) -> None:
    world = small()
    world.bring_up()
    assert (causes(world), reasons(world)) == ((), [])
    world.feed(0.15, True)
    until(world, lambda: "bin.full" in causes(world))
    assert removed(world) == [], "the part is still on its way"
    assert reasons(world) == ["feed.bin_full"]
    assert not world.ledger.feed_order().ready
    assert world.ledger.feed_order().permitted
    world.finish()
    assert len(removed(world)) == 1
    assert world.ledger.snapshot().state is CellState.RUNNING, "nothing waits for the bin"


def test_a_reject_that_finds_its_bin_full_waits_for_an_empty_one(small: Small) -> None:
    world = small()
    world.bring_up()
    world.feed(0.15, True)
    world.feed(0.25, True)
    until(world, lambda: world.ledger.snapshot().state is CellState.STOPPED)
    assert len(removed(world)) == 1
    assert world.ledger.snapshot().reason == "cell.bin_full"
    refused = read(world.ledger.refusals()["start"])
    assert refused
    assert refused.code == "refused.bin.full"
    full = str(refused.values["bin"])
    assert order(world, out=True, name=full) == ""
    assert order(world, out=False, name=full) == ""
    assert "bin.full" in causes(world), "the part that waits fills the empty one again"
    world.command("start")
    until(world, lambda: len(removed(world)) == 2)
    assert world.ledger.snapshot().bins[full].parts == 1
    assert check(world.ledger) == []


def test_a_bin_without_a_capacity_is_never_full() -> None:
    world = World()
    world.bring_up()
    for _ in range(3):
        world.feed(0.2, True)
    world.finish()
    assert len(removed(world)) == 3
    assert causes(world) == ()


def test_a_bin_is_taken_out_while_a_reject_is_due_and_the_reject_goes_into_the_empty_one() -> None:
    world = World()
    world.bring_up()
    world.feed(0.15, True)

    def due() -> bool:
        return any(p.stage == "awaiting_removal" for p in world.ledger.snapshot().parts) or bool(
            world.ledger.desk.state.removal
        )

    until(world, due)
    name = world.ledger.snapshot().parts[0].bin
    until(world, lambda: order(world, out=True, name=name) in ("", "already.bin_out"))
    before = len(removed(world))
    world.tick(100)
    assert len(removed(world)) == before, "nothing is brought to a bin that is out"
    assert world.ledger.desk.state.removal is None
    assert order(world, out=False, name=name) == ""
    world.command("start")
    world.finish()
    assert len(removed(world)) == 1
    assert check(world.ledger) == []


def test_a_full_bin_is_full_after_a_crash(small: Small) -> None:
    world = small()
    world.bring_up()
    world.feed(0.15, True)
    world.finish()
    world.crash(0)
    world.tick()
    assert "bin.full" in causes(world)


def in_removal(world: World, *, lifted: bool) -> e.RemovalRequested:
    """A reject is fetched, or carried; the arm says nothing more."""
    world.bring_up()
    world.feed(0.15, True)
    until(world, lambda: world.ledger.desk.state.removal is not None)
    asked = next(x for x in world.events() if isinstance(x, e.RemovalRequested))
    if lifted:
        told = o.RemovalFeedback(
            stamp_ns=world.now_ns, part=asked.part, attempt=asked.attempt, off_belt=True, wait_s=0.0
        )
        world.observe(told)
    return asked


def purged(world: World) -> e.Purged:
    """A person confirms that the belt is clear, as soon as the cell lets him."""
    for _ in range(4000):
        world.tick()
        found = [x for x in world.events() if isinstance(x, e.Purged)]
        if found:
            return found[-1]
        world.observe(o.Command(stamp_ns=world.now_ns, name="confirm_clear", person="kim"))
    raise AssertionError("it was never confirmed")


@pytest.mark.parametrize("lifted", [False, True])
def test_what_the_arm_had_hold_of_in_a_crash_counts_for_its_bin(lifted: bool) -> None:
    world = World()
    world.arm_plans.append("silent")
    asked = in_removal(world, lifted=lifted)
    world.crash(0)
    told = purged(world)
    assert (told.part, asked.bin in told.bins) == (asked.part, True)
    assert world.ledger.snapshot().bins[asked.bin].parts == 1
    world.crash(0)
    assert world.ledger.snapshot().bins[asked.bin].parts == 1, "once"


@pytest.mark.parametrize(
    ("reason", "counts"),
    [("protective_stop", True), ("error", True), ("dropped", False), ("unreachable", False)],
)
def test_a_removal_that_ends_unconfirmed_counts_where_the_arm_may_hold_the_part(
    reason: str, counts: bool
) -> None:
    world = World()
    world.arm_plans.append("silent")
    asked = in_removal(world, lifted=True)
    world.observe(
        o.RemovalDone(
            stamp_ns=world.now_ns, part=asked.part, attempt=asked.attempt, removed=False,
            reason=reason, message="",
        )
    )  # fmt: skip
    assert purged(world).bins == ((asked.bin,) if counts else ())
    assert world.ledger.snapshot().bins[asked.bin].parts == int(counts)


def test_a_part_whose_arm_lost_its_process_counts_for_the_bin_of_unknown_parts_too() -> None:
    config = CONFIG.model_copy(update={"unknown_bin": "review"})
    world = World(ledger=Ledger(config, RECIPE))
    world.arm_plans.append("silent")
    asked = in_removal(world, lifted=True)
    world.observe(o.NodeDied(stamp_ns=world.now_ns, node="robot", detail=""))
    assert purged(world).bins == (asked.bin, "review")


def test_no_bin_is_out_while_the_arm_is_on_its_way_back() -> None:
    world = World()
    world.bring_up()
    wish = o.ExchangeBin(
        stamp_ns=world.now_ns, bin=BIN, person="kim", open=True, arm_moves=True
    )  # fmt: skip
    decision = world.ledger.observe(wish)
    text = read(decision.message)
    assert (decision.accepted, text and text.code) == (False, "refused.bin.arm_moves")
    assert not world.ledger.belt_command().run, "the cell stops for it all the same"
    assert order(world, out=True) == ""
