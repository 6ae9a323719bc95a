"""The bound of a removal against what paper gives, and against a planned removal."""

from __future__ import annotations

import math

import numpy as np
import pytest

from robot.base import MotionError
from robot.motion.belt_predictor import BeltMotion
from robot.motion.bound import CycleBound, Grip
from robot.motion.config import LimitSettings, MotionSettings, StrokeSettings
from robot.motion.intercept import PickPlan
from robot.motion.planner import PickPlanner
from robot.motion.strokes import PartOnBelt
from robot.motion.trajectory import JointState
from robot.motion.workpiece import Workpiece
from tests.site import SITE
from tests.words import raises

TURN_DEG = 60.0


def turned(x: float, y: float, by_deg: float) -> tuple[float, float]:
    """A place turned about the arm's base, which stands at (0, -0.5)."""
    c, s = math.cos(math.radians(by_deg)), math.sin(math.radians(by_deg))
    return c * x - s * (y + 0.5), s * x + c * (y + 0.5) - 0.5


def test_a_turn_of_the_base_alone_takes_what_paper_gives() -> None:
    """Both bins lie where the base joint alone, turned by 60 degrees, brings the cup from the part.

    A jerk-limited move over D that reaches speed v and acceleration a takes D/v + v/a + a/j.
    """
    limits = LimitSettings(speed_deg_s=60.0, acceleration_deg_s2=400.0, jerk_ratio=12.0)
    on_belt = 0.0016
    here, there = turned(0.0, 0.0, -TURN_DEG), turned(0.0, 0.0, TURN_DEG)
    settings = MotionSettings(
        limits=limits,
        stroke=StrokeSettings(dwell_s=0.1),
    )
    usual = SITE.bins["scrap"]
    site = SITE.model_copy(
        update={
            "bins": {
                "near": usual.model_copy(update={"drop": (*here, on_belt)}),
                "far": usual.model_copy(update={"drop": (*there, on_belt)}),
            }
        }
    )
    one_way = TURN_DEG / 60.0 + 60.0 / 400.0 + 400.0 / 4800.0

    _, second = CycleBound(settings, site).of_chain(
        [Grip(0.0, 0.0, 0.0, "near", 0.0016), Grip(0.0, 0.0, 0.0, "far", 0.0016)], belt_m_s=0.0
    )

    assert second.to_bin == pytest.approx(one_way, abs=1e-6)
    assert second.to_part == pytest.approx(one_way, abs=1e-6)
    assert second.direct == pytest.approx(2.0 * one_way + 0.1, abs=1e-6)


@pytest.mark.parametrize("bin_name", ["scrap", "rework", "review"])
@pytest.mark.parametrize("speed", [0.1, 0.3])
def test_no_planned_removal_beats_its_bound(bin_name: str, speed: float) -> None:
    settings = MotionSettings()
    planner = PickPlanner(settings, SITE)
    start = JointState.rest(planner.waiting)
    belt = BeltMotion(0.0, 0.0, speed, speed, 1.0)
    plan = planner.plan_pick(
        start,
        0.0,
        PartOnBelt(0.0, -0.3, 0.01, 0.1, Workpiece(0.108, 0.108, 0.0016)),
        belt,
        math.inf,
    )
    assert isinstance(plan, PickPlan)
    lift_s = plan.contact_s + settings.stroke.dwell_s
    carry = planner.plan_carry(plan, lift_s, bin_name)
    cup = planner.arm.forward(plan.down.at(plan.contact_s).position).translation

    grip = Grip(float(cup[0]), float(cup[1]), 0.1, bin_name, 0.0016)
    (bound,) = CycleBound(settings, SITE).of_chain([grip], belt_m_s=speed)

    assert 0.4 < bound.direct <= bound.stroked + 1e-9
    assert bound.direct < carry.carry.end_s
    assert bound.to_part < plan.contact_s
    assert np.isclose(bound.direct, bound.to_part + settings.stroke.dwell_s + bound.to_bin)


def test_what_cannot_be_reached_or_is_no_bin_is_refused() -> None:
    bound = CycleBound(MotionSettings(), SITE)
    with raises(MotionError, "reach"):
        bound.of_chain([Grip(2.0, 0.0, 0.0, "scrap", 0.0016)], 0.2)
    with raises(MotionError, "attic"):
        bound.of_chain([Grip(0.0, 0.0, 0.0, "attic", 0.0016)], 0.2)
