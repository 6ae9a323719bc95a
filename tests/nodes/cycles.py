"""One real node taken through its life cycle again and again, in a process of its own.

Usage: cycles.py NODE CONFIG CYCLES. Prints a line of JSON: what the node and the process held at
the start (`new`), after the first cycle (`warm`) and after the last (`end`).
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
from typing import Any

import psutil
import rclpy
from rclpy.experimental import EventsExecutor
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.signals import SignalHandlerOptions
from rclpy.task import Future

from cell.nodes.base import CellNode
from cell.nodes.belt import BeltNode
from cell.nodes.bridge import BridgeNode
from cell.nodes.camera import CameraNode
from cell.nodes.inspector import InspectorNode
from cell.nodes.process import shared_memory
from cell.nodes.recorder import RecorderNode
from cell.nodes.robot import RobotNode
from cell.nodes.supervisor import SupervisorNode

NODES: dict[str, type[CellNode]] = {
    "belt": BeltNode,
    "bridge": BridgeNode,
    "camera": CameraNode,
    "inspector": InspectorNode,
    "recorder": RecorderNode,
    "robot": RobotNode,
    "supervisor": SupervisorNode,
}
OK = TransitionCallbackReturn.SUCCESS
KINDS = ("publishers", "subscriptions", "clients", "services", "timers", "guards", "waitables")


def held(node: CellNode) -> dict[str, Any]:
    """What the node and its process have in hands."""
    gc.collect()
    process = psutil.Process()
    return {
        "entities": {kind: len(list(getattr(node, kind))) for kind in KINDS},
        "topics": sorted(
            name
            for listing in (
                node.get_publisher_names_and_types_by_node(node.get_name(), "/cell"),
                node.get_subscriber_names_and_types_by_node(node.get_name(), "/cell"),
                node.get_service_names_and_types_by_node(node.get_name(), "/cell"),
            )
            for name, _ in listing
        ),
        "threads": sorted(t.name for t in threading.enumerate()),
        "tasks": len(os.listdir("/proc/self/task")),
        "files": process.num_fds(),
        "memory": [n for n in shared_memory() if not n.startswith("fastrtps_port")],
        "rss_mib": round(process.memory_info().rss / 2**20, 1),
    }


def main() -> None:
    """Up and down as often as asked."""
    name, config, cycles = sys.argv[1], sys.argv[2], int(sys.argv[3])
    arguments = ["--ros-args", "-p", f"config:={config}", "-p", "autostart:=false"]
    rclpy.init(args=arguments, signal_handler_options=SignalHandlerOptions.NO)
    node = NODES[name]()
    executor = EventsExecutor()
    executor.add_node(node)

    def turn(seconds: float) -> None:
        executor.spin_until_future_complete(Future(), timeout_sec=seconds)

    turn(0.5)
    told: dict[str, Any] = {"new": held(node)}
    for cycle in range(cycles):
        for step in ("configure", "activate", "deactivate", "cleanup"):
            assert getattr(node, f"trigger_{step}")() == OK, (cycle, step, node.problem)
            turn(0.15 if step == "activate" else 0.02)
        if cycle == 0:
            turn(0.2)
            told["warm"] = held(node)
    turn(0.2)
    told["end"] = held(node)
    assert node.let_go()
    executor.shutdown()
    node.destroy_node()
    rclpy.shutdown()
    print(json.dumps(told), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
