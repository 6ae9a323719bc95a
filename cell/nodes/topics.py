"""How topics of the cell are carried, and how their time stamps are written."""

from __future__ import annotations

from builtin_interfaces.msg import Time
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from std_msgs.msg import Header

RELIABLE = QoSProfile(depth=50, reliability=ReliabilityPolicy.RELIABLE)
LATEST = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
LATCHED = QoSProfile(
    depth=1, reliability=ReliabilityPolicy.RELIABLE, durability=DurabilityPolicy.TRANSIENT_LOCAL
)
ORDERS = QoSProfile(depth=64, reliability=ReliabilityPolicy.RELIABLE)
"""Of the supervisor's services: as many orders may come at once, and none is lost in silence."""


def to_time(nanoseconds: int) -> Time:
    """System-clock nanoseconds as a ROS time."""
    return Time(sec=nanoseconds // 1_000_000_000, nanosec=nanoseconds % 1_000_000_000)


def stamped(nanoseconds: int, frame_id: str = "") -> Header:
    """The header of a message: system-clock nanoseconds, and a frame where it tells of a place."""
    return Header(stamp=to_time(nanoseconds), frame_id=frame_id)


def to_ns(time: Time) -> int:
    """A ROS time as system-clock nanoseconds."""
    return int(time.sec) * 1_000_000_000 + int(time.nanosec)
