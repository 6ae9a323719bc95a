"""The page's ROS side: a node in a thread that hears the cell and carries commands to it."""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import psutil
import rclpy
from inspection_cell_interfaces.msg import NodeStatus
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

from cell.client.asking import Asking
from cell.client.feed import Feed, Limits
from cell.client.hearing import HEARD, Topic, UnsoundError, latest
from cell.client.model import CellView
from cell.client.reply import Reply
from cell.config.hmi import HmiConfig
from cell.config.namespace import NAMESPACE
from cell.control.ledger.observations import Order
from cell.launcher.visiting import visiting
from cell.nodes.topics import ORDERS, stamped

POLL_S = 0.1
"""How often the thread looks for messages. With queues of depth one, fast topics cost nothing."""

HEARTBEAT_S = 0.2


@dataclass(frozen=True, slots=True)
class RecipeOrder:
    """An order for another recipe; the fields are SetRecipe's."""

    recipe: str
    person: str
    reason: str
    drain: bool = False
    prepare_only: bool = False


@dataclass(frozen=True, slots=True)
class OverrideOrder:
    """Another verdict for a part that is not disposed of yet; the fields are OverrideVerdict's."""

    part: str
    verdict: str
    person: str
    reason: str
    bin: str = ""


@dataclass(frozen=True, slots=True)
class ReassessOrder:
    """What a part that is through was in truth; the fields are ReassessPart's. verdict: pass,
    reject, or '' to withdraw.
    """

    part: str
    verdict: str
    person: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ShelveOrder:
    """Puts an alarm out of sight, with 0 minutes back in sight; the fields are ShelveAlarm's."""

    id: str
    person: str
    reason: str = ""
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class BinOrder:
    """A bin is taken out, or an empty one is in its place; the fields are ExchangeBin's."""

    bin: str
    person: str
    open: bool


