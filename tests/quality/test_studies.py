"""Gauge studies and audits: kept for good, judged blindly, broken off and gone on with."""

from __future__ import annotations

import sqlite3
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from cell.quality.intervals import Claim, Standing
from cell.quality.studies.audits import Audits
from cell.quality.studies.book import StudyBook
from cell.quality.studies.candidates import candidates
from cell.quality.studies.choosing import Candidate, blind_order, choose
from cell.quality.studies.errors import StudyError
from cell.quality.studies.values import CELL, Audit, Study
from cell.records.reading.produced import produced
from tests.cell.evidence_world import START_NS
from tests.cell.small_disk import fill, prove
from tests.quality.aiag import VALUES, study
from tests.quality.line import GOOD, Line, pit, real_pit

END = START_NS + 10**15


def of(number: int, score: float, defective: bool) -> Candidate:
    return Candidate(f"p{number}", f"{number:064x}", f"{number}.jpg", score, defective, "kim")


MANY = [of(n, (n % 100) / 100, n % 3 == 0) for n in range(300)]


def test_choice_spreads_over_the_scores() -> None:
    chosen = choose(MANY, 60, "1")
    assert len(chosen) == 60
    assert sum(one.defective for one in chosen) == 30
    for kind in (True, False):
        tenths = Counter(int(10 * one.score) for one in chosen if one.defective is kind)
        assert set(tenths.values()) == {3}, "three of each tenth of the range"
    assert choose(MANY, 60, "1") == chosen
    assert choose(MANY, 60, "2") != chosen


def test_choice_takes_what_there_is() -> None:
    few = [of(1, 0.9, True), *(of(n, 0.1, False) for n in range(2, 30))]
    assert sum(one.defective for one in choose(few, 20, "1")) == 1
    assert len(choose(few, 20, "1")) == 20
    assert len(choose(few, 90, "1")) == 29
    twice = [of(1, 0.5, True), Candidate("p1", "f" * 64, "x.jpg", 0.5, True, "kim")]
    assert len(choose(twice, 9, "1")) == 1, "one picture of each part"


def test_blind_orders_are_whole_and_unlike() -> None:
    pictures = [one.sha256 for one in MANY[:30]]
    orders = {who: blind_order("7", who, 3, pictures) for who in ("kim", "lee", CELL)}
    for order in orders.values():
        assert len(set(order)) == len(order) == 90
        shown = [picture for _, picture in order]
        assert all(a != b for a, b in pairwise(shown))
        assert [trial for trial, _ in order] == [1] * 30 + [2] * 30 + [3] * 30
    assert len(set(orders.values())) == 3


@pytest.fixture
def book(tmp_path: Path):
    book = StudyBook(tmp_path)
    yield book
    book.close()


def planned(book: StudyBook, chosen: list[Candidate] | None = None, trials: int = 3) -> Study:
    wish = Study("june", 5, "kim", "pcb", trials, "7", ("A", "B", "C"), 0)
    return book.plan(wish, chosen or [*choose(MANY, 12, "1")])


def test_the_manuals_study_goes_through_the_book(book: StudyBook) -> None:
    """AIAG's 450 judgements, taken one by one in blind orders, give AIAG's results."""
    truth, ratings = study()
    chosen = [of(n, VALUES[n], bool(truth[n])) for n in range(50)]
    planned(book, chosen)
    for name, said in ratings.items():
        seen = Counter[str]()
        while (look := book.look("june", name)) is not None:
            number = int(look.file.removesuffix(".jpg"))
            defective = bool(said[number, seen[look.file]])
            seen[look.file] += 1
            assert book.judge("june", name, look.place, defective, 10 + look.place)
    told = book.evaluation("june", 0.95)
    kappas = {one.names: round(one.kappa.value or 0, 2) for one in told.result.pairs}
    assert {one.name: one.effectiveness.count for one in told.result.appraisers} == {
        "A": 42, "B": 45, "C": 40,
    }  # fmt: skip
    assert [one.miss.count for one in told.result.appraisers] == [3, 3, 6]
    assert kappas[("A", "B")] == 0.86
    assert told.detection.width == pytest.approx(0.0237915)
    assert len(told.mixed) == 11
    assert told.judged_ns == (11, 160)


def test_a_study_is_broken_off_and_gone_on_with(book: StudyBook, tmp_path: Path) -> None:
    planned(book)
    first = book.look("june", "A")
    assert first is not None
    assert (first.place, first.of) == (1, 36)
    assert book.judge("june", "A", 1, True, 1)
    assert not book.judge("june", "A", 1, True, 2), "told again, it changes nothing"
    with pytest.raises(StudyError, match="judged"):
        book.judge("june", "A", 1, False, 3)
    with pytest.raises(StudyError, match="not_due"):
        book.judge("june", "A", 3, False, 3)
    with pytest.raises(StudyError, match="stranger"):
        book.look("june", "eve")
    with pytest.raises(StudyError, match="unfinished"):
        book.evaluation("june", 0.95)
    again = StudyBook(tmp_path)
    look = again.look("june", "A")
    assert look is not None
    assert look.place == 2
    assert again.done("june") == {"A": 1, "B": 0, "C": 0}
    again.close()


def test_nothing_is_ever_changed(book: StudyBook, tmp_path: Path) -> None:
    planned(book)
    book.judge("june", "A", 1, True, 1)
    db = sqlite3.connect(tmp_path / "quality.db")
    for words in (
        "UPDATE judgement SET defective = 0", "DELETE FROM judgement",
        "UPDATE subject SET score = 0", "DELETE FROM study", "UPDATE appraiser SET name = 'x'",
    ):  # fmt: skip
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            db.execute(words)
    db.close()


