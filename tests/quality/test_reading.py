"""What the records tell, put into the statistics."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from cell.config.quality import QualityConfig
from cell.control.ledger import events as e
from cell.labels.truths import truths
from cell.products.verdict import VerdictKind
from cell.quality.monitors import ewma_for, normal
from cell.quality.pareto import Truth
from cell.quality.reading.found import findings
from cell.quality.reading.light import light_of, lights
from cell.quality.reading.monitored import monitored
from cell.quality.reading.overview import called_otherwise, overview
from cell.quality.reading.summary import Period, summarise
from cell.quality.usual import WEIGHT, usual_of
from cell.records.reading import Sums, SumsAsked
from cell.records.reading.produced import produced
from cell.records.reading.states import states
from tests.cell.evidence_world import START_NS
from tests.quality.line import GOOD, SECOND, Line, pit, real_pit
from vision.types import Image

END = START_NS + 10**15


def no_recipe(_: str) -> None:
    """The recipe is gone."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven closed parts and an open one: two passed by the cell, one against it."""
    line = Line(tmp_path_factory.mktemp("line"))
    line.part()
    line.part(pit(0.3))
    line.label(line.part(pit(0.9), pit(0.8, x=300.0)), real_pit())
    line.label(line.part(pit(0.7)), GOOD)
    line.part(pit(0.6), override="pass")
    line.part(pit(0.6), override="reject")
    line.part(pit(0.6))
    line.part(closed=False)
    line.close()
    return line.folder


def test_parts_of_a_time(folder: Path) -> None:
    rows = produced(folder, START_NS, END)
    assert len(rows) == 8
    assert [row.first for row in rows] == ["pass"] * 2 + ["reject"] * 5 + ["pass"]
    assert [row.by_person for row in rows][4:6] == ["pass", "reject"]
    assert [len(row.defects) for row in rows] == [0, 1, 2, 1, 1, 1, 1, 0]
    assert rows[-1].disposition == ""
    later = produced(folder, START_NS + 4 * SECOND, START_NS + 8 * SECOND)
    assert [row.part for row in later] == [row.part for row in rows[1:3]]


def test_findings_are_told_from_false_calls(folder: Path) -> None:
    """By the label's outline, by a label without one, by overrides; and one nobody looked at."""
    rows = produced(folder, START_NS, END)
    found = [one.truth for one in findings(rows, truths(folder), no_recipe)]
    assert found == [
        Truth.REAL, Truth.FALSE_CALL, Truth.FALSE_CALL, Truth.FALSE_CALL, Truth.REAL, Truth.UNKNOWN,
    ]  # fmt: skip


def test_a_word_after_the_fact_is_the_last_one(tmp_path: Path) -> None:
    line = Line(tmp_path)
    wrong, missed, back = line.part(pit(0.9)), line.part(), line.part(pit(0.9))
    for part, verdict in (
        (wrong, VerdictKind.PASS), (missed, VerdictKind.REJECT), (back, VerdictKind.PASS),
        (back, None),
    ):  # fmt: skip
        line.said(e.Reassessed(stamp_ns=line.now_ns, part=part, verdict=verdict, person="lee"))
    line.close()
    rows = produced(tmp_path, START_NS, END)
    assert [row.by_person for row in rows] == ["pass", "reject", ""]
    period = Period(START_NS, START_NS + 20 * SECOND)
    told = summarise(tmp_path, QualityConfig(subgroup=2), no_recipe, period)
    assert (told.overridden, told.false_calls, told.missed, told.passed) == (2, 1, 1, 1)
    (bar,) = told.pareto
    assert (bar.real, bar.false_calls, bar.unknown) == (0, 1, 1)
    sums, now_ns = Sums(tmp_path), line.now_ns + SECOND
    seen = overview(sums, tmp_path, QualityConfig(), no_recipe, SumsAsked(), now_ns)
    sums.close()
    assert seen is not None
    assert (seen.figures.false_calls, seen.figures.missed, seen.figures.overridden) == (1, 1, 2)


