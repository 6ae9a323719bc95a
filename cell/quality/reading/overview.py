"""A time of any length in numbers, from sums: a million parts take as long as a thousand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from itertools import combinations
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from cell.config.quality import QualityConfig
from cell.labels.margins import RecipeOf
from cell.quality.calendar import Shift, shifts
from cell.quality.charts import p_chart, u_chart
from cell.quality.oee import Oee
from cell.quality.pareto import Bar, Truth, bars
from cell.quality.reading.effectiveness import effectiveness
from cell.quality.reading.labelled import corrections
from cell.quality.reading.long_effectiveness import LongOee, long_effectiveness
from cell.quality.reading.trends import Charts, Group
from cell.records.reading import By, PartCount, Sums, SumsAsked
from cell.records.reading.counts import ClassCount, PlaceCount, Step
from vision.lab.evaluation.intervals import clopper_pearson

QUARTER_NS: Final = 900 * 10**9
STEPS_NS: Final = tuple(n * QUARTER_NS for n in (1, 4, 32, 96, 96 * 7))
"""A quarter of an hour, an hour, eight, a day, a week."""
MOST_POINTS: Final = 100
MOST_SHIFTS: Final = 42
MOST_RECIPES: Final = 12
CHANCE: Final = 0.001
"""Rarer than this, a class that one of two recipes never finds is none that it knows."""
_KINDS: Final[tuple[By, ...]] = ("own", "own_by", "verdict", "overridden", "disposition", "said")


@dataclass(frozen=True, slots=True)
class Figures:
    """Parts. stopped: that the cell did not pass by itself; rejected, reviewed: of these, by their
    newest verdict; uninspected: of which no inspection counts, rejected by the ledger or taken off
    before; open: without a disposition yet, which count nowhere else; overridden: a person gave a
    verdict, or said something after the fact; by the last word, false_calls: stopped ones that were
    good; missed: passed ones that have a defect.
    """

    parts: int
    open: int
    passed: int
    stopped: int
    rejected: int
    reviewed: int
    uninspected: int
    overridden: int
    false_calls: int
    missed: int


@dataclass(frozen=True, slots=True)
class Overview:
    """A time. asked: with both its ends; first_ns, last_ns: when the first and last part of all
    arrived. oee: None where it cannot be told of this time or these parts; oee_steps: the same by
    day or week where the time is long. labelled: findings of which labels speak. steps: begin and
    end of each point of the charts. renamed: classes of each recipe, where recipes of the time call
    them differently; else empty. confidence: of every interval.
    """

    asked: SumsAsked
    first_ns: int
    last_ns: int
    figures: Figures
    oee: Oee | None
    oee_steps: LongOee | None
    pareto: tuple[Bar, ...]
    labelled: int
    charts: Charts
    steps: tuple[tuple[int, int], ...]
    places: tuple[PlaceCount, ...]
    by_shift: tuple[tuple[Group, Shift], ...]
    by_recipe: tuple[Group, ...]
    by_model: tuple[Group, ...]
    renamed: tuple[tuple[str, tuple[str, ...]], ...]
    confidence: float


def overview(
    sums: Sums,
    data_dir: Path,
    settings: QualityConfig,
    recipe_of: RecipeOf,
    asked: SumsAsked,
    now_ns: int,
) -> Overview | None:
    """None: there are no parts at all. A time without an end is that of the parts. Raises
    RecordsError, StoreError.
    """
    extent = sums.extent()
    if extent is None:
        return None
    first_ns, last_ns = extent
    since = first_ns if asked.since_ns is None else asked.since_ns
    until = max(last_ns + 1, since) if asked.until_ns is None else min(asked.until_ns, now_ns)
    asked = replace(asked, since_ns=since, until_ns=max(since, until))
    low, high = max(since, first_ns), min(until, last_ns + 1)
    steps = _series(sums, asked, low, high, settings.zone)
    found = sums.classes(asked)
    changes = corrections(data_dir, asked, recipe_of)
    counts = _truths(found)
    for one in changes:
        if counts.get(one.class_name, {}).get(one.before, 0):
            counts[one.class_name][one.before] -= 1
            counts[one.class_name][one.after] += 1
    oee, by_step = None, None
    if not (asked.recipe or asked.model):  # OEE is of the whole cell
        oee = effectiveness(sums, settings, since, max(since, until))
        if oee is None:
            by_step = long_effectiveness(sums, settings, since, max(since, until))
            oee = None if by_step is None else by_step.whole
    recipes = _grouped(sums.parts(asked, ("recipe", "own", "disposition")), settings.confidence)
    return Overview(
        asked=asked,
        first_ns=first_ns,
        last_ns=last_ns,
        figures=_figures(sums.parts(asked, _KINDS)),
        oee=oee,
        oee_steps=by_step,
        pareto=bars(counts, settings.confidence),
        labelled=len(changes),
        charts=_charts(steps),
        steps=tuple((step.since_ns, step.until_ns) for step in steps),
        places=sums.places(asked),
        by_shift=tuple(_by_shift(sums, asked, latest(settings, low, high), settings.confidence)),
        by_recipe=recipes,
        by_model=_grouped(sums.parts(asked, ("model", "own", "disposition")), settings.confidence),
        confidence=settings.confidence,
        renamed=_renamed(sums, asked, [one.name for one in recipes if one.name]),
    )


def step_of(length_ns: int) -> int:
    """The shortest step that makes few enough points [ns]."""
    fits = (one for one in STEPS_NS if length_ns <= one * (MOST_POINTS - 1))
    return next(fits, -(-length_ns // ((MOST_POINTS - 1) * STEPS_NS[-1])) * STEPS_NS[-1])


def _series(sums: Sums, asked: SumsAsked, low: int, high: int, zone: ZoneInfo) -> tuple[Step, ...]:
    """Steps in which parts arrived, of whole quarters, counted from midnight."""
    if high <= low:
        return ()
    step = step_of(high - low)
    begin, end = low // QUARTER_NS * QUARTER_NS, -(-high // QUARTER_NS) * QUARTER_NS
    day = datetime.fromtimestamp(begin // 10**9, zone).date()
    midnight = int(datetime.combine(day, time(), zone).timestamp()) * 10**9
    inner = midnight + (begin - midnight) // step * step + step
    edges = [begin, *range(inner, end, step), end]
    own = replace(asked, since_ns=None, until_ns=None)
    found = sums.series(edges, own, ("own", "disposition"))
    return tuple(one for one in found if _counted(one.parts)[0])


def _charts(steps: Sequence[Step]) -> Charts:
    sizes, stopped = [], []
    for one in steps:
        parts, out = _counted(one.parts)
        sizes.append(parts)
        stopped.append(out)
    defects = [sum(each.defects for each in one.classes) for one in steps]
    ends = tuple(one.until_ns for one in steps)
    return Charts(p_chart(stopped, sizes), u_chart(defects, sizes), ends)


def _counted(counts: Iterable[PartCount]) -> tuple[int, int]:
    """Parts that have ended, and those of them that the cell did not pass. Keys end with own and
    disposition.
    """
    parts = stopped = 0
    for one in counts:
        own, disposition = one.key[-2:]
        if disposition:
            parts += one.parts
            stopped += one.parts if own != "pass" else 0
    return parts, stopped


def _figures(counts: Iterable[PartCount]) -> Figures:
    n: Counter[str] = Counter()
    for one in counts:
        own, own_by, verdict, overridden, disposition, said = one.key
        word = said or (verdict if overridden else "")
        if not disposition:
            n["open"] += one.parts
            continue
        out = own != "pass"
        held = {
            "parts": True, "passed": disposition == "passed", "stopped": out,
            "rejected": out and verdict == "reject", "reviewed": out and verdict == "review",
            "uninspected": own_by != "recipe", "overridden": bool(word),
            "false_calls": out and word == "pass", "missed": not out and word == "reject",
        }  # fmt: skip
        n.update({name: one.parts for name, holds in held.items() if holds})
    return Figures(**{name: n[name] for name in Figures.__slots__})


def _truths(found: Iterable[ClassCount]) -> dict[str, dict[Truth, int]]:
    """Parts with each class, by what people's overrides say of them."""
    return {
        one.class_name: {
            Truth.REAL: one.confirmed,
            Truth.FALSE_CALL: one.false_calls,
            Truth.UNKNOWN: max(0, one.parts - one.confirmed - one.false_calls),
        }
        for one in found
    }


