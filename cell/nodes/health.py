"""What a node says of itself unasked: that it lives, and what ails it."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import psutil
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from inspection_cell_interfaces.msg import Advisory, NodeStatus

from cell.nodes.topics import RELIABLE
from cell.nodes.workers import dead, stalled
from cell.texts import for_ros, render, say
from models.ground.machine import machine

if TYPE_CHECKING:
    from cell.nodes.base import CellNode

ASLEEP_S = 1.0
"""Heartbeats further apart mean that the process, or its machine, stood still."""


class Health:
    """Publishes a heartbeat five times a second, and /diagnostics once a second.

    Each asks the node's threads first: a node whose work has died or hangs does not look well.
    """

    def __init__(self, node: CellNode) -> None:
        self._node, self._process = node, psutil.Process()
        self._beat_s = self._awake_s = 0.0
        self._status = node.create_publisher(NodeStatus, "node_status", RELIABLE)
        self._diagnostics = node.create_publisher(DiagnosticArray, "/diagnostics", RELIABLE)
        node.create_timer(0.2, self.beat)
        node.create_timer(1.0, self._diagnose)

    def beat(self) -> None:
        """Say once that the node lives, and what ails it. From any thread."""
        n = self._node
        self._note_time(time.monotonic())
        end = dead(n.signs())
        if end:
            n.fail(say("thread.node_ends", node=n.role, why=end))
        trouble = self._trouble()
        memory, times = self._process.memory_info().rss, self._process.cpu_times()
        self._status.publish(
            NodeStatus(
                header=n.header(n.now_ns()),
                node=n.role,
                host=machine(),
                pid=os.getpid(),
                boot_id=n.boot_id,
                lifecycle=n.lifecycle,
                healthy=not trouble,
                works_by=n.works_by,
                prepared=n.preparation[0],
                prepare_message=for_ros(n.preparation[1]),
                message=for_ros(trouble),
                rss_mib=memory / 2**20,
                cpu_s=times.user + times.system,
                advisories=[
                    Advisory(alarm=a, detail=for_ros(d)) for a, d in self._advisories().items()
                ],
            )
        )

    def _note_time(self, now_s: float) -> None:
        """After a standstill of the whole process its threads get their time anew."""
        if now_s - self._beat_s > ASLEEP_S:
            self._awake_s = now_s
        self._beat_s = now_s

    def _trouble(self) -> str:
        """What ails the node: a thread that hangs, or what it says itself."""
        return self._standstill() or self._node.problem

    def _advisories(self) -> dict[str, str]:
        still = self._standstill()
        return self._node.advisories | ({"process.hangs": still} if still else {})

    def _standstill(self) -> str:
        still = stalled(self._node.signs(), time.monotonic(), self._awake_s)
        return say("thread.of_node", node=self._node.role, why=still) if still else ""

    def _diagnose(self) -> None:
        n = self._node
        trouble = self._trouble()
        advice = self._advisories()
        level = DiagnosticStatus.WARN if advice else DiagnosticStatus.OK
        level = DiagnosticStatus.ERROR if trouble else level
        told = trouble or next(iter(advice.values()), "") or next(iter(advice), "")
        values = [KeyValue(key=k, value=str(v)) for k, v in n.details().items()]
        status = DiagnosticStatus(
            level=level,
            name=f"{n.get_namespace().strip('/') or 'cell'}: {n.role}",
            hardware_id=n.config.name,
            message=render(told) or n.lifecycle,
            values=values,
        )
        message = DiagnosticArray(status=[status])
        message.header = n.header(n.now_ns())
        self._diagnostics.publish(message)
