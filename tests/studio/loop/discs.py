"""Discs as a person at the line knows them: what is wrong with each, and where in its view."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from calibration.cell import load_calibration
from calibration.geometry import Pose2D
from cell.config import CellConfig
from cell.products.inspector import view_maker
from cell.products.lookup import find_recipe
from twin.config import TwinConfig
from twin.discs import DiscLibrary
from twin.product import DISC, YAW_SPREAD, Variant
from twin.render import PlacedPart, Scene, render_frame, true_camera
from twin.stills import OFF_M, SPEED_M_S
from vision.types import Box, Image

SIDE: Final = 320
NEW: Final = "stain"
"""The kind of defect that the first model has never been shown."""
RECIPE: Final = f"""name: disc
version: 1.0.0
product: {{ko: 선삭 원판, en: Turned disc}}
part: {{shape: disc, size_m: [0.08, 0.08], thickness_m: 0.003, inset_m: 0.001, mass_kg: 0.118}}
canonical_px: [{SIDE}, {SIDE}]
model: disc
model_from: "train it from a label set"
review_threshold: 0.2
classes:
  scratch: {{bin: scrap, label: {{ko: 긁힘, en: scratch}}}}
  pit: {{bin: scrap, label: {{ko: 패임, en: pit}}}}
  stain: {{bin: rework, label: {{ko: 얼룩, en: stain}}}}
priority: [pit, scratch, stain]
default_bin: scrap
review_bin: review
not_inspected_bin: review
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """A defect. box: x_min, y_min, x_max, y_max [px of the view]."""

    kind: str
    box: tuple[float, float, float, float]


def marks(part: Variant, yaw: float) -> tuple[Mark, ...]:
    """Where a part's defects lie in its view, which lies as the belt runs. yaw: its own [rad]."""
    return tuple(Mark(kind, _seen(box, yaw)) for kind, box in part.defects)


def _seen(box: Box, yaw: float) -> tuple[float, float, float, float]:
    """The box around a box of the part's own picture that is turned by `yaw`."""
    own, cos, sin = DISC.view_px[0], math.cos(yaw), math.sin(yaw)
    scale, middle = SIDE / own, own / 2.0
    u, v = (box.x_min + box.x_max) / 2 - middle, (box.y_min + box.y_max) / 2 - middle
    half = (box.x_max - box.x_min) / 2, (box.y_max - box.y_min) / 2
    x, y = cos * u + sin * v + middle, -sin * u + cos * v + middle
    wide = abs(cos) * half[0] + abs(sin) * half[1]
    high = abs(sin) * half[0] + abs(cos) * half[1]
    edges = x - wide, y - high, x + wide, y + high
    return tuple(min(max(edge * scale, 0.0), float(SIDE)) for edge in edges)  # type: ignore[return-value]


def views(
    config: CellConfig, library: DiscLibrary, count: int, seed: int, *, defective: bool
) -> Iterator[tuple[Variant, Image, float]]:
    """Discs as the cell sees them, and how far each is turned [rad]."""
    site = load_calibration(TwinConfig().calibration_file)
    scene = Scene(true_camera(site.camera.model(), 0.3, seed), seed)
    view_of = view_maker(config, find_recipe(config, "disc").part, (SIDE, SIDE))
    rng = np.random.default_rng([seed, 0x100B, defective])
    for number in range(count):
        part = library.draw(rng, defective)
        x, y = rng.uniform(-OFF_M, OFF_M, 2)
        yaw = float(rng.uniform(-YAW_SPREAD, YAW_SPREAD))
        pose = Pose2D(site.stations.camera_x + float(x), float(y), yaw)
        frame = render_frame(scene, [PlacedPart(part, pose)], 0.35 * number, SPEED_M_S, number)
        yield part, view_of(frame), yaw


def jpeg(view: Image) -> bytes:
    """A view as the cell keeps it."""
    return cv2.imencode(".jpg", view, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
