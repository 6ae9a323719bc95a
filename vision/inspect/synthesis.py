"""A camera picture made from a canonical view: the way of rectification, backwards."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from calibration.camera import CameraModel
from calibration.geometry import Float, Pose2D
from vision.inspect.part import PartGeometry
from vision.types import Image

NODE_PX: Final = 20
BELT, DARK, BRIGHT, RIM = 35.0, 60.0, 190.0, 215.0  # greys
NOISE: Final = 1.5


def camera_picture(
    view: Image, camera: CameraModel, part: PartGeometry, pose: Pose2D, seed: int
) -> Image:
    """What the camera would see of a part with this artwork (height, width) at `pose` in `cell`.

    Even light, a sharp lens and little noise: for measuring times, not for judging a detector.
    Its places are exact to some hundredths of a pixel.
    """
    columns, rows = camera.width // NODE_PX + 2, camera.height // NODE_PX + 2
    across, down = np.meshgrid(np.arange(columns), np.arange(rows))
    places = np.stack([across.ravel(), down.ravel()], axis=1).astype(np.float64)
    nodes = (places - 0.5) * NODE_PX - 0.5
    belt = camera.image_to_belt(nodes, part.thickness_m)
    inside = np.linalg.inv(pose.matrix()) @ np.vstack([belt.T, np.ones(len(belt))])
    x, y = (_fill(inside[axis].reshape(rows, columns), camera) for axis in (0, 1))
    height, width = view.shape
    to_view = np.linalg.inv(part.view_to_part((width, height)))
    u = (x * to_view[0, 0] + to_view[0, 2]).astype(np.float32)
    v = (y * to_view[1, 1] + to_view[1, 2]).astype(np.float32)
    # Beyond its edge the artwork is rim, as far as the part reaches.
    greys = DARK + (BRIGHT - DARK) / 255.0 * view.astype(np.float32)
    picture = cv2.remap(
        greys, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(RIM,)
    )
    if part.round:
        picture[np.hypot(x, y) > part.size_m[0] / 2.0 - part.inset_m] = RIM
    picture[~part.holds(x, y)] = BELT
    soft = np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.7))
    noise = np.random.default_rng(seed).standard_normal(soft.shape, np.float32) * NOISE
    return np.clip(soft + noise, 0, 255).astype(np.uint8)


def _fill(nodes: Float, camera: CameraModel) -> Float:
    """Values at all pixels (height, width) from those at the nodes."""
    rows, columns = nodes.shape
    wide = cv2.resize(nodes, (columns * NODE_PX, rows * NODE_PX), interpolation=cv2.INTER_LINEAR)
    inner = slice(NODE_PX, NODE_PX + camera.height), slice(NODE_PX, NODE_PX + camera.width)
    return np.asarray(wide[inner], np.float64)
