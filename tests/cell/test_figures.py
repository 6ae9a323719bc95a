"""Figures of odd records: nobody has labelled anything, classes have other names, clocks jump."""

from __future__ import annotations

from pathlib import Path

import pytest

from cell.control.ledger import events as e
from cell.faces.cli.bench.records.making import make
from cell.products.verdict import Verdict, VerdictKind
from cell.records.reading import Archive, PartsAsked, Sums, SumsAsked
from tests.cell.test_sums import NS, START_NS, inspected, projected

PARTS = 3000


def test_parts_that_nobody_has_looked_at_say_nothing_of_false_calls(tmp_path: Path) -> None:
    list(make(tmp_path / "records.db", PARTS, labelled=False))
    sums, archive = Sums(tmp_path), Archive(tmp_path)
    classes = sums.classes()
    assert sum(one.parts for one in classes) > 0
    assert {(one.overridden, one.false_calls, one.confirmed) for one in classes} == {(0, 0, 0)}
    assert [one.key for one in sums.parts(by=("overridden",))] == [(False,)]
    assert sum(one.parts for one in sums.parts()) == PARTS
    assert archive.parts(PartsAsked(overridden=True)).rows == ()


def judged(name: str, now_ns: int, classes: list[str], recipe: str) -> list[e.Event]:
    reject = Verdict(VerdictKind.REJECT, "scrap", "")
    return [
        e.Arrived(stamp_ns=now_ns, part=name, index=1, encoder_m=0.0, x=0.0),
        inspected(name, now_ns, classes, late=False, recipe=recipe),
        e.Judged(stamp_ns=now_ns, part=name, verdict=reject, by="recipe"),
    ]  # fmt: skip


@pytest.fixture
def renamed(tmp_path: Path) -> Path:
    """Two parts whose class is called otherwise by the next recipe, and one long before all."""
    start = e.SessionStarted(
        stamp_ns=START_NS, session="s", recipe="pcb@1", encoder_m=0.0, arrivals=0, exposures=0,
        exits=0, clean=True,
    )  # fmt: skip
    events = [
        e.StateChanged(stamp_ns=START_NS, state=e.CellState.RUNNING, reason=""),
        *judged("s-1", START_NS, ["short"], "pcb@1"),
        *judged("s-2", START_NS + 60 * NS, ["단락 =1"], "pcb@2"),
        *judged("s-3", 10 * NS, ["short"], "pcb@1"),
        e.StateChanged(stamp_ns=10 * NS, state=e.CellState.STOPPED, reason="x"),
        e.StateChanged(stamp_ns=START_NS + 120 * NS, state=e.CellState.RUNNING, reason=""),
    ]
    projected(tmp_path, [start, *events], [3])
    return tmp_path


def test_a_class_goes_by_its_name_in_each_recipe(renamed: Path) -> None:
    sums = Sums(renamed)
    assert {one.class_name: one.parts for one in sums.classes()} == {"short": 2, "단락 =1": 1}
    (only,) = sums.classes(SumsAsked(recipe="pcb@2"))
    assert only.class_name == "단락 =1"
    (found,) = Archive(renamed).parts(PartsAsked(class_name="단락 =1")).rows
    assert found.part == "s-2"


def test_a_clock_that_jumps_over_years_counts_no_time(renamed: Path) -> None:
    """From 1970 to 2023: neither running nor standing; parts count where they arrived."""
    assert Sums(renamed).states() == ()
    early = SumsAsked(0, 900 * NS)
    assert [one.parts for one in Sums(renamed).parts(early)] == [1]
    (now,) = Sums(renamed).states(now_ns=START_NS + 150 * NS)
    assert (now.state, now.seconds) == ("running", 30.0)
