"""Collects what was heard, and when, and tells what of it still holds. Time is an argument."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Generic, TypeVar

from cell.client.advice import NO_ADVICE, Advice
from cell.client.model import (
    PLAYER,
    Alarm,
    BeltStatus,
    CellStatus,
    CellView,
    Heartbeat,
    InspectionStatus,
    Judged,
    Link,
    ProcessStatus,
    RobotStatus,
)

HISTORY_LENGTH = 14
LOAD_WINDOW_S = 2.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Heard(Generic[T]):
    """A value and the monotonic time at which it was heard [s]."""

    value: T
    at_s: float

    def age(self, now_s: float) -> float:
        """Seconds since it was heard."""
        return now_s - self.at_s


@dataclass(frozen=True, slots=True)
class Pulse:
    """A process as its heartbeats tell it: the last one, one about 2 s older, its restarts."""

    last: Heard[Heartbeat]
    base: Heartbeat
    load: float | None = None
    restarts: int = 0

    def beat(self, heard: Heard[Heartbeat]) -> Pulse:
        """The pulse after one more heartbeat."""
        beat = heard.value
        if beat.boot_id != self.last.value.boot_id:
            return Pulse(heard, beat, None, self.restarts + 1)
        span = beat.stamp_s - self.base.stamp_s
        if span < LOAD_WINDOW_S:
            return replace(self, last=heard)
        load = max(0.0, (beat.cpu_s - self.base.cpu_s) / span)
        return Pulse(heard, beat, load, self.restarts)


@dataclass(frozen=True, slots=True)
class Limits:
    """Ages [s] beyond which a source counts as silent."""

    cell_s: float = 1.5
    device_s: float = 1.0
    process_s: float = 0.8


@dataclass(frozen=True, slots=True)
class Feed:
    """The latest of everything. Immutable, so that one thread may write and others read it."""

    cell: Heard[CellStatus] | None = None
    inspections: Mapping[str, InspectionStatus] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """By part, those of the last few."""
    robot: Heard[RobotStatus] | None = None
    belt: Heard[BeltStatus] | None = None
    pulses: Mapping[str, Pulse] = field(default_factory=lambda: MappingProxyType({}))
    history: tuple[Judged, ...] = ()
    advice: Advice = NO_ADVICE

    def hear_cell(self, status: CellStatus, now_s: float) -> Feed:
        """After a cell state; a new verdict enters the history, newest first."""
        return replace(self, cell=Heard(status, now_s), history=remember(self.history, status))

    def hear_inspection(self, status: InspectionStatus) -> Feed:
        """After an inspection, which waits for the verdict of its part, or meets it."""
        others = {k: v for k, v in self.inspections.items() if k != status.part}
        newest = [*others.items(), (status.part, status)][-HISTORY_LENGTH:]
        return replace(self, inspections=MappingProxyType(dict(newest)))

    def hear_heartbeat(self, beat: Heartbeat, now_s: float) -> Feed:
        """After a heartbeat."""
        heard = Heard(beat, now_s)
        known = self.pulses.get(beat.node)
        pulse = known.beat(heard) if known else Pulse(heard, beat)
        return replace(
            self,
            pulses=MappingProxyType({**self.pulses, beat.node: pulse}),
            advice=self.advice.hear(beat, now_s),
        )

    def view(self, now_s: float, limits: Limits, processes: tuple[str, ...]) -> CellView:
        """What may be shown at `now_s`. A silent belt or robot is left out, not shown as it was."""
        return CellView(
            link=self._link(now_s, limits.cell_s),
            age_s=self.cell.age(now_s) if self.cell else None,
            cell=self.cell.value if self.cell else None,
            inspection=self.inspections.get(self.cell.value.last_part) if self.cell else None,
            robot=fresh(self.robot, now_s, limits.device_s),
            belt=fresh(self.belt, now_s, limits.device_s),
            processes=tuple(
                process_status(name, self.pulses.get(name), now_s, limits.process_s)
                for name in (*processes, *sorted(set(self.pulses) - {*processes, PLAYER}))
            ),
            replay=process_status(PLAYER, self.pulses.get(PLAYER), now_s, limits.process_s).alive,
            history=self.history,
            told=self._told(now_s, limits),
        )

    def _told(self, now_s: float, limits: Limits) -> tuple[Alarm, ...]:
        """What nodes tell, without what a supervisor that is heard lists itself."""
        listed: set[str] = set()
        if self.cell is not None and self._link(now_s, limits.cell_s) is Link.LIVE:
            cell = self.cell.value
            listed = {one.id for one in (*cell.alarms, *(shelf.alarm for shelf in cell.shelved))}
        return tuple(a for a in self.advice.standing(now_s) if a.id not in listed)

    def _link(self, now_s: float, limit_s: float) -> Link:
        if self.cell is None:
            return Link.NEVER
        return Link.LIVE if self.cell.age(now_s) <= limit_s else Link.SILENT


def fresh(heard: Heard[T] | None, now_s: float, limit_s: float) -> T | None:
    """The value while it is young enough, else None."""
    return heard.value if heard and heard.age(now_s) <= limit_s else None


def process_status(name: str, pulse: Pulse | None, now_s: float, limit_s: float) -> ProcessStatus:
    """One entry of the health strip."""
    if pulse is None:
        return ProcessStatus(name, alive=False, healthy=False)
    beat = pulse.last.value
    alive = pulse.last.age(now_s) <= limit_s
    return ProcessStatus(
        name,
        alive=alive,
        healthy=alive and beat.healthy,
        message=beat.message,
        lifecycle=beat.lifecycle,
        rss_mib=beat.rss_mib,
        load=pulse.load if alive else None,
        restarts=pulse.restarts,
    )


def remember(history: tuple[Judged, ...], status: CellStatus) -> tuple[Judged, ...]:
    """The history after this state. An override replaces the verdict of the newest part."""
    if not status.last_part or not status.last_verdict:
        return history
    newest = Judged(status.last_part, status.last_verdict)
    older = history[1:] if history and history[0].part == newest.part else history
    return (newest, *older)[:HISTORY_LENGTH]
