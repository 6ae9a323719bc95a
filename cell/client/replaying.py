"""Says what a bag holds again, at its pace; never what would move anything."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rclpy
from inspection_cell_interfaces.msg import NodeStatus
from mcap.reader import McapReader, make_reader
from rclpy.context import Context
from rclpy.node import Node
from rclpy.serialization import deserialize_message

from cell.client.bag import QOS, BagError, definition, message_class, writer_of
from cell.client.model import PLAYER
from cell.launcher.visiting import visiting
from cell.nodes.topics import RELIABLE, stamped
from models.ground.errors import UserError
from models.ground.machine import machine

MOVING = tuple(f"inspection_cell_interfaces/msg/{name}" for name in ("BeltCommand", "MotionPermit"))
"""Leases: to say them again would let a belt or an arm move."""
STATUS = "inspection_cell_interfaces/msg/NodeStatus"
PAGE, LAUNCHER = "hmi", "launcher"
ONLOOKERS = (PAGE, LAUNCHER, PLAYER)
"""Nodes that say that they live beside a page that only shows a cell."""
NAMELESS = "_NODE_NAME_UNKNOWN_"
"""What rmw says of a node that it has not found yet."""
LISTEN_S = 2.0
"""How long it is listened for a cell that runs, before anything is said."""
BEAT_S = 0.2
"""How often the player says that it plays; as often it looks whether a cell begins to speak."""


def replay(path: Path, rate: float, *, namespace: str | None = None) -> int:
    """Play a bag at so many times its pace, its cell in another ROS namespace if one is given; how
    many messages were sent.

    Raises BagError, also when somebody else speaks on a topic of the bag, or begins to: nobody
    shall take an old cell for the one that runs.
    """
    _require_same_messages(path)
    kinds = {topic: kind for topic, kind, _ in channels(path)}
    names = _moved(path, kinds, namespace)
    context = Context()
    with visiting():
        rclpy.init(args=[], context=context)
        node = Node(PLAYER, context=context, enable_rosout=False)
    try:
        player = _Player(node, {names[topic]: kind for topic, kind in kinds.items()})
        deadline = time.monotonic() + LISTEN_S
        while time.monotonic() < deadline:
            player.require_silence()
            time.sleep(0.1)
        writers = {
            topic: node.create_publisher(message_class(kind), names[topic], writer_of(quality))
            for topic, kind, quality in channels(path)
            if kind not in MOVING
        }
        player.wait_until(time.monotonic() + LISTEN_S / 2.0)  # readers are found before it begins
        sent, first_ns, began_s = 0, None, time.monotonic()
        for topic, at_ns, data in messages(path):
            if topic not in writers or _of_a_page(kinds[topic], data):
                continue
            first_ns = at_ns if first_ns is None else first_ns
            player.wait_until(began_s + (at_ns - first_ns) * 1e-9 / rate)
            writers[topic].publish(data)
            sent += 1
        return sent
    finally:
        node.destroy_node()
        rclpy.shutdown(context=context)


def _moved(path: Path, kinds: dict[str, str], namespace: str | None) -> dict[str, str]:
    """What each topic is called when its cell is played in this namespace. Raises BagError."""
    if namespace is None:
        return {topic: topic for topic in kinds}
    spaces = sorted({_space(topic) for topic, kind in kinds.items() if _ours(kind)})
    if len(spaces) != 1:
        raise BagError(
            f"{path} holds {len(spaces)} cells ({', '.join(spaces) or 'none'}), --namespace moves "
            "one: play it without"
        )
    (old,) = spaces
    return {
        topic: namespace + topic.removeprefix(old) if topic.startswith(f"{old}/") else topic
        for topic in kinds
    }


class _Player:
    """Says, as long as it plays, that it does so, and looks that no cell speaks.

    kinds: the bag's topics, with their types.
    """

    def __init__(self, node: Node, kinds: dict[str, str]) -> None:
        self._node, self._kinds = node, kinds
        self._boot_id = uuid.uuid4().hex[:12]
        self._beats = [
            node.create_publisher(NodeStatus, topic, RELIABLE)
            for topic in sorted(
                {f"{_space(topic)}/node_status" for topic, kind in kinds.items() if _ours(kind)}
            )
        ]
        self._nameless: dict[tuple[int, ...], float] = {}
        self._next_s = 0.0

    def wait_until(self, due_s: float) -> None:
        """Return at `due_s` (time.monotonic). Raises BagError when a cell begins to speak."""
        while True:
            now_s = time.monotonic()
            if now_s >= self._next_s:
                self._next_s = now_s + BEAT_S
                self._beat()
                self.require_silence()
            if now_s >= due_s:
                return
            time.sleep(min(due_s, self._next_s) - now_s if self._next_s > now_s else 0.0)

    def require_silence(self) -> None:
        """Raises BagError where somebody else speaks on one of the cell's topics."""
        for topic, kind in self._kinds.items():
            if not _ours(kind):
                continue
            writers = self._node.get_publishers_info_by_topic(topic)
            speakers = [w.node_name for w in writers if self._speaks(w)]
            if speakers:
                raise BagError(
                    f"a cell speaks on {topic} (node {speakers[0]}): stop it, or play in another "
                    "ROS domain (--domain)"
                )

    def _speaks(self, writer: Any) -> bool:
        """Whether this is a writer of a cell's. Its node's name is found some time after it."""
        if writer.node_name != NAMELESS:
            return writer.node_name not in ONLOOKERS
        now_s = time.monotonic()
        since_s = self._nameless.setdefault(tuple(writer.endpoint_gid), now_s)
        return now_s - since_s > LISTEN_S

    def _beat(self) -> None:
        status = NodeStatus(
            header=stamped(time.time_ns()), node=PLAYER, host=machine(), pid=os.getpid(),
            boot_id=self._boot_id, lifecycle="active", healthy=True,
        )  # fmt: skip
        for beats in self._beats:
            beats.publish(status)


def _ours(kind: str) -> bool:
    return kind.startswith("inspection_cell_interfaces/")


def _space(topic: str) -> str:
    """The namespace of the cell whose topic of one of our types this is."""
    space, _, last = topic.rpartition("/")
    return space if last == "node_status" else space.rpartition("/")[0]


def _of_a_page(kind: str, data: bytes) -> bool:
    """Whether a page of then says that it lives: the page of now does so itself."""
    return kind == STATUS and deserialize_message(data, NodeStatus).node == PAGE


def _require_same_messages(path: Path) -> None:
    """Bytes travel as they were recorded: read by another definition they would be other words."""
    with _reading(path) as bag:
        summary = bag.get_summary()
        told = {s.name: s.data.decode() for s in summary.schemas.values()} if summary else {}
    for kind, text in told.items():
        message_class(kind)
        if _fields(text) != _fields(definition(kind)):
            raise BagError(
                f"{path} holds {kind} as another version of the cell has it: play it with the "
                "version that recorded it; other tools read it as it is"
            )


def _fields(text: str) -> list[str]:
    """A definition without its remarks and layout."""
    lines = (" ".join(line.partition("#")[0].split()) for line in text.splitlines())
    return [line for line in lines if line]


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
