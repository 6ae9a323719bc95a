"""The inspector's answers to pictures, as ROS messages."""

from __future__ import annotations

from inspection_cell_interfaces.msg import Defect, FrameHandle, Inspection

from cell.products.inspector import InspectionSetup
from vision.types import Inspection as Finding


def blank(handle: FrameHandle, setup: InspectionSetup | None) -> Inspection:
    """An answer to a picture, without findings yet."""
    message = Inspection(
        stamp=handle.stamp,
        trigger=handle.trigger,
        ring=handle.ring,
        slot=handle.slot,
        sequence=handle.sequence,
        height=handle.height,
        width=handle.width,
    )
    if setup is not None:
        message.recipe = setup.recipe.identity
        message.canonical_width, message.canonical_height = setup.recipe.canonical_px
        message.model = setup.model
        message.engine = setup.engine.name
    return message


def found(message: Inspection, finding: Finding) -> Inspection:
    """The message with what vision found."""
    message.ok = True
    message.golden = finding.golden
    message.locate_ms = finding.timings.locate_ms
    message.inference_ms = finding.timings.inference_ms
    message.total_ms = finding.timings.total_ms
    if finding.pose is not None:
        message.x, message.y, message.yaw = finding.pose.x, finding.pose.y, finding.pose.yaw
    message.defects = [
        Defect(
            class_name=d.class_name,
            score=d.score,
            x_min=d.box.x_min,
            y_min=d.box.y_min,
            x_max=d.box.x_max,
            y_max=d.box.y_max,
        )
        for d in finding.detections
    ]
    return message
