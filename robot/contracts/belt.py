"""The rules of a belt. Subclass `BeltContract` and give it a rig: docs/extend.md."""

from __future__ import annotations

from robot.contracts.belt_bench import BeltRig, Ordered
from robot.contracts.belt_edges import BeltEdges
from robot.contracts.belt_motion import BeltMotion
from robot.contracts.belt_readings import BeltReadings

__all__ = ["BeltContract", "BeltRig", "Ordered"]


class BeltContract(BeltReadings, BeltMotion, BeltEdges):
    """What the cell relies on of a belt."""
