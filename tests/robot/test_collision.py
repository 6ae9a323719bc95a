"""Clearances that can be told by hand, and the exactness of the distance search."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.geometry import Pose
from calibration.places import BoxEntry
from robot.base import MotionError
from robot.motion.collision import CollisionModel, segment_distance
from robot.motion.config import MotionSettings
from robot.motion.kinematics import ArmKinematics, pointing_down
from robot.motion.workpiece import Workpiece
from tests.site import SITE
from tests.words import raises

SETTINGS = MotionSettings()
BOARD = Workpiece(0.108, 0.108, 0.0016).held(0.0, 0.0)
MODEL = CollisionModel.of(SITE)
ARM = ArmKinematics.of(SITE)
SEED = np.radians(SETTINGS.seed_deg)


def joints_at(x: float, y: float, z: float) -> np.ndarray:
    return ARM.inverse(pointing_down(x, y, z, 0.0), SEED)[None]


@pytest.mark.parametrize(
    ("place", "between"),
    [
        ((0.0, 0.0, -0.05), "belt"),
        ((-0.40, -0.32, -0.12), "bin rework"),
        ((0.62, 0.17, 0.03), "exit-eye post left"),
    ],
)
def test_what_stands_in_the_way_is_named(place: tuple[float, float, float], between: str) -> None:
    with raises(MotionError, between):
        MODEL.require(joints_at(*place), held=None, clearance=0.01)


def test_a_held_part_reaches_further_than_the_cup() -> None:
    joints = joints_at(0.0, 0.0, 0.02)
    assert MODEL.nearest(joints, held=None).clearance == pytest.approx(0.024, abs=1e-3)
    assert MODEL.nearest(joints, held=BOARD).clearance == pytest.approx(0.014, abs=1e-3)
    assert MODEL.nearest(joints, BOARD, part_on_belt=True).clearance > 0.02


def test_a_folded_arm_touches_itself() -> None:
    folded = np.array([[0.0, -1.57, 2.9, -1.57, -1.57, 0.0]])
    found = MODEL.nearest(folded, held=None)
    assert found.clearance < 0.0


def test_a_site_turned_as_a_whole_keeps_its_distances() -> None:
    """Arm and boxes turned by a quarter about the upright: what was near stays as near."""
    turn = Pose(np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]), np.zeros(3))
    boxes = [
        BoxEntry(name=box.name, centre=turn.apply(np.array(box.centre)), size=(y, x, z))
        for box in SITE.obstacles()
        for x, y, z in [box.size]
    ]
    turned = CollisionModel(ArmKinematics(turn @ ARM.base, ARM.tool_length), boxes)
    joints = SEED + np.random.default_rng(5).uniform(-0.4, 0.4, (20, 6))
    ours, theirs = turned.nearest(joints, BOARD), MODEL.nearest(joints, BOARD)
    assert (ours.between, ours.index) == (theirs.between, theirs.index)
    assert ours.clearance == pytest.approx(theirs.clearance, abs=1e-9)


def test_pruning_changes_nothing() -> None:
    rng = np.random.default_rng(3)
    joints = SEED + rng.uniform(-0.6, 0.6, (40, 6))
    together = MODEL.nearest(joints, held=BOARD)
    alone = min(MODEL.nearest(q[None], BOARD).clearance for q in joints)
    assert together.clearance == pytest.approx(alone, abs=1e-3)


def test_segment_distance_equals_a_fine_grid() -> None:
    rng = np.random.default_rng(4)
    u = np.linspace(0.0, 1.0, 201)
    for p0, p1, q0, q1 in rng.uniform(-1.0, 1.0, (30, 4, 3)):
        one = p0 + (p1 - p0) * u[:, None]
        two = q0 + (q1 - q0) * u[:, None]
        grid = np.linalg.norm(one[:, None] - two[None], axis=-1).min()
        assert float(segment_distance(p0, p1, q0, q1)) == pytest.approx(grid, abs=5e-3)
