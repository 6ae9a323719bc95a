"""Between ROS messages and the words of ledger, vision and robot."""

from __future__ import annotations

from inspection_cell_interfaces.action import RemovePart
from inspection_cell_interfaces.msg import (
    BeltEvent,
    BeltState,
    FrameHandle,
    Inspection,
    NodeStatus,
    PartEvent,
    PartOnBelt,
    RobotState,
)
from inspection_cell_interfaces.msg import Defect as DefectMessage

from cell.ledger import observations as o
from cell.ledger.codec import encode, kind_of, part_of
from cell.ledger.events import Event
from cell.ledger.snapshot import PartView
from cell.nodes.base import to_ns, to_time
from cell.recipe.verdict import Defect
from cell.watch import Heartbeat
from robot.base import BeltSample
from robot.service import RemovalResult, RobotSnapshot
from vision.types import Inspection as Finding


def belt_read(message: BeltState, now_ns: int) -> o.BeltRead:
    """A reading of the PLC."""
    return o.BeltRead(
        stamp_ns=now_ns,
        read_ns=to_ns(message.stamp),
        encoder_m=message.encoder_m,
        running=message.running,
        at_authority=message.at_authority,
        arrivals=message.arrivals,
        exposures=message.exposures,
        exits=message.exits,
        emergency_stop=message.emergency_stop,
    )


def belt_edge(message: BeltEvent, now_ns: int) -> o.Observation:
    """A latched edge."""
    match message.kind:
        case BeltEvent.ARRIVAL:
            return o.ArrivalEdge(stamp_ns=now_ns, index=message.index, encoder_m=message.encoder_m)
        case BeltEvent.EXIT:
            return o.ExitEdge(stamp_ns=now_ns, index=message.index, encoder_m=message.encoder_m)
        case _:
            return o.ExposureLatch(
                stamp_ns=now_ns,
                index=message.index,
                encoder_m=message.encoder_m,
                exposure_ns=to_ns(message.stamp),
            )


def frame(message: FrameHandle, now_ns: int) -> o.FrameReceived:
    """The camera's answer to a trigger."""
    return o.FrameReceived(
        stamp_ns=now_ns,
        trigger=message.trigger,
        exposure_ns=to_ns(message.stamp),
        received_ns=to_ns(message.received),
        ok=message.ok,
        error=message.error,
    )


def inspection(message: Inspection, now_ns: int) -> o.InspectionDone:
    """The inspector's answer to a picture."""
    return o.InspectionDone(
        stamp_ns=now_ns,
        trigger=message.trigger,
        exposure_ns=to_ns(message.stamp),
        done_ns=to_ns(message.done),
        ok=message.ok,
        error=message.error,
        x=message.x,
        y=message.y,
        yaw=message.yaw,
        defects=tuple(
            Defect(d.class_name, float(d.score), d.x_min, d.y_min, d.x_max, d.y_max)
            for d in message.defects
        ),
        recipe=message.recipe,
        model=message.model,
        engine=message.engine,
        golden=message.golden,
        locate_ms=message.locate_ms,
        inference_ms=message.inference_ms,
        total_ms=message.total_ms,
        view=message.view,
    )


def heartbeat(message: NodeStatus) -> Heartbeat:
    """A node's sign of life."""
    return Heartbeat(
        node=message.node,
        host=message.host,
        pid=message.pid,
        boot_id=message.boot_id,
        active=message.lifecycle == "active",
        message=message.message,
    )


def part_on_belt(view: PartView) -> PartOnBelt:
    """An open account for the people who watch."""
    return PartOnBelt(
        part=view.part,
        state=view.stage,
        verdict=view.verdict,
        bin=view.bin,
        x=view.x,
        y=view.y,
        yaw=view.yaw,
    )


def part_event(sequence: int, event: Event) -> PartEvent:
    """A decision of the ledger with its number in the journal."""
    return PartEvent(
        sequence=sequence,
        stamp=to_time(event.stamp_ns),
        type=kind_of(event),
        part=part_of(event),
        data=encode(event),
    )


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
        DefectMessage(
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


def belt_sample(state: BeltState) -> BeltSample:
    """The belt's node's message in the robot's words."""
    return BeltSample(
        stamp_ns=to_ns(state.stamp),
        encoder_m=state.encoder_m,
        speed_m_s=state.speed_m_s,
        commanded_speed_m_s=state.commanded_speed_m_s,
        running=state.running,
        authority_m=state.authority_m,
        at_authority=state.at_authority,
        watchdog_tripped=state.watchdog_tripped,
        emergency_stop=state.emergency_stop,
        vacuum_ok=state.vacuum_ok,
        arrivals=state.arrivals,
        exposures=state.exposures,
        exits=state.exits,
    )


def removal_result(result: RemovalResult) -> RemovePart.Result:
    """The end of a removal."""
    return RemovePart.Result(
        removed=result.removed,
        reason=result.reason,
        message=result.message,
        cycle_s=result.cycle_s,
        grip_encoder_m=result.grip_encoder_m,
        grip_position=list(result.grip_position),
    )


def robot_state(state: RobotSnapshot) -> RobotState:
    """The arm as its controller reports it, without the stamp."""
    return RobotState(
        connected=state.connected,
        mode=state.mode,
        busy=state.busy,
        position=list(state.position),
        velocity=list(state.velocity),
        tcp_position=list(state.tcp_position),
        part=state.part,
        phase=state.phase,
        vacuum_ok=state.vacuum_ok,
        message=state.message,
    )
