"""Says what a bag holds again, at its pace; never what would move anything."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import rclpy
from mcap.reader import McapReader, make_reader
from rclpy.context import Context
from rclpy.node import Node

from cell.client.bag import QOS, BagError, message_class, writer_of
from cell.launcher.visiting import visiting
from models.ground.errors import UserError

MOVING = tuple(f"inspection_cell_interfaces/msg/{name}" for name in ("BeltCommand", "MotionPermit"))
"""Leases: to say them again would let a belt or an arm move."""
PAGE = "hmi"
LISTEN_S = 2.0
"""How long it is listened for a cell that runs, before anything is said."""


def replay(path: Path, rate: float, told: Callable[[int], object] = lambda _: None) -> int:
    """Play a bag at so many times its pace; how many messages were sent. told: hears of each.

    Raises BagError, also when somebody already speaks on a topic of the bag: nobody shall take an
    old cell for the one that runs.
    """
    kinds = {topic: kind for topic, kind, _ in channels(path)}
    context = Context()
    with visiting():
        rclpy.init(args=[], context=context)
        node = Node("bag_player", context=context, enable_rosout=False)
    try:
        _require_silence(node, kinds)
        writers = {
            topic: node.create_publisher(message_class(kind), topic, writer_of(quality))
            for topic, kind, quality in channels(path)
            if kind not in MOVING
        }
        time.sleep(LISTEN_S / 2.0)  # readers are found before the first word
        sent, first_ns, began_s = 0, None, time.monotonic()
        for topic, at_ns, data in messages(path):
            if topic not in writers:
                continue
            first_ns = at_ns if first_ns is None else first_ns
            time.sleep(max(0.0, began_s + (at_ns - first_ns) * 1e-9 / rate - time.monotonic()))
            writers[topic].publish(data)
            sent += 1
            told(sent)
        return sent
    finally:
        node.destroy_node()
        rclpy.shutdown(context=context)


def _require_silence(node: Node, kinds: dict[str, str]) -> None:
    deadline = time.monotonic() + LISTEN_S
    while time.monotonic() < deadline:
        for topic, kind in kinds.items():
            ours = kind.startswith("inspection_cell_interfaces/")
            # A page that only shows a cell says that it lives.
            writers = node.get_publishers_info_by_topic(topic)
            speakers = [w.node_name for w in writers if w.node_name != PAGE]
            if ours and speakers:
                raise BagError(
                    f"a cell speaks on {topic} already (node {speakers[0]}): stop it, or play in "
                    "another ROS domain (--domain)"
                )
        time.sleep(0.1)


def channels(path: Path) -> list[tuple[str, str, str]]:
    """Topic, type and noted quality of service of everything that a bag holds. Raises BagError."""
    with _reading(path) as bag:
        summary = bag.get_summary()
        if summary is None:
            raise BagError(f"{path} has no summary: its recording did not end; `mcap recover` it")
        return [
            (c.topic, summary.schemas[c.schema_id].name, c.metadata.get(QOS, ""))
            for c in summary.channels.values()
            if c.message_encoding == "cdr" and c.schema_id in summary.schemas
        ]


def messages(path: Path) -> Iterator[tuple[str, int, bytes]]:
    """Topic, time [ns] and bytes of every message, in the order of time. Raises BagError."""
    with _reading(path) as bag:
        for _, channel, message in bag.iter_messages():
            yield channel.topic, message.log_time, message.data


@contextmanager
def _reading(path: Path) -> Iterator[McapReader]:
    """A bag's reader; what is wrong with the file is one line."""
    try:
        with path.open("rb") as stream:
            yield make_reader(stream, validate_crcs=True)
    except UserError:
        raise
    except Exception as error:
        # A damaged file fails in the reader, in a decompressor or in what unpacks numbers.
        told = " ".join(str(error).split()) or type(error).__name__
        raise BagError(f"{path} is no whole bag ({told}): record it anew") from error