def _grouped(counts: Iterable[PartCount], confidence: float) -> tuple[Group, ...]:
    """By the first word of their keys, most parts first; parts without it are left out."""
    of: dict[str, list[PartCount]] = {}
    for one in counts:
        of.setdefault(str(one.key[0]), []).append(one)
    made = (_group(name, each, confidence) for name, each in of.items() if name)
    return tuple(sorted((one for one in made if one.parts), key=lambda one: -one.parts))


def _group(name: str, counts: Iterable[PartCount], confidence: float) -> Group:
    parts, stopped = _counted(counts)
    return Group(name, parts, stopped, clopper_pearson(stopped, parts, confidence))


def latest(settings: QualityConfig, low_ns: int, high_ns: int) -> list[Shift]:
    """The last shifts of a time, at most `MOST_SHIFTS`, oldest first. The calendar is made from the
    end on: a time may be asked for that began before there were clocks.
    """
    length = MOST_SHIFTS * 86_400 * 10**9
    while high_ns > low_ns and settings.shifts:
        begin = max(low_ns, high_ns - length)
        found = [*shifts(settings.patterns, settings.zone, begin, high_ns)]
        if begin == low_ns or len(found) > MOST_SHIFTS:
            return found[-MOST_SHIFTS:]
        length *= 4
    return []


