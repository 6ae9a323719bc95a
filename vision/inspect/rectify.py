"""The canonical view of a located part, interpolated once from the camera picture."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.camera import CameraModel
from calibration.geometry import Float
from vision.inspect.edges import NO_MAP
from vision.inspect.locate import LocatedPart
from vision.inspect.part import PartGeometry
from vision.types import Image

NODE_PX: Final = 16
"""The map is exact at nodes this far apart; between them it is linear, wrong by under 0.01 px."""


class Rectifier:
    """Maps view pixels through part, belt plane, lens and sensor in one go.

    canonical: width and height of the view [px], multiples of 16.
    """

    def __init__(self, camera: CameraModel, part: PartGeometry, canonical: tuple[int, int]) -> None:
        self._camera = camera
        self._part = part
        self._view_to_part = part.view_to_part(canonical)
        width, height = canonical
        columns, rows = width // NODE_PX + 2, height // NODE_PX + 2
        if width % NODE_PX or height % NODE_PX:
            raise ValueError(f"the canonical size {canonical} must be a multiple of {NODE_PX} px")
        # One node outside the view on each side, so that enlarging needs no extrapolation.
        x, y = np.meshgrid(np.arange(columns), np.arange(rows))
        place = (np.stack([x.ravel(), y.ravel()]) - 0.5) * NODE_PX - 0.5
        self._nodes: Float = np.vstack([place, np.ones(place.shape[1])])
        self._shape = (rows, columns)
        full = (rows * NODE_PX, columns * NODE_PX)
        self._wide: NDArray[np.float32] = np.empty((*full, 2), np.float32)
        inner = slice(NODE_PX, NODE_PX + height), slice(NODE_PX, NODE_PX + width)
        self._map = self._wide[inner]

    def rectify(self, image: Image, located: LocatedPart, correction: Float | None = None) -> Image:
        """The view (height, width), a fresh array.

        correction: 3x3, from pixels of the wanted view to those of the uncorrected one.
        """
        chain = located.part_to_belt @ self._view_to_part
        if correction is not None:
            chain = chain @ correction
        belt = chain @ self._nodes
        pixels = self._camera.belt_to_image((belt[:2] / belt[2]).T, self._part.thickness_m)
        table = pixels.astype(np.float32).reshape(*self._shape, 2)
        rows, columns = self._wide.shape[:2]
        cv2.resize(table, (columns, rows), dst=self._wide, interpolation=cv2.INTER_LINEAR)
        view = cv2.remap(image, self._map, NO_MAP, cv2.INTER_LINEAR)
        return np.asarray(view, np.uint8)
