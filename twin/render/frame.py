"""Rendering what the camera over the belt sees at one exposure. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from calibration.camera import CameraModel
from calibration.geometry import Pose2D
from twin.boards.library import BoardVariant
from twin.render.optics import Light, PlaneView, Sensor, blur
from twin.render.surfaces import (
    ART_LEFT_PX,
    ART_PX_PER_M,
    BELT_PERIOD_PX,
    BELT_PX_PER_M,
    BELT_ROWS_PX,
    BOARD_M,
    THICKNESS_M,
    BoardPainter,
    belt_texture,
)
from vision.types import Image

SHADOW_SHIFT_M = (0.0011, -0.0007)  # away from the light
SHADOW_SOFT_M = 0.0009
SHADOW_DEPTH = 0.55
SHADOW_STEP_PX = 4  # shadows are soft: drawn coarsely and enlarged
MARGIN_PX = 24  # room for shadow and blur round a board


@dataclass(frozen=True, slots=True)
class PlacedBoard:
    """A board on the belt; `pose` of its centre in frame `cell` in the middle of the exposure."""

    variant: BoardVariant
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
        self.painter = BoardPainter(rng)
        self.on_belt = PlaneView.of(camera, 0.0)
        self.on_board = PlaneView.of(camera, THICKNESS_M)
        self.light = Light(camera.width, camera.height)
        self.sensor = Sensor(camera.width, camera.height, rng)
        self._origin_x = float(self.on_belt.x.min())
        self.belt_maps = cv2.convertMaps(
            (self.on_belt.x - self._origin_x) * BELT_PX_PER_M,
            BELT_ROWS_PX / 2 - self.on_belt.y * BELT_PX_PER_M,
            cv2.CV_16SC2,
            nninterpolation=True,  # the fabric is soft: nobody sees half a pixel of it
        )

    def belt_picture(self, travel_m: float) -> Image:
        """The empty belt after this travel."""
        start = round((self._origin_x - travel_m) * BELT_PX_PER_M) % BELT_PERIOD_PX
        strip = self.belt[:, start : start + BELT_PERIOD_PX]
        return np.asarray(cv2.remap(strip, *self.belt_maps, cv2.INTER_NEAREST), np.uint8)


def render_frame(
    scene: Scene,
    placed: Sequence[PlacedBoard],
    belt_travel_m: float,
    speed_m_s: float,
    number: int,
) -> Image:
    """Frame `number` of a run, (height, width) uint8; the same arguments give the same picture."""
    rng = np.random.default_rng([scene.seed, number])
    picture = scene.belt_picture(belt_travel_m)
    for board in placed:
        _draw_board(scene, picture, board, speed_m_s)
    return scene.sensor.read(scene.light.shine(picture, rng), rng)


def board_corners(pose: Pose2D) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """The board's corners in frame `cell`, (4, 2) [m], counter-clockwise from its (-x, -y)."""
    half = BOARD_M / 2
    corners = np.array([[-half, -half, 1], [half, -half, 1], [half, half, 1], [-half, half, 1]])
    return np.asarray((corners @ pose.matrix().T)[:, :2])


def _draw_board(scene: Scene, picture: Image, board: PlacedBoard, speed_m_s: float) -> None:
    region = _region(scene, board.pose)
    if region is None:
        return
    surface = scene.painter.paint(board.variant.image)
    # cell -> texture is a turn, a shift and a scale of the precomputed view.
    cos, sin = np.cos(board.pose.yaw), np.sin(board.pose.yaw)
    x, y = scene.on_board.x[region], scene.on_board.y[region]
    s = ART_PX_PER_M
    middle = ART_LEFT_PX + 320 - 0.5
    shift_u = middle - s * (cos * board.pose.x + sin * board.pose.y)
    shift_v = middle - s * (sin * board.pose.x - cos * board.pose.y)
    u = cv2.addWeighted(x, s * cos, y, s * sin, shift_u)
    v = cv2.addWeighted(x, s * sin, y, -s * cos, shift_v)
    maps = cv2.convertMaps(u, v, cv2.CV_16SC2)
    grey = cv2.remap(surface.grey, *maps, cv2.INTER_LINEAR)
    coverage = cv2.remap(surface.coverage, *maps, cv2.INTER_LINEAR)
    under = cv2.multiply(picture[region], _shadow(scene, board.pose, region), scale=1.0 / 255.0)
    under = cv2.multiply(under, cv2.bitwise_not(coverage), scale=1.0 / 255.0)
    motion_px = speed_m_s * scene.exposure_s * scene.camera.scale_at((board.pose.x, board.pose.y))
    picture[region] = blur(np.asarray(cv2.add(under, grey), np.uint8), motion_px)


def _region(scene: Scene, pose: Pose2D) -> tuple[slice, slice] | None:
    """The part of the picture that the board and its shadow touch; None when out of view."""
    corners = scene.camera.belt_to_image(board_corners(pose), THICKNESS_M)
    x0, y0 = np.floor(corners.min(axis=0)).astype(int) - MARGIN_PX
    x1, y1 = np.ceil(corners.max(axis=0)).astype(int) + MARGIN_PX
    x0, x1 = max(0, int(x0)), min(scene.camera.width, int(x1))
    y0, y1 = max(0, int(y0)), min(scene.camera.height, int(y1))
    return (slice(y0, y1), slice(x0, x1)) if x0 < x1 and y0 < y1 else None


def _shadow(scene: Scene, pose: Pose2D, region: tuple[slice, slice]) -> Image:
    """How much light is left beside the board, 0..255."""
    coarse = tuple(slice(part.start, part.stop, SHADOW_STEP_PX) for part in region)
    x = scene.on_belt.x[coarse] - np.float32(pose.x + SHADOW_SHIFT_M[0])
    y = scene.on_belt.y[coarse] - np.float32(pose.y + SHADOW_SHIFT_M[1])
    cos, sin = np.float32(np.cos(pose.yaw)), np.float32(np.sin(pose.yaw))
    outside = np.maximum(np.abs(cos * x + sin * y), np.abs(cos * y - sin * x)) - BOARD_M / 2
    left = 1.0 - SHADOW_DEPTH / (1.0 + np.exp(np.clip(outside / (SHADOW_SOFT_M / 2), -30, 30)))
    size = (region[1].stop - region[1].start, region[0].stop - region[0].start)
    light = (left * 255.0).astype(np.uint8)
    return np.asarray(cv2.resize(light, size, interpolation=cv2.INTER_LINEAR), np.uint8)
