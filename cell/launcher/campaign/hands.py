"""An integrator's hands: life cycle transitions of nodes, over ROS."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from models.ground.signals import undivided

TRANSITIONS = {
    "configure": Transition.TRANSITION_CONFIGURE,
    "activate": Transition.TRANSITION_ACTIVATE,
    "deactivate": Transition.TRANSITION_DEACTIVATE,
    "cleanup": Transition.TRANSITION_CLEANUP,
}
ANSWER_S = 15.0


class Hands:
    """A ROS node of its own in the context that the launcher's link has opened, in the cell's
    namespace.

    Call from one thread, and close before the link.
    """

    def __init__(self, namespace: str) -> None:
        self._node = Node("integrator", namespace=namespace)
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self._node)
        self._clients: dict[str, Any] = {}

    def close(self) -> None:
        """Leave the ROS graph."""
        self._executor.shutdown()
        self._node.destroy_node()

    def change(
        self, node: str, transitions: Sequence[str], tend: Callable[[], None], pause_s: float = 0.7
    ) -> str:
        """Lead a node through transitions with a pause between them; '' or what failed."""
        for number, name in enumerate(transitions):
            if number:
                self.wait(pause_s, tend)
            answer = self._ask(node, TRANSITIONS[name], tend)
            if answer is None:
                return f"{node} does not answer to '{name}'"
            if not answer.success:
                return f"{node} failed to {name}"
        return ""

    def wait(self, seconds: float, tend: Callable[[], None]) -> None:
        """Let time pass."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            tend()
            self._turn()

    def _ask(self, node: str, transition: int, tend: Callable[[], None]) -> Any:
        if node not in self._clients:
            self._clients[node] = self._node.create_client(ChangeState, f"{node}/change_state")
        client, deadline = self._clients[node], time.monotonic() + ANSWER_S
        while not client.service_is_ready():
            tend()
            self._turn()
            if time.monotonic() > deadline:
                return None
        request = ChangeState.Request()
        request.transition.id = transition
        future = client.call_async(request)
        while not future.done():
            tend()
            self._turn()
            if time.monotonic() > deadline:
                client.remove_pending_request(future)
                return None
        return future.result()

    def _turn(self) -> None:
        with undivided():
            self._executor.spin_once(timeout_sec=0.05)
