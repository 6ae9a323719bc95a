"""Bins: taken out only while nothing moves, counted anew when an empty one is in place."""

from __future__ import annotations

import pytest

from cell.control.ledger import CellState
from cell.control.ledger import events as e
from cell.control.ledger import observations as o
from cell.texts import read, render
from tests.cell.world import RECIPE, World

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
    assert order(world, out=False) == ""
    assert world.ledger.refusals()["start"] == ""


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
