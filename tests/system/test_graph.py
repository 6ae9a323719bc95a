"""The cell as an integrator sees it in ROS 2: typed topics, described parameters, life cycles."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from lifecycle_msgs.srv import GetState
from rcl_interfaces.srv import DescribeParameters, ListParameters
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

if TYPE_CHECKING:
    from tests.system.conftest import Bench

NODES = ("belt", "camera", "inspector", "supervisor", "robot", "recorder", "bridge")
TOPICS = {
    "/cell/belt/state": "inspection_cell_interfaces/msg/BeltState",
    "/cell/belt/event": "inspection_cell_interfaces/msg/BeltEvent",
    "/cell/camera/frame": "inspection_cell_interfaces/msg/FrameHandle",
    "/cell/camera/image/compressed": "sensor_msgs/msg/CompressedImage",
    "/cell/inspector/inspection": "inspection_cell_interfaces/msg/Inspection",
    "/cell/supervisor/inspection": "inspection_cell_interfaces/msg/Inspection",
    "/cell/supervisor/state": "inspection_cell_interfaces/msg/CellState",
    "/cell/supervisor/part_event": "inspection_cell_interfaces/msg/PartEvent",
    "/cell/robot/joint_states": "sensor_msgs/msg/JointState",
    "/cell/camera/camera_info": "sensor_msgs/msg/CameraInfo",
    "/cell/inspector/detections": "vision_msgs/msg/Detection2DArray",
    "/cell/joint_states": "sensor_msgs/msg/JointState",
    "/cell/robot_description": "std_msgs/msg/String",
    "/tf": "tf2_msgs/msg/TFMessage",
    "/tf_static": "tf2_msgs/msg/TFMessage",
    "/diagnostics": "diagnostic_msgs/msg/DiagnosticArray",
}


def ask(node: Node, kind: Any, name: str, request: Any) -> Any:
    """Call a service with an executor of our own."""
    client = node.create_client(kind, name)
    assert client.wait_for_service(timeout_sec=60.0), name
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    future = client.call_async(request)
    executor.spin_until_future_complete(future, timeout_sec=60.0)
    executor.remove_node(node)
    answer = future.result()
    assert answer is not None, name
    return answer


def wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.cell
def test_topics_are_typed_and_every_parameter_is_described(bench: Bench) -> None:
    bench.until(lambda: bench.state is not None)
    node = Node("integrator")
    try:
        wait(lambda: set(TOPICS) <= {name for name, _ in node.get_topic_names_and_types()})
        types = dict(node.get_topic_names_and_types())
        for topic, kind in TOPICS.items():
            assert types[topic] == [kind]
        for name in NODES:
            state = ask(node, GetState, f"/cell/{name}/get_state", GetState.Request())
            assert state.current_state.label == "active"
            listed = ask(
                node, ListParameters, f"/cell/{name}/list_parameters", ListParameters.Request()
            )
            own = [
                p for p in listed.result.names if not p.startswith(("qos_", "use_sim", "start_"))
            ]
            request = DescribeParameters.Request(names=own)
            described = ask(node, DescribeParameters, f"/cell/{name}/describe_parameters", request)
            assert len(own) >= 2
            assert [d.name for d in described.descriptors if not d.description] == []
    finally:
        node.destroy_node()
