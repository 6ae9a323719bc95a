"""What is heard of a running cell: topics, and where each message goes in the feed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Final

from inspection_cell_interfaces.msg import (
    BeltState,
    CellState,
    Inspection,
    NodeStatus,
    RobotState,
)
from rclpy.qos import QoSProfile, ReliabilityPolicy

from cell.client import convert
from cell.client.feed import Feed, Heard
from cell.client.model import BeltStatus, CellStatus, Heartbeat, InspectionStatus, RobotStatus


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic. read: the value of a message; put: the feed after a value that was heard at a
    monotonic time [s].
    """

    kind: type
    topic: str
    depth: int
    read: Callable[[Any], Any]
    put: Callable[[Feed, Any, float], Feed]

    def into(self, feed: Feed, msg: Any, now_s: float) -> Feed:
        """The feed after the message. UnsoundError: it tells a number that is none, and nothing
        of it is believed: whoever says such a thing is as good as silent.
        """
        value = self.read(msg)
        if wrong := unsound(value):
            raise UnsoundError(f"{self.topic}: {wrong} is not a finite number")
        return self.put(feed, value, now_s)


class UnsoundError(ValueError):
    """A message that cannot be true; says which field of which topic."""


def unsound(value: object, name: str = "") -> str:
    """The first field of a value whose number is infinite or none at all, '' if there is none."""
    if isinstance(value, float):
        return "" if math.isfinite(value) else name
    if is_dataclass(value):
        below = [(one.name, getattr(value, one.name)) for one in fields(value)]
    elif isinstance(value, Mapping):
        below = [(str(key), one) for key, one in value.items()]
    elif isinstance(value, (tuple, list)):
        below = [(name, one) for one in value]
    else:
        return ""
    return next((wrong for key, one in below if (wrong := unsound(one, key))), "")


def latest(depth: int = 1) -> QoSProfile:
    """A reader that fits every writer and keeps only the newest `depth` messages."""
    return QoSProfile(depth=depth, reliability=ReliabilityPolicy.BEST_EFFORT)


def _cell(feed: Feed, told: CellStatus, now_s: float) -> Feed:
    return feed.hear_cell(told, now_s)


def _inspection(feed: Feed, told: InspectionStatus, _now_s: float) -> Feed:
    return feed.hear_inspection(told)


def _belt(feed: Feed, told: BeltStatus, now_s: float) -> Feed:
    return replace(feed, belt=Heard(told, now_s))


def _robot(feed: Feed, told: RobotStatus, now_s: float) -> Feed:
    return replace(feed, robot=Heard(told, now_s))


def _heartbeat(feed: Feed, told: Heartbeat, now_s: float) -> Feed:
    return feed.hear_heartbeat(told, now_s)


HEARD: Final = (
    Topic(CellState, "supervisor/state", 20, convert.cell_status, _cell),
    Topic(Inspection, "supervisor/inspection", 16, convert.inspection_status, _inspection),
    Topic(BeltState, "belt/state", 1, convert.belt_status, _belt),
    Topic(RobotState, "robot/state", 1, convert.robot_status, _robot),
    Topic(NodeStatus, "node_status", 32, convert.heartbeat, _heartbeat),
)