class CellLink:
    """Hears the cell in a ROS namespace and commands it. `view` and the commands may be called from
    any thread.

    The commands wait for the answer, at most the configured time: call them off the event loop.
    """

    def __init__(self, config: HmiConfig, namespace: str = NAMESPACE) -> None:
        self._config = config
        self._limits = Limits(config.cell_silent_s, config.device_silent_s, config.process_silent_s)
        self._feed = Feed()
        self._heard = 0
        self._stop, self._wake = threading.Event(), threading.Event()
        self._asking = Asking(config.service_timeout_s, self._wake.set)
        self._lost = False
        self._on_lost: Callable[[], None] = lambda: None
        self._watchers: tuple[Callable[[], None], ...] = ()
        self._context = Context()
        with visiting():
            rclpy.init(context=self._context)
            self._node = Node("hmi", namespace=namespace, context=self._context)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)
        self._subscribe()
        self._command = self._client(CellCommand, "command")
        self._acknowledge = self._client(AcknowledgeAlarm, "acknowledge_alarm")
        self._override = self._client(OverrideVerdict, "override_verdict")
        self._reassess = self._client(ReassessPart, "reassess_part")
        self._set_recipe = self._client(SetRecipe, "set_recipe")
        self._shelve = self._client(ShelveAlarm, "shelve_alarm")
        self._exchange_bin = self._client(ExchangeBin, "exchange_bin")
        self._status = self._node.create_publisher(NodeStatus, "node_status", 10)
        self._boot_id = uuid.uuid4().hex[:12]
        self._process = psutil.Process()
        self._thread = threading.Thread(target=self._run, name="ros", daemon=True)

    @property
    def lost(self) -> bool:
        """True when the thread ended although nobody closed the link."""
        return self._lost

    def start(self, on_lost: Callable[[], None]) -> None:
        """Begin to listen. `on_lost` is called, in the thread, should it end by itself."""
        self._on_lost = on_lost
        self._thread.start()

    def close(self) -> None:
        """Stop listening and leave the ROS graph. Safe to call twice."""
        if self._stop.is_set():
            return
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        self._asking.close()
        self._executor.shutdown()
        self._node.destroy_node()
        rclpy.shutdown(context=self._context)

    def watch(self, told: Callable[[], None]) -> Callable[[], None]:
        """Have `told` called, in the thread, at each new verdict. Returns what ends it."""
        self._watchers = (*self._watchers, told)

        def end() -> None:
            self._watchers = tuple(one for one in self._watchers if one is not told)

        return end

    def view(self) -> CellView:
        """What may be shown now."""
        return self._feed.view(time.monotonic(), self._limits, self._config.processes)

    def command(self, command: Order, person: str) -> Reply:
        """Give a command to the supervisor and wait for its answer."""
        request = CellCommand.Request(command=str(command), person=person)
        return self._asking.ask(self._command, request)

    def acknowledge(self, alarm: str, person: str) -> Reply:
        """Acknowledge one alarm by its id, or all with ''."""
        request = AcknowledgeAlarm.Request(id=alarm, person=person)
        return self._asking.ask(self._acknowledge, request)

    def set_recipe(self, order: RecipeOrder) -> Reply:
        """Order a change of the recipe; accepted means that it has begun."""
        return self._asking.ask(self._set_recipe, SetRecipe.Request(**asdict(order)))

    def override(self, order: OverrideOrder) -> Reply:
        """Replace a part's verdict; accepted means that it holds now."""
        return self._asking.ask(self._override, OverrideVerdict.Request(**asdict(order)))

    def reassess(self, order: ReassessOrder) -> Reply:
        """Say what a part that is through was in truth, or withdraw it."""
        return self._asking.ask(self._reassess, ReassessPart.Request(**asdict(order)))

    def shelve(self, order: ShelveOrder) -> Reply:
        """Put an alarm out of sight for a while, or back in sight."""
        return self._asking.ask(self._shelve, ShelveAlarm.Request(**asdict(order)))

    def exchange_bin(self, order: BinOrder) -> Reply:
        """Take a bin out, or put an empty one in its place."""
        return self._asking.ask(self._exchange_bin, ExchangeBin.Request(**asdict(order)))

    def _client(self, kind: type, name: str) -> Any:
        return self._node.create_client(kind, f"supervisor/{name}", qos_profile=ORDERS)

    def _subscribe(self) -> None:
        for heard in HEARD:
            self._node.create_subscription(
                heard.kind, heard.topic, self._taker(heard), latest(heard.depth)
            )

    def _taker(self, heard: Topic) -> Callable[[Any], None]:
        def take(msg: Any) -> None:
            try:
                self._feed = heard.into(self._feed, msg, time.monotonic())
            except UnsoundError as error:
                self._node.get_logger().error(f"{error}: left out", throttle_duration_sec=60.0)
                return
            self._heard += 1

        return take

    def _run(self) -> None:
        next_beat = 0.0
        try:
            while not self._stop.is_set():
                self._pause()
                if time.monotonic() >= next_beat:
                    next_beat = time.monotonic() + HEARTBEAT_S - POLL_S / 2
                    self._beat()
                self._take_waiting()
                self._asking.give_up(time.monotonic())
        finally:
            # A page that can never hear the cell again must end: whoever started it starts it anew.
            if not self._stop.is_set():
                self._lost = True
                self._on_lost()

    def _pause(self) -> None:
        """Until the next look; where somebody waits for an answer, until anything comes."""
        if self._asking.urgent:
            self._executor.spin_once(timeout_sec=POLL_S)
        else:
            self._wake.wait(POLL_S)
            self._wake.clear()

    def _take_waiting(self) -> None:
        """Handle what has come in since the last look."""
        idle, shown = 0, self._feed.history
        # With a zero time-out the executor reports a time-out after each round, work done or not:
        # only two calls in a row without work mean that nothing waits.
        while idle < 2 and not self._stop.is_set():
            before = self._heard
            self._executor.spin_once(timeout_sec=0.0)
            idle = idle + 1 if self._heard == before else 0
        if self._feed.history != shown:
            for told in self._watchers:
                told()

    def _beat(self) -> None:
        now_ns = time.time_ns()
        times = self._process.cpu_times()
        self._status.publish(
            NodeStatus(
                header=stamped(now_ns),
                node="hmi",
                pid=os.getpid(),
                boot_id=self._boot_id,
                lifecycle="active",
                healthy=True,
                message="",
                rss_mib=self._process.memory_info().rss / 2**20,
                cpu_s=times.user + times.system,
            )
        )
