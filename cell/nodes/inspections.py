"""Inspections as ROS messages, and back: the one place where the two forms meet."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from inspection_cell_interfaces.msg import Defect as DefectMessage
from inspection_cell_interfaces.msg import FrameHandle
from inspection_cell_interfaces.msg import Inspection as Message

from calibration.geometry import Pose2D
from cell.control.ledger.events import Inspected
from cell.control.ledger.inspection import Inspection
from cell.nodes.topics import stamped, to_ns, to_time
from cell.texts import bare, for_ros
from vision.types import Defect, Timings

SAME = ("trigger", "ok", "recipe", "model", "engine", "golden", "view")
POSE = ("x", "y", "yaw")
TIMINGS = ("locate_ms", "inference_ms", "total_ms")
DEFECT = ("class_name", "score", "x_min", "y_min", "x_max", "y_max")
"""Fields that go by the same name here and there."""
UNASSOCIATED = 64
"""Messages kept while nobody knows whose picture they are about; the ledger keeps as many."""


def message_of(
    seen: Inspection, frame: FrameHandle, canonical: tuple[int, int], frame_id: str
) -> Message:
    """The message about the picture `frame`. canonical: width and height of the view [px];
    frame_id: of the pose.
    """
    return Message(
        header=stamped(seen.exposure_ns, frame_id),
        done=to_time(seen.done_ns),
        error=for_ros(seen.error),
        **_named(seen, SAME),
        **_named(seen.pose, POSE),
        **_named(seen.timings, TIMINGS),
        defects=[DefectMessage(**_named(defect, DEFECT)) for defect in seen.defects],
        canonical_width=canonical[0],
        canonical_height=canonical[1],
        **_named(frame, ("ring", "slot", "sequence", "height", "width")),
    )


def inspection_of(message: Message) -> Inspection:
    """What a message says."""
    return Inspection(
        exposure_ns=to_ns(message.header.stamp),
        done_ns=to_ns(message.done),
        error=bare(message.error),
        **_named(message, SAME),
        pose=Pose2D(**_named(message, POSE)),
        timings=Timings(**_named(message, TIMINGS)),
        defects=tuple(Defect(**_named(defect, DEFECT)) for defect in message.defects),
    )


class Unassociated:
    """Inspections of which the ledger has not said yet whose they are."""

    def __init__(self) -> None:
        self._messages: OrderedDict[tuple[int, int], Message] = OrderedDict()

    def hear(self, message: Message) -> None:
        """Keep it until it is associated; what never is, is let go in time."""
        self._messages[to_ns(message.header.stamp), message.trigger] = message
        while len(self._messages) > UNASSOCIATED:
            self._messages.popitem(last=False)

    def associated(self, event: Inspected) -> Message | None:
        """The message with its part and what the ledger made of it; None for one not heard."""
        seen = event.inspection
        message = self._messages.pop((seen.exposure_ns, seen.trigger), None)
        if message is not None:
            message.part, message.late = event.part, event.late
            message.ok, message.error = seen.ok, for_ros(seen.error)
        return message


def _named(value: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names}
