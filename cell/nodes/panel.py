"""What the supervisor shows: CellState for screens, the stack light for the hall."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inspection_cell_interfaces.msg import Alarm as AlarmMessage
from inspection_cell_interfaces.msg import Bin, CellState, Order

from cell.control.alarms import Alarm, AlarmState, Shelf, alarm_text, entry, reason_text
from cell.control.ledger.events import CellState as State
from cell.control.ledger.snapshot import Snapshot
from cell.control.supervision import Supervision
from cell.nodes.changing import Changing
from cell.nodes.topics import to_time
from cell.nodes.translate import closed_part, part_on_belt
from cell.texts import for_ros

RED, AMBER, GREEN, BUZZER = 1, 2, 4, 8
ALARM_STATES = {
    AlarmState.UNACKNOWLEDGED: AlarmMessage.UNACKNOWLEDGED,
    AlarmState.ACKNOWLEDGED: AlarmMessage.ACKNOWLEDGED,
    AlarmState.RETURNED_UNACKNOWLEDGED: AlarmMessage.RETURNED_UNACKNOWLEDGED,
}


def stack_light(state: State, unacknowledged: bool) -> int:
    """Colours after IEC 60204-1: red for a fault, amber for a person, green for production."""
    light = {
        State.RUNNING: GREEN,
        State.STARTING: GREEN | AMBER,
        State.STOPPING: GREEN | AMBER,
        State.STOPPED: AMBER,
        State.FAULTED: RED,
        State.PURGE_REQUIRED: RED | AMBER,
    }[state]
    return light | BUZZER if unacknowledged else light


def unknown(
    supervision: Supervision, changing: Changing, refusals: Mapping[str, str], reason: str
) -> CellState:
    """The message of a cell that knows nothing of its belt, for `reason`; without its header."""
    seen = supervision.ledger.snapshot()
    return CellState(
        state=CellState.UNKNOWN,
        recipe=seen.recipe,
        **_recipe(changing),
        reason=for_ros(reason_text(reason)),
        **_alarms(seen),
        orders=_orders(refusals),
    )


def cell_state(
    supervision: Supervision, changing: Changing, refusals: Mapping[str, str]
) -> CellState:
    """The message without its header. refusals: why each order cannot be given, '' if it can."""
    seen = supervision.ledger.snapshot()
    counts, verdict = seen.counts, seen.last_verdict
    return CellState(
        state=seen.state.value,
        recipe=seen.recipe,
        **_recipe(changing),
        reason=for_ros(reason_text(seen.reason, seen.detail)),
        arrived=counts.arrived,
        passed=counts.passed,
        removed=counts.removed,
        purged=counts.purged,
        rejected=counts.rejected,
        reviewed=counts.reviewed,
        on_belt=seen.on_belt,
        belt_stops_fault=counts.stops_fault,
        belt_stops_wait=counts.stops_wait,
        belt_wait_s=counts.wait_s,
        last_part=seen.last_part,
        last_verdict=verdict.kind.value if verdict else "",
        last_reason=for_ros(verdict.reason) if verdict else "",
        parts=[part_on_belt(part) for part in seen.parts],
        closed=[closed_part(part) for part in seen.closed],
        **_alarms(seen),
        orders=_orders(refusals),
    )


def _alarms(seen: Snapshot) -> dict[str, Any]:
    """Alarms, those on the shelf, the first of the last stop, and the bins."""
    first_out, at_ns = seen.first_out
    return {
        "alarms": [alarm_message(alarm) for alarm in seen.alarms],
        "shelved": [shelved_message(shelf, alarm) for shelf, alarm in seen.shelved],
        "first_out": first_out,
        "first_out_at": to_time(at_ns),
        "bins": [
            Bin(
                name=name,
                parts=held.parts,
                capacity=seen.capacities.get(name, 0),
                open=bool(held.opened_by),
                person=held.opened_by,
            )
            for name, held in seen.bins.items()
        ],
    }


def shelved_message(shelf: Shelf, alarm: Alarm | None) -> AlarmMessage:
    """One line of the shelf; without an alarm its cause is gone."""
    known = entry(shelf.alarm)
    message = AlarmMessage(
        id=shelf.alarm,
        source=known.source,
        priority=int(known.priority),
        state=AlarmMessage.NORMAL,
        raised=to_time(shelf.since_ns),
        text=for_ros(alarm_text(shelf.alarm)),
    )
    if alarm is not None:
        message = alarm_message(alarm)
    message.shelved_by, message.shelved_why = shelf.person, for_ros(shelf.reason)
    message.shelved_until = to_time(shelf.until_ns)
    return message


def _orders(refusals: Mapping[str, str]) -> list[Order]:
    return [Order(name=name, refusal=for_ros(refusal)) for name, refusal in refusals.items()]


def _recipe(changing: Changing) -> dict[str, Any]:
    """What the cell works by, and what it changes to."""
    change, parts = changing.change, changing.parts
    told = {"recipe_content": parts.pin.contents, "model": parts.identity}
    if change.wish.live:  # the recipe stays, and an alarm tells what came in the way
        return told
    return told | {
        "recipe_next": change.recipe,
        "change": change.step.value,
        "change_message": for_ros(change.message),
    }


def alarm_message(alarm: Alarm) -> AlarmMessage:
    """One line of the alarm list."""
    return AlarmMessage(
        id=alarm.id,
        source=alarm.source,
        priority=alarm.priority,
        state=ALARM_STATES[alarm.state],
        raised=to_time(alarm.raised_ns),
        text=for_ros(alarm.text),
    )
