"""The canonical view of a located part, interpolated once from the camera picture."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.camera import CameraModel
from calibration.geometry import Float
from vision.inspect.locate import LocatedPart
from vision.inspect.part import PartGeometry, masked
from vision.types import Image

NODE_PX: Final = 16
"""The map is exact at nodes this far apart; between them it is linear, wrong by under 0.01 px."""
STRIP_NODES: Final = 8


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
        self._artwork = part.artwork(canonical)
        self._half_artwork = part.artwork((width // 2, height // 2))
        self._full, self._half = _Map(rows, columns, NODE_PX), _Map(rows, columns, NODE_PX // 2)
        lens = np.linalg.inv(camera.matrix())
        self._plane_to_rays: Float = lens @ camera.plane_homography(part.thickness_m)

    def rectify(self, image: Image, located: LocatedPart, correction: Float | None = None) -> Image:
        """The view (height, width), a fresh array.

        correction: 3x3, from pixels of the wanted view to those of the uncorrected one.
        """
        table = self._table(located, correction)
        return masked(self._full.draw(image, table), self._artwork)

    def rectify_half(self, half: Image, located: LocatedPart) -> Image:
        """The view at half its size, from the camera picture at half its size."""
        view = self._half.draw(half, (self._table(located, None) - 0.5) / 2.0)
        return masked(view, self._half_artwork)

    def _table(self, located: LocatedPart, correction: Float | None) -> Float:
        """Where in the camera picture the nodes lie, (rows, columns, 2) [px]."""
        chain = self._plane_to_rays @ located.part_to_belt @ self._view_to_part
        if correction is not None:
            chain = chain @ correction
        rays = chain @ self._nodes
        return self._camera.distort_rays((rays[:2] / rays[2]).T).reshape(*self._shape, 2)


class _Map:
    """Enlarges a table of nodes, `step` view pixels apart, to a map, and draws with it.

    It works in strips, because a whole map is more than the processor's cache holds.
    """

    def __init__(self, rows: int, columns: int, step: int) -> None:
        self._shape = ((rows - 2) * step, (columns - 2) * step)
        self._step = step
        wide = ((STRIP_NODES + 2) * step, columns * step)
        self._x, self._y = np.empty(wide, np.float32), np.empty(wide, np.float32)

    def draw(self, image: Image, table: Float) -> Image:
        """The view, a fresh array."""
        view = np.empty(self._shape, np.uint8)
        x, y = (np.ascontiguousarray(table[..., axis], np.float32) for axis in (0, 1))
        for first in range(0, len(table) - 2, STRIP_NODES):
            nodes = slice(first, min(first + STRIP_NODES, len(table) - 2) + 2)
            top, bottom = first * self._step, (nodes.stop - 2) * self._step
            strip = self._wide(x[nodes], self._x), self._wide(y[nodes], self._y)
            cv2.remap(image, *strip, cv2.INTER_LINEAR, dst=view[top:bottom])
        return view

    def _wide(self, nodes: NDArray[np.float32], out: NDArray[np.float32]) -> NDArray[np.float32]:
        """Values at the pixels between the nodes, without the outermost ones' surroundings."""
        rows, columns, step = len(nodes) * self._step, out.shape[1], self._step
        cv2.resize(nodes, (columns, rows), dst=out[:rows], interpolation=cv2.INTER_LINEAR)
        return out[step : rows - step, step:-step]
