"""The optical bench of the tests: the twin's renderer, a calibration, and inspectors over them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np

from calibration.camera import CameraModel
from calibration.cell import load_calibration
from calibration.geometry import Pose2D
from twin.boards import BoardLibrary
from twin.product import Variant
from twin.render import PlacedPart, Scene, render_frame, true_camera
from vision.inspect.golden import GoldenLibrary
from vision.types import Image

ROOT = Path(__file__).parents[2]
GOLDENS = ROOT / "cell/products/data/pcb/goldens"


@cache
def camera() -> CameraModel:
    """The calibrated camera."""
    return load_calibration(ROOT / "calibration/demo_cell.json").camera.model()


@cache
def scene() -> Scene:
    """What the true camera sees: it stands half a pixel from where the calibration has it."""
    return Scene(true_camera(camera(), 0.5, seed=3), seed=5)


@cache
def boards() -> BoardLibrary:
    """The twin's boards."""
    return BoardLibrary(GOLDENS, ROOT / "twin/boards/pcb")


@cache
def goldens() -> GoldenLibrary:
    """All golden samples."""
    return GoldenLibrary.load(GOLDENS)


def place(x: float = -1.0, y: float = 0.0, yaw_deg: float = 0.0) -> Pose2D:
    """A pose under the camera."""
    return Pose2D(x, y, float(np.radians(yaw_deg)))


def shoot(*placed: tuple[Variant, Pose2D], number: int = 0) -> Image:
    """A picture of boards on the running belt."""
    return render_frame(scene(), [PlacedPart(*p) for p in placed], 0.37 * number, 0.3, number)


def parts(count: int, seed: int) -> Iterator[tuple[Variant, Pose2D, Image]]:
    """Random boards in random poses, and their pictures."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        board = boards().draw(rng, defective=bool(number % 3))
        pose = place(
            -1.0 + rng.uniform(-0.008, 0.008), rng.uniform(-0.01, 0.01), rng.uniform(-15, 15)
        )
        yield board, pose, shoot((board, pose), number=number)
