"""The alarm state machine (ANSI/ISA-18.2-2016, states of an alarm): pure, time is an argument.

The ledger's events drive it, live and replayed alike, so that it survives a restart.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum

from cell.control.alarms.catalogue import Entry, entry
from cell.control.alarms.shelf import Shelf
from cell.control.alarms.texts import alarm_text


class AlarmState(IntEnum):
    """States that are shown; a normal alarm is not in the book. Values as in msg/Alarm."""

    UNACKNOWLEDGED = 1
    ACKNOWLEDGED = 2
    RETURNED_UNACKNOWLEDGED = 3


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm now, e.g. 'camera.frame_failed'. `raised_ns`: when its cause last appeared.

    `acknowledged_by` (a person's name, '' if none was given) and `acknowledged_ns` mean something
    in the state ACKNOWLEDGED.
    """

    id: str
    detail: str
    state: AlarmState
    raised_ns: int
    acknowledged_by: str = ""
    acknowledged_ns: int = 0

    @property
    def entry(self) -> Entry:
        """What the catalogue says of it."""
        return entry(self.id)

    @property
    def source(self) -> str:
        """Node or device."""
        return self.entry.source

    @property
    def priority(self) -> int:
        """1 high, 2 medium, 3 low."""
        return int(self.entry.priority)

    @property
    def text(self) -> str:
        """What happened and what to do now."""
        return alarm_text(self.id, self.detail)


@dataclass(slots=True)
class AlarmBook:
    """Every alarm that is not normal. One entry for each identity: a repeated cause renews it."""

    alarms: dict[str, Alarm] = field(default_factory=dict)
    shelves: dict[str, Shelf] = field(default_factory=dict)
    """By alarm, also while its cause is gone: what is raised meanwhile calls nobody."""
    first_out: str = ""
    """The alarm that stopped the cell first, kept until a reset; '' for none."""
    first_out_ns: int = 0

    def raise_(self, alarm: str, detail: str, now_ns: int) -> None:
        """The cause appeared. Raises UnknownAlarmError for an identity outside the catalogue.

        An alarm that is active and acknowledged stays so: nobody is called twice for one cause.
        """
        known = self.alarms.get(alarm)
        if known is not None and known.state is not AlarmState.RETURNED_UNACKNOWLEDGED:
            self.alarms[alarm] = replace(known, detail=detail)
            return
        self.alarms[alarm] = Alarm(entry(alarm).id, detail, AlarmState.UNACKNOWLEDGED, now_ns)

    def clear(self, alarm: str) -> None:
        """The cause is gone: acknowledged alarms become normal, the others wait for a person."""
        known = self.alarms.get(alarm)
        if known is None:
            return
        if known.state is AlarmState.ACKNOWLEDGED or alarm in self.shelves:
            del self.alarms[alarm]
        else:
            self.alarms[alarm] = replace(known, state=AlarmState.RETURNED_UNACKNOWLEDGED)

    def acknowledge(self, alarm: str, person: str, now_ns: int) -> None:
        """A person has seen it; nothing happens to one that does not wait for that."""
        known = self.alarms.get(alarm)
        if known is None or known.state is AlarmState.ACKNOWLEDGED:
            return
        if known.state is AlarmState.RETURNED_UNACKNOWLEDGED:
            del self.alarms[alarm]
            return
        self.alarms[alarm] = replace(
            known,
            state=AlarmState.ACKNOWLEDGED,
            acknowledged_by=person,
            acknowledged_ns=now_ns,
        )

    def shelve(self, shelf: Shelf) -> None:
        """A person has put it out of sight; one whose cause is gone becomes normal by that."""
        self.shelves[shelf.alarm] = shelf
        known = self.alarms.get(shelf.alarm)
        if known is not None and known.state is AlarmState.RETURNED_UNACKNOWLEDGED:
            del self.alarms[shelf.alarm]

    def unshelve(self, alarm: str) -> None:
        """It is in sight again; one whose cause stands waits for an acknowledgement."""
        known = self.alarms.get(alarm)
        if self.shelves.pop(alarm, None) is not None and known is not None:
            self.alarms[alarm] = replace(known, state=AlarmState.UNACKNOWLEDGED)

    def stopped_by(self, alarm: str, now_ns: int) -> None:
        """The cell stops for this alarm: the first of them is kept (first-out)."""
        if not self.first_out:
            self.first_out, self.first_out_ns = alarm, now_ns

    def reset(self) -> None:
        """A person has reset the cell: what stops it next is the first again."""
        self.first_out, self.first_out_ns = "", 0

    @property
    def causes(self) -> tuple[str, ...]:
        """Identities of the alarms whose cause stands."""
        returned = AlarmState.RETURNED_UNACKNOWLEDGED
        return tuple(a.id for a in self.alarms.values() if a.state is not returned)

    @property
    def waiting(self) -> tuple[str, ...]:
        """Identities of the alarms that wait for an acknowledgement."""
        return tuple(a.id for a in self.active() if a.state is not AlarmState.ACKNOWLEDGED)

    def shelved(self) -> tuple[tuple[Shelf, Alarm | None], ...]:
        """What lies on the shelf, what comes back first first; None: its cause is gone."""
        shelves = sorted(self.shelves.values(), key=lambda shelf: (shelf.until_ns, shelf.alarm))
        return tuple((shelf, self.alarms.get(shelf.alarm)) for shelf in shelves)

    def active(self) -> tuple[Alarm, ...]:
        """Every alarm that is not normal and not shelved: unacknowledged first, then by priority,
        then newest.
        """
        rank = {
            AlarmState.UNACKNOWLEDGED: 0,
            AlarmState.ACKNOWLEDGED: 1,
            AlarmState.RETURNED_UNACKNOWLEDGED: 2,
        }
        return tuple(
            sorted(
                (alarm for alarm in self.alarms.values() if alarm.id not in self.shelves),
                key=lambda a: (rank[a.state], a.priority, -a.raised_ns),
            )
        )
