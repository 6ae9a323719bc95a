"""Drawing a heat map over its view, for people."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.anomaly.detector import regions
from vision.inspect.raw import Heat
from vision.types import Image


def draw_heat(view: Image, heat: Heat) -> NDArray[np.uint8]:
    """The view (height, width) in colour: the warmer, the less known; anomalies outlined.

    Half the threshold is cold, one and a half times the threshold is hottest.
    """
    warm = np.clip(heat.over_view() / heat.threshold - 0.5, 0.0, 1.0)
    colour = cv2.applyColorMap((warm * 255.0).astype(np.uint8), cv2.COLORMAP_TURBO)
    canvas = cv2.addWeighted(cv2.cvtColor(view, cv2.COLOR_GRAY2BGR), 0.6, colour, 0.4, 0.0)
    for found in regions(heat, 0.5):
        line = np.round(np.array(found.outline)).astype(np.int32)
        if len(line):
            cv2.polylines(canvas, [line], True, (255, 255, 255), 2)
    return np.asarray(canvas, np.uint8)
