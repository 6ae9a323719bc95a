"""The vacuum gripper: takes up a part under the cup, holds it, lets it go."""

from __future__ import annotations

import math

from twin import truth
from twin.faults import Faults, VacuumLeak
from twin.line import Line, Part
from twin.physics import Physics

REACH_M = 0.006
"""A cup this close to a part's surface draws it on; it may be pressed as far."""
UPRIGHT = math.cos(math.radians(15.0))
"""The cup seals only where it stands on the part about squarely."""
SENSOR_DELAY_S = 0.04
"""From the grip until the vacuum is deep enough for the sensor."""


class Suction:
    """Moves parts between `line.riding`, `line.held` and `line.loose`."""

    def __init__(self, physics: Physics, line: Line, faults: Faults) -> None:
        self._physics, self._line, self._faults = physics, line, faults
        self._gripped_at = 0.0
        self._lost_at = math.inf
        self._spoiled = False

    def advance(self, time: float, ejector: bool, travel: float) -> bool:
        """Grip or release as the ejector says. True where a part changed hands."""
        held = self._line.held
        if not ejector:
            self._spoiled = False
            return held is not None and self._drop(held)
        if held is not None:
            return time >= self._lost_at and self._drop(held)
        if self._spoiled:
            return False
        part = self._candidate(travel)
        return part is not None and self._grip(part, time, travel)

    def vacuum(self, time: float) -> bool:
        """What the vacuum sensor says."""
        return self._line.held is not None and time - self._gripped_at >= SENSOR_DELAY_S

    def _candidate(self, travel: float) -> Part | None:
        position, rotation = self._physics.tcp()
        if -rotation[2, 2] < UPRIGHT:
            return None
        part = self._line.under(float(position[0]), float(position[1]), travel)
        if part is None or abs(position[2] - part.product.thickness_m) > REACH_M:
            return None
        return part

    def _grip(self, part: Part, time: float, travel: float) -> bool:
        leak: VacuumLeak | None = self._faults.next_leak()
        if leak is not None and leak.mode == "no_hold":
            # The cup leaks until the ejector is switched off and tries anew.
            self._spoiled = True
            return False
        self._gripped_at = time
        self._lost_at = time + leak.after_s if leak is not None else math.inf
        position, _ = self._physics.tcp()
        along, across = part.seen_from(float(position[0]), float(position[1]), travel)
        error = math.dist((along, across), part.grip_m)
        part.truth.grasp_error_mm.append(round(error * 1e3, 3))
        part.truth.grip_mm.append((round(along * 1e3, 3), round(across * 1e3, 3)))
        part.truth.where = truth.GRIPPED
        self._line.riding.remove(part)
        self._line.held = part
        self._physics.grip(part.slot)
        return True

    def _drop(self, part: Part) -> bool:
        self._physics.release(part.slot)
        self._line.held = None
        self._line.loose.append(part)
        part.truth.where = truth.FALLING
        self._spoiled = True
        return True
