"""The alarm state machine (ISA-18.2, clause 5.5): pure, time comes as an argument."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

from cell.alarms.catalogue import Entry, entry


class AlarmState(IntEnum):
    """States that are shown; a normal alarm is not in the book. Values as in msg/Alarm."""

    UNACKNOWLEDGED = 1
    ACKNOWLEDGED = 2
    RETURNED_UNACKNOWLEDGED = 3


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm now. `raised_ns`: when its cause last appeared."""

    entry: Entry
    detail: str
    state: AlarmState
    raised_ns: int

    @property
    def id(self) -> str:
        """Identity, e.g. 'camera.frame_failed'."""
        return self.entry.id

    @property
    def source(self) -> str:
        """Node or device."""
        return self.entry.source

    @property
    def priority(self) -> int:
        """1 high, 2 medium, 3 low."""
        return int(self.entry.priority)

    @property
    def text_en(self) -> str:
        """What happened and what to do now."""
        return self.entry.text_en(self.detail)

    @property
    def text_ko(self) -> str:
        """The same in Korean."""
        return self.entry.text_ko(self.detail)


class AlarmBook:
    """Every alarm that is not normal. One entry for each identity: a repeated cause renews it."""

    def __init__(self) -> None:
        self._alarms: dict[str, Alarm] = {}

    def raise_(self, alarm: str, detail: str, now_ns: int) -> None:
        """The cause appeared. Raises UnknownAlarmError for an identity outside the catalogue.

        An alarm that is active and acknowledged stays so: nobody is called twice for one cause.
        """
        known = self._alarms.get(alarm)
        if known is not None and known.state is not AlarmState.RETURNED_UNACKNOWLEDGED:
            self._alarms[alarm] = replace(known, detail=detail)
            return
        self._alarms[alarm] = Alarm(entry(alarm), detail, AlarmState.UNACKNOWLEDGED, now_ns)

    def clear(self, alarm: str) -> None:
        """The cause is gone: acknowledged alarms become normal, the others wait for a person."""
        known = self._alarms.get(alarm)
        if known is None:
            return
        if known.state is AlarmState.ACKNOWLEDGED:
            del self._alarms[alarm]
        else:
            self._alarms[alarm] = replace(known, state=AlarmState.RETURNED_UNACKNOWLEDGED)

    def acknowledge(self, alarm: str) -> tuple[bool, str]:
        """A person has seen it; '' means all. Returns whether any waited for it, and a text."""
        wanted = [
            known
            for known in self._alarms.values()
            if alarm in ("", known.id) and known.state is not AlarmState.ACKNOWLEDGED
        ]
        for known in wanted:
            if known.state is AlarmState.RETURNED_UNACKNOWLEDGED:
                del self._alarms[known.id]
            else:
                self._alarms[known.id] = replace(known, state=AlarmState.ACKNOWLEDGED)
        if wanted or not alarm:
            return True, f"{len(wanted)} acknowledged"
        return False, f"alarm '{alarm}' waits for no acknowledgement: refresh the list"

    def active(self) -> tuple[Alarm, ...]:
        """Every alarm that is not normal: unacknowledged first, then by priority, then newest."""
        rank = {
            AlarmState.UNACKNOWLEDGED: 0,
            AlarmState.ACKNOWLEDGED: 1,
            AlarmState.RETURNED_UNACKNOWLEDGED: 2,
        }
        return tuple(
            sorted(self._alarms.values(), key=lambda a: (rank[a.state], a.priority, -a.raised_ns))
        )
