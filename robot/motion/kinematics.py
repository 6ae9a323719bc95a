"""Kinematics of the UR5e in closed form: forward, Jacobian, and every branch of the inverse.

Source: Universal Robots, "DH Parameters for calculations of kinematics and dynamics".
The base frame is the controller's own, so joint angles are those that the controller shows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from calibration.cell import CellCalibration
from calibration.geometry import Pose
from models.ground.text import say
from robot.base import Joints, MotionError

Float = NDArray[np.float64]

D1, D4, D5, D6 = 0.1625, 0.1333, 0.0997, 0.0996
A2, A3 = -0.425, -0.3922
JOINT_LIMIT = 2.0 * math.pi
"""Mechanical range of every joint, +- [rad]."""
_SINGULAR = 1e-6


def pointing_down(x: float, y: float, z: float, yaw: float) -> Pose:
    """Pose in `cell` of a tool whose z points down and whose x is turned by `yaw` [rad]."""
    return Pose(heading(yaw), np.array([x, y, z]))


def heading(yaw: float) -> Float:
    """Rotation (3, 3) in `cell` of a tool whose z points down and whose x is turned by `yaw`."""
    c, s = math.cos(yaw), math.sin(yaw)
    return np.array([[c, s, 0.0], [s, -c, 0.0], [0.0, 0.0, -1.0]])


@dataclass(frozen=True, slots=True)
class ArmKinematics:
    """A UR5e whose base frame has the pose `base` in `cell`, with a straight tool of `tool_length`
    [m].
    """

    base: Pose
    tool_length: float

    @classmethod
    def of(cls, site: CellCalibration) -> Self:
        """The arm of this site."""
        return cls(site.robot_base.pose(), site.tool.length)

    def forward(self, joints: Joints) -> Pose:
        """Pose of the tool centre point in `cell`."""
        q1, q2, q3, q4, q5, q6 = joints.tolist()
        c1, s1, c5, s5, c6, s6 = (*_cs(q1), *_cs(q5), *_cs(q6))
        c234, s234 = _cs(q2 + q3 + q4)
        radial = A2 * math.cos(q2) + A3 * math.cos(q2 + q3) + D5 * s234
        up = D1 + A2 * math.sin(q2) + A3 * math.sin(q2 + q3) - D5 * c234
        tip = D6 + self.tool_length
        z6 = (-s5 * c234 * c1 + c5 * s1, -s5 * c234 * s1 - c5 * c1, -s5 * s234)
        x5 = (c5 * c234 * c1 + s5 * s1, c5 * c234 * s1 - s5 * c1, c5 * s234)
        y5 = (-s234 * c1, -s234 * s1, c234)
        rotation = np.array(
            [[c6 * a + s6 * b, -s6 * a + c6 * b, c] for a, b, c in zip(x5, y5, z6, strict=True)]
        )
        place = np.array(
            [
                radial * c1 + D4 * s1 + tip * z6[0],
                radial * s1 - D4 * c1 + tip * z6[1],
                up + tip * z6[2],
            ]
        )
        return self.base @ Pose(rotation, place)

    def jacobian(self, joints: Joints) -> Float:
        """Geometric Jacobian (6, 6) at the tool centre point: [linear; angular] in `cell`."""
        q1, q2, q3, q4, q5, _ = joints.tolist()
        c1, s1, c5, s5 = (*_cs(q1), *_cs(q5))
        c234, s234 = _cs(q2 + q3 + q4)
        # In the arm's vertical plane: r along x1, h upward, both from joint 2.
        r3, h3 = A2 * math.cos(q2), A2 * math.sin(q2)
        r4, h4 = r3 + A3 * math.cos(q2 + q3), h3 + A3 * math.sin(q2 + q3)
        r5, h5 = r4 + D5 * s234, h4 - D5 * c234
        tip = D6 + self.tool_length
        zr, zs, zh = -s5 * c234, c5, -s5 * s234  # z6 along x1, along z1 and upward
        r, side, h = r5 + tip * zr, D4 + tip * zs, h5 + tip * zh
        jac = np.zeros((6, 6))
        # Column 1: rotation about `up`; x1 = (c1, s1), z1 = (s1, -c1).
        jac[0, 0], jac[1, 0] = -(r * s1 - side * c1), r * c1 + side * s1
        jac[5, 0] = 1.0
        for column, (pr, ph) in enumerate(((0.0, 0.0), (r3, h3), (r4, h4)), start=1):
            along = -(h - ph)
            jac[0, column], jac[1, column], jac[2, column] = along * c1, along * s1, r - pr
            jac[3, column], jac[4, column] = s1, -c1
        # Column 5 turns about z4 = (s234 x1 - c234 up); only d6 and the tool lie beyond it.
        axis5 = (s234 * c1, s234 * s1, -c234)
        lever = (tip * (zr * c1 + zs * s1), tip * (zr * s1 - zs * c1), tip * zh)
        jac[:3, 4] = _cross(axis5, lever)
        jac[3:, 4] = axis5
        jac[3:, 5] = (zr * c1 + zs * s1, zr * s1 - zs * c1, zh)
        # Both halves are vectors of the base frame so far.
        return np.asarray((self.base.rotation @ jac.reshape(2, 3, 6)).reshape(6, 6))

    def joint_velocity(self, joints: Joints, twist: Float) -> Joints:
        """Joint velocity [rad/s] for a tool twist (6,). Raises MotionError if singular."""
        try:
            return np.asarray(np.linalg.solve(self.jacobian(joints), twist), dtype=np.float64)
        except np.linalg.LinAlgError as error:
            raise MotionError(say("motion.singular", joints=np.round(joints, 3))) from error

    def inverse(self, pose: Pose, seed: Joints) -> Joints:
        """Joints for a tool pose on the branch near `seed`. Raises MotionError out of reach."""
        wanted = seed.tolist()
        best: list[float] | None = None
        nearest = math.inf
        for branch in self.branches(pose):
            turned = [_near(angle, to) for angle, to in zip(branch, wanted, strict=True)]
            distance = sum(abs(angle - to) for angle, to in zip(turned, wanted, strict=True))
            if distance < nearest:
                best, nearest = turned, distance
        if best is None:
            x, y, z = pose.translation
            raise MotionError(say("motion.out_of_reach", x=x, y=y, z=z))
        return np.array(best)

    def branches(self, pose: Pose) -> Iterator[tuple[float, float, float, float, float, float]]:
        """Every solution (up to 8) for a tool pose in `cell`; angles may lie outside (-pi, pi]."""
        in_base = self.base.inverse() @ pose
        (x6x, y6x, z6x), (x6y, y6y, z6y), (x6z, y6z, _) = in_base.rotation.tolist()
        tip = D6 + self.tool_length
        px, py, pz = (in_base.translation - tip * in_base.rotation[:, 2]).tolist()
        reach = math.hypot(px, py)
        if reach < D4:
            return
        for q1 in _two(math.atan2(py, px), math.asin(D4 / reach)):
            c1, s1 = _cs(q1)
            c5 = z6x * s1 - z6y * c1
            if abs(c5) > 1.0 - _SINGULAR:
                continue
            for q5 in (math.acos(c5), -math.acos(c5)):
                s5 = math.sin(q5)
                q6 = math.atan2(-(y6x * s1 - y6y * c1) / s5, (x6x * s1 - x6y * c1) / s5)
                c6, s6 = _cs(q6)
                z4r = -(s6 * (x6x * c1 + x6y * s1) + c6 * (y6x * c1 + y6y * s1))
                z4h = -(s6 * x6z + c6 * y6z)
                q234 = math.atan2(z4r, -z4h)
                r = px * c1 + py * s1 - D5 * z4r
                h = pz - D1 - D5 * z4h
                c3 = (r * r + h * h - A2 * A2 - A3 * A3) / (2.0 * A2 * A3)
                if abs(c3) > 1.0:
                    continue
                for q3 in (math.acos(c3), -math.acos(c3)):
                    q2 = math.atan2(h, r) - math.atan2(A3 * math.sin(q3), A2 + A3 * math.cos(q3))
                    yield q1, q2, q3, q234 - q2 - q3, q5, q6


def _cs(angle: float) -> tuple[float, float]:
    return math.cos(angle), math.sin(angle)


def _cross(
    a: tuple[float, float, float], b: tuple[float, float, float]
) -> tuple[float, float, float]:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _two(heading: float, offset: float) -> tuple[float, float]:
    """Both shoulder angles with px * sin(q1) - py * cos(q1) = D4."""
    return heading + offset, heading + math.pi - offset


def _near(angle: float, seed: float) -> float:
    """The same angle within half a turn of the seed, and inside the joint's mechanical range."""
    turned = seed + math.remainder(angle - seed, 2.0 * math.pi)
    if turned > JOINT_LIMIT:
        return turned - 2.0 * math.pi
    return turned + 2.0 * math.pi if turned < -JOINT_LIMIT else turned
