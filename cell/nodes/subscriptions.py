"""What the supervisor hears from the other nodes, told on as the ledger's observations."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import datetime

from inspection_cell_interfaces.msg import (
    BeltEvent,
    BeltState,
    FeedSignals,
    FrameHandle,
    Inspection,
    NodeStatus,
    RobotState,
)
from rclpy.subscription import Subscription

from cell.control.clocks import Clocks
from cell.control.ledger import observations as o
from cell.control.watch import Heartbeat
from cell.nodes import translate
from cell.nodes.base import CellNode
from cell.nodes.inspections import Unassociated
from cell.nodes.topics import LATEST, RELIABLE, to_ns
from models.ground.machine import machine

OPERATIONAL = "operational"
STILL_RAD_S = 0.01
"""An arm none of whose joints is faster stands."""
ARM_FRESH_S = 1.0
"""What an arm's process said holds for this long: without it the arm comes to a stand."""
UNHEARD = "not heard yet"
"""Of an arm: its process has not told of it since it was started."""
Tell = Callable[[o.Observation], object]


class Subscriptions:
    """The supervisor's subscriptions.

    `encoder_m`: what the belt said last, None before its first word, which starts the ledger's
    session; nothing else is told before it. `feed`: the signals of the machines before and after
    the cell, as it said them last. `unassociated`: inspections of which the ledger does
    not know the part yet. `clocks`: those of other machines.
    """

    def __init__(self, node: CellNode, tell: Tell, hear: Callable[[Heartbeat], object]) -> None:
        self._node, self._tell, self._hear = node, tell, hear
        self._subscriptions: list[Subscription] = []
        self.clocks = Clocks(machine(), node.config.hosts.max_clock_offset_ms * 1e-3)
        self.forget()

    def open(self) -> None:
        """Begin to listen."""
        listen = self._node.create_subscription
        self._subscriptions = [
            listen(BeltState, "belt/state", self._on_belt, LATEST),
            listen(BeltEvent, "belt/event", self._on_edge, RELIABLE),
            listen(FrameHandle, "camera/frame", self._on_frame, RELIABLE),
            # Before the other one: where both wait, it is to be heard first.
            listen(Inspection, "inspector/trial", self._on_trial, RELIABLE),
            listen(Inspection, "inspector/inspection", self._on_inspection, RELIABLE),
            listen(NodeStatus, "node_status", self._on_status, RELIABLE),
            listen(RobotState, "robot/state", self._on_robot, LATEST),
        ]

    def close(self) -> None:
        """Hear no more."""
        while self._subscriptions:
            self._node.destroy_subscription(self._subscriptions.pop())

    def forget(self) -> None:
        """Nothing has been heard: the belt's next word begins a session."""
        self.unassociated = Unassociated()
        self._belt_answers = True
        self.encoder_m: float | None = None
        self.feed: FeedSignals | None = None
        self._robot_mode = self._robot_trouble = ""
        self._expect_robot("", 0)

    def _expect_robot(self, boot_id: str, since_ns: int) -> None:
        """From `since_ns` on the robot's process `boot_id` tells of the arm: what an earlier one
        has said does not hold any more.
        """
        self._robot_boot, self._robot_since_ns = boot_id, since_ns
        self._robot_heard = self.robot_busy = False
        self._robot_moved_s = float("-inf")

    @property
    def robot_unready(self) -> str:
        """Why the robot takes no part now: its mode, UNHEARD, or its own words; '' when it does."""
        if not self._robot_heard:
            return UNHEARD
        return self._robot_trouble if self._robot_mode == OPERATIONAL else self._robot_mode

    @property
    def robot_moves(self) -> bool:
        """Whether the arm has just moved."""
        return time.monotonic() - self._robot_moved_s < ARM_FRESH_S

    @property
    def started(self) -> bool:
        """Whether the belt has answered once."""
        return self.encoder_m is not None

    def _on_belt(self, message: BeltState) -> None:
        now = self._node.now_ns()
        answered, self._belt_answers = self._belt_answers, message.connected
        if not message.connected:
            if answered and self.started:
                self._tell(o.FaultSeen(stamp_ns=now, alarm="belt.disconnected", purge=True))
            return
        first, self.encoder_m = not self.started, message.encoder_m
        self.feed = message.feed
        if first:
            self._tell(
                o.Started(
                    stamp_ns=now,
                    session=f"{datetime.now():%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:4]}",
                    encoder_m=message.encoder_m,
                    arrivals=message.arrivals,
                    exposures=message.exposures,
                    exits=message.exits,
                    configured=self._node.config.recipe,
                )
            )
        self._tell(translate.belt_read(message, now))

    def _on_edge(self, message: BeltEvent) -> None:
        if self.started:
            self._tell(translate.belt_edge(message, self._node.now_ns()))

    def _on_frame(self, message: FrameHandle) -> None:
        if self.started:
            self._tell(translate.frame(message, self._node.now_ns()))

    def _on_inspection(self, message: Inspection) -> None:
        if self.started:
            self.unassociated.hear(message)
            self._tell(translate.inspection(message, self._node.now_ns()))

    def _on_trial(self, message: Inspection) -> None:
        if self.started:
            done = translate.inspection(message, self._node.now_ns())
            self._tell(o.TrialDone(stamp_ns=done.stamp_ns, inspection=done.inspection))

    def _on_status(self, message: NodeStatus) -> None:
        sent_ns, now_ns = to_ns(message.header.stamp), self._node.now_ns()
        self.clocks.hear(message.host, sent_ns * 1e-9, now_ns * 1e-9)
        if message.node == "robot" and message.boot_id != self._robot_boot:
            self._expect_robot(message.boot_id, sent_ns)
        if self.started:
            self._hear(translate.heartbeat(message))

    def _on_robot(self, message: RobotState) -> None:
        if to_ns(message.header.stamp) < self._robot_since_ns:
            return
        before, self._robot_mode, self._robot_heard = self._robot_mode, message.mode, True
        self._robot_trouble, self.robot_busy = message.message, message.busy
        if max(map(abs, message.velocity)) > STILL_RAD_S:
            self._robot_moved_s = time.monotonic()
        if self.started and before == OPERATIONAL != message.mode:
            fault = o.FaultSeen(
                stamp_ns=self._node.now_ns(), alarm=f"robot.{message.mode}",
                detail=message.message, purge=True,
            )  # fmt: skip
            self._tell(fault)