def test_a_summary(folder: Path) -> None:
    settings = QualityConfig(run_time_s=1.0, subgroup=2)
    told = summarise(folder, settings, no_recipe, Period(START_NS, START_NS + 20 * SECOND))
    assert (told.parts, told.open, told.passed, told.stopped) == (7, 1, 3, 4)
    assert (told.overridden, told.not_inspected) == (1, 0)
    (bar,) = told.pareto
    assert (bar.real, bar.false_calls, bar.unknown) == (2, 3, 1)
    assert sum(map(sum, told.positions)) == 6
    assert told.positions[1][1] == 5
    assert [point.count for point in told.charts.p.points] == [0, 2, 2]
    assert [(one.name, one.parts, one.stopped) for one in told.by_model] == [("m@1", 7, 5)]
    # Running from the start up to the last word of the journal, 16 s; 20 s were planned.
    assert told.oee.production_ns == 16 * SECOND
    assert told.oee.standing_ns == {"off": 4 * SECOND}
    assert told.oee.index is not None
    assert told.oee.losses is not None
    assert sum(told.oee.losses.values()) + told.oee.index == 1


def shifts_of(*told: tuple[str, str, str]) -> tuple[dict[str, str], ...]:
    return tuple({"name": name, "begin": begin, "end": end} for name, begin, end in told)


