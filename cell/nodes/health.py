"""What a node says of itself unasked: that it lives, and what ails it."""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING

import psutil
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from inspection_cell_interfaces.msg import Advisory, NodeStatus

from cell.nodes.topics import RELIABLE, to_time

if TYPE_CHECKING:
    from cell.nodes.base import CellNode


class Health:
    """Publishes a heartbeat five times a second, and /diagnostics once a second."""

    def __init__(self, node: CellNode) -> None:
        self._node, self._process = node, psutil.Process()
        self._status = node.create_publisher(NodeStatus, "/cell/node_status", RELIABLE)
        self._diagnostics = node.create_publisher(DiagnosticArray, "/diagnostics", RELIABLE)
        node.create_timer(0.2, self.beat)
        node.create_timer(1.0, self._diagnose)

    def beat(self) -> None:
        """Say once that the node lives, and what ails it. From any thread."""
        n = self._node
        memory, times = self._process.memory_info().rss, self._process.cpu_times()
        self._status.publish(
            NodeStatus(
                stamp=to_time(n.now_ns()),
                node=n.get_name(),
                host=platform.node(),
                pid=os.getpid(),
                boot_id=n.boot_id,
                lifecycle=n.lifecycle,
                healthy=not n.problem,
                message=n.problem,
                rss_mib=memory / 2**20,
                cpu_s=times.user + times.system,
                advisories=[Advisory(alarm=a, detail=d) for a, d in n.advisories.copy().items()],
            )
        )

    def _diagnose(self) -> None:
        n = self._node
        level = DiagnosticStatus.ERROR if n.problem else DiagnosticStatus.OK
        values = [KeyValue(key=k, value=str(v)) for k, v in n.details().items()]
        status = DiagnosticStatus(
            level=level,
            name=f"cell: {n.get_name()}",
            hardware_id=n.config.name,
            message=n.problem or n.lifecycle,
            values=values,
        )
        message = DiagnosticArray(status=[status])
        message.header.stamp = to_time(n.now_ns())
        self._diagnostics.publish(message)
