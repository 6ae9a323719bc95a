"""The ledger in a small physical world: the usual days."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from calibration.geometry import Pose2D
from cell.control.ledger import CellState
from cell.control.ledger import events as e
from cell.control.ledger import observations as o
from cell.control.ledger.inspection import Inspection
from cell.products import Defect
from cell.texts import render
from tests.cell.world import RECIPE, World


def run_boards(world: World, defective: list[bool], gap_m: float = 0.15) -> None:
    world.bring_up()
    for bad in defective:
        world.feed(gap_m, bad)
    world.finish()


def test_good_boards_pass_and_bad_ones_are_removed() -> None:
    world = World()
    run_boards(world, [False, True, False, True, True, False])
    counts = world.ledger.snapshot().counts
    assert (counts.arrived, counts.passed, counts.removed, counts.purged) == (6, 3, 3, 0)
    assert [b.place for b in world.boards] == ["left", "scrap", "left", "scrap", "scrap", "left"]
    assert counts.stops_fault == 0


@pytest.mark.parametrize(
    ("kind", "fate", "removed"),
    [
        ("frame", "drop", 0),
        ("frame", "double", 0),
        ("frame", "very_late", 0),
        ("inspection", "drop", 1),
        ("inspection", "double", 0),
        ("inspection", "very_late", 1),
        # The next picture could be the lost latch's own: two parts are not certain.
        ("exposure", "drop", 2),
        ("exposure", "double", 0),
        ("exposure", "late", 0),
        ("arrival", "late", 0),
        ("arrival", "double", 0),
        ("exit", "double", 0),
        ("exit", "late", 0),
    ],
)
def test_one_bad_message(kind: str, fate: str, removed: int) -> None:
    """Three good boards; what is not inspected is removed for review."""
    world = World()
    world.mischief[kind].append(fate)
    run_boards(world, [False, False, False])
    counts = world.ledger.snapshot().counts
    assert (counts.passed, counts.removed, counts.purged) == (3 - removed, removed, 0)
    assert [b.place for b in world.boards].count("review") == removed


@pytest.mark.parametrize(
    ("kind", "alarm"), [("arrival", "belt.edge_lost"), ("exit", "belt.edge_lost")]
)
def test_lost_edge_needs_a_person(kind: str, alarm: str) -> None:
    world = World()
    world.mischief[kind].append("drop")
    world.bring_up()
    world.feed(0.15, False)
    for _ in range(300):
        world.tick()
        if world.ledger.snapshot().state is CellState.PURGE_REQUIRED:
            break
    assert world.ledger.snapshot().reason in (alarm, "ledger.part_lost")
    world.finish()
    assert world.ledger.snapshot().counts.purged == 1


@pytest.mark.parametrize(
    ("plans", "place", "purged", "stops"),
    [
        (["no_vacuum"], "scrap", 0, (1, 0)),
        (["too_late"], "scrap", 0, (0, 1)),
        (["no_vacuum", "no_vacuum"], "person", 1, (2, 0)),
        (["dropped"], "floor", 1, (1, 0)),
        (["unreachable"], "person", 1, (1, 0)),
        (["silent"], "person", 1, (1, 1)),
    ],
)
def test_arm_in_trouble(plans: list[str], place: str, purged: int, stops: tuple[int, int]) -> None:
    world = World()
    world.arm_plans.extend(plans)
    run_boards(world, [True])
    counts = world.ledger.snapshot().counts
    assert world.boards[0].place == place
    assert counts.purged == purged
    assert (counts.stops_fault, counts.stops_wait) == stops


@pytest.mark.parametrize("plan", ["grab_failed", "error", "no_answer", "no_trigger"])
def test_what_was_not_inspected_is_removed(plan: str) -> None:
    world = World()
    world.inspector_plans.append(plan)
    run_boards(world, [False, False])
    assert [b.place for b in world.boards] == ["review", "left"]


def test_a_picture_without_a_part_raises_no_alarm_and_one_of_a_part_names_it() -> None:
    """A person who clears the belt leaves triggers behind that take pictures of nothing."""
    world = World()
    world.bring_up()
    stamp = world.now_ns
    nothing = Inspection(trigger=1, exposure_ns=stamp, done_ns=stamp, ok=False, error="no part")
    world.triggers = 1
    world.observe(o.InspectionDone(stamp_ns=stamp, inspection=nothing))
    world.inspector_plans.append("error")
    run_boards(world, [False])
    raised = [x for x in world.events() if isinstance(x, e.AlarmRaised)]
    failed = [(x.part, x.detail) for x in raised if x.alarm == "inspector.failed"]
    assert [detail for _, detail in failed] == ["no part in the picture"]
    assert failed[0][0]


def test_pictures_of_close_boards_are_never_mixed_up() -> None:
    """Boards follow faster than the picture tolerance, and the camera misses one trigger."""
    world = World()
    world.inspector_plans.extend(["good", "no_trigger", "slow_stamp", "good", "good"])
    run_boards(world, [False, True, False, True, False, True], gap_m=0.003)
    assert all(b.place == "scrap" or b.place == "review" for b in world.boards if b.defective)


def test_after_a_crash_the_cell_waits_for_a_person() -> None:
    world = World()
    world.bring_up()
    world.feed(0.15, False)
    world.tick(120)
    world.crash(lost_events=1)
    assert world.ledger.snapshot().state is CellState.PURGE_REQUIRED
    assert not world.command("start")
    assert not world.ledger.belt_command().run
    world.finish()
    assert world.ledger.snapshot().counts.purged == 1


def test_belt_is_held_when_the_arm_asks_for_it() -> None:
    world = World()
    world.bring_up()
    world.feed(0.15, True)
    world.tick(60)
    part = world.ledger.snapshot().parts[0].part
    world.observe(o.RemovalFeedback(stamp_ns=world.now_ns, part=part, attempt=1, wait_s=0.7))
    assert not world.ledger.belt_command().run
    world.tick(10)
    world.observe(o.RemovalFeedback(stamp_ns=world.now_ns, part=part, attempt=1, off_belt=True))
    assert world.ledger.belt_command().run
    counts = world.ledger.snapshot().counts
    assert (counts.stops_wait, counts.stops_fault) == (1, 0)
    assert counts.wait_s == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"pose": Pose2D(float("nan"), 0.0, 0.0)}, "not finite"),
        ({"pose": Pose2D(-0.9, 0.0, 0.0)}, "from where the belt has this one"),
        ({"pose": Pose2D(-0.988, 0.0, 0.0)}, "from where the belt has this one"),
        ({"pose": Pose2D(-1.0, 0.0, 0.26)}, "from where the belt has this one"),
        ({"recipe": "other@1"}, "inspected with recipe other@1"),
        ({"defects": (Defect("open", float("nan"), 0, 0, 1, 1),)}, "not finite"),
    ],
)
def test_inspections_that_cannot_be_believed(change: dict[str, Any], why: str) -> None:
    world = World()
    world.bring_up()
    world.inspector_plans.append("no_answer")
    world.feed(0.15, False)
    world.tick(45)
    stamp = world.now_ns - 50_000_000
    taken = next(x for x in world.events() if isinstance(x, e.FrameSeen)).exposure_ns
    found = Inspection(
        trigger=1,
        exposure_ns=taken,
        done_ns=stamp,
        ok=True,
        pose=Pose2D(-1.0, 0.0, 0.0),
        recipe="pcb@1.0.0",
    )
    world.observe(o.InspectionDone(stamp_ns=stamp, inspection=replace(found, **change)))
    world.finish()
    verdict = world.ledger.snapshot().last_verdict
    assert verdict is not None
    assert why in render(verdict.reason)
    assert world.boards[0].place == "review"


@pytest.mark.parametrize("after", ["its verdict", "its removal"])
def test_a_late_inspection_is_kept_with_its_part_and_changes_nothing(after: str) -> None:
    world = World()
    world.bring_up()
    world.inspector_plans.append("no_answer")
    world.feed(0.15, False)
    if after == "its removal":
        world.finish()
    else:
        while world.ledger.snapshot().last_verdict is None:
            world.tick()
    before = world.ledger.snapshot()
    taken = next(x for x in world.events() if isinstance(x, e.FrameSeen)).exposure_ns
    seen = Inspection(
        trigger=1, exposure_ns=taken, done_ns=world.now_ns, ok=True, pose=Pose2D(-1.0, 0.0, 0.0),
        recipe=RECIPE.identity, view="pictures/incoming/late.jpg",
    )  # fmt: skip
    for _ in range(3):  # told twice, it is on record once
        world.observe(o.InspectionDone(stamp_ns=world.now_ns, inspection=seen))
        world.tick()
    kept = [x for x in world.events() if isinstance(x, e.Inspected)]
    assert [(x.part, x.late, x.inspection) for x in kept] == [(before.last_part, True, seen)]
    assert world.ledger.snapshot().last_verdict == before.last_verdict
    world.finish()
    assert world.ledger.snapshot().counts.removed == 1
