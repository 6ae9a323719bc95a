"""Proof that the world catches a broken ledger: each breaks one rule, one history shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cell.control.ledger import apply, association, authority, belt, identity, ledger, removals
from cell.control.ledger import observations as o
from cell.products import rules
from cell.products.verdict import Verdict, VerdictKind
from tests.cell.world import LawBrokenError, World

Patch = pytest.MonkeyPatch


def passes_uninspected(patch: Patch) -> None:
    good = Verdict(VerdictKind.PASS, "", "nobody looked")
    patch.setattr(rules, "not_inspected", lambda _recipe, _why: good)


def lets_rejects_ride_on(patch: Patch) -> None:
    honest = authority.limit_m
    patch.setattr(authority, "limit_m", lambda account, config: honest(account, config) + 1.0)


def ties_pictures_carelessly(patch: Patch) -> None:
    def first_free(_frame: Any, _frames: Any, exposures: dict[int, Any], *_: Any) -> int | None:
        return min((x.index for x in exposures.values() if not x.trigger), default=None)

    patch.setattr(association, "exposure_of_frame", first_free)


def ties_pictures_without_waiting(patch: Patch) -> None:
    honest = association.exposure_of_frame

    def at_once(*arguments: Any) -> int | None:
        frame, frames, exposures, forgotten, _, offset, config = arguments
        return honest(frame, frames, exposures, forgotten, 2**62, offset, config)

    patch.setattr(association, "exposure_of_frame", at_once)


def ties_exposures_carelessly(patch: Patch) -> None:
    def newest(_exposure: Any, accounts: Any, *_: Any) -> str | None:
        free = [a.part for a in accounts if not a.exposure]
        return free[-1] if free else None

    patch.setattr(association, "part_of_exposure", newest)


def trusts_the_belt_after_a_crash(patch: Patch) -> None:
    honest = apply._apply_session

    def trusting(state: Any, event: Any) -> None:
        honest(state, replace(event, clean=True) if hasattr(event, "exits") else event)

    patch.setattr(apply, "_apply_session", trusting)


def believes_every_removal(patch: Patch) -> None:
    honest = removals.done

    def gullible(desk: Any, result: o.RemovalDone) -> None:
        honest(desk, replace(result, removed=True))

    patch.setitem(ledger.RULES, o.RemovalDone, gullible)


def forgets_lost_edges(patch: Patch) -> None:
    patch.setattr(belt, "_compare_counters", lambda _desk, _now: None)


def counts_an_edge_twice(patch: Patch) -> None:
    honest = identity.arrival

    def twice(desk: Any, edge: o.ArrivalEdge) -> None:
        honest(desk, edge)
        identity.open_account(desk, edge.index, edge.encoder_m)

    patch.setitem(ledger.RULES, o.ArrivalEdge, twice)


def goes_on_after_its_session(patch: Patch) -> None:
    honest = apply._apply_session

    def forgetful(state: Any, event: Any) -> None:
        cell, person, open_ = state.cell, state.ordered_by, state.session_open
        honest(state, event)
        if open_ and hasattr(event, "clean"):
            state.cell, state.ordered_by, state.session_open = cell, person, True

    patch.setattr(apply, "_apply_session", forgetful)


def ignores_the_watchdog(patch: Patch) -> None:
    honest = belt.read

    def deaf(desk: Any, now: o.BeltRead) -> None:
        honest(desk, replace(now, watchdog_tripped=False))

    patch.setitem(ledger.RULES, o.BeltRead, deaf)


def out_of_service(world: World) -> None:
    world.feed(0.2, False)
    world.tick(20)
    world.take_out_of_service()
    world.tick(3)


def stalls(world: World) -> None:
    world.feed(0.2, False)
    world.tick(20)
    world.trip_watchdog()
    world.tick(3)
    if world.ledger.belt_command().run:
        raise LawBrokenError("the belt waits for nobody after its watchdog has stopped it")


def inspection_fails(world: World) -> None:
    world.inspector_plans.append("error")
    world.feed(0.2, False)


def arm_is_silent(world: World) -> None:
    world.arm_plans.append("silent")
    world.feed(0.2, True)


def arm_drops(world: World) -> None:
    world.arm_plans.append("dropped")
    world.feed(0.2, True)


def camera_misses_a_trigger(world: World) -> None:
    world.inspector_plans.append("no_trigger")
    world.feed(0.003, True)
    world.feed(0.003, False)


def latch_comes_late_after_a_missed_trigger(world: World) -> None:
    world.mischief["exposure"].extend(["on_time", "late"])
    camera_misses_a_trigger(world)


def killed(world: World) -> None:
    world.feed(0.2, False)
    world.tick(60)
    world.crash(lost_events=0)


def arrival_is_lost(world: World) -> None:
    world.mischief["arrival"].append("drop")
    world.feed(0.2, False)


def two_boards(world: World) -> None:
    world.feed(0.03, True)
    world.feed(0.03, False)


CASES: list[tuple[Callable[[Patch], None], Callable[[World], None]]] = [
    (passes_uninspected, inspection_fails),
    (lets_rejects_ride_on, arm_is_silent),
    (ties_pictures_carelessly, camera_misses_a_trigger),
    (ties_pictures_without_waiting, latch_comes_late_after_a_missed_trigger),
    (ties_exposures_carelessly, two_boards),
    (trusts_the_belt_after_a_crash, killed),
    (believes_every_removal, arm_drops),
    (forgets_lost_edges, arrival_is_lost),
    (counts_an_edge_twice, two_boards),
    (goes_on_after_its_session, out_of_service),
    (ignores_the_watchdog, stalls),
]


@pytest.mark.parametrize(("breaks", "history"), CASES, ids=[b.__name__ for b, _ in CASES])
def test_a_broken_ledger_is_caught(
    breaks: Callable[[Patch], None], history: Callable[[World], None], monkeypatch: Patch
) -> None:
    live_through(history)
    breaks(monkeypatch)
    with pytest.raises(LawBrokenError):
        live_through(history)


def live_through(history: Callable[[World], None]) -> None:
    world = World()
    world.bring_up()
    history(world)
    world.finish()
