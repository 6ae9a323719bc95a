"""The robot's part of the configuration: arm, gripper, belt and motion."""

from __future__ import annotations

from robot.arms.ur import UrRtdeConfig
from robot.belts.modbus import ModbusBeltConfig
from robot.grippers.vacuum_modbus import ModbusVacuumConfig
from robot.motion.config import MotionSettings
from robot.settings import Settings, setting


class RobotConfig(Settings):
    """Everything below the robot and belt nodes."""

    arm: UrRtdeConfig = setting(UrRtdeConfig(), "Arm", "The Universal Robots controller")
    gripper: ModbusVacuumConfig = setting(
        ModbusVacuumConfig(), "Gripper", "The vacuum gripper on the PLC"
    )
    belt: ModbusBeltConfig = setting(ModbusBeltConfig(), "Belt", "The belt PLC")
    motion: MotionSettings = setting(
        MotionSettings(), "Motion", "Limits, stroke, window, bins and surroundings"
    )
