"""Rigid transforms in the plane and in space. Metres, radians, right-handed frames (REP-103)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]


def wrap_angle(angle: float) -> float:
    """The same angle in (-pi, pi]."""
    return math.pi - (math.pi - angle) % (2.0 * math.pi)


@dataclass(frozen=True, slots=True)
class Pose2D:
    """Position [m] and heading [rad] of a flat thing on the belt, in a named frame."""

    x: float
    y: float
    yaw: float

    def advanced(self, distance: float) -> Self:
        """The pose after the belt has travelled `distance` metres along +x."""
        return type(self)(self.x + distance, self.y, self.yaw)

    def matrix(self) -> Float:
        """Homogeneous 3x3 matrix that maps points of the thing into the frame."""
        c, s = math.cos(self.yaw), math.sin(self.yaw)
        return np.array([[c, -s, self.x], [s, c, self.y], [0.0, 0.0, 1.0]])


@dataclass(frozen=True, slots=True)
class Pose:
    """Pose of a frame in space: `rotation` 3x3 and `translation` (3,) [m] map child to parent
    points.
    """

    rotation: Float
    translation: Float

    @classmethod
    def identity(cls) -> Self:
        """The pose that changes nothing."""
        return cls(np.eye(3), np.zeros(3))

    def __matmul__(self, other: Pose) -> Pose:
        return Pose(
            self.rotation @ other.rotation,
            self.rotation @ other.translation + self.translation,
        )

    def inverse(self) -> Pose:
        """The pose of the parent in the child."""
        return Pose(self.rotation.T, -self.rotation.T @ self.translation)

    def apply(self, points: Float) -> Float:
        """Points of shape (..., 3) [m] of the child, expressed in the parent."""
        return points @ self.rotation.T + self.translation
