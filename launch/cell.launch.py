"""Starts the cell's processes on a full ROS 2 as `cell run` does, from the same table.

ros2 launch inspection_cell cell.launch.py config:=/etc/cell.yaml recipe:=pcb
ros2 launch inspection_cell cell.launch.py twin:=true namespace:=cell2
"""

import os
import sys
import time
from pathlib import Path

from launch.actions import (
    DeclareLaunchArgument,
    ExecuteProcess,
    LogInfo,
    OpaqueFunction,
    RegisterEventHandler,
    TimerAction,
)
from launch.event_handlers import OnProcessIO
from launch.events.process import ProcessExited
from launch.logging import get_logger, launch_config
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from cell.launcher.arguments import ARGUMENTS, doubtful, refuse_unknown
from cell.launcher.fate import Fate
from cell.launcher.launching import Start, plan
from launch import LaunchContext, LaunchDescription

LAST_WORDS_S = 0.3
"""A process' end is heard before what it said last; so long is waited for that."""


class Kept:
    """One process that is kept running: started again when it dies, the launch ended when that is
    of no use.
    """

    def __init__(self, start: Start, namespace: str) -> None:
        self._start, self._namespace = start, namespace
        self._fate = Fate(start.name, comes_back=not start.is_twin)
        self._common = {"output": "full", "on_exit": self._on_exit}

    def first(self) -> list:
        """Actions of the first start; remappings and parameters of the launch are launch_ros's."""
        start = self._start
        if start.is_twin:
            command = [start.program, *start.arguments]
            return self._heard(ExecuteProcess(cmd=command, name=start.name, **self._common))
        return self._heard(
            Node(
                executable=start.program,
                arguments=list(start.arguments),
                ros_arguments=list(start.ros_arguments) or None,
                exec_name=start.name,
                name=start.name if start.is_node else None,
                namespace=self._namespace,
                **self._common,
            )
        )

    def _again(self, ended: ProcessExited) -> list:
        """Actions of a later start, with the very command line of the first."""
        return self._heard(
            ExecuteProcess(
                cmd=ended.cmd,
                cwd=ended.cwd,
                env=ended.env,
                prefix="",  # it stands in the command line already
                name=self._start.name,
                **self._common,
            )
        )

    def _heard(self, action: ExecuteProcess) -> list:
        def hear(event: object) -> None:
            self._fate.hear(event.text)

        listener = OnProcessIO(target_action=action, on_stdout=hear, on_stderr=hear)
        return [RegisterEventHandler(listener), action]

    def _on_exit(self, event: ProcessExited, context: LaunchContext) -> list:
        if context.is_shutdown:
            return []
        return [TimerAction(period=LAST_WORDS_S, actions=[self._after(event)])]

    def _after(self, event: ProcessExited) -> OpaqueFunction:
        # What is raised in here ends the launch with that message and exit code 1.
        def decide(_: LaunchContext) -> list:
            restart = self._fate.ended(event.returncode, time.monotonic())
            again = TimerAction(period=restart.pause_s, actions=self._again(event))
            return [LogInfo(msg=restart.text), again]

        return OpaqueFunction(function=decide)


def actions(context: LaunchContext) -> list:
    """Check what was given, then the actions that start each process."""
    refuse_unknown(context.argv, sys.argv, Path(__file__))
    for warning in doubtful(context.launch_configurations):
        get_logger("cell").warning(warning)
    values = {a.name: LaunchConfiguration(a.name).perform(context) for a in ARGUMENTS}
    folder = Path(launch_config.log_dir)
    below = context.launch_configurations.get("ros_namespace") or "/"
    planned = plan(values, folder, os.getpid(), below)
    space = planned.config.namespace
    for warning in planned.warnings:
        get_logger("cell").warning(warning)
    told = f"cell '{planned.config.name}' in {space}: configuration and logs in {folder}"
    return [LogInfo(msg=told), *(a for s in planned.starts for a in Kept(s, space).first())]


def generate_launch_description() -> LaunchDescription:
    """Entry point of `ros2 launch`."""
    return LaunchDescription(
        [
            *(
                DeclareLaunchArgument(a.name, default_value=a.default, description=a.text)
                for a in ARGUMENTS
            ),
            OpaqueFunction(function=actions),
        ]
    )
