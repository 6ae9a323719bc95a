"""The parts in play: where each one is, and when it crosses the eyes. Frame `cell`, metres."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from calibration.cell import CellCalibration
from calibration.geometry import Pose2D
from twin.layout import SPAWN_BEFORE_EYE
from twin.product import YAW_SPREAD, Product, Variant
from twin.scene import PART_STOCK
from twin.truth import ON_BELT, PartTruth

Y_SPREAD = 0.010


@dataclass(slots=True, eq=False)
class Part:
    """One part. While it rides, its centre lies at `anchor` plus the belt's travel."""

    slot: int
    variant: Variant
    truth: PartTruth
    anchor: float
    y: float
    yaw: float
    grip_m: tuple[float, float]
    """Where it is meant to be taken, in its own frame."""
    taken_over: bool = False
    """The machine after the cell was ready when it came."""

    def pose(self, travel: float) -> Pose2D:
        """Where a riding part lies after this belt travel."""
        return Pose2D(self.anchor + travel, self.y, self.yaw)

    @property
    def product(self) -> Product:
        """What it is one of."""
        return self.variant.product

    @property
    def half_length(self) -> float:
        """From the centre to the leading corner."""
        return self.product.reach_m(self.yaw)

    def seen_from(self, x: float, y: float, travel: float) -> tuple[float, float]:
        """A point of frame `cell` in the part's own frame, after this belt travel."""
        dx, dy = x - self.anchor - travel, y - self.y
        c, s = math.cos(self.yaw), math.sin(self.yaw)
        return c * dx + s * dy, c * dy - s * dx


class Line:
    """Parts by what carries them: the belt (`riding`), the tool (`held`) or nothing (`loose`)."""

    def __init__(self, site: CellCalibration) -> None:
        self._exit_eye = site.stations.exit_eye_x
        self._start = site.stations.photo_eye_x - SPAWN_BEFORE_EYE
        self._cup_radius = site.tool.cup_radius
        self.grip_m = (0.0, 0.0)
        """Where parts that are laid on now are meant to be taken, in their own frame."""
        self.riding: list[Part] = []
        self.loose: list[Part] = []
        self.held: Part | None = None
        self._free = list(reversed(range(PART_STOCK)))

    @property
    def has_room(self) -> bool:
        """True while the stock of simulated parts is not used up."""
        return bool(self._free)

    def on_their_way(self, travel: float) -> int:
        """How many parts the exit eye has not seen and nothing has taken away."""
        gone = sum(
            part.anchor + travel + part.half_length >= self._exit_eye for part in self.riding
        )
        return PART_STOCK - len(self._free) - gone

    def place(
        self,
        variant: Variant,
        number: int,
        travel: float,
        rng: np.random.Generator,
        aside: float = 0.0,
    ) -> Part:
        """Lay a fresh part on the belt's start; aside: of where the guide means it to lie."""
        y = float(rng.uniform(-Y_SPREAD, Y_SPREAD)) + aside
        yaw = float(rng.uniform(-YAW_SPREAD, YAW_SPREAD))
        truth = PartTruth(
            number=number,
            product=variant.product.name,
            picture=variant.picture,
            defective=bool(variant.defects),
            defects=[name for name, _ in variant.defects],
            where=ON_BELT,
            y_mm=round(y * 1e3, 3),
            yaw_deg=round(math.degrees(yaw), 3),
        )
        anchor = self._start - travel
        part = Part(self._free.pop(), variant, truth, anchor, y, yaw, self.grip_m)
        self.riding.append(part)
        return part

    def retire(self, part: Part) -> None:
        """A part leaves the play; its body can be used again."""
        if part is self.held:
            self.held = None
        for parts in (self.riding, self.loose):
            if part in parts:
                parts.remove(part)
        self._free.append(part.slot)

    def crossings(self, eye: float, before: float, after: float) -> Iterator[tuple[Part, float]]:
        """Parts whose leading edge met an eye between two belt travels, with the exact travel."""
        for part in self.riding:
            at = eye - part.half_length - part.anchor
            if before < at <= after:
                yield part, at

    def blocks(self, eye: float, travel: float) -> bool:
        """True while a riding part interrupts an eye's beam."""
        return any(abs(part.anchor + travel - eye) <= part.half_length for part in self.riding)

    def under(self, x: float, y: float, travel: float) -> Part | None:
        """The riding part that a suction cup at (x, y) lies wholly on."""
        for part in self.riding:
            if part.product.holds(*part.seen_from(x, y, travel), self._cup_radius):
                return part
        return None
