"""What RTDE clients may read: functions of the controller's state by variable name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from twin.ur.controller import SafetyMode, UrController
from twin.ur.types import LENGTHS, wire_type

Getter = Callable[[], Iterable[Any]]
TcpState = Callable[[], tuple[Iterable[float], Iterable[float]]]
"""Pose (x, y, z, rotation vector) and speed of the TCP in the base frame."""

ROBOT_RUNNING, ROBOT_POWER_OFF = 7, 3
JOINT_RUNNING = 253
RUNTIME_STOPPED, RUNTIME_PLAYING = 1, 2
_REGISTER = re.compile(r"(input|output)_(int|double)_register_(\d+)")


def robot_mode(controller: UrController) -> int:
    """UR's robot mode: 7 running, 3 power off."""
    return ROBOT_RUNNING if controller.powered else ROBOT_POWER_OFF


def safety_status_bits(controller: UrController) -> int:
    """UR's bits: 0 normal, 2 protective stop, 6 and 7 emergency stop, 10 stopped for safety."""
    if controller.safety is SafetyMode.PROTECTIVE_STOP:
        return 1 << 2 | 1 << 10
    if controller.safety is SafetyMode.ROBOT_EMERGENCY_STOP:
        return 1 << 6 | 1 << 7 | 1 << 10
    return 1


def make_getter(name: str, controller: UrController, tcp: TcpState) -> Getter:
    """A function that reads one variable; variables without a meaning here read as zero."""
    match = _REGISTER.fullmatch(name)
    if match:
        registers = getattr(controller.registers, f"{match[1]}_{match[2]}")
        index = int(match[3])
        return lambda: (registers[index],)
    known: dict[str, Getter] = {
        "timestamp": lambda: (controller.time,),
        "actual_q": lambda: controller.q,
        "actual_qd": lambda: controller.qd,
        "target_q": lambda: controller.motion.at(controller.time).q,
        "target_qd": lambda: controller.motion.at(controller.time).qd,
        "target_qdd": lambda: controller.motion.at(controller.time).qdd,
        "actual_TCP_pose": lambda: tcp()[0],
        "target_TCP_pose": lambda: tcp()[0],
        "actual_TCP_speed": lambda: tcp()[1],
        "target_TCP_speed": lambda: tcp()[1],
        "robot_mode": lambda: (robot_mode(controller),),
        "joint_mode": lambda: (JOINT_RUNNING,) * 6,
        "safety_mode": lambda: (int(controller.safety),),
        "safety_status": lambda: (int(controller.safety),),
        "safety_status_bits": lambda: (safety_status_bits(controller),),
        "robot_status_bits": lambda: (
            int(controller.powered) | int(controller.program_running) << 1,
        ),
        "runtime_state": lambda: (
            RUNTIME_PLAYING if controller.program_running else RUNTIME_STOPPED,
        ),
        "speed_scaling": lambda: (1.0,),
        "target_speed_fraction": lambda: (1.0,),
    }
    zeros = (0,) * LENGTHS.get(wire_type(name), 1)
    return known.get(name, lambda: zeros)
