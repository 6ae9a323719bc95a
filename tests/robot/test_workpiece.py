"""Parts of any sides: where they are gripped, how they hang, what does not suit the arm."""

from __future__ import annotations

import math

import numpy as np
import pytest

from robot.base import MotionError
from robot.motion.config import MotionSettings
from robot.motion.planner import PickPlanner
from robot.motion.workpiece import Workpiece
from tests.robot.simulation import World
from tests.site import SITE
from tests.words import raises

CARRIER = Workpiece(0.168, 0.072, 0.0016, 0.07)
PLANNER = PickPlanner(MotionSettings(), SITE)
BINS = ("rework", "scrap", "review")


@pytest.mark.parametrize(
    ("grip", "yaw", "place"),
    [
        ((0.0, 0.0), 0.3, (1.0, 2.0)),
        ((0.05, 0.0), 0.0, (1.05, 2.0)),
        ((0.05, 0.0), math.pi / 2, (1.0, 2.05)),
        ((0.0, 0.02), math.pi / 2, (0.98, 2.0)),
        ((0.03, 0.04), math.pi, (0.97, 1.96)),
    ],
)
def test_the_grip_point_turns_with_the_part(
    grip: tuple[float, float], yaw: float, place: tuple[float, float]
) -> None:
    part = Workpiece(0.2, 0.1, 0.01, grip_m=grip)
    assert part.grip_point(1.0, 2.0, yaw) == pytest.approx(place)


@pytest.mark.parametrize(
    ("grip", "turn", "corner"),
    [
        # From the lip along the tool's x and y; the tool's y points the other way.
        ((0.0, 0.0), 0.0, (0.084, -0.036)),
        ((0.02, 0.0), 0.0, (0.064, -0.036)),
        ((0.0, 0.0), math.pi / 2, (-0.036, -0.084)),
    ],
)
def test_a_part_hangs_on_the_cup_as_it_lay(
    grip: tuple[float, float], turn: float, corner: tuple[float, float]
) -> None:
    held = Workpiece(0.168, 0.072, 0.0016, grip_m=grip).held(0.1 + turn, 0.1)
    assert held.corners[0] == pytest.approx(corner)
    assert held.reach_m == pytest.approx(math.hypot(0.084 + grip[0], 0.036))


def test_a_long_part_reaches_where_a_square_one_does_not() -> None:
    over_edge = PLANNER.bin_joints("rework", PLANNER.waiting)[None]
    low = over_edge.copy()
    along = PLANNER.collision.nearest(low, CARRIER.held(0.0, 0.0)).clearance
    across = PLANNER.collision.nearest(low, CARRIER.held(math.pi / 2, 0.0)).clearance
    alone = PLANNER.collision.nearest(low, None).clearance
    assert min(along, across) <= alone
    assert along == pytest.approx(
        PLANNER.collision.nearest(low, CARRIER.held(math.pi, 0.0)).clearance, abs=1e-3
    )  # turned by half it looks the same


@pytest.mark.parametrize(
    ("part", "word"),
    [
        (Workpiece(0.02, 0.1, 0.002), "over the edge"),
        (Workpiece(0.1, 0.1, 0.002, grip_m=(0.045, 0.0)), "over the edge"),
        (Workpiece(0.1, 0.1, 0.002, 0.8), "0.8 kg"),
        (Workpiece(0.1, 0.1, 0.06), "waiting arm"),
    ],
)
def test_what_does_not_suit_the_arm_is_refused_in_words(part: Workpiece, word: str) -> None:
    with raises(MotionError, word):
        PLANNER.require_feasible(part, BINS)


def test_a_bin_that_is_not_there_is_named() -> None:
    with raises(MotionError, "attic"):
        PLANNER.require_feasible(CARRIER, ("attic",))


@pytest.mark.parametrize("part", [CARRIER, Workpiece(0.06, 0.024, 0.03, 0.2)])
def test_what_suits_is_not_refused(part: Workpiece) -> None:
    PLANNER.require_feasible(part, BINS)


def test_a_cup_of_another_size_decides() -> None:
    small = Workpiece(0.02, 0.02, 0.002)
    with pytest.raises(MotionError):
        small.require_gripable(SITE.tool.cup_radius, 1.0)
    small.require_gripable(0.008, 1.0)


@pytest.mark.parametrize("grip", [(0.0, 0.0), (0.05, -0.01), (-0.06, 0.015)])
def test_a_carrier_is_taken_at_its_grip_point(grip: tuple[float, float]) -> None:
    from robot.motion.removal import RemovalRequest

    part = Workpiece(0.168, 0.072, 0.0016, 0.07, grip)
    world = World(MotionSettings(), seed=3)
    x, y, yaw = -0.6, 0.005, 0.2
    at = part.grip_point(x, y, yaw)
    world.place(*at)  # where the simulated suction looks for something to hold
    travel = world.belt.travel
    order = RemovalRequest("p", "scrap", travel, x, y, yaw, travel + 0.45 - x, part)
    result = world.cycle.remove(order, lambda _told: None, lambda: False)
    assert result.removed, result
    assert world.grip_error_m is not None
    assert world.grip_error_m < 0.001
    assert np.isclose(result.grip_position[1], at[1], atol=0.001)
