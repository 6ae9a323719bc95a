"""A running cell, as a verb sees it: its state is heard, and one order is given to it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import rclpy
from inspection_cell_interfaces.msg import CellState
from inspection_cell_interfaces.srv import SetRecipe
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from cell.launcher.env import environment
from cell.launcher.owner import domain as domain_of
from cell.nodes.topics import RELIABLE
from models.ground.errors import UserError

FIND_S = 10.0
"""How long a cell is looked for; its state comes five times a second."""
ANSWER_S = 15.0
"""The answer to an order is waited for, so long: a recipe is read before it is given."""
TURN_S = 0.1


class SilentCellError(UserError):
    """There is no running cell that answers."""


class RunningCell:
    """A ROS node of its own, which says nothing of itself. Use it in `with`."""

    def __init__(self, domain: int | None) -> None:
        env = environment(domain)
        os.environ.update({k: v for k, v in env.items() if k.startswith(("ROS_", "FASTRTPS_"))})
        self._domain = domain_of(env)
        self.state: CellState | None = None
        self.heard_s = 0.0

    def __enter__(self) -> Self:
        self._context = Context()
        rclpy.init(args=[], context=self._context)
        self._node = Node(f"person_{os.getpid()}", namespace="/cell", context=self._context)
        self._node.create_subscription(CellState, "/cell/supervisor/state", self._hear, RELIABLE)
        self._client = self._node.create_client(SetRecipe, "/cell/supervisor/set_recipe")
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._executor.shutdown()
        self._node.destroy_node()
        rclpy.shutdown(context=self._context)

    def turn(self) -> None:
        """Let what has come in be heard, or wait a moment for it."""
        self._executor.spin_once(timeout_sec=TURN_S)

    def find(self) -> CellState:
        """The cell's state, once it and its services are heard. Raises SilentCellError."""
        self._wait(
            lambda: self.state is not None and self._client.service_is_ready(),
            FIND_S,
            f"no cell runs in ROS domain {self._domain}: start it, or give its domain with "
            "--domain or ROS_DOMAIN_ID.",
        )
        assert self.state is not None
        return self.state

    def set_recipe(self, order: SetRecipe.Request) -> SetRecipe.Response:
        """Give the order; the cell's answer. Raises SilentCellError when none comes."""
        future = self._client.call_async(order)
        silent = (
            f"the supervisor did not answer within {ANSWER_S:.0f} s: look at the cell before you "
            "try again."
        )
        self._wait(future.done, ANSWER_S, silent)
        return future.result()

    def _wait(self, done: Callable[[], bool], limit_s: float, otherwise: str) -> None:
        deadline = time.monotonic() + limit_s
        while not done():
            if time.monotonic() > deadline:
                raise SilentCellError(otherwise)
            self.turn()

    def _hear(self, message: Any) -> None:
        self.state, self.heard_s = message, time.monotonic()
