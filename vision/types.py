"""The vocabulary that every stage of inspection speaks. Frozen values, no behaviour that needs a
device.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from calibration.geometry import Pose2D

Image = NDArray[np.uint8]
"""Mono8 picture, shape (height, width)."""


@dataclass(frozen=True, slots=True)
class FrameMeta:
    """When and under which trigger a picture was taken. Times are system-clock nanoseconds."""

    trigger: int
    stamp_ns: int
    received_ns: int


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture with its origin. `image` may be a view into shared memory: copy to keep."""

    image: Image
    meta: FrameMeta
    slot: int = 0
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Box:
    """Axis-aligned box in the canonical view [px], edges as coordinates (width = x_max - x_min)."""

    x_min: float
    y_min: float
    x_max: float
    y_max: float


@dataclass(frozen=True, slots=True)
class Defect:
    """One defect: class, score in 0..1, and its edges in the canonical view [px]. The same value
    from the detector to the journal and the operator's page.
    """

    class_name: str
    score: float
    x_min: float
    y_min: float
    x_max: float
    y_max: float

    @property
    def box(self) -> Box:
        """Where it lies."""
        return Box(self.x_min, self.y_min, self.x_max, self.y_max)

    @property
    def area_px(self) -> float:
        """Area of the box [px^2]."""
        return max(0.0, self.x_max - self.x_min) * max(0.0, self.y_max - self.y_min)


@dataclass(frozen=True, slots=True)
class Detection(Defect):
    """A defect with its `outline`: a closed line round it [px], where more than a box is known."""

    outline: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds spent in the stages of one inspection."""

    locate_ms: float = 0.0
    align_ms: float = 0.0
    inference_ms: float = 0.0
    total_ms: float = 0.0


Affine = tuple[float, ...]
"""a, b, c, d, e, f of x' = a x + b y + c, y' = d x + e y + f."""

NOT_MOVED: Affine = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


@dataclass(frozen=True, slots=True)
class Inspection:
    """Everything that one picture says about one part.

    `pose` is the part's centre in frame `cell` at the exposure, None for a picture that is already
    canonical. `from_view` leads from pixels of the aligned view, in which the detections lie, to
    those of the canonical picture that was given.
    """

    detections: tuple[Detection, ...]
    golden: str
    pose: Pose2D | None
    model: str
    engine: str
    timings: Timings = field(default_factory=Timings)
    from_view: Affine = NOT_MOVED
