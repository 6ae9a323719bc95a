"""The shift that is running: the sums' parts, the journal's states, put into one account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from cell.config.quality import QualityConfig
from cell.control.ledger import events as e
from cell.products.verdict import Verdict, VerdictKind
from cell.quality.reading.running_shift import RunningShift, running_shift
from cell.quality.reading.summary import Period, summarise
from cell.records.errors import RecordsError
from cell.records.reading import Sums
from cell.records.reading.states import states
from tests.cell.test_sums import NS, projected

DAY_NS = 1_700_006_400 * NS
"""00:00 UTC of a Wednesday."""
MIN = 60 * NS


def shift_of(folder: Path, begin_ns: int, more: Sequence[e.Event] = ()) -> None:
    """Two hours: ten parts of which seven are passed, ten minutes of fault, five of standing."""

    def at(minutes: float) -> int:
        return begin_ns + int(minutes * MIN)

    events: list[e.Event] = [
        e.SessionStarted(
            stamp_ns=at(0), session="s1", recipe="pcb@1", encoder_m=0.0, arrivals=0, exposures=0,
            exits=0, clean=True,
        ),
        e.StateChanged(stamp_ns=at(5), state=e.CellState.RUNNING, reason=""),
    ]  # fmt: skip
    for n in range(10):
        kind = VerdictKind.PASS if n < 7 else VerdictKind.REJECT if n < 9 else VerdictKind.REVIEW
        bin_ = "" if n < 7 else "scrap"
        name, stamp = f"s1-{n:05d}", at(10 + n)
        events += [
            e.Arrived(stamp_ns=stamp, part=name, index=n + 1, encoder_m=0.0, x=0.0),
            e.Judged(stamp_ns=stamp, part=name, verdict=Verdict(kind, bin_, ""), by="recipe"),
            e.Passed(stamp_ns=stamp + NS, part=name, index=n + 1, encoder_m=0.0)
            if n < 7
            else e.Purged(stamp_ns=stamp + NS, part=name, person="kim"),
        ]
    events += [
        e.AlarmRaised(stamp_ns=at(60), alarm="belt.watchdog", part="", detail=""),
        e.Faulted(
            stamp_ns=at(60), alarm="belt.watchdog", part="", detail="", purge=False, stopped=True,
            encoder_m=0.0, encoder_valid=True,
        ),
        e.StateChanged(stamp_ns=at(70), state=e.CellState.RUNNING, reason=""),
    ]  # fmt: skip
    projected(folder, [*events, *more], [7])


@pytest.fixture
def sums(tmp_path: Path) -> Iterator[Sums]:
    shift_of(tmp_path, DAY_NS + 6 * 60 * MIN)
    one = Sums(tmp_path)
    yield one
    one.close()


def config(**more: object) -> QualityConfig:
    shifts = [
        {"name": "early", "begin": "06:00", "end": "14:00",
         "breaks": [{"begin": "07:00", "end": "07:15"}]},
        {"name": "late", "begin": "14:00", "end": "06:00"},
    ]  # fmt: skip
    told = {"time_zone": "UTC", "shifts": shifts, "run_time_s": 360.0, "oee_target": 0.8}
    return QualityConfig.model_validate(told | more)


def read(folder: Path, sums: Sums, minutes: int = 120, **more: object) -> RunningShift:
    now_ns = DAY_NS + (6 * 60 + minutes) * MIN
    return running_shift(folder, sums, config(**more), now_ns)


def test_parts_and_oee_of_the_shift(tmp_path: Path, sums: Sums) -> None:
    seen = read(tmp_path, sums)
    assert (seen.name, seen.good, seen.stopped, seen.rejected, seen.reviewed) == (
        "early",
        7,
        3,
        2,
        1,
    )
    assert seen.yield_share == pytest.approx(0.7)
    # Planned: 120 min less the break of 15. Standing: 5 at the start; of the fault, 10 min in the
    # break cost nothing.
    assert seen.oee.planned_busy_ns == 105 * MIN
    assert dict(seen.oee.standing_ns) == {"stopped": 5 * MIN}
    assert seen.oee.production_ns == 100 * MIN
    assert seen.oee.index == Fraction(7 * 360, 105 * 60)
    assert seen.per_minute == pytest.approx(0.1)
    assert seen.target_parts == int(105 * 60 / 360 * 0.8)
    assert sum(step.good for step in seen.trend) == 7
    assert [step.stopped for step in seen.trend] == [0, 3, 0, 0, 0, 0, 0, 0]


def test_reasons_of_standing_come_the_largest_first(tmp_path: Path, sums: Sums) -> None:
    seen = read(tmp_path, sums, shifts=[], time_zone="")
    assert seen.name == ""
    assert seen.stops[:3] == (("off", 360 * MIN), ("belt.watchdog", 10 * MIN), ("stopped", 5 * MIN))
    assert seen.oee.planned_busy_ns == 8 * 60 * MIN
    kept = {row.state for row in states(tmp_path / "journal.db", 0)}
    assert kept == {"producing", "belt.watchdog", "stopped"}


def test_without_a_planned_run_time_there_is_no_oee(tmp_path: Path, sums: Sums) -> None:
    seen = read(tmp_path, sums, run_time_s=None, oee_target=None)
    assert (seen.oee.index, seen.target_parts) == (None, None)
    assert seen.oee.availability == Fraction(100, 105)


def test_good_rejected_and_yield_are_of_the_same_parts(tmp_path: Path) -> None:
    """A reject on its way to its bin is in neither of them yet."""
    begin = DAY_NS + 6 * 60 * MIN
    on_its_way: list[e.Event] = [
        e.Arrived(stamp_ns=begin + 80 * MIN, part="s1-open", index=11, encoder_m=0.0, x=0.0),
        e.Judged(
            stamp_ns=begin + 80 * MIN, part="s1-open",
            verdict=Verdict(VerdictKind.REJECT, "scrap", ""), by="recipe",
        ),
    ]  # fmt: skip
    shift_of(tmp_path, begin, on_its_way)
    sums = Sums(tmp_path)
    seen = read(tmp_path, sums)
    sums.close()
    assert (seen.good, seen.stopped, seen.rejected, seen.reviewed) == (7, 3, 2, 1)
    assert seen.yield_share == pytest.approx(7 / 10)


@pytest.mark.parametrize("minute", ["06:00", "06:11", "06:14", "06:15", "06:16", "06:20"])
def test_each_part_counts_in_one_of_two_shifts(tmp_path: Path, sums: Sums, minute: str) -> None:
    """Whenever the one ends and the other begins; as the summary counts them."""
    shifts = [
        {"name": "night", "begin": "05:00", "end": minute},
        {"name": "early", "begin": minute, "end": "05:00"},
    ]
    edge = DAY_NS + (6 * 60 + int(minute[3:])) * MIN
    settings = config(shifts=shifts)
    before = running_shift(tmp_path, sums, settings, edge - 1)
    after = running_shift(tmp_path, sums, settings, DAY_NS + 7 * 60 * MIN)
    assert (before.name, after.name) == ("night", "early")
    assert before.good + after.good == 7
    assert before.stopped + after.stopped == 3
    assert before.oee.produced + after.oee.produced == 10
    for one in (before, after):
        period = Period(one.since_ns, one.until_ns)
        told = summarise(tmp_path, settings, lambda _: None, period)
        assert (told.passed, told.stopped) == (one.good, one.stopped)


def test_a_shift_that_has_just_begun_divides_by_nothing(tmp_path: Path, sums: Sums) -> None:
    seen = read(tmp_path, sums, minutes=0)
    assert (seen.yield_share, seen.per_minute, seen.oee.index) == (None, None, None)


def test_a_folder_without_records_is_said(tmp_path: Path) -> None:
    empty = tmp_path / "nothing"
    empty.mkdir()
    with pytest.raises(RecordsError, match=r"records\.missing"):
        running_shift(empty, Sums(empty), config(), DAY_NS)


def test_of_a_cell_that_is_not_heard_nothing_is_made_up(tmp_path: Path, sums: Sums) -> None:
    now_ns = DAY_NS + 8 * 60 * MIN
    seen = running_shift(tmp_path, sums, config(), now_ns, live=False)
    assert seen.oee.standing_ns["off"] == 45 * MIN, "since its last word at 07:10"
    assert seen.oee.production_ns == 55 * MIN


def test_a_clock_set_back_counts_nothing_twice_and_is_told(tmp_path: Path, sums: Sums) -> None:
    """Set back by 40 minutes at 07:10, the last word of the cell; it comes to 07:10 again."""
    before = read(tmp_path, sums, minutes=70)
    assert before.ahead_ns is None
    back = read(tmp_path, sums, minutes=30)
    assert back.ahead_ns == DAY_NS + (6 * 60 + 70) * MIN
    assert back.oee.planned_busy_ns == 30 * MIN
    assert back.oee.production_ns + sum(back.oee.standing_ns.values()) == 30 * MIN
    again = read(tmp_path, sums, minutes=70)
    assert (again.good, again.stopped, again.oee) == (before.good, before.stopped, before.oee)
    assert again.ahead_ns is None


def test_a_clock_set_back_while_the_cell_goes_on(tmp_path: Path) -> None:
    """At 08:00 the clock is set to 07:00; a session begins at 07:20 and runs until 09:00."""
    begin = DAY_NS + 6 * 60 * MIN
    shift_of(tmp_path, begin)
    events: list[e.Event] = [
        e.SessionStarted(
            stamp_ns=begin + 80 * MIN, session="s2", recipe="pcb@1", encoder_m=0.0, arrivals=10,
            exposures=10, exits=10, clean=True,
        ),
        e.StateChanged(stamp_ns=begin + 81 * MIN, state=e.CellState.RUNNING, reason=""),
    ]  # fmt: skip
    projected(tmp_path, events, [1])
    sums = Sums(tmp_path)
    try:
        for minutes in (60, 90, 120, 180):
            seen = read(tmp_path, sums, minutes=minutes)
            told = seen.oee.production_ns + sum(seen.oee.standing_ns.values())
            assert told == seen.oee.planned_busy_ns
            assert all(ns >= 0 for ns in seen.oee.standing_ns.values())
            assert (seen.good, seen.stopped) == (7, 3)
    finally:
        sums.close()


def test_the_page_and_the_summary_tell_the_same(tmp_path: Path, sums: Sums) -> None:
    """Of the same shift, up to the cell's last word."""
    seen = read(tmp_path, sums, minutes=70)
    period = Period(seen.since_ns, seen.until_ns)
    told = summarise(tmp_path, config(), lambda _: None, period)
    assert told.oee == seen.oee
    assert (told.passed, told.stopped) == (seen.good, seen.stopped)
