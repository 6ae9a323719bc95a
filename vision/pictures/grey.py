"""From pixels as stored to the grey that is inspected."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float32]


def to_grey8(image: Pixels) -> NDArray[np.uint8]:
    """Mono8 version of any pixels [h, w] or [h, w, channels] (BGR), for looking at them.

    Deeper ones are scaled to their own range: never inspect those.
    """
    if image.ndim == 3:
        image = image[:, :, :3]
        flat = image[:, :, 0] if image.shape[2] == 1 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    else:
        flat = image
    if flat.dtype != np.uint8:
        flat = cv2.normalize(flat, None, 0, 255, cv2.NORM_MINMAX)  # type: ignore[call-overload]
    return np.asarray(flat, np.uint8)
