"""The launcher's own ears and hands in ROS: cell state, heartbeats, commands."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import rclpy
from inspection_cell_interfaces.msg import CellState, NodeStatus
from inspection_cell_interfaces.srv import CellCommand
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from cell.nodes.topics import RELIABLE


class CommandError(Exception):
    """The supervisor did not answer or refused."""


class CellLink:
    """A small ROS node in a thread of its own."""

    def __init__(self) -> None:
        self._node: Node | None = None
        self._lock = threading.Lock()
        self._state: CellState | None = None
        self._status: dict[str, tuple[NodeStatus, float]] = {}

    def open(self) -> None:
        """Join the ROS graph that the environment of this process names."""
        rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
        self._node = Node("launcher", namespace="/cell")
        self._node.create_subscription(
            CellState, "/cell/supervisor/state", self._on_state, RELIABLE
        )
        self._node.create_subscription(NodeStatus, "/cell/node_status", self._on_status, RELIABLE)
        self._client = self._node.create_client(CellCommand, "/cell/supervisor/command")
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self._node)
        self._thread = threading.Thread(target=self._executor.spin, name="link", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Leave the ROS graph. Safe to call twice, and before `open`."""
        if self._node is None:
            return
        self._executor.shutdown()
        self._thread.join()
        self._node.destroy_node()
        self._node = None
        rclpy.shutdown()

    def state(self) -> CellState | None:
        """The last cell state heard."""
        with self._lock:
            return self._state

    def lifecycle(self, node: str) -> str:
        """Lifecycle state a node last told, '' when it is silent."""
        with self._lock:
            status, heard = self._status.get(node, (None, 0.0))
        if status is None or time.monotonic() - heard > 2.0:
            return ""
        return str(status.lifecycle)

    def command(self, name: str, person: str, keep_waiting: Callable[[], None]) -> str:
        """Give an order to the supervisor; returns its answer. Raises CommandError when refused."""
        while not self._client.wait_for_service(timeout_sec=0.1):
            keep_waiting()
        future = self._client.call_async(CellCommand.Request(command=name, person=person))
        while not future.done():
            keep_waiting()
            time.sleep(0.02)
        answer = future.result()
        if not answer.accepted:
            raise CommandError(f"'{name}' was refused: {answer.message}")
        return str(answer.message)

    def _on_state(self, message: CellState) -> None:
        with self._lock:
            self._state = message

    def _on_status(self, message: NodeStatus) -> None:
        with self._lock:
            self._status[message.node] = (message, time.monotonic())
