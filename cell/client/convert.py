"""ROS messages to the page's values."""

from __future__ import annotations

from typing import Any

from cell.client.model import (
    Alarm,
    BeltStatus,
    BinStatus,
    CellStatus,
    ClosedPart,
    Counts,
    FeedStatus,
    Heartbeat,
    InspectionStatus,
    Part,
    PictureSource,
    RobotStatus,
    Shelved,
    Verdict,
)
from cell.nodes.inspections import inspection_of

Message = Any
"""Generated message classes carry no type information."""

NORMAL = 0
ACKNOWLEDGED = 2
RETURNED_UNACKNOWLEDGED = 3


def seconds(stamp: Message) -> float:
    """A builtin_interfaces/Time as seconds of the system clock."""
    return float(stamp.sec) + float(stamp.nanosec) * 1e-9


def cell_status(msg: Message) -> CellStatus:
    """From CellState."""
    return CellStatus(
        state=msg.state,
        recipe=msg.recipe,
        model=msg.model,
        recipe_next=msg.recipe_next,
        change=msg.change,
        change_message=msg.change_message,
        reason=msg.reason,
        counts=Counts(
            arrived=msg.arrived,
            passed=msg.passed,
            removed=msg.removed,
            purged=msg.purged,
            rejected=msg.rejected,
            reviewed=msg.reviewed,
            on_belt=msg.on_belt,
            stops_fault=msg.belt_stops_fault,
            stops_wait=msg.belt_stops_wait,
            wait_s=msg.belt_wait_s,
        ),
        last_part=msg.last_part,
        last_verdict=Verdict.of(msg.last_verdict),
        last_reason=msg.last_reason,
        parts=tuple(map(part, msg.parts)),
        closed=tuple(map(closed_part, msg.closed)),
        alarms=tuple(alarm(a) for a in msg.alarms),
        shelved=tuple(map(shelved, msg.shelved)),
        first_out=msg.first_out,
        first_out_s=seconds(msg.first_out_at),
        bins=tuple(BinStatus(b.name, b.parts, b.open, b.person, b.capacity) for b in msg.bins),
        refusals={order.name: order.refusal for order in msg.orders},
        feed=feed_status(msg.feed),
    )


def feed_status(msg: Message) -> FeedStatus:
    """From Feed."""
    wires = msg.signals
    return FeedStatus(
        infeed=wires.infeed,
        infeed_tells=wires.infeed_tells,
        outfeed=wires.outfeed,
        outfeed_tells=wires.outfeed_tells,
        part_available=wires.part_available,
        outfeed_ready=wires.outfeed_ready,
        ready=msg.ready,
        permitted=msg.permitted,
        reasons=tuple(msg.reasons),
        suspended=msg.suspended,
        passed=msg.passed,
        removed=msg.removed,
        passed_told=wires.passed_told,
        removed_told=wires.removed_told,
    )


def part(msg: Message) -> Part:
    """From PartOnBelt."""
    verdicts = tuple(map(Verdict.of, msg.verdicts))
    return Part(
        msg.part, msg.state, Verdict.of(msg.verdict), msg.bin, msg.x, msg.y, msg.yaw, verdicts
    )


def closed_part(msg: Message) -> ClosedPart:
    """From ClosedPart."""
    return ClosedPart(
        part=msg.part,
        verdict=Verdict.of(msg.verdict),
        disposition=msg.disposition,
        bin=msg.bin,
        said=Verdict.of(msg.said),
        said_by=msg.said_by,
        verdicts=tuple(map(Verdict.of, msg.verdicts)),
    )


def alarm(msg: Message) -> Alarm:
    """From Alarm."""
    return Alarm(
        id=msg.id,
        source=msg.source,
        priority=msg.priority,
        active=msg.state not in (NORMAL, RETURNED_UNACKNOWLEDGED),
        acknowledged=msg.state == ACKNOWLEDGED,
        raised_s=seconds(msg.raised),
        text=msg.text or msg.id,
    )


def shelved(msg: Message) -> Shelved:
    """From Alarm, of one on the shelf."""
    return Shelved(alarm(msg), msg.shelved_by, msg.shelved_why, seconds(msg.shelved_until))


def inspection_status(msg: Message) -> InspectionStatus:
    """From Inspection, as the supervisor sends it on."""
    width, height = int(msg.canonical_width), int(msg.canonical_height)
    return InspectionStatus(
        part=msg.part,
        inspection=inspection_of(msg),
        late=msg.late,
        canonical=(width, height) if width and height else None,
        source=PictureSource(msg.ring, msg.slot, msg.sequence),
    )


def robot_status(msg: Message) -> RobotStatus:
    """From RobotState."""
    return RobotStatus(
        connected=msg.connected,
        mode=msg.mode,
        phase=msg.phase,
        part=msg.part,
        vacuum_ok=msg.vacuum_ok,
        joints=tuple(float(q) for q in msg.position),
        message=msg.message,
    )


def belt_status(msg: Message) -> BeltStatus:
    """From BeltState."""
    return BeltStatus(
        connected=msg.connected,
        running=msg.running,
        speed_m_s=msg.speed_m_s,
        encoder_m=msg.encoder_m,
        at_authority=msg.at_authority,
        watchdog_tripped=msg.watchdog_tripped,
        emergency_stop=msg.emergency_stop,
    )


def heartbeat(msg: Message) -> Heartbeat:
    """From NodeStatus. The node goes by its last name: '/cell/belt' is 'belt'."""
    return Heartbeat(
        node=msg.node.rsplit("/", 1)[-1],
        pid=msg.pid,
        boot_id=msg.boot_id,
        lifecycle=msg.lifecycle,
        healthy=msg.healthy,
        message=msg.message,
        rss_mib=msg.rss_mib,
        cpu_s=msg.cpu_s,
        stamp_s=seconds(msg.header.stamp),
        advisories=tuple((told.alarm, told.detail) for told in msg.advisories),
    )
