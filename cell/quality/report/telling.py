"""Figures of a time in a reader's words: the same for the page and for the report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

from cell.quality.calendar import Shift
from cell.quality.charts import Chart, Kind
from cell.quality.oee import Oee
from cell.quality.pareto import Bar
from cell.quality.reading.long_effectiveness import LongOee
from cell.quality.reading.overview import Overview
from cell.quality.reading.trends import Group
from cell.quality.report.drawing import percent
from cell.quality.report.plots import Row, Spot, Whisker, trend_chart
from cell.texts import Lang, catalogue, render, say, tr, tr_or

NONE: Final = "–"
Leads = Callable[..., str]
"""An address of the parts with these words more; '' where nothing leads anywhere."""


def nowhere(**_: str) -> str:
    """For paper."""
    return ""


@dataclass(frozen=True, slots=True)
class Teller:
    """zone: of the cell's clock; word: what people read for a class; leads: to the parts behind a
    mark.
    """

    lang: Lang
    zone: ZoneInfo
    word: Callable[[str], str]
    leads: Leads = nowhere

    def tr(self, code: str, **values: object) -> str:
        """A text."""
        return tr(f"quality.{code}", self.lang, **values)

    def time(self, ns: int) -> str:
        """A moment, to the minute."""
        return f"{datetime.fromtimestamp(ns // 10**9, self.zone):%Y-%m-%d %H:%M}"

    def second(self, ns: int) -> str:
        """A moment, to the second: parts follow each other in less than a minute."""
        return f"{datetime.fromtimestamp(ns // 10**9, self.zone):%Y-%m-%d %H:%M:%S}"

    def bin(self, name: str) -> str:
        """A bin's word; a plant's own name as it stands."""
        return tr_or(f"bin.{name}", name, self.lang)

    def span(self, since_ns: int, until_ns: int) -> str:
        """From - to, and by which clock."""
        return f"{self.time(since_ns)} – {self.time(until_ns)} ({self.zone.key})"

    def remarks(self, told: Overview) -> list[tuple[str, str]]:
        """What one has to know of these figures: a name and words."""
        f, found = told.figures, []
        if f.stopped and not f.overridden and not told.labelled:
            found.append(("unlabelled", self.tr("remark.unlabelled", parts=f"{f.stopped:,}")))
        if told.renamed:
            named = "; ".join(
                f"{recipe}: {', '.join(map(self.word, classes[:8]))}"
                f"{' …' if len(classes) > 8 else ''}"
                for recipe, classes in told.renamed
            )
            found.append(("renamed", self.tr("remark.renamed", recipes=named)))
        if f.uninspected:
            found.append(("uninspected", self.tr("remark.uninspected", parts=f"{f.uninspected:,}")))
        return found

    def signals(self, told: Overview, chart: Chart) -> list[tuple[str, str, str]]:
        """When which rule was broken, and how often it is for nothing."""
        return [
            (
                self.time(told.steps[one.point][0]),
                self.tr(f"rule.{one.rule.number}"),
                f"{one.rule.false_alarm:.2%}",
            )
            for one in chart.signals
        ]

    def figures(self, told: Overview) -> list[tuple[str, str]]:
        """The numbers that come first."""
        f = told.figures
        passed = percent(f.passed / f.parts) if f.parts else NONE
        stopped = f" ({percent(f.stopped / f.parts)})" if f.parts else ""
        # Where nobody has judged a part, no false call is known: that is not none.
        false_calls, missed = (
            (f"{f.false_calls:,}", f"{f.missed:,}") if f.overridden else (NONE, NONE)
        )
        pairs = [
            ("parts", f"{f.parts:,}"), ("passed", f"{f.passed:,} ({passed})"),
            ("stopped", f"{f.stopped:,}{stopped}"), ("false_calls", false_calls),
            ("missed", missed), ("overridden", f"{f.overridden:,}"),
            ("uninspected", f"{f.uninspected:,}"),
        ]  # fmt: skip
        pairs += [("open", f"{f.open:,}")] if f.open else []
        return [(self.tr(f"figure.{name}"), value) for name, value in pairs]

    def oee(self, oee: Oee) -> list[tuple[str, str]]:
        """The shares, and the times they come from."""
        pairs = [
            ("index", share(oee.index)), ("availability", share(oee.availability)),
            ("effectiveness", share(oee.effectiveness)), ("quality", share(oee.quality_ratio)),
            ("planned", self.minutes(oee.planned_busy_ns)),
            ("production", self.minutes(oee.production_ns)),
        ]  # fmt: skip
        return [(self.tr(f"oee.{name}"), value) for name, value in pairs]

    def oee_steps(self, told: LongOee) -> tuple[list[str], list[list[str]]]:
        """A table of the days or weeks in which the cell ran: its head and its lines."""
        names = ("index", "availability", "effectiveness", "quality", "planned", "parts")
        head = [self.tr("oee.week" if told.weekly else "oee.day")]
        head += [self.tr(f"oee.{name}") for name in names]
        lines = [
            [
                f"{one.day}", *(share(value) for value in (
                    one.oee.index, one.oee.availability, one.oee.effectiveness,
                    one.oee.quality_ratio,
                )),
                self.minutes(one.oee.planned_busy_ns), f"{one.oee.produced:,}",
            ]
            for one in told.steps if one.oee.produced or one.oee.production_ns
        ]  # fmt: skip
        return head, lines

    def oee_trend(self, told: LongOee) -> tuple[str, str]:
        """What the chart of days or weeks shows, and the chart: OEE, or availability where nobody
        planned a run time.
        """
        planned = told.whole.run_time_ns is not None
        what = self.tr("oee.index" if planned else "oee.availability")
        shares = [one.oee.index if planned else one.oee.availability for one in told.steps]
        spots = [
            Spot(
                f"{one.day:%m-%d}", f"{one.day}: {share(value)}",
                self.leads(since_ns=one.begin_ns, until_ns=one.end_ns),
            )
            for one, value in zip(told.steps, shares, strict=True)
        ]  # fmt: skip
        alt = self.tr("oee.by_week" if told.weekly else "oee.by_day", what=what)
        values = [None if value is None else float(value) for value in shares]
        return alt, trend_chart(spots, values, alt)

    def standing(self, oee: Oee) -> list[Row]:
        """Planned time by what the cell did in it."""
        times = [("producing", oee.production_ns)]
        times += sorted(oee.standing_ns.items(), key=lambda one: -one[1])
        whole = oee.planned_busy_ns or 1
        return [
            Row(
                self.reason(name), (("producing" if name == "producing" else "standing", ns),),
                f"{self.minutes(ns)} · {percent(ns / whole)}",
                f"{self.reason(name)}: {self.minutes(ns)}, {percent(ns / whole)}",
            )
            for name, ns in times if ns
        ]  # fmt: skip

    def reason(self, code: str) -> str:
        """Why the cell stood; of an alarm what happened, without what to do."""
        if code.startswith("alarm.") and code in catalogue(self.lang):
            return render(say(code, detail=""), self.lang).partition(". ")[0].rstrip(".")
        return tr_or(f"quality.reason.{code}", tr_or(code, code, self.lang), self.lang)

    def minutes(self, ns: int) -> str:
        """A length of time."""
        minutes = ns / 60e9
        return self.tr("hours", hours=minutes / 60) if minutes >= 600 else self.tr(
            "minutes", minutes=minutes
        )  # fmt: skip

    def pareto(self, bars: tuple[Bar, ...]) -> list[Row]:
        """Bars of classes: real, false calls, not looked at."""
        return [
            Row(
                self.word(one.class_name),
                (("real", one.real), ("false", one.false_calls), ("unknown", one.unknown)),
                f"{one.total:,} · {one.cumulative:.0%}",
                self.tr(
                    "pareto.told", name=self.word(one.class_name), total=one.total,
                    real=one.real, false=one.false_calls, unknown=one.unknown,
                ),
                self.leads(defect=one.class_name),
            )
            for one in bars
        ]  # fmt: skip

    def spots(self, told: Overview, chart: Chart) -> Iterator[Spot]:
        """Labels and words of a control chart's points."""
        rules: dict[int, list[int]] = {}
        for signal in chart.signals:
            rules.setdefault(signal.point, []).append(signal.rule.number)
        long = told.steps[-1][1] - told.steps[0][0] > 36 * 3600 * 10**9 if told.steps else False
        for at, (point, (since, until)) in enumerate(zip(chart.points, told.steps, strict=True)):
            begin = datetime.fromtimestamp(since // 10**9, self.zone)
            words = self.tr(
                "chart.told", at=self.time(since), value=self.value(chart, point.value),
                parts=f"{point.size:,.0f}", low=self.value(chart, point.low),
                high=self.value(chart, point.high),
            )  # fmt: skip
            names = "; ".join(self.tr(f"rule.{n}") for n in rules.get(at, ()))
            yield Spot(
                f"{begin:%m-%d %H:%M}" if long else f"{begin:%H:%M}",
                f"{words}. {names}" if names else words,
                self.leads(since_ns=since, until_ns=until, verdict="reject"),
                tuple(rules.get(at, ())),
            )

    def value(self, chart: Chart, value: float) -> str:
        """A point's value or limit."""
        return percent(value) if chart.kind in (Kind.P, Kind.P_PRIME) else f"{value:.3g}"

    def groups(self, groups: tuple[Group, ...], key: str) -> list[Whisker]:
        """Shares of stopped parts of recipes or models. key: the word of the address."""
        return [self._whisker(one, one.name, self.leads(**{key: one.name})) for one in groups]

    def shifts(self, groups: tuple[tuple[Group, Shift], ...]) -> list[Whisker]:
        """The same of shifts."""
        return [
            self._whisker(
                one, f"{shift.day:%m-%d} {shift.name}",
                self.leads(since_ns=shift.begin_ns, until_ns=shift.end_ns),
            )
            for one, shift in groups
        ]  # fmt: skip

    def _whisker(self, one: Group, name: str, href: str) -> Whisker:
        value = one.stopped / one.parts
        low, high = one.interval.low, one.interval.high
        words = self.tr(
            "group.told", name=name, stopped=f"{one.stopped:,}", parts=f"{one.parts:,}",
            share=percent(value), low=percent(low), high=percent(high),
        )  # fmt: skip
        return Whisker(name, value, low, high, f"{one.stopped:,} / {one.parts:,}", words, href)


def share(value: Fraction | None) -> str:
    """A share of OEE."""
    return NONE if value is None else f"{float(value):.1%}"
