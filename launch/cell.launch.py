"""Starts the cell's processes on a full ROS 2, from the same table that `cell run` uses.

ros2 launch inspection_cell cell.launch.py config:=/etc/cell.yaml recipe:=pcb
"""

import tempfile
from pathlib import Path

from launch.actions import (
    DeclareLaunchArgument,
    LogInfo,
    OpaqueFunction,
    SetEnvironmentVariable,
)
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from cell.config import dump, load
from cell.launcher.env import environment
from cell.processes import TABLE
from launch import LaunchContext, LaunchDescription

ARGUMENTS = {
    "config": ("", "Cell configuration (YAML); empty: the demo cell.", None),
    "camera": ("", "Camera driver instead of the configuration's.", "camera.driver"),
    "arm": ("", "Arm driver instead of the configuration's.", "robot.arm.driver"),
    "engine": ("", "Inference engine instead of the configuration's.", "inspector.engine"),
    "recipe": ("", "Recipe instead of the configuration's.", "recipe"),
    "hmi": ("true", "Start the operator's page.", None),
}


def actions(context: LaunchContext) -> list:
    """Resolve the configuration with the arguments on top, then one action for each process."""
    given = {name: LaunchConfiguration(name).perform(context) for name in ARGUMENTS}
    overrides = {
        key: given[name]
        for name, (_, _, key) in ARGUMENTS.items()
        if key is not None and given[name]
    }
    config = load(Path(given["config"]) if given["config"] else None, overrides)
    resolved = Path(tempfile.mkdtemp(prefix="inspection-cell-")) / "config.yaml"
    dump(config, resolved)
    started = [LogInfo(msg=f"cell '{config.name}', configuration {resolved}")]
    for process in TABLE:
        if process.name == "hmi" and given["hmi"].lower() not in ("true", "1", "yes"):
            continue
        program, *arguments = process.arguments(resolved)
        started.append(
            Node(
                executable=program,
                arguments=arguments,
                name=process.name if process.is_node else None,
                namespace="/cell" if process.is_node else None,
                parameters=[{"config": str(resolved)}] if process.is_node else None,
                output="screen",
                respawn=True,
                respawn_delay=1.0,
            )
        )
    return started


def generate_launch_description() -> LaunchDescription:
    """Entry point of `ros2 launch`."""
    profile = environment(None)["FASTRTPS_DEFAULT_PROFILES_FILE"]
    return LaunchDescription(
        [
            *(
                DeclareLaunchArgument(name, default_value=default, description=text)
                for name, (default, text, _) in ARGUMENTS.items()
            ),
            SetEnvironmentVariable("FASTRTPS_DEFAULT_PROFILES_FILE", profile),
            OpaqueFunction(function=actions),
        ]
    )
