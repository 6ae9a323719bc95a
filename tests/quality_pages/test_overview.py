"""An overview from sums says what an account of every single part says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import time_ns
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cell.config import CellConfig, load
from cell.control.ledger import events as e
from cell.faces.cli.bench.records.making import make
from cell.faces.quality.asking import asking
from cell.quality.calendar import shifts
from cell.quality.reading.overview import (
    MOST_POINTS,
    MOST_SHIFTS,
    Overview,
    latest,
    overview,
    step_of,
)
from cell.quality.reading.trends import stopped_by_cell
from cell.quality.report.telling import Teller
from cell.records.reading import Archive, PartsAsked, SumsAsked
from cell.records.reading.produced import produced
from cell.records.summaries.tables import CELL_PX
from cell.texts import tr
from tests.quality.line import Line

PARTS = 6000
NS = 10**9
SHIFTS = [
    {"name": "early", "begin": "08:00", "end": "16:00"},
    {"name": "late", "begin": "16:00", "end": "00:00"},
    {"name": "night", "begin": "00:00", "end": "08:00", "planned": False},
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("overview")
    for _ in make(folder / "records.db", PARTS):
        pass
    return folder


@pytest.fixture(scope="module")
def archive(data: Path) -> Iterator[Archive]:
    with closing(Archive(data)) as opened:
        yield opened


def nowhere(_: str) -> None:
    """Every recipe is gone."""


def told(data: Path, archive: Archive, asked: SumsAsked, **given: object) -> Overview:
    config: CellConfig = load(None, {"data_dir": str(data), **given})
    found = overview(archive.sums, data, config.quality, nowhere, asked, time_ns())
    assert found is not None
    return found


def test_it_counts_what_the_parts_say(data: Path, archive: Archive) -> None:
    found = told(data, archive, SumsAsked())
    rows = [row for row in produced(data, 0, 2**62) if row.disposition]
    assert found.figures.parts == len(rows) == PARTS
    assert found.figures.passed == sum(row.disposition == "passed" for row in rows)
    assert found.figures.stopped == sum(map(stopped_by_cell, rows))
    assert found.figures.uninspected == sum(not row.inspected for row in rows) > 0
    having = {"short": sum(any(d.class_name == "short" for d in row.defects) for row in rows)}
    bar = next(bar for bar in found.pareto if bar.class_name == "short")
    assert bar.total == having["short"] > 100
    assert bar.real > bar.false_calls > 0 < bar.unknown
    assert sum(point.size for point in found.charts.p.points) == PARTS
    assert sum(point.count for point in found.charts.p.points) == found.figures.stopped
    assert sum(p.count for p in found.charts.u.points) == sum(len(row.defects) for row in rows)
    assert len(found.steps) == len(found.charts.p.points) <= MOST_POINTS


def test_shifts_and_oee(data: Path, archive: Archive) -> None:
    given = {
        "quality.shifts": SHIFTS, "quality.time_zone": "Asia/Seoul", "quality.run_time_s": 4.0
    }  # fmt: skip
    found = told(data, archive, SumsAsked(), **given)
    assert [group.name for group, _ in found.by_shift][:2] == [
        "2026-01-05/early", "2026-01-05/late",
    ]  # fmt: skip
    assert sum(group.parts for group, _ in found.by_shift) == PARTS
    assert found.oee is not None
    oee, losses = found.oee, found.oee.losses
    assert losses is not None
    assert oee.index is not None
    assert sum(losses.values()) + oee.index == 1
    assert oee.production_ns + sum(oee.standing_ns.values()) == oee.planned_busy_ns
    assert {"wait", "alarm.robot.removal_failed"} <= set(oee.standing_ns)


def test_a_time_of_one_recipe(data: Path, archive: Archive) -> None:
    found = told(data, archive, SumsAsked(recipe="none@1"))
    assert (found.figures.parts, found.pareto, found.steps, found.oee) == (0, (), (), None)


def test_no_time_makes_too_many_points() -> None:
    for days in (0.01, 1, 7, 30, 365, 3650, 36500):
        length = round(days * 86_400 * 10**9)
        step = step_of(length)
        assert step % (900 * 10**9) == 0
        assert length / step + 1 <= MOST_POINTS


def test_labels_come_before_overrides(data: Path, archive: Archive, monkeypatch) -> None:
    from cell.labels.label import Judgement
    from cell.labels.truths import PartTruth
    from cell.quality.reading import labelled

    rows = [row for row in produced(data, 0, 2**62) if row.defects and not row.by_person][:7]
    said = [PartTruth(row.part, "0" * 64, data, True, Judgement.GOOD, (), "kim") for row in rows]
    before = told(data, archive, SumsAsked())
    monkeypatch.setattr(labelled, "truths", lambda _: tuple(said))
    after = told(data, archive, SumsAsked())
    findings = sum(len({d.class_name for d in row.defects}) for row in rows)
    gained = sum(b.false_calls for b in after.pareto) - sum(b.false_calls for b in before.pareto)
    lost = sum(b.unknown for b in before.pareto) - sum(b.unknown for b in after.pareto)
    assert gained == lost == findings == after.labelled
    assert [b.total for b in after.pareto] == [b.total for b in before.pareto]


@pytest.mark.parametrize("class_name", ["", "short"])
def test_a_square_of_the_map_leads_to_its_parts(
    data: Path, archive: Archive, class_name: str
) -> None:
    """Those whose defects have their middle there, all of them and no others."""
    recipe = str(archive.sums.parts(by=("recipe",))[-1].key[0])
    places = archive.sums.places(SumsAsked(recipe=recipe, class_name=class_name))
    for one in sorted(places, key=lambda one: -one.defects)[:3]:
        asked = PartsAsked(recipe=recipe, class_name=class_name, place=(one.x, one.y))
        found: list[str] = []
        after = ""
        while True:
            page = archive.found(asked, after, 200)
            found += [row.part for row in page.rows]
            if not (after := page.after):
                break
        there: list[str] = []
        for row in produced(data, 0, 2**62):
            for d in row.defects:
                at = (
                    int((d.x_min + d.x_max) / 2 // CELL_PX),
                    int((d.y_min + d.y_max) / 2 // CELL_PX),
                )
                if row.recipe == recipe and at == asked.place and class_name in ("", d.class_name):
                    there.append(row.part)
        assert len(there) == one.defects > 1
        assert sorted(found) == sorted(set(there))


def test_an_address_names_a_square() -> None:
    settings = load(None).quality
    for words, place in (("12,7", (12, 7)), ("", None)):
        asked = asking({"place": words}, settings, time_ns(), "all")
        assert (asked.parts.place, asked.problems) == (place, ())
    for words in ("12", "a,b", "-1,2", "256,0", "1,2,3"):
        asked = asking({"place": words}, settings, time_ns(), "all")
        assert asked.parts.place is None
        assert "no_place" in asked.problems[0]


def test_a_time_that_began_before_there_were_parts_costs_no_more(
    data: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for the shifts of centuries."""
    made = 0

    def counted(*given: Any) -> Any:
        nonlocal made
        for shift in shifts(*given):
            made += 1
            yield shift

    monkeypatch.setattr("cell.quality.reading.overview.shifts", counted)
    monkeypatch.setattr("cell.quality.reading.effectiveness.shifts", counted)
    settings = {"quality.shifts": SHIFTS, "quality.time_zone": "Asia/Seoul"}
    whole = told(data, archive, SumsAsked(), **settings)
    usual, made = made, 0
    asked = SumsAsked(since_ns=-(2**62), until_ns=None)
    long = told(data, archive, asked, **settings)
    assert long.by_shift == whole.by_shift != ()
    assert made <= usual


