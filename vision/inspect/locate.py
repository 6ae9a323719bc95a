"""Finding the part in a camera picture: a bright-rimmed rectangle or disc on a dark belt."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from cv2.typing import MatLike

from calibration.camera import CameraModel
from calibration.geometry import Float, Pose2D
from models.ground.text import say
from vision.errors import InspectionError
from vision.inspect.disc import RimFit, coarse_rim, fit_rim
from vision.inspect.edges import EdgeFit, fit_edges
from vision.inspect.numbers import halve
from vision.inspect.part import PartGeometry
from vision.types import Image

COARSE: Final = 4
"""The part is found in a picture this much smaller, then measured in the full one."""
LEAST_CONTRAST: Final = 50.0  # grey levels between belt and rim; empty belts show about 20
BLOB_SHARE: Final = 0.15  # of the part's area: what is smaller is dirt or a streak
AREA_TOLERANCE: Final = 0.15
COARSE_TOLERANCE: Final = 0.03
SIZE_TOLERANCE: Final = 0.015


@dataclass(frozen=True, slots=True)
class LocatedPart:
    """Where the part lies. `part_to_belt` maps (x, y, 1) [m] of the part to its plane in `cell`.

    `pose` is the part's centre in frame `cell`; `noise_m` the rms of the edge points about the fit.
    """

    pose: Pose2D
    part_to_belt: Float
    noise_m: float


class PartLocator:
    """Finds one part of known size in pictures of a calibrated camera."""

    def __init__(self, camera: CameraModel, part: PartGeometry) -> None:
        self._camera = camera
        self._part = part
        middle = camera.image_to_belt(np.array([camera.centre]), part.thickness_m)[0]
        scale = camera.scale_at((float(middle[0]), float(middle[1])), part.thickness_m) / COARSE
        self._pixel_m = 1.0 / scale
        self._area = part.area_m2 * scale * scale

    def locate(self, image: Image, half: Image | None = None) -> LocatedPart:
        """The one whole part in the picture (height, width). Raises InspectionError.

        half: the picture at half of its size, where the caller has it already. Parts that the
        picture's edge cuts are neighbours and do no harm beside a whole one.
        """
        small = halve(halve(image) if half is None else half)
        outline = self._camera.image_to_belt(self._outline(small), self._part.thickness_m)
        if self._part.round:
            return self._disc(image, outline)
        start = self._coarse_pose(outline)
        fit = fit_edges(image, self._camera, self._part, start)
        self._check_size(fit.size_m, SIZE_TOLERANCE)
        return self._located(fit, start)

    def _outline(self, small: Image) -> Float:
        """Convex outline (N, 2) of the part in full-size pixels."""
        height, width = small.shape
        counts = cv2.calcHist([small], [0], None, [256], [0, 256]).ravel().cumsum()
        dark, bright = np.searchsorted(counts, counts[-1] * np.array([0.2, 0.98]))
        if bright - dark < LEAST_CONTRAST:
            raise InspectionError(say("vision.no_part.dark", dark=dark, bright=bright))
        level = dark + 0.35 * (bright - dark)
        _, mask = cv2.threshold(small, level, 255, cv2.THRESH_BINARY)
        contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        blobs = [c for c in contours if cv2.contourArea(c) > BLOB_SHARE * self._area]
        whole = [c for c in blobs if not _cut(c, width, height)]
        self._check_count(len(whole), len(blobs))
        share = cv2.contourArea(whole[0]) / self._area
        if abs(share - 1.0) > AREA_TOLERANCE:
            raise InspectionError(say("vision.touching", share=share))
        return (cv2.convexHull(whole[0]).reshape(-1, 2).astype(np.float64) + 0.5) * COARSE - 0.5

    @staticmethod
    def _check_count(whole: int, blobs: int) -> None:
        if whole > 1:
            raise InspectionError(say("vision.several", whole=whole))
        if whole == 0 and blobs:
            raise InspectionError(say("vision.cut_off"))
        if whole == 0:
            raise InspectionError(say("vision.no_part.small"))

    def _disc(self, image: Image, outline: Float) -> LocatedPart:
        """A disc has no yaw of its own: it lies as the belt runs."""
        coarse = coarse_rim(outline, self._pixel_m)
        self._check_diameter(coarse, COARSE_TOLERANCE + self._pixel_m / self._part.size_m[0])
        fit = fit_rim(image, self._camera, self._part, Pose2D(*coarse.centre, 0.0))
        self._check_diameter(fit, SIZE_TOLERANCE)
        pose = Pose2D(*fit.centre, 0.0)
        return LocatedPart(pose, pose.matrix(), fit.noise_m)

    def _check_diameter(self, fit: RimFit, tolerance: float) -> None:
        measured, wanted = fit.diameter_m, self._part.size_m[0]
        if abs(measured / wanted - 1.0) > tolerance:
            raise InspectionError(
                say("vision.wrong_diameter", measured=1e3 * measured, wanted=1e3 * wanted)
            )

    def _coarse_pose(self, points: Float) -> Pose2D:
        millimetres = (points - points[0]).astype(np.float32) * 1e3
        (x, y), (width, height), angle = cv2.minAreaRect(millimetres)
        # Parts come upright within 45 degrees; OpenCV may call any side the width.
        turns = round(angle / 90.0)
        yaw = math.radians(angle - 90.0 * turns)
        sides = (height, width) if turns % 2 else (width, height)
        self._check_size(np.array(sides) / 1e3, COARSE_TOLERANCE)
        return Pose2D(float(points[0, 0] + x / 1e3), float(points[0, 1] + y / 1e3), yaw)

    def _check_size(self, measured: Float, tolerance: float) -> None:
        wanted = np.array(self._part.size_m)
        if (np.abs(measured / wanted - 1.0) > tolerance).any():
            (x, y), (a, b) = measured * 1e3, wanted * 1e3
            raise InspectionError(say("vision.wrong_size", x=x, y=y, a=a, b=b))

    def _located(self, fit: EdgeFit, start: Pose2D) -> LocatedPart:
        """Pose by the best rigid fit of the corners (Umeyama 1991), plane by all four of them."""
        nominal = self._part.corners()
        middle = fit.corners.mean(axis=0)
        turn = nominal.T @ (fit.corners - middle)
        slack = math.atan2(turn[0, 1] - turn[1, 0], turn[0, 0] + turn[1, 1])
        centre = start.matrix() @ np.array([middle[0], middle[1], 1.0])
        bend = cv2.getPerspectiveTransform(
            nominal.astype(np.float32), fit.corners.astype(np.float32)
        )
        pose = Pose2D(float(centre[0]), float(centre[1]), start.yaw + slack)
        return LocatedPart(pose, start.matrix() @ bend, fit.noise_m)


def _cut(contour: MatLike, width: int, height: int) -> bool:
    """True for a contour that reaches the picture's edge."""
    x, y, w, h = cv2.boundingRect(contour)
    return bool(x <= 1 or y <= 1 or x + w >= width - 1 or y + h >= height - 1)
