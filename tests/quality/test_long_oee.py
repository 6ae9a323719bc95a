"""OEE of long times from sums says what the account of every state says."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path
from time import time_ns

import pytest

from cell.config import load
from cell.faces.cli.bench.records.making import START_NS, make
from cell.quality.oee import Oee
from cell.quality.reading.effectiveness import LONGEST_NS as ONE_BY_ONE_NS
from cell.quality.reading.effectiveness import effectiveness
from cell.quality.reading.long_effectiveness import DAYS_NS, LONGEST_NS, long_effectiveness
from cell.quality.reading.overview import overview
from cell.records.reading import Archive, SumsAsked
from tests.quality_pages.test_overview import SHIFTS, nowhere

DAY_NS = 86_400 * 10**9
GIVEN = {"quality.time_zone": "Asia/Seoul", "quality.run_time_s": 4.0}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("long")
    for _ in make(folder / "records.db", 20_000):
        pass
    return folder


@pytest.mark.parametrize("planned", [[], SHIFTS], ids=["all of it", "shifts"])
def test_it_is_the_account_of_every_state(data: Path, planned: list[dict[str, object]]) -> None:
    settings = load(None, {"data_dir": str(data), "quality.shifts": planned, **GIVEN}).quality
    since, until = START_NS - 8 * 3600 * 10**9, START_NS + 4 * DAY_NS + 16 * 3600 * 10**9
    with closing(Archive(data)) as archive:
        exact = effectiveness(archive.sums, settings, since, until)
        told = long_effectiveness(archive.sums, settings, since, until)
    assert exact is not None
    assert told is not None
    whole = told.whole
    assert (whole.planned_busy_ns, whole.produced, whole.good) == (
        exact.planned_busy_ns, exact.produced, exact.good,
    )  # fmt: skip
    assert whole.production_ns + sum(whole.standing_ns.values()) == whole.planned_busy_ns
    assert abs(whole.production_ns - exact.production_ns) <= 60 * 10**9
    assert set(whole.standing_ns) == set(exact.standing_ns)
    for reason, ns in exact.standing_ns.items():
        assert abs(whole.standing_ns[reason] - ns) <= 60 * 10**9, reason
    assert [one.day for one in told.steps][:2] == [date(2026, 1, 5), date(2026, 1, 6)]
    assert sum(one.oee.produced for one in told.steps) == whole.produced > 19_000
    assert not told.weekly


def test_by_week_and_no_further_than_two_years(data: Path) -> None:
    settings = load(None, {"data_dir": str(data), **GIVEN}).quality
    with closing(Archive(data)) as archive:
        since, until = START_NS - 2 * DAYS_NS, START_NS
        told = long_effectiveness(archive.sums, settings, since, until)
        assert told is not None
        assert told.weekly
        assert {one.day.weekday() for one in told.steps} == {0}
        assert told.whole.planned_busy_ns == 2 * DAYS_NS
        assert told.steps[-1].oee.standing_ns == {"off": told.steps[-1].oee.planned_busy_ns}
        assert told.steps[-1].oee.quality_ratio is None, "of no parts there is none"
        beyond = START_NS + LONGEST_NS + 1
        assert long_effectiveness(archive.sums, settings, START_NS, beyond) is None


def test_the_overview_takes_the_sums_where_the_time_is_long(data: Path) -> None:
    settings = load(None, {"data_dir": str(data), **GIVEN}).quality
    with closing(Archive(data)) as archive:
        for days, long in ((39, False), (60, True)):
            asked = SumsAsked(START_NS - (days - 5) * DAY_NS, START_NS + 5 * DAY_NS)
            assert (days * DAY_NS > ONE_BY_ONE_NS) is long
            told = overview(archive.sums, data, settings, nowhere, asked, time_ns())
            assert told is not None
            assert isinstance(told.oee, Oee)
            assert (told.oee_steps is not None) is long