def test_the_latest_shifts_are_found_however_rare_they_are() -> None:
    rare = [
        {"name": "week", "begin": "08:00", "end": "08:00", "days": ["mon"]},
        {"name": "rest", "begin": "08:00", "end": "08:00", "planned": False,
         "days": ["tue", "wed", "thu", "fri", "sat", "sun"]},
    ]  # fmt: skip
    for patterns in (rare, SHIFTS):
        config = load(None, {"quality.shifts": patterns, "quality.time_zone": "Asia/Seoul"})
        own, low, high = config.quality, 0, 1_800_000_000 * 10**9
        every = [*shifts(own.patterns, own.zone, high - 400 * 86_400 * 10**9, high)]
        assert latest(own, low, high) == every[-MOST_SHIFTS:]
        assert latest(own, high - 1, high) == every[-1:]
        assert latest(own, high, high) == []


def test_an_alarm_that_stopped_the_cell_and_a_part_taken_off_are_told(tmp_path: Path) -> None:
    """As the ledger writes them down, not as anybody thinks that it does."""
    line = Line(tmp_path)
    line.part()
    stamp = line.now_ns
    fault = {"part": "", "detail": "", "purge": True, "stopped": True, "encoder_m": 0.0}
    line.said(
        e.Arrived(stamp_ns=stamp, part="s1-off", index=2, encoder_m=0.0, x=0.0),
        e.AlarmRaised(stamp_ns=stamp, alarm="robot.part_dropped", part="", detail="x"),
        e.Faulted(stamp_ns=stamp, alarm="robot.part_dropped", encoder_valid=True, **fault),
        e.Purged(stamp_ns=stamp + NS, part="s1-off", person="kim"),
        e.StateChanged(stamp_ns=stamp + 60 * NS, state=e.CellState.STOPPED, reason="cell.cleared"),
    )
    line.close()
    with closing(Archive(tmp_path)) as opened:
        asked = SumsAsked(stamp - NS, stamp + 90 * NS)
        found = told(tmp_path, opened, asked, **{"quality.run_time_s": 2.0})
    assert found.oee is not None
    assert found.oee.standing_ns["alarm.robot.part_dropped"] == 60 * NS
    rows = [row for row in produced(tmp_path, 0, 2**62) if row.disposition]
    assert found.figures.uninspected == sum(not row.inspected for row in rows) == 1
    teller = Teller("ko", ZoneInfo("UTC"), str)
    assert teller.reason("alarm.robot.part_dropped") == "로봇이 부품을 떨어뜨렸습니다"
    assert teller.reason("state.stopped") == tr("quality.reason.state.stopped", "ko")
