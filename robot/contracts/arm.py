"""The rules of an arm. Subclass `ArmContract` and give it a rig: docs/extend.md.

The arm is moved: each joint by 0.04 rad to and fro, from where it stands. Clear the space round it.
"""

from __future__ import annotations

from robot.contracts.arm_bench import ArmRig
from robot.contracts.arm_motion import ArmMotion
from robot.contracts.arm_readings import ArmReadings
from robot.contracts.arm_stops import ArmStops

__all__ = ["ArmContract", "ArmRig"]


class ArmContract(ArmReadings, ArmStops, ArmMotion):
    """What the cell relies on of an arm."""
