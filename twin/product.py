"""What can lie on the belt: products, and single parts of them with the truth about each."""

from __future__ import annotations

import math
from dataclasses import dataclass

from models.ground.errors import UserError
from vision.types import Box, Image

YAW_SPREAD = math.radians(15.0)
"""Fresh parts lie turned by up to this much [rad]."""
LEAST_GAP_M = 0.01
"""Between two parts on the belt, whatever their yaws."""


class ProductError(UserError):
    """What cannot be fed; the message says why."""


@dataclass(frozen=True, slots=True)
class Product:
    """A flat part with a picture on it. Lengths in metres, x and y in the part's own frame.

    size_m: outer size along x and y; at yaw 0 x runs along the belt. rim_m: bare rim round the
    picture. view_px: width and height of the picture, square pixels, 640 px a side at most.
    greys: what the picture's 0 and 255 look like in full light. woven: the weave of a circuit board
    shows through. round: a disc; both sizes are its diameter.
    """

    name: str
    size_m: tuple[float, float]
    thickness_m: float
    mass_kg: float
    rim_m: float
    view_px: tuple[int, int]
    greys: tuple[int, int]
    woven: bool
    round: bool = False

    @property
    def half_m(self) -> tuple[float, float]:
        """Half of the outer size."""
        return self.size_m[0] / 2, self.size_m[1] / 2

    @property
    def px_per_m(self) -> float:
        """Scale of the picture."""
        return self.view_px[0] / (self.size_m[0] - 2.0 * self.rim_m)

    @property
    def least_pitch_m(self) -> float:
        """Parts laid at this pitch never touch."""
        return 2.0 * self.reach_m(YAW_SPREAD) + LEAST_GAP_M

    def reach_m(self, yaw: float) -> float:
        """From the centre to the leading corner or edge along the belt, at this yaw [rad]."""
        along, across = self.half_m
        if self.round:
            return along
        return along * abs(math.cos(yaw)) + across * abs(math.sin(yaw))

    def holds(self, x: float, y: float, margin: float) -> bool:
        """True for a point of the part's own frame at least `margin` away from its edges."""
        along, across = self.half_m
        if self.round:
            return math.hypot(x, y) <= along - margin
        return abs(x) <= along - margin and abs(y) <= across - margin


PCB = Product("pcb", (0.108, 0.108), 0.0016, 0.06, 0.004, (640, 640), (70, 200), True)
"""Bare circuit boards."""
BALL_SCREW_CARRIER = Product(
    "ball_screw_carrier", (0.168, 0.072), 0.0016, 0.07, 0.004, (640, 256), (0, 255), False
)
"""Plates that carry the picture of a length of ball screw, longer side along the belt."""
DISC = Product("disc", (0.080, 0.080), 0.003, 0.118, 0.001, (624, 624), (40, 225), False, True)
"""Turned steel discs."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One part as it lies on the belt: its picture in the canonical view, and the truth about it.

    picture: name of what it was made from. defects: class and box [px of the view] of each.
    """

    product: Product
    picture: str
    image: Image
    defects: tuple[tuple[str, Box], ...]

    @property
    def good(self) -> bool:
        """True for a part without a defect."""
        return not self.defects
