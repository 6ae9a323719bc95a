"""How the alarms of some time measure up: how many, which, and whether a person can follow them.

Bounds: EEMUA 191 and ANSI/ISA-18.2-2016 (clause 16) call about one alarm in ten minutes for each
operator very likely acceptable on average, and more than ten in ten minutes a flood. An alarm that
comes three times in a minute is taken for chattering, one that has stood for a day for stale.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from cell.control.alarms.catalogue import CATALOGUE

TEN_MIN_NS: Final = 600 * 10**9
HOUR_NS: Final = 3600 * 10**9
ACCEPTABLE_PER_HOUR: Final = 6.0
FLOOD_IN_TEN_MIN: Final = 10
CHATTER_TIMES: Final = 3
CHATTER_NS: Final = 60 * 10**9
STALE_NS: Final = 24 * HOUR_NS
TOP: Final = 10


@dataclass(frozen=True, slots=True)
class Raised:
    """An alarm was raised (system clock [ns]); shelved: it lay on the shelf, and called nobody."""

    alarm: str
    stamp_ns: int
    shelved: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """An alarm whose cause stands since then (system clock [ns])."""

    alarm: str
    since_ns: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What a person was called to in since <= time < until. Advisories and what lay on the shelf
    stand apart. flood_share: share of the ten minutes' windows with a flood. hours: beginning of
    each hour [ns] and alarms in it, oldest first.
    """

    since_ns: int
    until_ns: int
    alarms: int
    shelved: int
    per_hour: float
    most_in_ten_min: int
    flood_share: float
    hours: tuple[tuple[int, int], ...]
    top: tuple[tuple[str, int], ...]
    chattering: tuple[str, ...]
    stale: tuple[Standing, ...]
    advisories: tuple[tuple[str, int], ...]

    @property
    def acceptable(self) -> bool:
        """Whether a person can follow them on average."""
        return self.per_hour <= ACCEPTABLE_PER_HOUR


def figures(
    raised: Iterable[Raised], standing: Iterable[Standing], since_ns: int, until_ns: int
) -> Figures:
    """Count what was raised. `since_ns` < `until_ns`; a clock that was set back during the time
    makes figures rougher, not wrong in number.
    """
    found = sorted(raised, key=lambda one: one.stamp_ns)
    called = [one for one in found if not one.shelved and not _advisory(one.alarm)]
    advisories = Counter(one.alarm for one in found if _advisory(one.alarm))
    tens = Counter((one.stamp_ns - since_ns) // TEN_MIN_NS for one in called)
    span_ns = max(until_ns - since_ns, 1)
    windows = max(1, -(-span_ns // TEN_MIN_NS))
    floods = sum(count > FLOOD_IN_TEN_MIN for count in tens.values())
    return Figures(
        since_ns=since_ns,
        until_ns=until_ns,
        alarms=len(called),
        shelved=sum(one.shelved for one in found),
        per_hour=len(called) * HOUR_NS / span_ns,
        most_in_ten_min=max(tens.values(), default=0),
        flood_share=floods / windows,
        hours=_hours(called, since_ns, until_ns),
        top=_most(Counter(one.alarm for one in called)),
        chattering=_chattering(found),
        stale=tuple(one for one in standing if until_ns - one.since_ns > STALE_NS),
        advisories=_most(advisories),
    )


def _advisory(alarm: str) -> bool:
    known = CATALOGUE.get(alarm)
    return known is not None and known.advisory


def _most(counted: Counter[str]) -> tuple[tuple[str, int], ...]:
    """The most frequent first; of equal ones by name, so that a list does not jump."""
    return tuple(sorted(counted.items(), key=lambda one: (-one[1], one[0]))[:TOP])


def _hours(called: Sequence[Raised], since_ns: int, until_ns: int) -> tuple[tuple[int, int], ...]:
    counted = Counter((one.stamp_ns - since_ns) // HOUR_NS for one in called)
    number = max(1, -(-(until_ns - since_ns) // HOUR_NS))
    return tuple((since_ns + n * HOUR_NS, counted[n]) for n in range(number))


def _chattering(found: Iterable[Raised]) -> tuple[str, ...]:
    stamps = defaultdict[str, list[int]](list)
    for one in found:
        stamps[one.alarm].append(one.stamp_ns)
    step = CHATTER_TIMES - 1
    return tuple(
        sorted(
            alarm
            for alarm, at in stamps.items()
            if any(last - first <= CHATTER_NS for first, last in zip(at, at[step:], strict=False))
        )
    )
