"""OEE in exact numbers, and what clocks and calendars do to it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cell.quality.calendar import Pattern, Span, Weekday, fault, moment, shifts
from cell.quality.oee import PRODUCING, Oee, Stretch, account
from cell.quality.pareto import Truth, heat_map, hundredths, pareto

MINUTE = 60 * 10**9
EVERY = tuple(Weekday)


def test_the_textbook_shift() -> None:
    """Vorne's and Nakajima's often reprinted shift: 420 min planned, 47 min stops, ideal cycle 1 s,
    19 271 parts, 423 of them bad: 88.81 %, 86.11 %, 97.80 %, OEE 74.79 %.
    """
    stretches = [
        Stretch(0, 373 * MINUTE, PRODUCING),
        Stretch(373 * MINUTE, 420 * MINUTE, "jam"),
    ]
    oee = account(stretches, [(0, 420 * MINUTE)], 10**9, 19_271, 19_271 - 423)
    shares = (oee.availability, oee.effectiveness, oee.quality_ratio, oee.index)
    assert [f"{float(one or 0):.4f}" for one in shares] == ["0.8881", "0.8611", "0.9780", "0.7479"]
    assert oee.standing_ns == {"jam": 47 * MINUTE}


@given(
    st.integers(1, 10**15), st.integers(1, 10**15), st.integers(1, 10**12), st.integers(1, 10**6),
    st.integers(0, 10**6),
)  # fmt: skip
def test_shares_and_losses_add_up_exactly(
    busy: int, run: int, item: int, produced: int, bad: int
) -> None:
    oee = Oee(busy, min(run, busy), {}, item, produced, max(0, produced - bad))
    losses = oee.losses
    assert losses is not None
    assert oee.index is not None
    assert sum(losses.values()) + oee.index == 1
    parts = (oee.availability, oee.effectiveness, oee.quality_ratio)
    assert all(one is not None for one in parts)
    assert oee.index == Fraction(1) * parts[0] * parts[1] * parts[2]  # type: ignore[operator]


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(-300, 300)), max_size=12))
def test_no_moment_is_counted_twice(steps: list[tuple[int, int]]) -> None:
    """However the clock is set, reasons make up the planned time, neither more nor less."""
    stretches, now = [], 0
    for length, jump in steps:
        stretches.append(Stretch(now, now + length, PRODUCING if length % 2 else "stop"))
        now += length + jump
    oee = account(stretches, [(100, 500), (600, 900)], 1, 1, 1)
    assert oee.production_ns + sum(oee.standing_ns.values()) == oee.planned_busy_ns == 700


def test_a_clock_set_back_counts_the_hour_once() -> None:
    stretches = [Stretch(0, 100, PRODUCING), Stretch(40, 140, PRODUCING)]
    oee = account(stretches, [(0, 200)], None, 0, 0)
    assert oee.production_ns == 140
    assert oee.standing_ns == {"off": 60}
    assert (oee.effectiveness, oee.index, oee.losses, oee.quality_ratio) == (None,) * 4


def three(*, night_end: int = 360) -> list[Pattern]:
    return [
        Pattern("early", EVERY, Span(360, 840), (Span(600, 630),)),
        Pattern("late", EVERY, Span(840, 1320)),
        Pattern("night", EVERY, Span(1320, night_end)),
    ]


def test_a_calendar_covers_each_minute_once() -> None:
    assert fault(three()) == ""
    assert fault([Pattern("always", EVERY, Span(0, 0))]) == ""
    assert fault([]) == ""


@pytest.mark.parametrize(
    ("patterns", "words"),
    [
        (three(night_end=390), "'night' and 'early' overlap from tue 06:00 to tue 06:30"),
        (three(night_end=300), "no shift covers tue 05:00 to tue 06:00"),
        ([Pattern("day", EVERY[:5], Span(0, 0))], "no shift covers sat 00:00 to mon 00:00"),
        ([Pattern("x", EVERY, Span(0, 0)), Pattern("y", EVERY[6:], Span(0, 60))], "overlap"),
        (
            [
                Pattern("x", EVERY, Span(0, 720), (Span(700, 730),)),
                Pattern("y", EVERY, Span(720, 0)),
            ],
            "a break of shift 'x' lies outside",
        ),
        ([Pattern("x", EVERY, Span(0, 0), (Span(60, 120), Span(90, 150)))], "two breaks"),
    ],
)
def test_gaps_and_overlaps_are_told_in_one_line(patterns: list[Pattern], words: str) -> None:
    told = fault(patterns)
    assert words in told
    assert "\n" not in told


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 28), 7), ("Europe/Berlin", date(2026, 10, 24), 9),
        ("Asia/Seoul", date(2026, 3, 28), 8), ("Australia/Lord_Howe", date(2026, 10, 3), 7.5),
    ],
)  # fmt: skip
def test_the_night_of_a_time_change(zone: str, day: date, hours: float) -> None:
    place = ZoneInfo(zone)
    noon = moment(day, 720, place)
    found = {s.name: s for s in shifts(three(), place, noon, noon + 24 * 60 * MINUTE)}
    night = found["night"]
    assert night.day == day
    assert (night.end_ns - night.begin_ns) / (60 * MINUTE) == hours


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Seoul"])
@pytest.mark.parametrize("begin", [120, 150, 180])
def test_shifts_follow_each_other_through_the_year(zone: str, begin: int) -> None:
    """Also those that would begin in the hour that is left out, or comes twice."""
    patterns = [
        Pattern("a", EVERY, Span(begin, begin + 30)),
        Pattern("b", EVERY, Span(begin + 30, begin)),
    ]
    place = ZoneInfo(zone)
    since, until = moment(date(2026, 1, 1), 0, place), moment(date(2027, 1, 1), 0, place)
    found = [*shifts(patterns, place, since, until)]
    assert all(a.end_ns == b.begin_ns for a, b in pairwise(found))
    assert all(s.end_ns >= s.begin_ns for s in found)
    assert found[0].begin_ns <= since
    assert found[-1].end_ns >= until


def test_breaks_are_no_working_time() -> None:
    place = ZoneInfo("Asia/Seoul")
    begin = moment(date(2026, 5, 4), 360, place)
    (early,) = shifts(three()[:1], place, begin, begin + MINUTE)
    assert [(b - a) // MINUTE for a, b in early.working] == [240, 210]
    idle = Pattern("off", EVERY, Span(360, 840), planned=False)
    (off,) = shifts([idle], place, begin, begin + MINUTE)
    assert off.working == ()


def test_pareto_tells_real_from_false() -> None:
    found = [("pit", Truth.REAL)] * 5 + [("scratch", Truth.FALSE_CALL)] * 3
    found += [("scratch", Truth.REAL)] + [("stain", Truth.UNKNOWN)] * 4
    bars = pareto(found)
    assert [bar.class_name for bar in bars] == ["pit", "scratch", "stain"]
    assert [bar.total for bar in bars] == [5, 4, 4]
    assert [bar.false_call_share for bar in bars] == [0.0, 0.75, None]
    assert bars[-1].cumulative == 1.0
    assert bars[1].interval.low == pytest.approx(0.1941, abs=1e-4)
    assert pareto([]) == ()


def test_heat_map_counts_all() -> None:
    grid = heat_map([(0.0, 0.0), (0.99, 0.99), (1.2, -0.1), (0.5, 0.5)], 2, 3)
    assert grid == ((1, 1), (0, 1), (0, 1))


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=9))
def test_whole_percents_make_a_hundred(parts: list[int]) -> None:
    shares = hundredths(parts)
    assert sum(shares) == (100 if sum(parts) else 0)
    total = sum(parts) or 1
    assert all(abs(s - 100 * p / total) < 1 for s, p in zip(shares, parts, strict=True))
