"""What camera and light do to the scene: view, lens, motion, light, sensor. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.camera import CameraModel
from calibration.geometry import Float, Pose
from vision.types import Image

Field = NDArray[np.float32]

LENS_SIGMA_PX = 0.6
NOISE_SIGMA = 2.5
VIGNETTE = 0.10  # loss of light in the corners
DRIFT = 0.06  # how far the light's gradient wanders from frame to frame
_GAIN_ONE = 160.0  # gain 1.0 in the 8-bit gain map, which so reaches up to 1.59


@dataclass(frozen=True, slots=True)
class Seeing:
    """What has become of lamp and lens. light: share of the full light, 0..1; blur_px: standard
    deviation of the blur beside the lens's own.
    """

    light: float = 1.0
    blur_px: float = 0.0

    def through(self, picture: Image) -> Image:
        """The picture as this lens brings it to the sensor."""
        if self.blur_px > 0.0:
            size = (0, 0)
            picture = np.asarray(cv2.GaussianBlur(picture, size, self.blur_px), np.uint8)
        if self.light != 1.0:
            picture = np.asarray(cv2.convertScaleAbs(picture, alpha=self.light), np.uint8)
        return picture


CLEAR = Seeing()


@dataclass(frozen=True, slots=True)
class PlaneView:
    """Where each pixel looks on a plane: x and y in frame `cell` [m], each (height, width)."""

    x: Field
    y: Field

    @classmethod
    def of(cls, camera: CameraModel, z: float) -> PlaneView:
        """The view of the plane at height `z` [m], true to a thousandth of a pixel."""
        columns, across = _nodes(camera.width)
        rows, down = _nodes(camera.height)
        pixels = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)
        points = camera.image_to_belt(pixels, z).reshape(len(rows), len(columns), 2)
        x, y = (down @ points[..., axis] @ across.T for axis in (0, 1))
        return cls(x.astype(np.float32), y.astype(np.float32))


def _nodes(count: int) -> tuple[Float, Float]:
    """Every 8th pixel of a line (n,), and the weights (count, n) that interpolate between them."""
    nodes = np.arange(0.0, count + 8.0, 8.0)
    pixels = np.arange(count)
    weights = np.stack([np.interp(pixels, nodes, hat) for hat in np.eye(len(nodes))], axis=1)
    return nodes, weights


def true_camera(calibrated: CameraModel, error_px: float, seed: int) -> CameraModel:
    """A camera that stands not quite as calibrated: points near the middle move by `error_px`."""
    rng = np.random.default_rng([seed, 0x7C])
    direction = rng.uniform(-np.pi, np.pi)
    tilt = error_px / calibrated.focal[0]
    roll = rng.uniform(-1.0, 1.0) * error_px / calibrated.width
    turn, _ = cv2.Rodrigues(np.array([tilt * np.cos(direction), tilt * np.sin(direction), roll]))
    pose = Pose(calibrated.pose.rotation @ turn, calibrated.pose.translation)
    return replace(calibrated, pose=pose)


def blur(picture: Image, motion_px: float) -> Image:
    """Lens blur, and the smear of `motion_px` along x during the exposure."""
    return np.asarray(
        cv2.sepFilter2D(
            picture,
            cv2.CV_8U,
            _smear_kernel(motion_px),
            _smear_kernel(0.0),
            borderType=cv2.BORDER_REPLICATE,
        ),
        np.uint8,
    )


def _smear_kernel(motion_px: float) -> Field:
    """A Gaussian of the lens's width, convolved with a box of `motion_px`."""
    radius = int(np.ceil(3.0 * LENS_SIGMA_PX + abs(motion_px) / 2.0))
    fine = np.linspace(-0.5, 0.5, 15) * abs(motion_px)
    at = np.arange(-radius, radius + 1)[:, None] - fine[None, :]
    kernel = np.exp(-0.5 * (at / LENS_SIGMA_PX) ** 2).sum(axis=1)
    return np.asarray(kernel / kernel.sum(), np.float32)


class Light:
    """Uneven light that drifts from frame to frame."""

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._x, self._y = np.meshgrid(
            np.linspace(-1, 1, width // 16), np.linspace(-1, 1, height // 16)
        )

    def shine(self, picture: Image, rng: np.random.Generator) -> Image:
        """The picture under this frame's light."""
        x, y = self._x, self._y
        cx, cy, slope_x, slope_y, level = rng.uniform(-1.0, 1.0, 5)
        fall = VIGNETTE * ((x - 0.15 * cx - 0.12) ** 2 + (y - 0.15 * cy + 0.08) ** 2)
        gain = 1.03 + 0.02 * level - fall + DRIFT * (slope_x * x + slope_y * y) / 2.0
        coarse = np.clip(gain * _GAIN_ONE, 0, 255).astype(np.uint8)
        gains = cv2.resize(coarse, self._size, interpolation=cv2.INTER_LINEAR)
        return np.asarray(cv2.multiply(picture, gains, scale=1.0 / _GAIN_ONE), np.uint8)


class Sensor:
    """Read-out noise from a bank drawn once, at another place for each frame."""

    _SPARE_PX = 192

    def __init__(self, width: int, height: int, rng: np.random.Generator) -> None:
        self._shape = (height, width)
        shape = (height + self._SPARE_PX, width + self._SPARE_PX)
        noise = np.rint(rng.standard_normal(shape, np.float32) * NOISE_SIGMA)
        # Two unsigned banks: saturating 8-bit arithmetic is several times faster than signed.
        self._above = np.maximum(noise, 0).astype(np.uint8)
        self._below = np.maximum(-noise, 0).astype(np.uint8)

    def read(self, picture: Image, rng: np.random.Generator) -> Image:
        """The picture with this frame's noise."""
        height, width = self._shape
        row, column = rng.integers(0, self._SPARE_PX, 2)
        there = (slice(row, row + height), slice(column, column + width))
        noisy = cv2.subtract(cv2.add(picture, self._above[there]), self._below[there])
        return np.asarray(noisy, np.uint8)
