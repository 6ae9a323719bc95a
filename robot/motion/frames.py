"""Every frame of a site as one tree, from the same numbers that motions are planned by. Pure.

Names: REP-103 and REP-105, the Industrial names `base`, `flange`, `tool0` (REP-199), and those of
Universal Robots' own description for the arm's links.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from calibration.cell import CellCalibration
from calibration.geometry import Float, Pose
from robot.motion.kinematics import A2, A3, D1, D4, D5, D6

ROOT = "cell"
BELT = "belt"
"""Start of the belt, on its surface, x along travel."""
OPTICAL = "camera_optical_frame"
"""x right, y down, z along the view."""
LINKS = (
    "shoulder_link", "upper_arm_link", "forearm_link",
    "wrist_1_link", "wrist_2_link", "wrist_3_link",
)  # fmt: skip
JOINTS = (
    "shoulder_pan_joint", "shoulder_lift_joint", "elbow_joint",
    "wrist_1_joint", "wrist_2_joint", "wrist_3_joint",
)  # fmt: skip
"""The arm's joints, base to tip, as its maker's description names them."""
_BODY = np.array([[0.0, -1.0, 0.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0]])
"""Axes of a body (x forward, y left, z up) in its optical frame: its columns."""


@dataclass(frozen=True, slots=True)
class Joint:
    """A frame in its parent: `pose` at angle zero; `turns`: about its own z, by a joint angle."""

    name: str
    parent: str
    child: str
    pose: Pose
    turns: bool = False

    def at(self, angle: float = 0.0) -> Pose:
        """The child's pose in its parent at a joint angle [rad]; a fixed one takes none."""
        return self.pose @ _pose(about_z=angle) if self.turns else self.pose


def tree(site: CellCalibration) -> tuple[Joint, ...]:
    """Every frame below `cell`, parents before their children."""
    optical = site.camera.pose.pose()
    base = site.robot_base.pose()
    half_turn = _pose(about_z=math.pi)
    body = Pose(_BODY, np.zeros(3))
    return (
        _fixed(ROOT, BELT, _pose((site.belt.x_start, 0.0, 0.0))),
        _fixed(ROOT, "camera_link", optical @ body),
        _fixed("camera_link", OPTICAL, body.inverse()),
        *(
            _fixed(ROOT, bin_frame(name), _pose((place.drop[0], place.drop[1], place.rim_z)))
            for name, place in site.bins.items()
        ),
        # The maker's `base_link` is turned by half a turn against the controller's `base`.
        _fixed(ROOT, "base_link", base @ half_turn.inverse()),
        _fixed("base_link", "base", half_turn),
        *_arm("base"),
        _fixed(LINKS[-1], "flange", Pose(np.roll(np.eye(3), -1, axis=0), np.zeros(3))),
        _fixed("flange", "tool0", Pose(np.roll(np.eye(3), 1, axis=0), np.zeros(3))),
        _fixed("tool0", "tcp", _pose((0.0, 0.0, site.tool.length))),
    )


def bin_frame(name: str) -> str:
    """The frame of a bin: middle of its opening, axes along `cell`."""
    return f"bin_{name}"


def poses(joints: Sequence[Joint], angles: Sequence[float]) -> dict[str, Pose]:
    """Pose in `cell` of every frame, by name; angles [rad] of the joints that turn, base to tip."""
    found = {ROOT: Pose.identity()}
    left = iter(angles)
    for joint in joints:
        angle = next(left) if joint.turns else 0.0
        found[joint.child] = found[joint.parent] @ joint.at(angle)
    return found


def quaternion(rotation: Float) -> tuple[float, float, float, float]:
    """x, y, z, w of a rotation (3, 3)."""
    x, y, z, w = Rotation.from_matrix(rotation).as_quat().tolist()
    return x, y, z, w


def _arm(base: str) -> tuple[Joint, ...]:
    """The DH chain of `robot.motion.kinematics`, each frame at its joint's axis."""
    quarter = math.pi / 2.0
    steps = (
        _pose((0.0, 0.0, D1)),
        _pose(about_x=quarter),
        _pose((A2, 0.0, 0.0)),
        _pose((A3, 0.0, D4)),
        _pose((0.0, -D5, 0.0), about_x=quarter),
        _pose((0.0, D6, 0.0), about_x=-quarter),
    )
    parents = (base, *LINKS[:-1])
    return tuple(
        Joint(name, parent, child, pose, turns=True)
        for name, parent, child, pose in zip(JOINTS, parents, LINKS, steps, strict=True)
    )


def _fixed(parent: str, child: str, pose: Pose) -> Joint:
    return Joint(f"{parent}-{child}", parent, child, pose)


def _pose(
    place: tuple[float, float, float] = (0.0, 0.0, 0.0), about_x: float = 0.0, about_z: float = 0.0
) -> Pose:
    turned = Rotation.from_rotvec([about_x, 0.0, 0.0]) * Rotation.from_rotvec([0.0, 0.0, about_z])
    return Pose(np.asarray(turned.as_matrix(), np.float64), np.array(place))
