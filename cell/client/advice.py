"""What nodes ask people to look at, as alarms. It is shown also when no supervisor is heard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from cell.client.model import Alarm, Heartbeat
from cell.control.alarms import CATALOGUE, alarm_text

SILENT_S: Final = 3.0
"""What a node has not repeated for this long it does not say any more."""
LASTING: Final = frozenset({"launcher"})
"""Whose last words stand until it speaks again: with it ends what could say why the cell ended."""
UNLISTED_PRIORITY: Final = 2


@dataclass(frozen=True, slots=True)
class Told:
    """The advisories of one node, and when it last spoke (monotonic) [s]."""

    alarms: tuple[Alarm, ...]
    at_s: float


@dataclass(frozen=True, slots=True)
class Advice:
    """The advisories of all nodes. Immutable."""

    told: Mapping[str, Told] = field(default_factory=lambda: MappingProxyType({}))

    def hear(self, beat: Heartbeat, now_s: float) -> Advice:
        """After a heartbeat. An advisory that goes on keeps the time at which it was first told."""
        before = self.told.get(beat.node)
        if before is None and not beat.advisories:
            return self
        since = {a.id: a.raised_s for a in before.alarms} if before else {}
        alarms = tuple(
            advisory(alarm, detail, since.get(alarm, beat.stamp_s))
            for alarm, detail in beat.advisories
        )
        return Advice(MappingProxyType({**self.told, beat.node: Told(alarms, now_s)}))

    def standing(self, now_s: float) -> tuple[Alarm, ...]:
        """Those that stand now; one that several nodes tell stands once."""
        found: dict[str, Alarm] = {}
        for node, told in self.told.items():
            if node in LASTING or now_s - told.at_s < SILENT_S:
                found |= {alarm.id: alarm for alarm in told.alarms}
        return tuple(found.values())


NO_ADVICE: Final = Advice()


def advisory(alarm: str, detail: str, raised_s: float) -> Alarm:
    """One advisory in the words of the catalogue; in the node's own where it holds none."""
    entry = CATALOGUE.get(alarm)
    return Alarm(
        id=alarm,
        source=alarm.partition(".")[0],
        priority=int(entry.priority) if entry else UNLISTED_PRIORITY,
        active=True,
        acknowledged=False,
        raised_s=raised_s,
        text=alarm_text(alarm, detail) if entry else detail or alarm,
        advisory=True,
    )
