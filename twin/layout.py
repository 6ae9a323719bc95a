"""Where things stand in frame `cell` [m], as docs/architecture.md fixes it."""

from __future__ import annotations

from dataclasses import dataclass

BELT_START_X = -1.50
BELT_END_X = 0.70
BELT_HALF_WIDTH = 0.15
PHOTO_EYE_X = -1.30
CAMERA_X = -1.00
EXIT_EYE_X = 0.62
ROBOT_BASE = (0.0, -0.50, 0.0)

SPAWN_X = -1.44
"""Centre of a fresh part: wholly upstream of the photo-eye at any yaw within 15 deg."""

TOOL_LENGTH = 0.12
"""From the flange to the lip of the suction cup, which is the TCP."""
CUP_RADIUS = 0.012

BIN_RIM_Z = -0.05
BIN_DEPTH = 0.16
BIN_HALF_INSIDE = 0.10
BIN_WALL = 0.004
FLOOR_Z = -0.80


@dataclass(frozen=True, slots=True)
class Bin:
    """A box for removed parts: its name and the centre of its opening."""

    name: str
    x: float
    y: float

    def holds(self, x: float, y: float, z: float) -> bool:
        """True for a point between the bin's walls and below its rim."""
        inside = abs(x - self.x) <= BIN_HALF_INSIDE and abs(y - self.y) <= BIN_HALF_INSIDE
        return inside and z < BIN_RIM_Z


BINS = (Bin("rework", -0.40, -0.32), Bin("scrap", 0.40, -0.32), Bin("review", 0.62, -0.32))
