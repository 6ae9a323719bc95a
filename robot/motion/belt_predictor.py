"""Where the belt is now and where it will be, from samples that arrive late and unevenly."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

STALE_S = 0.5
"""Without a sample for this long the belt is unknown."""
_POSITION_GAIN = 0.30
_SPEED_GAIN = 0.30
_DRIFT_GAIN = 0.02
_SHORTEST_S = 0.01
"""Samples closer together than this tell where the belt is, but hardly how fast it runs. A PLC that
is read twice within its clock's grain stamps both alike, which our two clocks set a fraction of a
microsecond apart; and the mapping of its clock to ours may step back.
"""
_HARDEST = 3.0
"""No drive brakes harder than this multiple of its ramp, however near its authority."""


class BeltAt(NamedTuple):
    """Belt travel [m], speed [m/s] and acceleration [m/s^2] at one moment."""

    travel: float
    speed: float
    acceleration: float


@dataclass(frozen=True, slots=True)
class BeltMotion:
    """The belt from `start_s` on: it ramps to `target` speed, and brakes to stand at `stop_at`."""

    start_s: float
    travel: float
    speed: float
    target: float
    ramp: float
    stop_at: float = math.inf

    def at(self, time_s: float) -> BeltAt:
        """State at a time; before `start_s` the belt is taken to have run at constant speed."""
        left = time_s - self.start_s
        travel, speed = self.travel, self.speed
        if left <= 0.0:
            return BeltAt(travel + speed * left, speed, 0.0)
        for duration, acceleration in self._phases():
            step = min(left, duration)
            travel += speed * step + 0.5 * acceleration * step * step
            speed += acceleration * step
            left -= step
            if left <= 0.0:
                return BeltAt(travel, speed, acceleration)
        return BeltAt(travel, 0.0, 0.0)

    def _phases(self) -> tuple[tuple[float, float], ...]:
        """(duration, acceleration) of ramp, cruise and brake."""
        room = self.stop_at - self.travel
        if room <= 0.5 * self.speed**2 / self.ramp:
            brake = min(0.5 * self.speed**2 / max(room, 1e-9), _HARDEST * self.ramp)
            brake = max(brake, self.ramp)
            return ((self.speed / brake, -brake),)
        target = min(self.target, math.sqrt(self.ramp * room + 0.5 * self.speed**2))
        change = math.copysign(self.ramp, target - self.speed)
        duration = (target - self.speed) / change
        if target <= 0.0:
            return ((duration, change),)
        ramped = (self.speed + target) / 2.0 * duration
        cruise = (room - ramped - 0.5 * target**2 / self.ramp) / target
        return ((duration, change), (max(cruise, 0.0), 0.0), (target / self.ramp, -self.ramp))


class BeltPredictor:
    """An observer of the belt: predicts with the commanded ramp, corrects with each sample."""

    def __init__(self, ramp: float) -> None:
        self._ramp = ramp
        self._motion: BeltMotion | None = None

    @property
    def stamp_s(self) -> float:
        """Time of the newest sample; -inf before the first."""
        return self._motion.start_s if self._motion else -math.inf

    def fresh(self, now_s: float) -> bool:
        """True while the newest sample is young enough to trust."""
        return now_s - self.stamp_s < STALE_S

    def motion(self) -> BeltMotion:
        """The belt's expected motion. Raises LookupError before the first sample."""
        if self._motion is None:
            raise LookupError("no belt sample has arrived yet")
        return self._motion

    def update(
        self,
        stamp_s: float,
        travel: float,
        speed: float,
        commanded: float,
        stop_at: float = math.inf,
    ) -> None:
        """Take in what was true at `stamp_s`; samples out of order are ignored."""
        last = self._motion
        if last is None or stamp_s - last.start_s > STALE_S:
            self._motion = BeltMotion(stamp_s, travel, speed, commanded, self._ramp, stop_at)
            return
        if stamp_s <= last.start_s:
            return
        expected = last.at(stamp_s)
        error = travel - expected.travel
        period = max(stamp_s - last.start_s, _SHORTEST_S)
        corrected = (
            expected.speed + _SPEED_GAIN * (speed - expected.speed) + _DRIFT_GAIN * error / period
        )
        if speed == 0.0 and commanded == 0.0:
            corrected = 0.0
        self._motion = BeltMotion(
            stamp_s,
            expected.travel + _POSITION_GAIN * error,
            max(corrected, 0.0),
            self._steady(speed, corrected, commanded),
            self._ramp,
            stop_at,
        )

    def _steady(self, measured: float, corrected: float, commanded: float) -> float:
        """Speed the belt settles at: its own, once it runs within 3 % of the set-point."""
        near = abs(measured - commanded) <= max(0.03 * commanded, 1e-4)
        return max(corrected, 0.0) if near and commanded > 0.0 else commanded
