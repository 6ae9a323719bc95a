"""The closed form against itself, against finite differences, and against published DH matrices."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.devices import PoseEntry
from calibration.geometry import Pose
from robot.base import MotionError
from robot.motion.kinematics import ArmKinematics, pointing_down
from tests.site import SITE
from tests.words import raises

BASES = {  # as built, turned on its foot, leaning, and hanging over the belt
    "upright": (0.0, 0.0, 0.0),
    "turned": (0.0, 0.0, 0.6),
    "leaning": (0.2, -0.15, 1.1),
    "hanging": (math.pi, 0.0, 0.0),
}
ARM = ArmKinematics.of(SITE)


def arm_on(turned: tuple[float, float, float]) -> ArmKinematics:
    base = PoseEntry(position=(0.05, -0.5, 0.02), rotation_vector=turned)
    return ArmKinematics(base.pose(), 0.12)


ARMS = [pytest.param(arm_on(turned), id=name) for name, turned in BASES.items()]
JOINTS = st.lists(st.floats(-3.0, 3.0), min_size=6, max_size=6).map(np.array)
DH = [  # theta offset 0; (d, a, alpha) as the maker publishes them
    (0.1625, 0.0, math.pi / 2),
    (0.0, -0.425, 0.0),
    (0.0, -0.3922, 0.0),
    (0.1333, 0.0, math.pi / 2),
    (0.0997, 0.0, -math.pi / 2),
    (0.0996, 0.0, 0.0),
]


def dh_chain(arm: ArmKinematics, joints: np.ndarray) -> Pose:
    pose = arm.base
    for q, (d, a, alpha) in zip(joints, DH, strict=True):
        c, s, ca, sa = math.cos(q), math.sin(q), math.cos(alpha), math.sin(alpha)
        rotation = np.array([[c, -s * ca, s * sa], [s, c * ca, -c * sa], [0.0, sa, ca]])
        pose = pose @ Pose(rotation, np.array([a * c, a * s, d]))
    return pose @ Pose(np.eye(3), np.array([0.0, 0.0, arm.tool_length]))


@pytest.mark.parametrize("arm", ARMS)
@given(joints=JOINTS)
def test_forward_equals_the_dh_chain(arm: ArmKinematics, joints: np.ndarray) -> None:
    ours, theirs = arm.forward(joints), dh_chain(arm, joints)
    assert np.allclose(ours.rotation, theirs.rotation, atol=1e-12)
    assert np.allclose(ours.translation, theirs.translation, atol=1e-12)


@pytest.mark.parametrize("arm", ARMS)
@given(joints=JOINTS)
def test_jacobian_equals_finite_differences(arm: ArmKinematics, joints: np.ndarray) -> None:
    jacobian, step = arm.jacobian(joints), 1e-6
    for i in range(6):
        ahead, behind = joints.copy(), joints.copy()
        ahead[i] += step
        behind[i] -= step
        a, b = arm.forward(ahead), arm.forward(behind)
        spin = (a.rotation - b.rotation) @ arm.forward(joints).rotation.T / (2 * step)
        assert np.allclose(jacobian[:3, i], (a.translation - b.translation) / (2 * step), atol=1e-7)
        assert np.allclose(jacobian[3:, i], [spin[2, 1], spin[0, 2], spin[1, 0]], atol=1e-7)


@pytest.mark.parametrize("arm", ARMS)
@settings(max_examples=100)
@given(joints=JOINTS)
def test_inverse_returns_to_the_seed(arm: ArmKinematics, joints: np.ndarray) -> None:
    if abs(math.sin(joints[4])) < 1e-2 or abs(math.sin(joints[2])) < 1e-2:
        return  # singular: branches meet
    pose = arm.forward(joints)
    assert np.allclose(arm.inverse(pose, joints), joints, atol=1e-5)


@pytest.mark.parametrize(
    ("x", "y", "z"),
    [(-0.42, 0.01, 0.0016), (0.45, -0.01, 0.0016), (-0.4, -0.32, 0.1), (0.62, -0.32, 0.1)],
)
def test_every_branch_reaches_the_working_points(x: float, y: float, z: float) -> None:
    pose = pointing_down(x, y, z, 0.2)
    solutions = list(ARM.branches(pose))
    assert len(solutions) == 8
    for solution in solutions:
        assert np.allclose(ARM.forward(np.array(solution)).translation, [x, y, z], atol=1e-9)


def test_out_of_reach_is_said() -> None:
    with raises(MotionError, "out of the arm's reach"):
        ARM.inverse(pointing_down(1.4, 0.0, 0.0, 0.0), np.zeros(6))
