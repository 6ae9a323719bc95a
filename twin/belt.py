"""The belt's drive: ramps, watchdog stop and movement authority. Pure: time steps come in."""

from __future__ import annotations

import math
from dataclasses import dataclass

RAMP = 1.0
"""Acceleration and braking of the drive [m/s^2]."""
SAFE_STOP = 3.0
"""Braking on emergency stop and watchdog [m/s^2]: a third of g, so that boards do not slide."""
MARGIN = 0.0002
"""The drive aims to stand this much short of its authority [m]."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the drive is asked to do in this step. `remaining`: authority minus encoder [m]."""

    run: bool
    speed: float
    remaining: float
    safe_stop: bool


@dataclass(slots=True)
class BeltDrive:
    """Belt travel [m] and speed [m/s] since power-up."""

    max_speed: float
    travel: float = 0.0
    speed: float = 0.0

    def step(self, order: Order, dt: float) -> None:
        """Advance by dt [s]."""
        wanted = min(order.speed, self.max_speed) if order.run and not order.safe_stop else 0.0
        brake = SAFE_STOP if order.safe_stop else RAMP
        room = max(0.0, order.remaining - MARGIN - self.speed * dt)
        wanted = min(wanted, math.sqrt(2.0 * RAMP * room))
        change = min(max(wanted - self.speed, -brake * dt), RAMP * dt)
        before = self.speed
        self.speed = max(0.0, before + change)
        if self.speed < 1e-9:
            self.speed = 0.0
        self.travel += 0.5 * (before + self.speed) * dt

    def stands(self) -> bool:
        """True when the belt does not move."""
        return self.speed < 1e-4
