"""Rendering what the camera over the belt sees at one exposure. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from calibration.camera import CameraModel
from calibration.geometry import Pose2D
from twin.product import PCB, Product, Variant
from twin.render.optics import CLEAR, Light, PlaneView, Seeing, Sensor, blur
from twin.render.surfaces import (
    BELT_PERIOD_PX,
    BELT_PX_PER_M,
    BELT_ROWS_PX,
    MARGIN_PX,
    Painter,
    belt_texture,
)
from vision.types import Image

SHADOW_SHIFT_M = (0.0011, -0.0007)  # away from the light
SHADOW_SOFT_M = 0.0009
SHADOW_DEPTH = 0.55
SHADOW_STEP_PX = 4  # shadows are soft: drawn coarsely and enlarged
ROOM_PX = 24  # room for shadow and blur round a part


@dataclass(frozen=True, slots=True)
class PlacedPart:
    """A part on the belt; `pose` of its centre in frame `cell` in the middle of the exposure."""

    variant: Variant
    pose: Pose2D


class Scene:
    """Everything about the pictures that does not change from frame to frame.

    `camera` is the true camera. Construction takes about a second.
    """

    def __init__(self, camera: CameraModel, seed: int, exposure_s: float = 0.3e-3) -> None:
        rng = np.random.default_rng([seed, 0xB0])
        self.camera = camera
        self.seed = seed
        self.exposure_s = exposure_s
        self.belt = belt_texture(rng)
        self.painter = Painter(rng)
        self._planes: dict[float, PlaneView] = {}
        self.on_belt = self.plane(0.0)
        self.plane(PCB.thickness_m)  # now, rather than when the first part comes
        self.light = Light(camera.width, camera.height)
        self.sensor = Sensor(camera.width, camera.height, rng)
        self._origin_x = float(self.on_belt.x.min())
        self.belt_maps = cv2.convertMaps(
            (self.on_belt.x - self._origin_x) * BELT_PX_PER_M,
            BELT_ROWS_PX / 2 - self.on_belt.y * BELT_PX_PER_M,
            cv2.CV_16SC2,
            nninterpolation=True,  # the fabric is soft: nobody sees half a pixel of it
        )

    def plane(self, z: float) -> PlaneView:
        """The camera's view of the plane at height `z` [m]; each is made once."""
        if z not in self._planes:
            self._planes[z] = PlaneView.of(self.camera, z)
        return self._planes[z]

    def belt_picture(self, travel_m: float) -> Image:
        """The empty belt after this travel."""
        start = round((self._origin_x - travel_m) * BELT_PX_PER_M) % BELT_PERIOD_PX
        strip = self.belt[:, start : start + BELT_PERIOD_PX]
        return np.asarray(cv2.remap(strip, *self.belt_maps, cv2.INTER_NEAREST), np.uint8)


def render_frame(
    scene: Scene,
    placed: Sequence[PlacedPart],
    belt_travel_m: float,
    speed_m_s: float,
    number: int,
    seeing: Seeing = CLEAR,
) -> Image:
    """Frame `number` of a run, (height, width) uint8; the same arguments give the same picture."""
    rng = np.random.default_rng([scene.seed, number])
    picture = scene.belt_picture(belt_travel_m)
    for part in placed:
        _draw_part(scene, picture, part, speed_m_s)
    return scene.sensor.read(seeing.through(scene.light.shine(picture, rng)), rng)


def part_corners(
    product: Product, pose: Pose2D
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Corners of a part, or of the square about a disc, in frame `cell`, (4, 2) [m],
    counter-clockwise from its (-x, -y).
    """
    x, y = product.half_m
    corners = np.array([[-x, -y, 1], [x, -y, 1], [x, y, 1], [-x, y, 1]])
    return np.asarray((corners @ pose.matrix().T)[:, :2])


def _draw_part(scene: Scene, picture: Image, part: PlacedPart, speed_m_s: float) -> None:
    product = part.variant.product
    region = _region(scene, product, part.pose)
    if region is None:
        return
    surface = scene.painter.paint(part.variant)
    # cell -> texture is a turn, a shift and a scale of the precomputed view.
    cos, sin = np.cos(part.pose.yaw), np.sin(part.pose.yaw)
    plane = scene.plane(product.thickness_m)
    x, y = plane.x[region], plane.y[region]
    s = product.px_per_m
    middle_u, middle_v = (MARGIN_PX + size / 2 - 0.5 for size in product.view_px)
    shift_u = middle_u - s * (cos * part.pose.x + sin * part.pose.y)
    shift_v = middle_v - s * (sin * part.pose.x - cos * part.pose.y)
    u = cv2.addWeighted(x, s * cos, y, s * sin, shift_u)
    v = cv2.addWeighted(x, s * sin, y, -s * cos, shift_v)
    maps = cv2.convertMaps(u, v, cv2.CV_16SC2)
    grey = cv2.remap(surface.grey, *maps, cv2.INTER_LINEAR)
    coverage = cv2.remap(surface.coverage, *maps, cv2.INTER_LINEAR)
    under = cv2.multiply(
        picture[region], _shadow(scene, product, part.pose, region), scale=1.0 / 255.0
    )
    under = cv2.multiply(under, cv2.bitwise_not(coverage), scale=1.0 / 255.0)
    motion_px = speed_m_s * scene.exposure_s * scene.camera.scale_at((part.pose.x, part.pose.y))
    picture[region] = blur(np.asarray(cv2.add(under, grey), np.uint8), motion_px)


def _region(scene: Scene, product: Product, pose: Pose2D) -> tuple[slice, slice] | None:
    """The part of the picture that the part and its shadow touch; None when out of view."""
    corners = scene.camera.belt_to_image(part_corners(product, pose), product.thickness_m)
    x0, y0 = np.floor(corners.min(axis=0)).astype(int) - ROOM_PX
    x1, y1 = np.ceil(corners.max(axis=0)).astype(int) + ROOM_PX
    x0, x1 = max(0, int(x0)), min(scene.camera.width, int(x1))
    y0, y1 = max(0, int(y0)), min(scene.camera.height, int(y1))
    return (slice(y0, y1), slice(x0, x1)) if x0 < x1 and y0 < y1 else None


def _shadow(scene: Scene, product: Product, pose: Pose2D, region: tuple[slice, slice]) -> Image:
    """How much light is left beside the part, 0..255."""
    coarse = tuple(slice(part.start, part.stop, SHADOW_STEP_PX) for part in region)
    x = scene.on_belt.x[coarse] - np.float32(pose.x + SHADOW_SHIFT_M[0])
    y = scene.on_belt.y[coarse] - np.float32(pose.y + SHADOW_SHIFT_M[1])
    cos, sin = np.float32(np.cos(pose.yaw)), np.float32(np.sin(pose.yaw))
    along, across = product.half_m
    if product.round:
        outside = np.hypot(x, y) - np.float32(along)
    else:
        outside = np.maximum(np.abs(cos * x + sin * y) - along, np.abs(cos * y - sin * x) - across)
    left = 1.0 - SHADOW_DEPTH / (1.0 + np.exp(np.clip(outside / (SHADOW_SOFT_M / 2), -30, 30)))
    size = (region[1].stop - region[1].start, region[0].stop - region[0].start)
    light = (left * 255.0).astype(np.uint8)
    return np.asarray(cv2.resize(light, size, interpolation=cv2.INTER_LINEAR), np.uint8)
