"""Writes what is said in a ROS domain into a bag, as it travels."""

from __future__ import annotations

import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import rclpy
from mcap.writer import Writer
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, ReliabilityPolicy

from cell.client.bag import QOS, BagError, definition, message_class, offered, quality
from cell.launcher.visiting import visiting
from models.ground.signals import undivided

LOOK_S = 0.5
"""How often new topics are looked for."""
NOT_RECORDED = ("/rosout", "/parameter_events")


class Recording:
    """A bag being written; use it in `with`. Raises BagError where `path` is there already.

    namespace: of topics in other ROS namespaces nothing is written; None: everything is.
    """

    def __init__(self, path: Path, namespace: str | None = None) -> None:
        self._path, self._namespace = path, namespace
        self.messages: dict[str, int] = {}
        self.unknown: set[str] = set()
        """Types that are not installed here; their topics are left out."""

    def __enter__(self) -> Self:
        try:
            self._file = self._path.open("xb")
        except OSError as error:
            raise BagError(f"{self._path} cannot be written ({error}): name another file") from (
                error
            )
        self._writer = Writer(self._file)
        self._writer.start(profile="ros2", library="inspection-cell")
        self._context = Context()
        with visiting():
            rclpy.init(args=[], context=self._context)
            self._node = Node("bag_recorder", context=self._context, enable_rosout=False)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)
        self._look_s = 0.0
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
        self._writer.finish()
        self._file.close()

    def listen(self, seconds: float) -> None:
        """Write for so long."""
        deadline = time.monotonic() + seconds
        while (now := time.monotonic()) < deadline:
            if now >= self._look_s:
                self._look_s = now + LOOK_S
                self._look()
            with undivided():  # a message is written whole
                self._executor.spin_once(timeout_sec=min(0.1, deadline - now))

    def _look(self) -> None:
        for topic, kinds in self._node.get_topic_names_and_types():
            hidden = any(part.startswith("_") for part in topic.split("/"))
            known = topic in self.messages or kinds[0] in self.unknown
            if known or hidden or topic in NOT_RECORDED or self._elsewhere(topic):
                continue
            writers = self._node.get_publishers_info_by_topic(topic)
            if writers:
                self._subscribe(topic, kinds[0], [w.qos_profile for w in writers])

    def _elsewhere(self, topic: str) -> bool:
        """Whether it is another cell's. What lies in no namespace is everybody's."""
        if self._namespace is None or topic.rpartition("/")[0] == "":
            return False
        return not topic.startswith(f"{self._namespace}/")

    def _subscribe(self, topic: str, kind: str, writers: list[Any]) -> None:
        try:
            message, text = message_class(kind), definition(kind)
        except BagError:
            self.unknown.add(kind)
            return
        reliable = all(w.reliability == ReliabilityPolicy.RELIABLE for w in writers)
        lasting = all(w.durability == DurabilityPolicy.TRANSIENT_LOCAL for w in writers)
        schema = self._writer.register_schema(kind, "ros2msg", text.encode())
        channel = self._writer.register_channel(
            topic, "cdr", schema, {QOS: offered(reliable, lasting)}
        )
        self.messages[topic] = 0

        def take(data: bytes) -> None:
            now = time.time_ns()
            self._writer.add_message(channel, now, data, now, self.messages[topic])
            self.messages[topic] += 1

        self._node.create_subscription(message, topic, take, quality(reliable, lasting), raw=True)
