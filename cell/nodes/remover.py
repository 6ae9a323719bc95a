"""The supervisor's hand: the client of action RemovePart, one goal at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from inspection_cell_interfaces.action import RemovePart
from rclpy.action import ActionClient
from rclpy.action.client import ClientGoalHandle
from rclpy.task import Future

from cell.control.ledger.effects import CancelRemoval, RequestRemoval
from cell.control.ledger.observations import Observation, RemovalDone, RemovalFeedback
from cell.nodes.base import CellNode
from cell.products.recipe import PartGeometry
from cell.texts import bare, say

ANSWER_S = 3.0
"""An arm that has begun nothing, or is done, for this long and did not say so is asked again."""


class Remover:
    """Sends removals to the robot and reports what comes back through `tell`."""

    def __init__(self, node: CellNode, tell: Callable[[Observation], object]) -> None:
        self._node, self._tell = node, tell
        self._client = ActionClient(node, RemovePart, "robot/remove_part")
        self._handle: ClientGoalHandle | None = None
        self._order: RequestRemoval | None = None
        self._asked_s = 0.0
        self._cancel_wanted: tuple[str, int] | None = None

    def request(self, order: RequestRemoval, part: PartGeometry) -> None:
        """Send the goal for a part of these measures; a robot that is not there counts as a failed
        attempt.
        """
        if not self._client.server_is_ready():
            self._report(order, reason="error", message=say("arm.node_silent"))
            return
        goal = RemovePart.Goal(
            part=order.part,
            bin=order.bin,
            encoder_m=order.encoder_m,
            x=order.x,
            y=order.y,
            yaw=order.yaw,
            length=part.size_m[0],
            width=part.size_m[1],
            thickness=part.thickness_m,
            mass=part.mass_kg,
            grip_x=part.grip_m[0],
            grip_y=part.grip_m[1],
            deadline_encoder_m=order.deadline_encoder_m,
            attempt=order.attempt,
        )
        self._cancel_wanted = None
        self._order, self._handle, self._asked_s = order, None, time.monotonic()
        sent = self._client.send_goal_async(goal, lambda m: self._on_feedback(order, m.feedback))
        sent.add_done_callback(lambda future: self._on_answer(order, future))

    def remind(self, robot_busy: bool) -> None:
        """Call a few times a second. An arm that is not busy has long answered: its answer may be
        lost where this process slept for longer than the network keeps its messages.
        """
        late = time.monotonic() - self._asked_s > ANSWER_S
        if self._order is None or robot_busy or not late:
            return
        self._asked_s = time.monotonic()
        if self._handle is not None:
            self._ask(self._order, self._handle)
        else:
            self._report(self._order, reason="no_answer", message=say("arm.no_order_taken"))

    def cancel(self, order: CancelRemoval) -> None:
        """Cancel the goal under way, also one that is not accepted yet."""
        self._cancel_wanted = (order.part, order.attempt)
        if self._handle is not None:
            self._handle.cancel_goal_async()

    def _on_answer(self, order: RequestRemoval, future: Future) -> None:
        handle = future.result()
        if order is not self._order:
            return  # it has been given up
        if handle is None or not handle.accepted:
            self._report(order, reason="error", message=say("arm.order_refused"))
            return
        self._handle = handle
        if self._cancel_wanted == (order.part, order.attempt):
            handle.cancel_goal_async()
        self._ask(order, handle)

    def _ask(self, order: RequestRemoval, handle: ClientGoalHandle) -> None:
        handle.get_result_async().add_done_callback(lambda f: self._on_result(order, f))

    def _on_feedback(self, order: RequestRemoval, feedback: RemovePart.Feedback) -> None:
        self._tell(
            RemovalFeedback(
                stamp_ns=self._node.now_ns(),
                part=order.part,
                attempt=order.attempt,
                off_belt=feedback.off_belt,
                wait_s=feedback.wait_s,
            )
        )

    def _on_result(self, order: RequestRemoval, future: Future) -> None:
        if order is not self._order:
            return  # it was asked for twice
        self._handle = None
        result = future.result().result
        self._report(
            order,
            removed=result.removed,
            reason=result.reason,
            message=bare(result.message),
            cycle_s=result.cycle_s,
            grip_encoder_m=result.grip_encoder_m,
            grip_position=tuple(float(v) for v in result.grip_position),
        )

    def _report(self, order: RequestRemoval, *, removed: bool = False, **rest: Any) -> None:
        self._order = None
        self._tell(
            RemovalDone(
                stamp_ns=self._node.now_ns(),
                part=order.part,
                attempt=order.attempt,
                removed=removed,
                **rest,
            )
        )
