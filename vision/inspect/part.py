"""The product's outer shape, and the canonical view of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.camera import CameraModel
from calibration.geometry import Float
from models.ground.text import say
from vision.errors import InspectionError
from vision.types import Image

MOST_YAW: Final = 0.2618  # 15 degrees
MOST_Y_M: Final = 0.01
"""How parts may lie on the belt."""
MARGIN_PX: Final = 8


@dataclass(frozen=True, slots=True)
class PartGeometry:
    """A flat rectangle or disc: outer size along its x and y (both a disc's diameter), thickness,
    rim round the artwork [m]. A disc's artwork is the circle that its view just holds.
    """

    size_m: tuple[float, float] = (0.108, 0.108)
    thickness_m: float = 0.0016
    inset_m: float = 0.004
    round: bool = False

    @property
    def area_m2(self) -> float:
        """Of the upper face."""
        return self.size_m[0] * self.size_m[1] * (math.pi / 4.0 if self.round else 1.0)

    def holds(self, x: Float, y: Float) -> NDArray[np.bool_]:
        """Which points of its own frame [m] lie on it."""
        along, across = (size / 2.0 for size in self.size_m)
        if self.round:
            return np.asarray(np.hypot(x, y) <= along)
        return np.asarray((np.abs(x) <= along) & (np.abs(y) <= across))

    def corners(self) -> Float:
        """Outer corners (4, 2) [m] in the part's frame, counter-clockwise from (-x, -y)."""
        half = np.array(self.size_m) / 2.0
        return np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half

    def require_in_view(self, camera: CameraModel, station_x: float) -> None:
        """Raises InspectionError unless the camera sees all of a part whose centre lies on the
        belt at `station_x` [m], turned and off the middle as parts may come.
        """
        for yaw in (0.0,) if self.round else (-MOST_YAW, 0.0, MOST_YAW):
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

    def artwork(self, canonical: tuple[int, int]) -> Image | None:
        """255 where the canonical view (width, height) shows artwork; None: everywhere."""
        if not self.round:
            return None
        width, height = canonical
        mask = np.zeros((height, width), np.uint8)
        box = ((width - 1) / 2.0, (height - 1) / 2.0), (float(width), float(height)), 0.0
        cv2.ellipse(mask, box, 255, -1)
        return mask

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


def masked(view: Image, artwork: Image | None) -> Image:
    """The view with the mean grey of its artwork beside it; the same picture where all of it is.

    Black would teach a network that dark spots at bright edges are usual.
    """
    if artwork is None:
        return view
    alone = np.full_like(view, round(cv2.mean(view, artwork)[0]))
    return np.asarray(cv2.copyTo(view, artwork, alone), np.uint8)
