"""The product's outer shape, and the canonical view of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibration.geometry import Float


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
