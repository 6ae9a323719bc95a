"""ROS messages in the words of the ledger, and the ledger's words as ROS messages."""

from __future__ import annotations

from inspection_cell_interfaces.msg import (
    BeltEvent,
    BeltState,
    ClosedPart,
    FrameHandle,
    Inspection,
    NodeStatus,
    PartEvent,
    PartOnBelt,
)

from cell.control.ledger import observations as o
from cell.control.ledger.codec import encode, kind_of, part_of
from cell.control.ledger.events import Event
from cell.control.ledger.snapshot import ClosedView, PartView
from cell.control.watch import Heartbeat
from cell.nodes.inspections import inspection_of
from cell.nodes.neighbours import neighbours_of
from cell.nodes.topics import stamped, to_ns
from cell.texts import bare


def belt_read(message: BeltState, now_ns: int) -> o.BeltRead:
    """A reading of the PLC."""
    return o.BeltRead(
        stamp_ns=now_ns,
        read_ns=to_ns(message.header.stamp),
        encoder_m=message.encoder_m,
        running=message.running,
        at_authority=message.at_authority,
        arrivals=message.arrivals,
        exposures=message.exposures,
        exits=message.exits,
        speed_m_s=message.speed_m_s,
        device_s=message.device_s,
        emergency_stop=message.emergency_stop,
        watchdog_tripped=message.watchdog_tripped,
        neighbours=neighbours_of(message.feed),
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
                exposure_ns=to_ns(message.header.stamp),
            )


def frame(message: FrameHandle, now_ns: int) -> o.FrameReceived:
    """The camera's answer to a trigger."""
    return o.FrameReceived(
        stamp_ns=now_ns,
        trigger=message.trigger,
        exposure_ns=to_ns(message.header.stamp),
        received_ns=to_ns(message.received),
        ok=message.ok,
        error=bare(message.error),
    )


def inspection(message: Inspection, now_ns: int) -> o.InspectionDone:
    """The inspector's answer to a picture."""
    return o.InspectionDone(stamp_ns=now_ns, inspection=inspection_of(message))


def heartbeat(message: NodeStatus) -> Heartbeat:
    """A node's sign of life."""
    return Heartbeat(
        node=message.node,
        host=message.host,
        pid=message.pid,
        boot_id=message.boot_id,
        active=message.lifecycle == "active",
        message=bare(message.message),
        advisories=tuple((told.alarm, bare(told.detail)) for told in message.advisories),
        works_by=message.works_by,
        prepared=(message.prepared, bare(message.prepare_message)),
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
        verdicts=list(view.verdicts),
    )


def closed_part(view: ClosedView) -> ClosedPart:
    """A closed account for the people who watch."""
    return ClosedPart(
        part=view.part,
        verdict=view.verdict,
        disposition=view.disposition,
        bin=view.bin,
        said=view.said,
        said_by=view.said_by,
        verdicts=list(view.verdicts),
    )


def part_event(sequence: int, event: Event) -> PartEvent:
    """A decision of the ledger with its number in the journal."""
    return PartEvent(
        sequence=sequence,
        header=stamped(event.stamp_ns),
        type=kind_of(event),
        part=part_of(event),
        data=encode(event),
    )
