"""What is heard of a running cell: topics, and where each message goes in the feed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic. into: the feed after a message that was heard at a monotonic time [s]."""

    kind: type
    topic: str
    depth: int
    into: Callable[[Feed, Any, float], Feed]


def latest(depth: int = 1) -> QoSProfile:
    """A reader that fits every writer and keeps only the newest `depth` messages."""
    return QoSProfile(depth=depth, reliability=ReliabilityPolicy.BEST_EFFORT)


def _cell(feed: Feed, msg: Any, now_s: float) -> Feed:
    return feed.hear_cell(convert.cell_status(msg), now_s)


def _inspection(feed: Feed, msg: Any, _now_s: float) -> Feed:
    return feed.hear_inspection(convert.inspection_status(msg))


def _belt(feed: Feed, msg: Any, now_s: float) -> Feed:
    return replace(feed, belt=Heard(convert.belt_status(msg), now_s))


def _robot(feed: Feed, msg: Any, now_s: float) -> Feed:
    return replace(feed, robot=Heard(convert.robot_status(msg), now_s))


def _heartbeat(feed: Feed, msg: Any, now_s: float) -> Feed:
    return feed.hear_heartbeat(convert.heartbeat(msg), now_s)


HEARD: Final = (
    Topic(CellState, "supervisor/state", 20, _cell),
    Topic(Inspection, "supervisor/inspection", 16, _inspection),
    Topic(BeltState, "belt/state", 1, _belt),
    Topic(RobotState, "robot/state", 1, _robot),
    Topic(NodeStatus, "node_status", 32, _heartbeat),
)
