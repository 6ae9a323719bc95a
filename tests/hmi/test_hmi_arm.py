"""The arm as drawn is the arm as computed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from calibration.geometry import Pose
from cell.hmi.components.arm_model import UR5E
from robot.motion.kinematics import ArmKinematics


def turned(angle: float, axis: int) -> np.ndarray:
    c, s = math.cos(angle), math.sin(angle)
    pose = np.eye(4)
    rows = [i for i in range(3) if i != axis]
    pose[np.ix_(rows, rows)] = [[c, -s], [s, c]] if axis != 1 else [[c, s], [-s, c]]
    return pose


def moved(x: float, z: float) -> np.ndarray:
    pose = np.eye(4)
    pose[0, 3], pose[2, 3] = x, z
    return pose


@pytest.mark.parametrize("seed", range(5))
def test_drawn_chain_ends_at_the_tool(seed: int) -> None:
    joints = np.random.default_rng(seed).uniform(-3, 3, 6)
    tip = np.eye(4)
    for link, angle in zip(UR5E, joints, strict=True):
        tip = tip @ turned(angle, 2) @ moved(link.a, link.d) @ turned(link.alpha, 0)
    tip = tip @ moved(0, 0.12)
    expected = ArmKinematics(Pose.identity(), 0.12).forward(joints)
    np.testing.assert_allclose(tip[:3, 3], expected.translation, atol=1e-9)
    np.testing.assert_allclose(tip[:3, :3], expected.rotation, atol=1e-9)