def test_parts_by_shift(folder: Path) -> None:
    """START_NS is 2023-11-15 07:13:20 in Seoul."""
    three = shifts_of(("a", "06:00", "07:13"), ("b", "07:13", "07:14"), ("c", "07:14", "06:00"))
    settings = QualityConfig.model_validate({"time_zone": "Asia/Seoul", "shifts": three})
    told = summarise(folder, settings, no_recipe, Period(START_NS, END))
    assert [(one.name, one.parts) for one in told.by_shift] == [("2023-11-15/b", 7)]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"shifts": shifts_of(("a", "06:00", "14:00"))}, "time_zone is missing"),
        ({"time_zone": "Mars", "shifts": ()}, "'Mars' is not known"),
        ({"time_zone": "UTC", "shifts": shifts_of(("a", "06:00", "14:00"))}, "no shift covers"),
        ({"time_zone": "UTC", "shifts": shifts_of(("a", "6 Uhr", "14:00"))}, "begin"),
    ],
)
def test_what_is_no_calendar_is_refused(told: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        QualityConfig.model_validate(told)


def test_why_it_stood(tmp_path: Path) -> None:
    """A wait for the arm, a fault, a person's stop; then a cut, and another session."""
    line = Line(tmp_path)
    at = START_NS + 10 * SECOND

    def after(seconds: int) -> int:
        return at + seconds * SECOND

    fault = e.Faulted(
        stamp_ns=after(20), alarm="belt.disconnected", part="", detail="", purge=False,
        stopped=True, encoder_m=0.0, encoder_valid=True,
    )  # fmt: skip
    state = e.CellState
    part = line.part(pit(0.9), closed=False)
    line.said(
        e.BeltHeld(stamp_ns=after(0), part=part, cause="wait", ordered=True),
        e.BeltReleased(stamp_ns=after(3), part=part, waited_s=3.0),
        fault,
        e.StateChanged(stamp_ns=after(50), state=state.STOPPED, reason="", person="kim"),
        e.StateChanged(stamp_ns=after(60), state=state.RUNNING, reason=""),
        e.BeltHeld(stamp_ns=after(70), part=part, cause="wait", ordered=True),
        e.SessionStarted(
            stamp_ns=after(100), session="s2", recipe="pcb@1", encoder_m=0.0, arrivals=0,
            exposures=0, exits=0, clean=False,
        ),
        e.StateChanged(stamp_ns=after(101), state=state.PURGE_REQUIRED, reason=""),
        e.SessionClosed(stamp_ns=after(110), clean=True, encoder_m=0.0, arrivals=0),
    )  # fmt: skip
    line.close()
    told = [
        (one.state, (one.end_ns - one.begin_ns) // SECOND)
        for one in states(tmp_path / "journal.db", START_NS)
    ]
    assert told == [
        ("producing", 10), ("wait", 3), ("producing", 17), ("belt.disconnected", 30),
        ("stopped", 10), ("producing", 10), ("off", 30), ("purge_required", 1),
        ("purge_required", 9),
    ]  # fmt: skip
    later = states(tmp_path / "journal.db", after(105))
    assert [one.session for one in later] == ["s2", "s2"], "sessions of before are not read again"


def test_monitors_find_the_change(tmp_path: Path) -> None:
    line = Line(tmp_path)
    for number in range(60):
        line.part(pit(0.1 + 0.01 * (number % 7)))
    for number in range(30):
        line.part(pit(0.2 + 0.01 * (number % 7)))
    line.close()
    settings = QualityConfig(baseline_parts=40, false_alarm_run=5000)
    found = {one.name: one for one in monitored(produced(tmp_path, START_NS, END), settings)}
    score = found["score"]
    assert (score.baseline, score.watched) == (40, 50)
    assert score.run >= 5000
    assert score.measured is None or score.measured > 2500
    assert score.alarms
    assert int(score.alarms[0][-5:]) > 60
    assert "yaw_rad" not in found, "it never changed: there is nothing to compare with"
    too_few = QualityConfig(baseline_parts=100)
    assert not [*monitored(produced(tmp_path, START_NS, END), too_few)]


def test_monitors_of_a_time_have_the_limits_of_the_running_line(tmp_path: Path) -> None:
    """The same sample, the same limit, whatever its shape."""
    random = np.random.default_rng(3)
    line = Line(tmp_path)
    scores = np.clip(0.1 + 0.1 * random.exponential(size=160), 0.0, 0.95).round(3).tolist()
    for score in scores:
        line.part(pit(score))
    line.close()
    settings = QualityConfig(baseline_parts=120, false_alarm_run=2000)
    rows = produced(tmp_path, START_NS, END)
    told = {one.name: one for one in monitored(rows, settings, simulate=False)}
    usual = usual_of("score", scores[:120], 2000)
    for number, score in enumerate(scores[120:]):
        usual = usual.after(score, number, 0)
    assert not told["score"].alarms
    assert told["score"].progress == pytest.approx(usual.ewma.progress)
    bell = ewma_for(2000, WEIGHT, normal())
    assert usual.ewma.limit > bell.limit, "wider than for normal, independent values"
    assert told["score"].run == 2000


def textured(seed: int, gain: float = 1.0, blur: float = 0.0) -> Image:
    """A picture with details, darker by `gain` and out of focus by `blur` px."""
    details = np.random.default_rng(seed).normal(128.0, 30.0, (96, 96))
    seen = cv2.GaussianBlur(details, (0, 0), 1.0) * gain
    return np.clip(cv2.GaussianBlur(seen, (0, 0), blur) if blur else seen, 0, 255).astype(np.uint8)


def test_light_and_sharpness_are_told_apart() -> None:
    usual, dark, soft = (light_of(textured(1, *how)) for how in ((1.0,), (0.7,), (1.0, 2.0)))
    assert dark.mean == pytest.approx(0.7 * usual.mean, rel=0.02)
    assert dark.sharpness == pytest.approx(usual.sharpness, rel=0.05)
    assert soft.mean == pytest.approx(usual.mean, rel=0.02)
    assert soft.sharpness < 0.6 * usual.sharpness
    assert light_of(np.full((8, 8), 7, np.uint8)).sharpness == 0.0


def test_a_lamp_that_grows_dark_is_found(tmp_path: Path) -> None:
    line = Line(tmp_path)
    for number in range(80):
        line.part(image=textured(number, gain=1.0 if number < 45 else 0.98))
    line.close()
    rows = produced(tmp_path, START_NS, END)
    found = lights(tmp_path, rows)
    assert len(found) == 80
    settings = QualityConfig(baseline_parts=40, false_alarm_run=1000)
    told = {one.name: one for one in monitored(rows, settings, found)}
    assert told["light.mean"].alarms
    assert int(told["light.mean"].alarms[0][-5:]) > 45
    assert not told["light.sharpness"].alarms
    gone = lights(tmp_path / "elsewhere", rows)
    assert gone == {}, "pictures that retention has taken are left out"


@pytest.mark.parametrize(
    ("one", "other", "otherwise"),
    [
        ({"scratch": 3, "pit": 1}, {"scuff": 2, "pit": 1}, True),  # renamed
        ({"scratch": 40, "pit": 40}, {"scratch": 60}, True),  # pit was merged into scratch
        ({"scratch": 60}, {"scratch": 40, "pit": 40}, True),
        ({"scratch": 40, "pit": 1}, {"scratch": 60}, False),  # a rare one may have not come
        ({"scratch": 40, "pit": 40}, {"scratch": 5}, False),  # too few to say it
        ({"scratch": 4, "pit": 4}, {"scratch": 9, "pit": 1}, False),
        ({"scratch": 4}, {}, False),
    ],
)
def test_classes_renamed_or_merged_are_called_otherwise(
    one: dict[str, int], other: dict[str, int], otherwise: bool
) -> None:
    assert called_otherwise(one, other) is otherwise
    assert called_otherwise(other, one) is otherwise
