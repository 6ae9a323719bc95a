"""Forward kinematics of a UR5e from its public DH parameters. Metres, radians, base frame.

Parameters: Universal Robots, "DH Parameters for calculations of kinematics and dynamics", UR5e.
"""

from __future__ import annotations

import math

import numpy as np

from calibration.geometry import Float, Pose

DH_A = (0.0, -0.425, -0.3922, 0.0, 0.0, 0.0)
DH_D = (0.1625, 0.0, 0.0, 0.1333, 0.0997, 0.0996)
DH_ALPHA = (math.pi / 2, 0.0, 0.0, math.pi / 2, -math.pi / 2, 0.0)

JOINT_SPEED_LIMIT = math.pi
"""Highest speed of every joint [rad/s]."""
TORQUE_LIMITS = (150.0, 150.0, 150.0, 28.0, 28.0, 28.0)
"""Highest torque of each joint [Nm]."""


def link_transform(index: int, angle: float) -> Pose:
    """Pose of DH frame `index` + 1 in DH frame `index` at a joint angle [rad]."""
    c, s = math.cos(angle), math.sin(angle)
    ca, sa = math.cos(DH_ALPHA[index]), math.sin(DH_ALPHA[index])
    rotation = np.array([[c, -s * ca, s * sa], [s, c * ca, -c * sa], [0.0, sa, ca]])
    return Pose(rotation, np.array([DH_A[index] * c, DH_A[index] * s, DH_D[index]]))


def flange_pose(joints: Float) -> Pose:
    """Pose of the flange in the base frame for joint angles of shape (6,) [rad]."""
    pose = Pose.identity()
    for index in range(6):
        pose = pose @ link_transform(index, float(joints[index]))
    return pose


def tcp_pose(joints: Float, tool_length: float) -> Pose:
    """Pose of a tool centre point `tool_length` metres out along the flange's z."""
    return flange_pose(joints) @ Pose(np.eye(3), np.array([0.0, 0.0, tool_length]))


def rotation_vector(rotation: Float) -> Float:
    """Axis times angle [rad] of a rotation matrix, as UR reports orientations."""
    skew = 0.5 * np.array(
        [
            rotation[2, 1] - rotation[1, 2],
            rotation[0, 2] - rotation[2, 0],
            rotation[1, 0] - rotation[0, 1],
        ]
    )
    sine = float(np.linalg.norm(skew))
    cosine = 0.5 * (float(np.trace(rotation)) - 1.0)
    if sine > 1e-6:
        return np.asarray(skew * (math.atan2(sine, cosine) / sine))
    if cosine > 0.0:
        return skew
    # Half a turn: the axis is the column of (R + I) that is not near zero.
    column = np.argmax(np.diag(rotation))
    axis = (rotation + np.eye(3))[:, column]
    return np.asarray(axis / np.linalg.norm(axis) * math.pi)
