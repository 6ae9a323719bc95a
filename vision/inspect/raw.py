"""What lies behind an inspection, for whoever measures inspectors."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Heat:
    """Distances (h, w) on a coarse grid over the view (height, width) px."""

    grid: Floats
    threshold: float
    view: tuple[int, int]

    @property
    def score(self) -> float:
        """Of the hottest place, 0..1; 0.5 at the threshold."""
        return score_at(float(self.grid.max()), self.threshold)

    def over_view(self) -> Floats:
        """The distances at each pixel of the view."""
        height, width = self.view
        return np.asarray(cv2.resize(self.grid, (width, height)), np.float32)


def score_at(distance: float, threshold: float) -> float:
    """0 for what is known, 0.5 at the threshold, towards 1 beyond."""
    return distance / (distance + threshold)


@dataclass(slots=True)
class Raw:
    """Filled in by the inspector that it is given to; a new one for each picture.

    output: the detector's, so that it can be read down to any score. heat: the taught model's.
    """

    output: Floats | None = None
    heat: Heat | None = None
