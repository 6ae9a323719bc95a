"""A second person's blind look, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cell.config.labels import LabelsConfig
from cell.labels.agreement import Kappa, agree, boxes, kappa
from cell.labels.errors import LeaseError
from cell.labels.label import Judgement, Shape
from cell.labels.reasons import Why
from cell.labels.values import Origin, Purpose, Reason, Said, State
from tests.labels.desk import (
    ALWAYS_TWICE,
    GOOD,
    NEVER_TWICE,
    UNUSABLE,
    book_of,
    picture,
    scratch,
    tell,
)

G, D, U = Judgement.GOOD, Judgement.DEFECTIVE, Judgement.UNUSABLE


def both(*shapes: Shape) -> Said:
    return Said(D, shapes)


A, A_MOVED, B = (
    Shape.of_box("a", 0, 0, 10, 10),
    Shape.of_box("a", 2, 0, 12, 10),
    Shape.of_box("b", 0, 0, 10, 10),
)


@pytest.mark.parametrize(
    ("second", "state"),
    [
        (scratch(), State.SETTLED),
        (scratch(12.0), State.SETTLED),
        (scratch(18.0), State.CONFLICT),
        (scratch(name="dent"), State.CONFLICT),
        (GOOD, State.CONFLICT),
        (UNUSABLE, State.CONFLICT),
        (Said(D, scratch().shapes * 2), State.CONFLICT),
    ],
)
def test_who_agrees_settles_it_and_who_does_not_calls_a_third(
    second: Said, state: State, tmp_path: Path
) -> None:
    book = book_of(tmp_path, 1, ALWAYS_TWICE)
    assert tell(book, 1, "ann", scratch()).state is State.REVIEW
    assert book.take("ann", 0) is None, "nobody reviews himself"
    with pytest.raises(LeaseError, match="own_review"):
        book.save(1, "ann", GOOD, base=1, purpose=Purpose.REVIEW, now_ns=0)
    task = book.take("bob", 0)
    assert task is not None
    assert (task.purpose, task.before, task.opinions) == (Purpose.REVIEW, None, ())
    assert Why.REVIEW in {one.why for one in task.item.reasons}
    saved = tell(book, 1, "bob", second)
    assert (saved.state, saved.version.origin) == (state, Origin.REVIEW)
    why = {one.why for one in book.item(1, 0).reasons}
    assert Why.REVIEW not in why
    assert (Why.CONFLICT in why) == (state is State.CONFLICT)
    if state is State.SETTLED:
        book.freeze("set", "cy", 0)
        (member,) = book.members("set")
        assert member.labelled.shapes == scratch().shapes, "the first one's label counts"
    else:
        third = book.open_item(1, "cy", 0)
        assert [one.person for one in third.opinions] == ["ann", "bob"]
        assert third.before == third.opinions[0]
        with pytest.raises(LeaseError, match="own_decision"):
            book.save(1, "ann", GOOD, base=2, purpose=Purpose.LABEL, now_ns=0)
        assert tell(book, 1, "cy", second).version.origin is Origin.DECISION
        assert book.item(1, 0).state is State.SETTLED
    assert [one.person for one in book.history(1)][:2] == ["ann", "bob"]


def test_who_sees_his_mistake_before_the_other_has_looked_corrects_it(tmp_path: Path) -> None:
    book = book_of(tmp_path, 1, ALWAYS_TWICE)
    tell(book, 1, "ann", scratch())
    assert tell(book, 1, "ann", GOOD).version.origin is Origin.CORRECTION
    assert tell(book, 1, "bob", GOOD).state is State.SETTLED


def test_a_correction_of_what_is_settled_is_looked_at_anew(tmp_path: Path) -> None:
    book = book_of(tmp_path, 1, ALWAYS_TWICE)
    tell(book, 1, "ann", scratch())
    tell(book, 1, "bob", scratch())
    assert tell(book, 1, "cy", GOOD).state is State.REVIEW
    assert book.take("cy", 0) is None
    assert tell(book, 1, "ann", GOOD).state is State.SETTLED


def test_a_share_is_looked_at_twice_and_overrides_always(tmp_path: Path) -> None:
    book = book_of(tmp_path, 60, LabelsConfig(review_share=0.25))
    book.add(picture(tmp_path, 0), Reason(Why.OVERRIDE), 0)
    states = [tell(book, item, "ann", GOOD).state for item in range(1, 61)]
    assert states[0] is State.REVIEW
    assert 6 <= states[1:].count(State.REVIEW) <= 24
    again = book_of(tmp_path / "again", 0, LabelsConfig(review_share=0.25))
    for number in range(60):
        again.add(picture(tmp_path, number), Reason(Why.WANTED), 0)
    assert [tell(again, i, "bob", GOOD).state for i in range(2, 61)] == states[1:]


def test_an_override_of_what_is_settled_asks_for_a_second_look(tmp_path: Path) -> None:
    book = book_of(tmp_path, 1, NEVER_TWICE)
    assert tell(book, 1, "ann", GOOD).state is State.SETTLED
    for _ in range(2):
        book.add(picture(tmp_path, 0), Reason(Why.OVERRIDE), 0)
    assert book.item(1, 0).state is State.REVIEW
    assert book.take("ann", 0) is None
    assert tell(book, 1, "bob", GOOD).state is State.SETTLED
    book.add(picture(tmp_path, 0), Reason(Why.OVERRIDE), 0)
    book.add(picture(tmp_path, 0), Reason(Why.DRIFT), 0)
    assert book.item(1, 0).state is State.SETTLED


@pytest.mark.parametrize(
    ("first", "second", "iou", "same"),
    [
        (GOOD, GOOD, 0.5, True),
        (GOOD, Said(U), 0.5, False),
        (both(A), both(A_MOVED), 0.5, True),
        (both(A), both(A_MOVED), 2 / 3, True),  # 80 of 120
        (both(A), both(A_MOVED), 0.67, False),
        (both(A), both(B), 0.1, False),
        (both(A, B), both(B, A), 0.9, True),
        (both(A), both(A, B), 0.5, False),
        (both(A), both(A, A_MOVED), 0.5, False),  # one to one
        (both(A), replace(both(A), note="another note"), 0.5, True),
    ],
)
def test_who_says_the_same(first: Said, second: Said, iou: float, same: bool) -> None:
    assert agree(first, second, iou) is same
    assert agree(second, first, iou) is same


def test_as_many_boxes_as_can_be_are_matched() -> None:
    # The first box overlaps both others, the second only one: taking the best first leaves one.
    ours = [Shape.of_box("a", 0, 0, 10, 10), Shape.of_box("a", 0, 0, 10, 16)]
    theirs = [Shape.of_box("a", 0, 0, 10, 13), Shape.of_box("a", 0, 0, 10, 6)]
    found = boxes([(ours, theirs)], 0.5)
    assert (found.matched, found.only_first, found.only_second) == (2, 0, 0)
    assert found.mean_iou == pytest.approx((0.6 + 13 / 16) / 2)
    assert found.f1 == 1.0
    wide, left = Shape.of_box("a", 20, 0, 30, 10), Shape.of_box("a", 14, 0, 24, 10)
    near, right = Shape.of_box("a", 20, 0, 29, 10), Shape.of_box("a", 26, 0, 36, 10)
    assert boxes([((wide, left), (near, right))], 0.2).matched == 2, "two rather than the best one"
    assert boxes([], 0.5).f1 is None
    assert boxes([(ours, [])], 0.5).f1 == 0.0


# Cohen's own kind of table, [both good, good/defective, defective/good, both defective].
@pytest.mark.parametrize(
    ("table", "value"),
    [((20, 5, 10, 15), 0.4), ((45, 15, 25, 15), 0.1304), ((90, 80, 2, 20), 0.1724)],
)
def test_kappa(table: tuple[int, int, int, int], value: float) -> None:
    words = [(G, G), (G, D), (D, G), (D, D)]
    pairs = [word for word, count in zip(words, table, strict=True) for _ in range(count)]
    found = kappa(pairs)
    assert found.kappa == pytest.approx(value, abs=5e-5)
    assert found.low is not None
    assert found.high is not None
    # The interval against a bootstrap's: what kappa does when the pictures are drawn anew.
    rng = np.random.default_rng(0)
    total = sum(table)
    drawn = rng.multinomial(total, np.array(table) / total, 20_000) / total
    same = drawn[:, 0] + drawn[:, 3]
    rows, columns = drawn[:, 0] + drawn[:, 1], drawn[:, 0] + drawn[:, 2]
    chance = rows * columns + (1 - rows) * (1 - columns)
    spread = float(np.std((same - chance) / (1 - chance)))
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * spread, rel=0.06)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], Kappa(0, None, None, None, None)),
        ([(G, G)] * 3, Kappa(3, 1.0, None, None, None)),
        ([(G, G), (D, D), (U, U)], Kappa(3, 1.0, 1.0, 1.0, 1.0)),
    ],
)
def test_kappa_where_there_is_little_to_say(
    pairs: list[tuple[Judgement, Judgement]], expected: Kappa
) -> None:
    assert kappa(pairs) == expected


def test_the_report_tells_of_classes_and_pairs(tmp_path: Path) -> None:
    book = book_of(tmp_path, 4, ALWAYS_TWICE)
    said = [
        ("ann", scratch(), "bob", scratch(11.0)),
        ("bob", GOOD, "ann", scratch()),
        ("ann", GOOD, "bob", GOOD),
        ("cy", scratch(name="dent"), "ann", scratch(name="scratch")),
    ]
    for item, (first, one, second, other) in enumerate(said, 1):
        tell(book, item, first, one)
        tell(book, item, second, other)
    report = book.agreement()
    assert (report.judgements.pictures, report.judgements.same) == (4, 0.75)
    assert {name: of.f1 for name, of in report.classes.items()} == {"dent": 0.0, "scratch": 0.5}
    pairs = {pair.people: pair for pair in report.pairs}
    assert pairs.keys() == {("ann", "bob"), ("ann", "cy")}
    ann_bob = pairs["ann", "bob"]
    assert ann_bob.judgements.same == pytest.approx(2 / 3)
    assert (ann_bob.boxes.matched, ann_bob.boxes.only_first, ann_bob.boxes.only_second) == (1, 1, 0)
    assert ann_bob.boxes.mean_iou == pytest.approx(90 / 110)
    counts = book.statistics(0)
    assert counts.by_person == {"ann": 4, "bob": 3, "cy": 1}
    assert counts.by_state == {State.SETTLED: 2, State.CONFLICT: 2}
    assert counts.by_reason == {Why.CONFLICT: 2, Why.DRIFT: 2}
