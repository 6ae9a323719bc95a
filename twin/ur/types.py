"""Names and wire types of RTDE variables (Universal Robots, RTDE guide, protocol version 2)."""

from __future__ import annotations

import re

FORMATS = {
    "BOOL": "?",
    "UINT8": "B",
    "UINT32": "I",
    "UINT64": "Q",
    "INT32": "i",
    "DOUBLE": "d",
    "VECTOR3D": "3d",
    "VECTOR6D": "6d",
    "VECTOR6INT32": "6i",
    "VECTOR6UINT32": "6I",
}
LENGTHS = {"VECTOR3D": 3, "VECTOR6D": 6, "VECTOR6INT32": 6, "VECTOR6UINT32": 6}
NOT_FOUND = "NOT_FOUND"

_PATTERNS = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (r"(input|output)_bit_registers(0_to_31|32_to_63)", "UINT32"),
        (r"(input|output)_bit_register_\d+", "BOOL"),
        (r"(input|output)_int_register_\d+", "INT32"),
        (r"(input|output)_double_register_\d+", "DOUBLE"),
        (r"joint_mode", "VECTOR6INT32"),
        (r"actual_digital_(input|output)_bits", "UINT64"),
        (r"(runtime_state|robot_status_bits|safety_status_bits|speed_slider_mask)", "UINT32"),
        (r"(robot_mode|safety_mode|safety_status)", "INT32"),
        (r"tool_mode|tool_output_mode", "UINT32"),
        (r"(standard|configurable|tool)_digital_output(_mask)?", "UINT8"),
        (r"standard_analog_output_(mask|type)", "UINT8"),
        (r"tool_output_voltage|tool_digital_output\d_mode", "UINT8"),
        (r"actual_tool_accelerometer|elbow_position|elbow_velocity|payload_cog", "VECTOR3D"),
        (r"(actual|target)_TCP_(pose|speed|force)|tcp_offset|payload_inertia", "VECTOR6D"),
        (r"ft_raw_wrench|external_force_torque|joint_temperatures", "VECTOR6D"),
        (r"(actual|target)_(q|qd|qdd|current|moment)|joint_control_(output|currents)", "VECTOR6D"),
        (r"actual_(current_window|joint_voltage)|actual_current_as_torque", "VECTOR6D"),
        (
            r"timestamp|(actual_)?execution_time|actual_execution_time|speed_scaling"
            r"|target_speed_fraction|speed_slider_fraction|payload|tcp_force_scalar",
            "DOUBLE",
        ),
        (r"actual_(momentum|main_voltage|robot_voltage|robot_current)|io_current", "DOUBLE"),
        (r"standard_analog_(input|output)_?\d|tool_analog_input\d|euromap67_\w+", "DOUBLE"),
        (r"tool_(output_current|temperature)|collision_detection_ratio", "DOUBLE"),
        (r"joint_position_deviation_ratio|time_scale_source", "DOUBLE"),
    )
)


def wire_type(name: str) -> str:
    """The RTDE type of a variable, NOT_FOUND for a name that is none."""
    for pattern, kind in _PATTERNS:
        if pattern.fullmatch(name):
            return kind
    return NOT_FOUND
