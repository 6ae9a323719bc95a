"""Parts that nothing carries: they fall, and where they come to rest is where they ended."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from calibration.cell import CellCalibration
from calibration.geometry import Float
from calibration.places import BinEntry
from twin import truth
from twin.belt import BeltDrive
from twin.line import Line, Part
from twin.physics import Physics
from twin.product import Product

REST_SPEED = 0.03
REST_S = 0.2
LYING = math.cos(math.radians(3.0))
BELT_BAND = 0.003
"""A part's centre this near to its height on the belt lies on it [m]."""
LOST_M = 0.05
"""A part this far below the deepest bin has fallen beside them all."""
GIVE_UP_S = 4.0
"""A part that is still not at rest after this long counts as dropped where it is."""


@dataclass(slots=True)
class _Watch:
    since: float
    moved: float


class Falling:
    """Watches `line.loose`."""

    def __init__(self, physics: Physics, line: Line, site: CellCalibration) -> None:
        self._physics, self._line, self._site = physics, line, site
        self._lost_z = min(place.rim_z - place.size[2] for place in site.bins.values()) - LOST_M
        self._watches: dict[int, _Watch] = {}

    def advance(self, time: float, drive: BeltDrive) -> Iterator[tuple[Part, str]]:
        """Parts that came to rest, with their place; those on the belt ride again."""
        for part in list(self._line.loose):
            position, rotation, velocity = self._physics.part_state(part.slot)
            on_belt = self._over_belt(position, part.product) and abs(rotation[2, 2]) > LYING
            speed = _speed(velocity, drive.speed if on_belt else 0.0, part.product)
            watch = self._watches.setdefault(part.truth.number, _Watch(time, time))
            if speed > REST_SPEED:
                watch.moved = time
            place = self._place(position, on_belt)
            rested = time - watch.moved >= REST_S
            if not (rested or place == truth.DROPPED or time - watch.since > GIVE_UP_S):
                continue
            del self._watches[part.truth.number]
            final = place or truth.DROPPED
            if final == truth.ON_BELT:
                self._ride_again(part, position, rotation, drive.travel)
            yield part, final

    def _ride_again(self, part: Part, position: Float, rotation: Float, travel: float) -> None:
        part.anchor = float(position[0]) - travel
        part.y = float(position[1])
        part.yaw = math.atan2(rotation[1, 0], rotation[0, 0])
        part.truth.where = truth.ON_BELT
        self._physics.set_loose(part.slot, False)
        self._line.loose.remove(part)
        self._line.riding.append(part)

    def _over_belt(self, position: Float, product: Product) -> bool:
        x, y, z = position
        belt = self._site.belt
        inside = belt.x_start < x < belt.x_end and abs(y) < belt.width / 2
        return bool(inside and abs(z - product.thickness_m / 2) < BELT_BAND)

    def _place(self, position: Float, on_belt: bool) -> str | None:
        """The place that a position belongs to, None where it belongs to none (yet)."""
        if on_belt:
            return truth.ON_BELT
        for name, place in self._site.bins.items():
            if _lies_in(place, position):
                return name
        return truth.DROPPED if position[2] < self._lost_z else None


def _lies_in(place: BinEntry, position: Float) -> bool:
    """True for a point between a bin's walls and below its rim."""
    away = np.abs(position[:2] - place.drop[:2])
    inside = away <= np.array(place.size[:2]) / 2 - place.wall
    return bool(inside.all() and position[2] < place.rim_z)


def _speed(velocity: Float, belt_speed: float, product: Product) -> float:
    """Speed relative to the belt [m/s], with turning weighted by half the longer side."""
    dx = float(velocity[0]) - belt_speed
    turning = max(product.half_m) * math.hypot(*velocity[3:].tolist())
    return math.hypot(dx, float(velocity[1]), float(velocity[2])) + turning
