"""A running cell, as a verb sees it: heard, and given orders, while the verb waits."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from types import TracebackType
from typing import Any, Self

import rclpy
from inspection_cell_interfaces.msg import CellState
from inspection_cell_interfaces.srv import (
    AcknowledgeAlarm,
    CellCommand,
    ExchangeBin,
    OverrideVerdict,
    ReassessPart,
    SetRecipe,
    ShelveAlarm,
)
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from cell.client.feed import Feed, Limits
from cell.client.hearing import HEARD, Topic, UnsoundError, latest
from cell.client.link import BinOrder, OverrideOrder, ReassessOrder, RecipeOrder, ShelveOrder
from cell.client.model import CellView
from cell.client.reply import Reply
from cell.control.ledger.observations import Order
from cell.launcher.env import environment
from cell.launcher.owner import space
from cell.launcher.visiting import visiting
from cell.nodes.topics import RELIABLE
from models.ground.errors import UserError
from models.ground.signals import undivided

FIND_S = 10.0
"""How long a cell is looked for; its state comes five times a second."""
ANSWER_S = 15.0
"""The answer to an order is waited for, so long: a recipe is read before it is given."""
TURN_S = 0.1
SETTLE_S = 1.2
"""Everything that repeats itself has been heard after that."""


class SilentCellError(UserError):
    """There is no running cell that answers."""


class RunningCell:
    """A ROS node of its own, which says nothing of itself. Use it in `with`.

    It can be given orders like the page's link (`cell.client.orders.Commands`); each waits for the
    cell's answer and raises SilentCellError when none comes.
    """

    def __init__(self, domain: int | None, namespace: str) -> None:
        env = environment(domain)
        os.environ.update({k: v for k, v in env.items() if k.startswith(("ROS_", "FASTRTPS_"))})
        self._namespace, self._where = namespace, space(env, namespace)
        self._feed = Feed()
        self.state: CellState | None = None
        self.heard_s = 0.0

    def __enter__(self) -> Self:
        self._context = Context()
        with visiting():
            rclpy.init(args=[], context=self._context)
            self._node = Node(
                f"person_{os.getpid()}", namespace=self._namespace, context=self._context
            )
        self._node.create_subscription(CellState, "supervisor/state", self._hear, RELIABLE)
        for heard in HEARD:
            quality = latest(heard.depth)
            self._node.create_subscription(heard.kind, heard.topic, self._taker(heard), quality)
        self._clients = {
            name: self._node.create_client(kind, f"supervisor/{name}")
            for name, kind in (
                ("command", CellCommand),
                ("acknowledge_alarm", AcknowledgeAlarm),
                ("override_verdict", OverrideVerdict),
                ("reassess_part", ReassessPart),
                ("set_recipe", SetRecipe),
                ("shelve_alarm", ShelveAlarm),
                ("exchange_bin", ExchangeBin),
            )
        }
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
        with undivided():
            self._executor.spin_once(timeout_sec=TURN_S)

    def find(self) -> CellState:
        """The cell's state, once it is heard. Raises SilentCellError."""
        self._wait(
            lambda: self.state is not None,
            FIND_S,
            f"no cell runs in ROS namespace {self._where}: start it, or give its namespace with "
            "--namespace, its domain with --domain or ROS_DOMAIN_ID.",
        )
        assert self.state is not None
        return self.state

    def settle(self) -> None:
        """Listen until all that repeats itself has been heard."""
        self.listen(SETTLE_S)

    def listen(self, seconds: float) -> None:
        """Listen for so long."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.turn()

    def view(self, processes: tuple[str, ...] = ()) -> CellView:
        """What has been heard, as the page shows it."""
        return self._feed.view(time.monotonic(), Limits(), processes)

    def command(self, command: Order, person: str) -> Reply:
        """Give one of the plain orders."""
        return self._ask("command", CellCommand.Request(command=str(command), person=person))

    def acknowledge(self, alarm: str, person: str) -> Reply:
        """Acknowledge one alarm by its id, or all with ''."""
        return self._ask("acknowledge_alarm", AcknowledgeAlarm.Request(id=alarm, person=person))

    def set_recipe(self, order: RecipeOrder) -> Reply:
        """Order a change of the recipe; accepted means that it has begun."""
        return self._ask("set_recipe", SetRecipe.Request(**asdict(order)))

    def override(self, order: OverrideOrder) -> Reply:
        """Replace a part's verdict; accepted means that it holds now."""
        return self._ask("override_verdict", OverrideVerdict.Request(**asdict(order)))

    def reassess(self, order: ReassessOrder) -> Reply:
        """Say what a part that is through was in truth, or withdraw it."""
        return self._ask("reassess_part", ReassessPart.Request(**asdict(order)))

    def shelve(self, order: ShelveOrder) -> Reply:
        """Put an alarm out of sight for a while, or back in sight."""
        return self._ask("shelve_alarm", ShelveAlarm.Request(**asdict(order)))

    def exchange_bin(self, order: BinOrder) -> Reply:
        """Take a bin out, or put an empty one in its place."""
        return self._ask("exchange_bin", ExchangeBin.Request(**asdict(order)))

    def _ask(self, name: str, request: Any) -> Reply:
        client = self._clients[name]
        silent = (
            f"the supervisor did not answer within {ANSWER_S:.0f} s: look at the cell before you "
            "try again."
        )
        self._wait(client.service_is_ready, ANSWER_S, silent)
        future = client.call_async(request)
        self._wait(future.done, ANSWER_S, silent)
        answer = future.result()
        return Reply(answer.accepted, answer.message)

    def _wait(self, done: Callable[[], bool], limit_s: float, otherwise: str) -> None:
        deadline = time.monotonic() + limit_s
        while not done():
            if time.monotonic() > deadline:
                raise SilentCellError(otherwise)
            self.turn()

    def _hear(self, message: Any) -> None:
        self.state, self.heard_s = message, time.monotonic()

    def _taker(self, heard: Topic) -> Callable[[Any], None]:
        def take(message: Any) -> None:
            with suppress(UnsoundError):
                self._feed = heard.into(self._feed, message, time.monotonic())

        return take
