"""The launcher's own ears and hands in ROS: cell state, heartbeats, commands."""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Callable, Sequence

import psutil
import rclpy
from inspection_cell_interfaces.msg import Advisory, CellState, NodeStatus
from inspection_cell_interfaces.srv import CellCommand
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from cell.launcher.bulletin import Bulletin
from cell.launcher.visiting import visiting
from cell.nodes.topics import RELIABLE, stamped
from cell.texts import bare, for_ros
from models.ground.errors import UserError
from models.ground.machine import machine

BEAT_S = 0.2
ANSWER_S = 10.0
"""How long an order waits for the supervisor: one that died with the order never answers it."""


class CommandError(UserError):
    """The supervisor did not answer or refused."""


class CellLink:
    """A small ROS node in a thread of its own, in the namespace of the cell that it starts.

    `speaks`: it tells what only a launcher knows; of several that start parts, one does.
    """

    def __init__(self, namespace: str, *, speaks: bool = True) -> None:
        self._namespace, self._speaks = namespace, speaks
        self._node: Node | None = None
        self._lock = threading.Lock()
        self._state: CellState | None = None
        self._status: dict[str, tuple[NodeStatus, float]] = {}
        self._bulletin = Bulletin()
        self._boot_id = uuid.uuid4().hex[:12]
        self._process = psutil.Process()

    def open(self) -> None:
        """Join the ROS graph that the environment of this process names."""
        with visiting():
            rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
            self._node = Node("launcher", namespace=self._namespace)
        self._node.create_subscription(CellState, "supervisor/state", self._on_state, RELIABLE)
        self._node.create_subscription(NodeStatus, "node_status", self._on_status, RELIABLE)
        self._client = self._node.create_client(CellCommand, "supervisor/command")
        self._beats = self._node.create_publisher(NodeStatus, "node_status", RELIABLE)
        if self._speaks:
            self._node.create_timer(BEAT_S, self._beat)
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

    def pid(self, node: str) -> int:
        """Process from which a node last spoke; 0 when it is silent."""
        with self._lock:
            status, heard = self._status.get(node, (None, 0.0))
        fresh = status is not None and time.monotonic() - heard < 2.0
        return int(status.pid) if fresh else 0

    def heard(self, of: Sequence[str] = ()) -> list[str]:
        """Who has spoken so far, e.g. 'supervisor (process 12 on host)'. `of`: only these count;
        without them all do.
        """
        with self._lock:
            spoken = [s for s, _ in self._status.values() if not of or s.node in of]
            told = [f"{s.node} (process {s.pid} on {s.host})" for s in spoken]
            unnamed = self._state is not None and (not of or "supervisor" in of)
            return told or (["a supervisor"] if unnamed else [])

    def advise(self, alarm: str, detail: str) -> None:
        """Ask people to look at something, until `end_advice`: told with each heartbeat."""
        with self._lock:
            self._bulletin.note(alarm, detail)

    def end_advice(self, alarm: str, in_s: float) -> None:
        """Stop telling `alarm` in so many seconds."""
        with self._lock:
            self._bulletin.end(alarm, time.monotonic() + in_s)

    def command(
        self,
        name: str,
        person: str,
        keep_waiting: Callable[[], None],
        timeout_s: float = ANSWER_S,
    ) -> str:
        """Give an order to the supervisor; returns its answer.

        Raises CommandError when it is refused or not answered; what `keep_waiting` raises passes.
        """
        deadline = time.monotonic() + timeout_s
        while not self._client.wait_for_service(timeout_sec=0.1):
            keep_waiting()
            _require_before(deadline, name)
        future = self._client.call_async(CellCommand.Request(command=name, person=person))
        try:
            while not future.done():
                keep_waiting()
                _require_before(deadline, name)
                time.sleep(0.02)
        finally:
            if not future.done():
                self._client.remove_pending_request(future)
        answer = future.result()
        if not answer.accepted:
            raise CommandError(f"'{name}' was refused: {bare(answer.message)}")
        return bare(answer.message)

    def tell(self, order: str, person: str) -> None:
        """Give an order without waiting for its answer, if there is a supervisor to take it."""
        if self._client.service_is_ready():
            self._client.call_async(CellCommand.Request(command=order, person=person))

    def _beat(self) -> None:
        assert self._node is not None
        with self._lock:
            told = self._bulletin.standing(time.monotonic())
        times = self._process.cpu_times()
        self._beats.publish(
            NodeStatus(
                header=stamped(self._node.get_clock().now().nanoseconds),
                node="launcher",
                host=machine(),
                pid=os.getpid(),
                boot_id=self._boot_id,
                lifecycle="active",
                healthy=not told,
                message="; ".join(detail for _, detail in told),
                rss_mib=self._process.memory_info().rss / 2**20,
                cpu_s=times.user + times.system,
                advisories=[Advisory(alarm=alarm, detail=for_ros(d)) for alarm, d in told],
            )
        )

    def _on_state(self, message: CellState) -> None:
        with self._lock:
            self._state = message

    def _on_status(self, message: NodeStatus) -> None:
        if message.boot_id == self._boot_id:
            return
        with self._lock:
            self._status[message.node] = (message, time.monotonic())


def _require_before(deadline: float, order: str) -> None:
    if time.monotonic() > deadline:
        raise CommandError(f"'{order}' was not answered: the supervisor is silent")
