"""The product's outer shape, and the canonical view of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from calibration.camera import CameraModel
from calibration.geometry import Float
from models.ground.text import say
from vision.errors import InspectionError

MOST_YAW: Final = 0.2618  # 15 degrees
MOST_Y_M: Final = 0.01
"""How parts may lie on the belt."""
MARGIN_PX: Final = 8


@dataclass(frozen=True, slots=True)
class PartGeometry:
    """A flat rectangle: outer size along its x and y, thickness, rim round the artwork [m]."""

    size_m: tuple[float, float] = (0.108, 0.108)
    thickness_m: float = 0.0016
    inset_m: float = 0.004

    def corners(self) -> Float:
        """Outer corners (4, 2) [m] in the part's frame, counter-clockwise from (-x, -y)."""
        half = np.array(self.size_m) / 2.0
        return np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half

    def require_in_view(self, camera: CameraModel, station_x: float) -> None:
        """Raises InspectionError unless the camera sees all of a part whose centre lies on the
        belt at `station_x` [m], turned and off the middle as parts may come.
        """
        for yaw in (-MOST_YAW, 0.0, MOST_YAW):
            for y in (-MOST_Y_M, MOST_Y_M):
                turn = np.array([[np.cos(yaw), -np.sin(yaw)], [np.sin(yaw), np.cos(yaw)]])
                flat = self.corners() @ turn.T + np.array([station_x, y])
                at = camera.project(np.c_[flat, np.full(4, self.thickness_m)])
                if (at < MARGIN_PX).any() or (
                    at > np.array([camera.width, camera.height]) - MARGIN_PX
                ).any():
                    raise InspectionError(
                        say("vision.out_of_sight",
                            length=1e3 * self.size_m[0], width=1e3 * self.size_m[1],
                            yaw=np.degrees(MOST_YAW), off=1e3 * MOST_Y_M)
                    )  # fmt: skip

    def view_to_part(self, canonical: tuple[int, int]) -> Float:
        """3x3 matrix from pixels of the canonical view (width, height) to the part's frame [m].

        Pixel (0, 0) is the middle of the top-left pixel; the view's y runs along the part's -y.
        """
        width, height = canonical
        art_x, art_y = (size - 2.0 * self.inset_m for size in self.size_m)
        step_x, step_y = art_x / width, art_y / height
        return np.array(
            [
                [step_x, 0.0, (0.5 - width / 2.0) * step_x],
                [0.0, -step_y, (height / 2.0 - 0.5) * step_y],
                [0.0, 0.0, 1.0],
            ]
        )