def test_what_could_say_nothing_is_not_planned(book: StudyBook) -> None:
    good = [of(n, 0.1, False) for n in range(20)]
    for chosen in (good, MANY[:9]):
        with pytest.raises(StudyError, match="too_few"):
            planned(book, chosen)
    with pytest.raises(StudyError, match="trials"):
        planned(book, trials=0)
    with pytest.raises(StudyError, match="names"):
        book.plan(Study("x", 1, "kim", "pcb", 2, "1", ("A", "A"), 0), MANY[:20])
    planned(book)
    with pytest.raises(StudyError, match="taken"):
        planned(book)
    assert [one.name for one in book.studies()] == ["june"]


def test_candidates_are_settled_views_with_their_score(tmp_path: Path) -> None:
    line = Line(tmp_path)
    line.label(line.part(pit(0.9), pit(0.4, x=300.0)), real_pit())
    line.label(line.part(), GOOD)
    line.part(pit(0.8))
    line.close()
    found = candidates(tmp_path, "pcb", START_NS, END)
    assert [(one.score, one.defective, one.labelled_by) for one in found] == [
        (pytest.approx(0.9), True, "kim"), (0.0, False, "kim"),
    ]  # fmt: skip
    assert all((tmp_path / one.file).is_file() for one in found)
    assert candidates(tmp_path, "disc", START_NS, END) == ()


def full_disk(folder: Path) -> None:
    """A judgement that finds no room is not there; with room again it goes on."""
    book = StudyBook(folder)
    planned(book)
    filler = fill(folder)
    refused = 0
    for _ in range(300):
        look = book.look("june", "A")
        if look is None:
            break
        try:
            book.judge("june", "A", look.place, True, 1)
        except StudyError:
            refused += 1
            break
    assert refused, "the disk was never full"
    before = book.done("june")["A"]
    filler.unlink()
    look = book.look("june", "A")
    assert look is not None
    assert look.place == before + 1
    assert book.judge("june", "A", look.place, True, 1)
    book.close()


def test_a_full_disk_leaves_nothing_half(tmp_path: Path) -> None:
    prove("tests.quality.test_studies", "full_disk", tmp_path, size="2m")


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Line(tmp_path_factory.mktemp("audited"))
    for number in range(40):
        made.part(*([pit(0.9)] if number % 4 == 0 else []))
    made.close()
    return made.folder


def wish(name: str = "w22") -> Audit:
    return Audit(name, 9, "kim", START_NS, END, 0, 0, ())


CLAIM = Claim(0.05)


def test_an_audit_draws_by_lot_and_proves(line: Path, book: StudyBook) -> None:
    audits = Audits(book.store)
    rows = produced(line, START_NS, END)
    audit = audits.draw(wish(), rows, passed=20, stopped=5)
    assert (audit.of_passed, audit.of_stopped) == (30, 10)
    assert [one.passed for one in audit.parts] == [True] * 20 + [False] * 5
    assert Audits(book.store).audits() == (audit,)
    other = audits.draw(wish("w23"), rows, passed=20, stopped=5)
    assert {one.part for one in other.parts} != {one.part for one in audit.parts}
    for one in audit.parts[:20]:
        assert audits.take("w22", one.part, False, "lee", 11)
    result = audits.result("w22", CLAIM, CLAIM)
    assert (result.escapes.found, result.escapes.audited, result.waiting) == (0, 20, 5)
    assert result.escapes.standing is Standing.OPEN
    assert result.escapes.more == 39
    assert not audits.take("w22", audit.parts[0].part, False, "lee", 12)
    with pytest.raises(StudyError, match="told"):
        audits.take("w22", audit.parts[0].part, True, "lee", 12)
    audits.take("w22", audit.parts[-1].part, False, "lee", 13)
    assert audits.result("w22", CLAIM, CLAIM).false_rejects.found == 1


def test_what_was_not_drawn_does_not_count(line: Path, book: StudyBook) -> None:
    audits, rows = Audits(book.store), produced(line, START_NS, END)
    with pytest.raises(StudyError, match="too_few"):
        audits.draw(wish(), rows, passed=31, stopped=0)
    with pytest.raises(StudyError, match="nothing"):
        audits.draw(wish(), rows, passed=0, stopped=0)
    with pytest.raises(StudyError, match="none"):
        audits.result("w22", CLAIM, CLAIM)
    audit = audits.draw(wish(), rows, passed=3, stopped=0)
    outside = next(row.part for row in rows if row.part not in {o.part for o in audit.parts})
    with pytest.raises(StudyError, match="not_drawn"):
        audits.take("w22", outside, True, "lee", 1)
    with pytest.raises(StudyError, match="nobody"):
        audits.take("w22", audit.parts[0].part, True, " ", 1)
    with pytest.raises(StudyError, match="taken"):
        audits.draw(wish(), rows, passed=3, stopped=0)


def test_lots_are_drawn_evenly(line: Path, book: StudyBook) -> None:
    """Over many audits each passed part is drawn about equally often."""
    audits, rows = Audits(book.store), produced(line, START_NS, END)
    counts = Counter[str]()
    for number in range(200):
        audit = audits.draw(wish(f"a{number}"), rows, passed=10, stopped=0)
        counts.update(one.part for one in audit.parts)
    assert len(counts) == 30
    # 200 x 10 / 30 = 67, standard deviation 6.7
    assert min(counts.values()) > 67 - 5 * 6.7
    assert max(counts.values()) < 67 + 5 * 6.7
