"""The part that the arm takes: its measures, and how it hangs on the cup."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.ground.text import say
from robot.base import MotionError

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Workpiece:
    """Outer measures as it lies on the belt [m], mass [kg], and where the cup takes it, from its
    centre along its own x and y [m].
    """

    length_m: float
    width_m: float
    thickness_m: float
    mass_kg: float = 0.0
    grip_m: tuple[float, float] = (0.0, 0.0)

    def grip_point(self, x: float, y: float, yaw: float) -> tuple[float, float]:
        """Where the cup takes a part whose centre lies at x, y [m], turned by `yaw` [rad]."""
        along, across = self.grip_m
        cos, sin = math.cos(yaw), math.sin(yaw)
        return x + cos * along - sin * across, y + sin * along + cos * across

    def require_gripable(self, cup_radius_m: float, most_kg: float) -> None:
        """Raises MotionError unless the whole lip finds a place on it, and it is light enough."""
        sides = (self.length_m, self.width_m)
        for side, off, name in zip(sides, self.grip_m, ("length", "width"), strict=True):
            room = side / 2.0 - abs(off) - cup_radius_m
            if room < 0.0:
                cup = {"cup_mm": 2e3 * cup_radius_m, "over_mm": -1e3 * room}
                part = {"side_mm": 1e3 * side, "off_mm": 1e3 * off}
                raise MotionError(
                    say("motion.cup_over_edge", side=say(f"motion.{name}"), **cup, **part)
                )
        if self.mass_kg > most_kg:
            raise MotionError(say("motion.too_heavy", mass_kg=self.mass_kg, most_kg=most_kg))

    def held(self, part_yaw: float, tool_yaw: float) -> Held:
        """How it hangs on a cup whose tool was turned by `tool_yaw` when it took it."""
        turn = part_yaw - tool_yaw
        cos, sin = math.cos(turn), math.sin(turn)
        sides = 0.5 * np.array([self.length_m, self.width_m])
        signs = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)])
        off = signs * sides - np.array(self.grip_m)
        # The tool's z points down: its y is the other way round than the part's.
        along = cos * off[:, 0] - sin * off[:, 1]
        across = -(sin * off[:, 0] + cos * off[:, 1])
        return Held(np.stack([along, across], axis=1), self.thickness_m)


@dataclass(frozen=True, slots=True)
class Held:
    """A part on the cup: corners (4, 2) from the tool centre point along the tool's x and y, one
    after the other around it, and its thickness [m].
    """

    corners: Float
    thickness_m: float

    @property
    def reach_m(self) -> float:
        """How far it stands out from the tool centre point."""
        return float(np.linalg.norm(self.corners, axis=1).max())


def unknown_part(side_m: float, thickness_m: float) -> Held:
    """What hangs on the cup although nobody knows what it is: a square, turned anyhow."""
    return Workpiece(side_m, side_m, thickness_m).held(0.0, 0.0)