def _by_shift(
    sums: Sums, asked: SumsAsked, known: Sequence[Shift], confidence: float
) -> Iterator[tuple[Group, Shift]]:
    """The shifts in which parts came, as they are asked for; by whole quarters of an hour."""
    first, end = asked.since_ns or 0, asked.until_ns or 0
    for one in known:
        own = replace(asked, since_ns=max(one.begin_ns, first), until_ns=min(one.end_ns, end))
        group = _group(f"{one.day}/{one.name}", sums.parts(own, ("own", "disposition")), confidence)
        if group.parts:
            yield group, one


def _renamed(
    sums: Sums, asked: SumsAsked, recipes: Sequence[str]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Where one recipe of the time finds classes that another one never does, and the contrary:
    then their bars stand beside each other and mean the same. So it is where one of them finds
    fewer classes and no chance explains it: they were merged.
    """
    if asked.recipe or len(recipes) < 2:
        return ()
    found = {
        name: {one.class_name: one.defects for one in sums.classes(replace(asked, recipe=name))}
        for name in recipes[:MOST_RECIPES]
    }
    found = {name: counts for name, counts in found.items() if counts}
    differ = any(called_otherwise(a, b) for a, b in combinations(found.values(), 2))
    return tuple((name, tuple(sorted(counts))) for name, counts in found.items()) if differ else ()


def called_otherwise(a: Mapping[str, int], b: Mapping[str, int]) -> bool:
    """Whether two recipes call their defects differently, from the counts of the classes that each
    has found: each has a class that the other one never finds, or one has classes that the other
    one would have found by now, if it knew them.
    """
    only_a, only_b = a.keys() - b.keys(), b.keys() - a.keys()
    return bool(only_a and only_b) or _missed(a, only_a, b) or _missed(b, only_b, a)


def _missed(own: Mapping[str, int], only: Collection[str], other: Mapping[str, int]) -> bool:
    """Whether chance alone, at these shares, would have kept the other one from finding any."""
    share = sum(own[name] for name in only) / max(sum(own.values()), 1)
    return bool(only) and (1.0 - share) ** sum(other.values()) < CHANCE
