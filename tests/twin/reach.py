"""Inverse kinematics for tests."""

from __future__ import annotations

import numpy as np

from calibration.geometry import Float
from tests.site import SITE
from twin.physics import START_POSE
from twin.ur.kinematics import rotation_vector, tcp_pose

DOWN = np.diag([1.0, -1.0, -1.0])


def joints_for(x: float, y: float, z: float) -> Float:
    """Joints with the tool down and the TCP at a point of frame `cell`, by damped least squares."""
    target = np.array([x, y, z]) - SITE.robot_base.position

    def off(q: Float) -> Float:
        pose = tcp_pose(q, SITE.tool.length)
        turn = rotation_vector(pose.rotation @ DOWN.T)
        return np.concatenate([pose.translation - target, turn])

    q = np.array(START_POSE)
    for _ in range(200):
        error = off(q)
        if np.max(np.abs(error)) < 1e-9:
            break
        columns = [(off(q + 1e-6 * unit) - error) / 1e-6 for unit in np.eye(6)]
        jacobian = np.array(columns).T
        step = jacobian.T @ np.linalg.solve(jacobian @ jacobian.T + 1e-6 * np.eye(6), error)
        q = q - np.clip(step, -0.2, 0.2)
    assert np.max(np.abs(off(q))) < 1e-6
    return q
