"""Every question that a page or the programming interface asks of the records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from cell.config.quality import QualityConfig, ShiftConfig
from cell.quality.reading.overview import overview
from cell.records.reading import (
    AlarmsAsked,
    Archive,
    EventsAsked,
    LineRow,
    PartsAsked,
    Sums,
    SumsAsked,
)
from cell.records.reading.cursor import cursor_of

DAY_NS: Final = 86_400 * 10**9
HOUR_NS: Final = 3600 * 10**9
PAGE: Final = 200
"""The largest page that the interface gives."""
Question = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """What is asked for, taken from the records themselves. middle: a part in the middle of them;
    last, first: when the newest and the oldest arrived [ns]; seq: the newest event.
    """

    middle: LineRow
    first_ns: int
    last_ns: int
    seq: int
    class_name: str
    rare: str
    person: str
    sha256: str


def sample_of(archive: Archive, sums: Sums) -> Sample | None:
    """None: there are no parts."""
    newest = archive.found(limit=1).rows
    if not newest:
        return None
    last_ns = newest[0].arrived_ns
    first_ns = _oldest(archive, last_ns)
    half = PartsAsked(until_ns=(first_ns + last_ns) // 2, verdict="reject")
    middle = (archive.found(half, limit=1).rows or newest)[0]
    classes = [one.class_name for one in sums.classes()] or ["-"]
    judged = archive.found(PartsAsked(overridden=True), limit=1).rows
    whole = archive.part(middle.part)
    kept = whole.evidence if whole is not None else ()
    return Sample(
        middle, first_ns, last_ns, archive.last_seq(), classes[0], classes[-1],
        judged[0].by if judged else "-", kept[0].sha256 if kept else "0" * 64,
    )  # fmt: skip


def _oldest(archive: Archive, last_ns: int) -> int:
    """Found by halving: there is no page of the oldest."""
    low, high = 0, last_ns
    while high - low > HOUR_NS:
        middle = (low + high) // 2
        if archive.found(PartsAsked(until_ns=middle), limit=1).rows:
            high = middle
        else:
            low = middle
    return high


def questions(archive: Archive, sums: Sums, told: Sample) -> Iterator[tuple[str, Question]]:
    """Name and call of each."""
    yield from _of_parts(archive, told)
    yield from _of_the_rest(archive, told)
    yield from _of_sums(sums, told)


def pages(folder: Path, sums: Sums, told: Sample) -> Iterator[tuple[str, Question]]:
    """What the quality pages ask in one go."""
    settings = QualityConfig(
        time_zone="Asia/Seoul",
        run_time_s=6.0,
        shifts=tuple(
            ShiftConfig(name=name, begin=begin, end=end)
            for name, begin, end in (
                ("early", "08:00", "16:00"),
                ("late", "16:00", "00:00"),
                ("night", "00:00", "08:00"),
            )
        ),
    )
    end = told.last_ns
    for name, since in (("all", None), ("month", end - 30 * DAY_NS), ("day", end - DAY_NS)):
        asked = SumsAsked(since, None if since is None else end)
        given = (sums, folder, settings, _no_recipe, asked, end + 1)
        yield f"page: overview, {name}", partial(overview, *given)


def _no_recipe(_: str) -> None:
    """The parts of a bench are of no recipe that is here."""


def searches(told: Sample) -> Iterator[tuple[str, PartsAsked]]:
    """Parts by each condition, and by several at once; the last ones find nothing."""
    line = told.middle
    yield "all", PartsAsked()
    yield "one day", PartsAsked(told.last_ns - DAY_NS, told.last_ns)
    for verdict in ("pass", "reject", "review", "none"):
        yield f"verdict {verdict}", PartsAsked(verdict=verdict)
    for end in ("passed", "removed", "purged", "open"):
        yield f"disposition {end}", PartsAsked(disposition=end)
    yield "class", PartsAsked(class_name=told.class_name)
    yield "rare class, high score", PartsAsked(class_name=told.rare, least_score=0.99)
    yield "score", PartsAsked(least_score=0.9)
    yield "recipe", PartsAsked(recipe=line.recipe)
    yield "model", PartsAsked(model=line.model)
    yield "person", PartsAsked(person=told.person)
    yield "overridden", PartsAsked(overridden=True)
    yield "never overridden", PartsAsked(overridden=False)
    yield "run", PartsAsked(session=line.session)
    yield "square of the map", PartsAsked(recipe=line.recipe, place=(12, 7))
    yield "part", PartsAsked(part=line.part)
    yield "beginning of many parts", PartsAsked(part=line.part[:1])
    yield "several", PartsAsked(
        verdict="reject", recipe=line.recipe, class_name=told.class_name, least_score=0.9,
        person=told.person,
    )  # fmt: skip
    yield "score that none has", PartsAsked(least_score=1.0)
    yield "few that fit", PartsAsked(verdict="pass", disposition="purged", overridden=True)
    yield "recipe that is none", PartsAsked(recipe="none@0", verdict="pass")


def _of_parts(archive: Archive, told: Sample) -> Iterator[tuple[str, Question]]:
    middle = cursor_of(told.middle.arrived_ns, "1")
    for name, asked in searches(told):
        yield f"parts: {name}", partial(archive.parts, asked, limit=PAGE)
        yield f"parts: {name}, later page", partial(archive.parts, asked, middle, PAGE)
    yield "gallery: reject", lambda: archive.gallery(PartsAsked(verdict="reject"), limit=PAGE)
    yield "gallery: later page", lambda: archive.gallery(PartsAsked(), middle, PAGE)


def _of_the_rest(archive: Archive, told: Sample) -> Iterator[tuple[str, Question]]:
    seq = told.seq
    yield "part: whole", lambda: archive.part(told.middle.part)
    yield "part: lines of some", lambda: archive.lines((told.middle.part,))
    yield "picture", lambda: archive.picture(told.sha256)
    yield "alarms", lambda: archive.alarms(limit=PAGE)
    yield "alarms: standing", lambda: archive.alarms(AlarmsAsked(standing=True), limit=PAGE)
    yield "alarms: ended", lambda: archive.alarms(AlarmsAsked(standing=False), limit=PAGE)
    yield (
        "alarms: of a kind, of a time",
        lambda: archive.alarms(
            AlarmsAsked(told.first_ns, told.last_ns, "camera.frame_failed"), limit=PAGE
        ),
    )
    yield "alarm events", lambda: archive.alarm_events(limit=PAGE)
    yield (
        "alarm events: of a kind",
        lambda: archive.alarm_events(EventsAsked(kind="raised"), limit=PAGE),
    )
    yield (
        "alarm events: of an alarm",
        lambda: archive.alarm_events(EventsAsked("camera.frame_failed"), limit=PAGE),
    )
    yield (
        "alarm figures: of a shift",
        lambda: archive.alarm_figures(told.last_ns - DAY_NS // 3, told.last_ns),
    )
    yield "runs", lambda: archive.sessions(limit=PAGE)
    yield "runs: later page", lambda: archive.sessions(cursor_of(told.middle.arrived_ns), PAGE)
    yield "line: latest verdicts", lambda: archive.judged(40)
    yield "stream: where it is", lambda: archive.last_seq()
    yield "stream: parts changed", lambda: archive.parts_changed(seq - 500, seq)
    yield "stream: alarms changed", lambda: archive.alarms_changed(seq - 500, seq)


def _of_sums(sums: Sums, told: Sample) -> Iterator[tuple[str, Question]]:
    day = SumsAsked(told.last_ns - DAY_NS, told.last_ns)
    month = SumsAsked(told.last_ns - 30 * DAY_NS, told.last_ns)
    one = SumsAsked(recipe=told.middle.recipe, class_name=told.class_name)
    for name, asked in (("all", SumsAsked()), ("month", month), ("day", day), ("one recipe", one)):
        yield f"sums: verdicts, {name}", partial(sums.parts, asked, ("verdict",))
        yield f"sums: Pareto, {name}", partial(sums.classes, asked)
        yield f"sums: heat map, {name}", partial(sums.places, asked)
    yield "sums: first and last", lambda: sums.extent()
    yield "sums: a shift", partial(sums.ended, told.last_ns - 8 * HOUR_NS - 1, told.last_ns - 1)
    spells = partial(sums.spells, told.last_ns - 40 * DAY_NS, told.last_ns, 20_000)
    yield "sums: states as they came, 40 days", spells
    yield "sums: by recipe, model, bin", lambda: sums.parts(by=("recipe", "model", "bin"))
    yield "sums: alarms", lambda: sums.alarms()
    yield "sums: stops", lambda: sums.stops()
    yield "sums: states", lambda: sums.states(now_ns=told.last_ns)
    end = told.last_ns // (900 * 10**9) * 900 * 10**9
    for name, step, count in (
        ("168 hours", HOUR_NS, 168), ("90 shifts", 8 * HOUR_NS, 90), ("120 days", DAY_NS, 120),
    ):  # fmt: skip
        edges = [end - n * step for n in range(count, -1, -1)]
        yield f"sums: series, {name}", partial(sums.series, edges, by=("verdict",))
    for name, days, group in (("100 days", 100, 1), ("2 years by week", 730, 7)):
        last_s, day_s = end // 10**9, DAY_NS // 10**9
        spans = [(n // group, last_s - (n + 1) * day_s, last_s - n * day_s) for n in range(days)]
        yield f"sums: kept, {name}", partial(sums.kept, spans)
