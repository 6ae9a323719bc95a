"""From the records to the queue: what is doubtful, overridden, not inspected or drawn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from cell.config.labels import LabelsConfig
from cell.control.ledger import events as e
from cell.control.ledger.inspection import Inspection
from cell.labels.book import LabelBook
from cell.labels.errors import StoreError
from cell.labels.filler import Filler
from cell.labels.filling import Filled
from cell.labels.label import Shape
from cell.labels.reasons import WEIGHTS, Why
from cell.labels.values import About, Item, NewPicture, Reason, State
from cell.products.loading import RECIPES, load_recipe
from cell.products.recipe import Recipe
from cell.products.verdict import Verdict, VerdictKind
from cell.texts import render, say
from tests.cell.evidence_world import Shift, inspected, noise
from tests.labels.desk import GOOD, tell
from vision.types import Defect

NO_AUDITS = LabelsConfig(audit_share=0.0, review_share=0.0, margin=0.1)


@cache
def recipe_of(identity: str) -> Recipe | None:
    """Rejects from 0.58 up, reviews from 0.4."""
    name = identity.partition("@")[0]
    return load_recipe(RECIPES / name) if name == "pcb" else None


def defect(score: float, name: str = "short") -> Defect:
    return Defect(name, score, -3.0, 10.0, 20.0, 30.0)


@dataclass
class Line:
    """A shift beside a book of labels."""

    shift: Shift
    book: LabelBook

    def append(self, *events: e.Event) -> None:
        self.shift.journal.append(list(events))
        self.shift.projection.catch_up(self.shift.journal)

    def part(
        self,
        defects: tuple[Defect, ...] = (),
        *,
        inspected_at_all: bool = True,
        override: str = "",
        frame: bool = False,
        closed: bool = True,
        recipe: str = "pcb@1",
    ) -> str:
        shift = self.shift
        shift.parts += 1
        number = shift.parts
        name, now = f"s1-{number:05d}", 10**18 + number * 10**9
        kind, reason = VerdictKind.PASS, ""
        events: list[e.Event] = [
            e.Arrived(stamp_ns=now, part=name, index=number, encoder_m=0.0, x=0.0)
        ]
        events.append(
            e.FrameSeen(
                stamp_ns=now, trigger=number, exposure_ns=now, received_ns=now, ok=True, error=""
            )
        )
        if inspected_at_all:
            seen = inspected(name, number, now, shift.view(noise(number, 64), now))
            inside: Inspection = replace(seen.inspection, defects=defects, recipe=recipe)
            events.append(replace(seen, inspection=inside))
        else:
            kind = VerdictKind.REJECT
            reason = say("verdict.not_inspected", why="no picture came")
        by = "recipe" if inspected_at_all else "ledger"
        verdict = Verdict(kind, "", reason)
        events.append(e.Judged(stamp_ns=now, part=name, verdict=verdict, by=by))
        if override:
            contrary = Verdict(VerdictKind.REJECT, "scrap", "looks bad")
            events.append(e.Judged(stamp_ns=now, part=name, verdict=contrary, by=override))
        if closed and inspected_at_all and not override:
            events.append(e.Passed(stamp_ns=now, part=name, index=number, encoder_m=0.0))
        elif closed:
            events.append(e.Purged(stamp_ns=now, part=name, person="test"))
        self.append(*events)
        if frame:
            self.frame(name)
        return name

    def frame(self, name: str) -> None:
        number = int(name[3:])
        self.shift.keeper.keep_frame(name, number, 10**18 + number * 10**9, noise(900 + number, 80))

    def fill(self, most: int = 200) -> Filled:
        return self.book.fill(recipe_of, 1, most)

    def items(self) -> dict[str, Item]:
        return {one.about.part: one for one in self.book.queue(1).items}

    def why(self) -> dict[str, set[Why]]:
        return {part: {one.why for one in item.reasons} for part, item in self.items().items()}


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    shift = Shift(tmp_path)
    book = LabelBook.open(tmp_path, NO_AUDITS)
    yield Line(shift, book)
    book.close()
    shift.close()


# Thresholds of class short: 0.58 rejects, 0.4 sends to review; a margin of 0.1 around both.
@pytest.mark.parametrize(
    ("scores", "why"),
    [
        ((), None),
        ((0.2,), None),
        ((0.31,), Why.NEAR_MISS),
        ((0.4,), Why.LOW_MARGIN),
        ((0.43,), Why.LOW_MARGIN),
        ((0.55,), Why.NEAR_MISS),
        ((0.58,), Why.LOW_MARGIN),
        ((0.67,), Why.LOW_MARGIN),
        ((0.69,), None),
        ((0.97, 0.57), Why.NEAR_MISS),
    ],
)
def test_scores_near_a_threshold_are_queued(
    scores: tuple[float, ...], why: Why | None, line: Line
) -> None:
    part = line.part(tuple(map(defect, scores)))
    assert line.fill().queued == (why is not None)
    assert line.why() == ({part: {why}} if why else {})


def test_the_nearer_the_more_it_is_worth(line: Line) -> None:
    far, near = line.part((defect(0.49),)), line.part((defect(0.57),))
    line.fill()
    items = line.items()
    assert list(items) == [near, far]
    assert items[near].value < WEIGHTS[Why.NEAR_MISS]
    (told,) = items[near].reasons
    assert render(told.text, "en") == "short scored 0.57, just below the threshold 0.58"


def test_a_view_comes_with_what_the_model_found_in_it(line: Line) -> None:
    part = line.part((defect(0.57), defect(0.2, "other"), Defect("short", 0.5, 70, 0, 90, 9)))
    line.fill()
    item = line.items()[part]
    assert item.picture is not None
    assert (item.picture.width, item.picture.group) == (64, part)
    assert item.picture.name.startswith(f"{part}-view-")
    first, other = item.about.proposals
    assert (first.shape, first.score) == (Shape.of_box("short", 0, 10, 20, 30), 0.57)
    assert other.shape.class_name == "other"
    about = item.about
    assert (about.recipe, about.model, about.verdict, about.verdict_by) == (
        "pcb@1", "m@1", "pass", "recipe",
    )  # fmt: skip


def test_an_override_is_worth_most_and_is_seen_at_once(line: Line) -> None:
    missing = line.part(inspected_at_all=False, frame=True)
    part = line.part(override="김 Ann", closed=False)
    line.fill()
    items = line.items()
    assert list(items) == [part, missing]
    (told,) = items[part].reasons
    assert render(told.text, "en") == "김 Ann gave the verdict REJECT (before: PASS)"
    assert items[part].about.verdict_by == "김 Ann"
    assert tell(line.book, items[part].id, "bob", GOOD).state is State.REVIEW


def test_a_word_after_the_fact_is_worth_as_much(line: Line) -> None:
    part, other = line.part((defect(0.57),)), line.part()
    line.fill()
    for at, verdict, name in (
        (1, VerdictKind.REJECT, part), (2, VerdictKind.REJECT, other), (3, None, other),
    ):  # fmt: skip
        line.append(
            e.Reassessed(stamp_ns=2 * 10**18 + at, part=name, verdict=verdict, person="ann")
        )
    line.fill()
    assert line.why() == {part: {Why.OVERRIDE, Why.NEAR_MISS}}, "what was withdrawn is not queued"
    told = next(one for one in line.items()[part].reasons if one.why is Why.OVERRIDE)
    assert render(told.text, "en") == "ann said after the fact: it has a defect"


def test_a_later_override_is_told_and_another_part_with_the_same_picture_is_not(
    line: Line,
) -> None:
    part = line.part((defect(0.57),))
    line.fill()
    line.append(
        e.Judged(
            stamp_ns=2 * 10**18,
            part=part,
            verdict=Verdict(VerdictKind.REJECT, "scrap", ""),
            by="ann",
        )
    )
    line.fill()
    item = line.items()[part]
    assert (item.about.verdict, item.about.verdict_by) == ("reject", "ann")
    assert line.why() == {part: {Why.OVERRIDE, Why.NEAR_MISS}}
    of = item.picture
    assert of is not None
    assert item.file is not None
    twin = NewPicture(item.file, "twin", "other", About(part="other", verdict="pass"))
    assert line.book.add(twin, Reason(Why.DRIFT), 3) == item.id
    assert line.items()[part].about == item.about
    assert line.items()[part].picture == of


def test_an_open_account_may_still_get_its_picture(line: Line) -> None:
    part = line.part(inspected_at_all=False, override="ann", closed=False)
    line.fill()
    assert line.why() == {part: {Why.OVERRIDE}}


def test_what_was_not_inspected_comes_with_its_frame_or_is_only_listed(line: Line) -> None:
    with_frame = line.part(inspected_at_all=False, frame=True)
    without = line.part(inspected_at_all=False)
    line.part(inspected_at_all=False, closed=False)
    line.fill()
    items = line.items()
    assert list(items) == [with_frame, without], "with something to look at comes first"
    assert line.why() == {part: {Why.NOT_INSPECTED} for part in (with_frame, without)}
    of = items[with_frame].picture
    assert of is not None
    assert of.width == 80
    assert items[with_frame].about.recipe == "pcb@1", "its session's"
    assert items[without].picture is None
    told = render(items[without].reasons[0].text, "en")
    assert "no picture came" in told
    line.frame(without)
    line.fill()
    assert line.items()[without].picture is not None, "the recorder may be later than we"
    assert len(line.items()) == 2


def test_audits_are_drawn_from_what_passed_and_always_the_same(line: Line) -> None:
    line.book.settings = LabelsConfig(audit_share=0.3, review_share=0.0)
    parts = [line.part() for _ in range(40)]
    rejected = [line.part((defect(0.99),), override="ann") for _ in range(3)]
    line.fill()
    why = line.why()
    drawn = {part for part in parts if part in why}
    assert 4 <= len(drawn) <= 22
    assert all(why[part] == {Why.AUDIT} for part in drawn)
    assert all(why[part] == {Why.OVERRIDE} for part in rejected)
    other = LabelBook.open(line.book.data_dir / "other", line.book.settings)
    assert not other.fill(recipe_of, 0).more, "nothing was recorded there"
    other.close()


def test_filling_goes_on_where_it_was_and_changes_nothing_twice(line: Line) -> None:
    parts = [line.part((defect(0.57),), override="ann" if n % 3 == 0 else "") for n in range(10)]
    looked = []
    while (done := line.fill(most=3)).more:
        looked.append(done.parts)
        assert done.parts <= 6
    assert len(looked) == 5, "14 verdicts are read three at a time, too"
    assert line.items().keys() == set(parts)
    assert line.fill() == Filled()
    before = line.book.queue(1)
    with line.book._store.writing() as db:
        db.execute("DELETE FROM mark")
    assert line.fill().parts == 10
    assert line.book.queue(1) == before
    # A place that does not fit the records is found anew by its event.
    for row in (0, 9999):
        with line.book._store.writing() as db:
            db.execute("UPDATE mark SET seq = ? WHERE name LIKE '% row'", (row,))
        line.fill()
        assert line.fill() == Filled()
    with line.book._store.writing() as db:
        db.execute("UPDATE mark SET seq = 9999 WHERE name LIKE '% row'")
    late = line.part((defect(0.57),))
    assert line.fill().queued == 1
    assert late in line.items()


def test_another_journal_is_read_from_its_beginning(line: Line, tmp_path: Path) -> None:
    for _ in range(5):
        line.part()
    line.fill()
    line.shift.close()
    for name in ("journal.db", "records.db"):
        for file in tmp_path.glob(f"{name}*"):
            file.unlink()
    line.shift = Shift(tmp_path)
    part = line.part((defect(0.57),))
    line.fill()
    assert line.items().keys() == {part}


def test_labelled_pictures_outlive_the_records_retention(line: Line) -> None:
    part = line.part((defect(0.57),))
    line.shift.keeper.settle(10)
    line.fill()
    (evidence,) = [line.book.data_dir / one for one in line.shift.files()]
    item = line.items()[part]
    assert item.file is not None
    assert item.file.samefile(evidence)
    evidence.unlink()
    assert item.file.is_file()


def test_a_queue_that_grows_too_long_lets_the_least_valuable_go(line: Line) -> None:
    line.book.settings = LabelsConfig(audit_share=0.0, review_share=0.0, most_waiting=3)
    parts = [line.part((defect(0.51 + 0.01 * n),)) for n in range(3)]
    line.fill()
    ids = {part: item.id for part, item in line.items().items()}
    labelled, drafted, spare = parts
    file = line.items()[spare].file
    assert file is not None
    tell(line.book, ids[labelled], "ann", GOOD)
    line.book.save_draft(ids[drafted], "ann", "half", 1)
    more = [line.part((defect(0.57),), override="ann") for _ in range(3)]
    line.fill()
    assert line.items().keys() == {drafted, *more[1:]}
    assert not file.exists()
    assert line.book.history(ids[labelled])
    again = line.fill()
    assert again == Filled(), "what has gone stays away"


def test_a_picture_that_is_gone_makes_an_item_without_one(line: Line) -> None:
    part = line.part((defect(0.57),))
    for file in line.shift.incoming():
        file.unlink()
    line.fill()
    item = line.items()[part]
    assert (item.picture, item.about.proposals) == (None, ())


def test_a_recipe_that_is_gone_leaves_no_doubt(line: Line) -> None:
    line.part((defect(0.57),), recipe="gone@1")
    assert line.fill() == Filled(parts=1, queued=0, more=True)


def test_records_that_cannot_be_read_are_one_line(tmp_path: Path) -> None:
    book = LabelBook.open(tmp_path, NO_AUDITS)
    (tmp_path / "records.db").write_bytes(b"These are no records. " * 500)
    with pytest.raises(StoreError) as refused:
        book.fill(recipe_of, 1)
    words = render(str(refused.value), "en")
    assert "cell records verify" in words
    assert "\n" not in words
    book.close()


def test_the_queue_is_filled_while_the_cell_runs(
    line: Line, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    filler = Filler(line.book, recipe_of, lambda: 1, every_s=0.01)
    filler.start()
    try:
        parts = [line.part((defect(0.57),)) for _ in range(3)]
        wait_for(lambda: line.items().keys() == set(parts))
        assert filler.problem == ""
        records, aside = tmp_path / "records.db", tmp_path / "aside"
        records.rename(aside)
        records.mkdir()
        wait_for(lambda: "records_unread" in filler.problem)
        assert "cell records verify" in caplog.text, "the log is in words"
        assert '"code"' not in caplog.text
        records.rmdir()
        aside.rename(records)
        wait_for(lambda: filler.problem == "")
        assert line.items().keys() == set(parts)
    finally:
        filler.close()


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.005)
