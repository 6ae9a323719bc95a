"""Acceptance runs: limits first, parts by lot, the result signed, and the signature checked."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner, Result

from cell.faces.cli.app import app
from cell.quality.intervals import Standing
from cell.quality.kappa import NOTHING, Estimate
from cell.quality.report.acceptance_report import acceptance_report, contents
from cell.quality.studies.acceptance_values import Acceptance, Plan, What
from cell.quality.studies.acceptances import Acceptances
from cell.quality.studies.audits import Audits
from cell.quality.studies.book import StudyBook
from cell.quality.studies.criteria import enough, judged, parts_needed
from cell.quality.studies.errors import StudyError
from cell.quality.studies.tables import FILE, SHAPE
from cell.records.reading.produced import ProducedRow, produced
from cell.texts import render
from models.ground.errors import UserError
from tests.cell.evidence_world import START_NS
from tests.cell.small_disk import fill, prove
from tests.quality.line import Line, pit
from tests.quality.test_studies import wish as an_audit

ALWAYS = 2**62
LATER = START_NS + 10**15
WISH = Plan(
    name="line 4", at_ns=START_NS - 10, person="kim", customer="Hanbit", recipe="pcb",
    since_ns=START_NS, until_ns=ALWAYS, passed=0, stopped=0, escape_limit=0.1,
    false_reject_limit=0.4, confidence=0.9,
)  # fmt: skip
ZONE = ZoneInfo("Asia/Seoul")


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty parts, ten of them stopped."""
    made = Line(tmp_path_factory.mktemp("accepted"))
    for number in range(40):
        made.part(*([pit(0.9)] if number % 4 == 0 else []))
    made.close()
    return made.folder


@pytest.fixture
def folder(line: Path, tmp_path: Path) -> Path:
    shutil.copytree(line, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def book(folder: Path):
    book = StudyBook(folder)
    yield book
    book.close()


@pytest.fixture
def rows(line: Path) -> tuple[ProducedRow, ...]:
    return produced(line, START_NS, LATER)


def drawn(book: StudyBook, rows: tuple[ProducedRow, ...], plan: Plan = WISH) -> Acceptances:
    runs = Acceptances(book)
    runs.plan(enough(plan))
    runs.draw(plan.name, rows, None, "kim", LATER)
    return runs


def look(book: StudyBook, name: str = WISH.name, escapes: int = 0) -> None:
    """At all parts, as the cell judged them but for so many escapes."""
    audits = Audits(book.store)
    (audit,) = [one for one in audits.audits() if one.name == name]
    for number, one in enumerate(audit.parts):
        audits.take(name, one.part, not one.passed or number < escapes, "lee", LATER + number)


def test_from_plan_to_signature(book: StudyBook, rows: tuple[ProducedRow, ...]) -> None:
    runs = Acceptances(book)
    assert parts_needed(WISH) == (22, 5)
    planned = runs.plan(enough(WISH))
    assert (planned.passed, planned.stopped) == (22, 5)
    assert runs.plans() == (planned,)
    with pytest.raises(StudyError, match="not_drawn"):
        runs.sign(WISH.name, "kim", "quality", "password", LATER)
    runs.draw(WISH.name, rows, None, "kim", LATER)
    with pytest.raises(StudyError, match=r"acceptance\.drawn"):
        runs.draw(WISH.name, rows, None, "kim", LATER)
    run = runs.show(WISH.name)
    assert (run.waiting, run.standing, run.through) == (27, Standing.OPEN, False)
    with pytest.raises(StudyError, match="unfinished"):
        runs.sign(WISH.name, "kim", "quality", "password", LATER)
    look(book)
    run = runs.show(WISH.name)
    assert run.through
    assert run.standing is Standing.PROVEN
    assert [one.parts for one in run.looked] == [27]
    first = runs.sign(WISH.name, "kim", "quality", "password", LATER + 100)
    second = runs.sign(WISH.name, "Hana", "admin", "badge", LATER + 101)
    assert (first.number, second.number) == (1, 2)
    assert first.fingerprint == second.fingerprint == run.fingerprint
    with pytest.raises(StudyError, match=r"acceptance\.signed"):
        runs.sign(WISH.name, "kim", "quality", "password", LATER + 102)
    assert runs.verify(WISH.name)[1] == ()


def test_nothing_is_said_before_the_end(book: StudyBook, rows: tuple[ProducedRow, ...]) -> None:
    """Who stops when it fits would prove less than he says; who fails early is not done either."""
    runs = drawn(book, rows)
    (audit,) = Audits(book.store).audits()
    for one in audit.parts[:21]:
        Audits(book.store).take(WISH.name, one.part, True, "lee", LATER)
    run = runs.show(WISH.name)
    assert run.standing is Standing.OPEN
    assert all(one.standing is Standing.OPEN for one in run.criteria)
    assert run.criteria[0].found == 21


@pytest.mark.parametrize(
    ("escapes", "standing"), [(0, Standing.PROVEN), (1, Standing.OPEN), (9, Standing.REFUTED)]
)
def test_how_a_run_ends(
    book: StudyBook, rows: tuple[ProducedRow, ...], escapes: int, standing: Standing
) -> None:
    runs = drawn(book, rows)
    look(book, escapes=escapes)
    assert runs.show(WISH.name).standing is standing


def test_parts_of_the_recipe_and_the_time_alone(
    book: StudyBook, rows: tuple[ProducedRow, ...]
) -> None:
    runs = Acceptances(book)
    runs.plan(enough(replace(WISH, recipe="disc")))
    with pytest.raises(StudyError, match="too_few"):
        runs.draw(WISH.name, rows, None, "kim", LATER)
    runs.plan(enough(replace(WISH, name="later", since_ns=rows[30].arrived_ns)))
    with pytest.raises(StudyError, match="too_few"):
        runs.draw("later", rows, None, "kim", LATER)
    assert runs.show("later").audit is None, "what is refused leaves nothing half"


def test_plans_that_prove_nothing(book: StudyBook) -> None:
    runs = Acceptances(book)
    odd = {
        "acceptance.too_few": {"passed": 21, "stopped": 5},
        "acceptance.too_many": {"passed": 10**6, "stopped": 5},
        "acceptance.name": {"name": " "},
        "acceptance.limits": {"escape_limit": 0.0},
        "acceptance.least": {"oee_limit": 1.5},
        "acceptance.kappa": {"kappa_limit": 0.7},
        "acceptance.time": {"until_ns": START_NS},
        "study.none": {"kappa_limit": 0.7, "study": "x"},
    }
    for code, told in odd.items():
        with pytest.raises(StudyError, match=code):
            runs.plan(enough(replace(WISH, **told)))
    assert runs.plans() == ()


def test_names_are_taken_once(book: StudyBook, rows: tuple[ProducedRow, ...]) -> None:
    """A run and an audit of one name would share their parts."""
    runs, audits = Acceptances(book), Audits(book.store)
    runs.plan(enough(WISH))
    with pytest.raises(StudyError, match=r"audit\.taken"):
        audits.draw(an_audit(WISH.name), rows, passed=3, stopped=0)
    audits.draw(an_audit("w22"), rows, passed=3, stopped=0)
    for name in (WISH.name, "w22"):
        with pytest.raises(StudyError, match=r"acceptance\.taken"):
            runs.plan(enough(replace(WISH, name=name)))


def test_oee_and_kappa() -> None:
    plan = replace(WISH, oee_limit=0.6, kappa_limit=0.75, study="june")
    cases = [
        (None, None, "open", "open"),
        (0.6, Estimate(0.9, 0.75, 1.0), "proven", "proven"),
        (0.5, Estimate(0.5, 0.3, 0.7), "refuted", "refuted"),
        (0.7, Estimate(0.8, 0.7, 0.9), "proven", "open"),
        (0.7, NOTHING, "proven", "open"),
    ]
    for oee, kappa, said, agreed in cases:
        told = {one.what: one.standing for one in judged(plan, None, oee, kappa)}
        assert (told[What.OEE], told[What.KAPPA]) == (said, agreed)


ALTERED = [
    "UPDATE outcome SET defective = 1 - defective WHERE part = (SELECT min(part) FROM outcome)",
    "UPDATE acceptance SET escape_limit = 0.2",
    "UPDATE signature SET person = 'eve'",
    "DELETE FROM outcome WHERE part = (SELECT min(part) FROM outcome)",
]


@pytest.mark.parametrize("edit", ALTERED)
def test_what_is_altered_is_found(
    book: StudyBook, rows: tuple[ProducedRow, ...], edit: str
) -> None:
    runs = drawn(book, rows)
    look(book)
    runs.sign(WISH.name, "kim", "quality", "password", LATER)
    with closing(sqlite3.connect(book.store.path)) as db:
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            db.execute(edit)
        for trigger in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            db.execute(f"DROP TRIGGER {trigger[0]}")
        db.execute(edit)
        db.commit()
    assert runs.verify(WISH.name)[1] == (1,)
    with pytest.raises(StudyError, match=r"altered|unfinished"):
        runs.sign(WISH.name, "lee", "quality", "password", LATER)


def test_a_book_of_before_is_taken_over(tmp_path: Path) -> None:
    """A file of version 1 gets the new tables, after a copy was laid beside it."""
    book = StudyBook(tmp_path)
    Audits(book.store)
    book.close()
    with closing(sqlite3.connect(tmp_path / FILE)) as db:
        for table in ("issued", "signature", "acceptance_draw", "acceptance"):
            db.execute(f"DROP TABLE {table}")
        db.execute("PRAGMA user_version = 1")
        db.commit()
    book = StudyBook(tmp_path)
    assert Acceptances(book).plan(enough(WISH)).passed == 22
    book.close()
    assert SHAPE.version == 2
    assert (tmp_path / f"{FILE}.version-1").exists()


@pytest.fixture
def signed(book: StudyBook, rows: tuple[ProducedRow, ...]) -> Acceptance:
    runs = drawn(book, rows)
    look(book, escapes=1)
    runs.sign(WISH.name, "김민수", "quality", "password", LATER)
    return runs.show(WISH.name)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_report(signed: Acceptance, lang: str) -> None:
    content = acceptance_report(signed, lang, ZONE)
    assert content == acceptance_report(signed, lang, ZONE)
    assert content.startswith(b"%PDF-1.7")
    told = contents(signed, lang, ZONE)
    assert told["criteria"][0][2] == "1/22 = 4.55%"
    assert len(told["failures"]) == 1
    assert told["signatures"][0]["who"] == "1. 김민수"
    assert told["verdict"] == {"en": "open", "ko": "미결"}[lang]
    assert "계획" in str(told) or lang == "en"


def test_every_sign_has_a_shape_in_the_fonts(signed: Acceptance) -> None:
    from PIL import ImageFont

    from cell.quality.report.document import HERE

    proven = replace(signed, standing=Standing.PROVEN)
    undrawn = replace(signed, audit=None)
    for file in sorted((HERE / "fonts").glob("*.ttf")):
        font = ImageFont.truetype(str(file), 40)
        box = bytes(font.getmask("\ue000"))
        for lang in ("en", "ko"):
            for run in (signed, proven, undrawn):
                signs = set(str(contents(run, lang, ZONE))) - set(" \n\\\xa0")
                assert not {s for s in signs if bytes(font.getmask(s)) == box}


def quality(*words: str) -> Result:
    return CliRunner().invoke(app, ["quality", "acceptance", *words])


def said(*words: str) -> str:
    result = quality(*words)
    assert result.exception is None, result.exception
    return result.output


def refused(*words: str) -> str:
    result = quality(*words)
    assert isinstance(result.exception, UserError), result.output
    return render(str(result.exception))


def test_the_verbs(folder: Path, tmp_path: Path) -> None:
    data = ("--data", str(folder))
    limits = ("--escape-limit", "0.1", "--false-reject-limit", "0.4", "--confidence", "0.9")
    plan = ("plan", "l4", "--recipe", "pcb", *limits, "--since", "2023-11-14", "--oee", "0.5")
    assert "22 passed and 5 stopped parts" in said(*plan, *data, "--customer", "Hanbit")
    assert "xyz" in refused("plan", "l5", "--recipe", "xyz", *limits, *data)
    lines = said("draw", "l4", *data).splitlines()
    assert len(lines) == 28
    assert "27 parts" in refused("sign", "l4", *data)
    for part in lines[1:]:
        stopped = (int(part[-5:]) - 1) % 4 == 0
        found = "defective" if stopped else "good"
        assert "kept" in said("take", "l4", part, "--found", found, *data, "--person", "lee")
    shown = quality("show", "l4", *data)
    assert shown.exit_code == 1, "without a run time there is no OEE"
    assert "OEE: limit ≥ 50.00%, found – (–), open" in shown.output
    unsigned = quality("verify", "l4", *data)
    assert unsigned.exit_code == 1
    assert "bears no signature" in unsigned.output
    assert "signed by kim" in said("sign", "l4", "--person", "kim", *data)
    files = [tmp_path / "en.pdf", tmp_path / "ko.pdf"]
    for file in files:
        said("report", "l4", "--out", str(file), "--lang", file.stem, *data)
        assert "all is as it was signed" in said("verify", str(file), *data)
    assert "signed by lee" in said("sign", "l4", "--person", "lee", *data)
    older = quality("verify", str(files[0]), *data)
    assert "shows 1 of 2 signatures" in older.output
    files[0].write_bytes(files[0].read_bytes() + b" ")
    assert "no report that this cell handed out" in refused("verify", str(files[0]), *data)
    assert "cannot be read" in refused("verify", str(tmp_path / "none.pdf"), *data)
    told = json.loads(said("verify", "l4", "--json", *data))
    assert told["findings"] == []
    listed = json.loads(said("list", "--json", *data))
    assert listed[0]["plan"]["customer"] == "Hanbit"
    (folder / "audit.db").unlink()
    assert "is not in the audit log" in quality("verify", "l4", *data).output


def sign_on(runs: Acceptances) -> None:
    """Until the disk is full."""
    for number in range(400):
        runs.sign(WISH.name, f"kim {number}", "quality", "password", LATER)


def full_disk(folder: Path) -> None:
    """A signature and a report that find no room are not there; with room again they are made."""
    made = Line(folder)
    for number in range(40):
        made.part(*([pit(0.9)] if number % 4 == 0 else []))
    made.close()
    book = StudyBook(folder)
    runs = drawn(book, produced(folder, START_NS, LATER))
    look(book)
    book.close()
    book = StudyBook(folder)
    runs = Acceptances(book)
    runs.show(WISH.name)
    filler = fill(folder)
    with pytest.raises(StudyError, match="store"):
        sign_on(runs)
    before = len(runs.show(WISH.name).signatures)
    filler.unlink()
    runs.sign(WISH.name, "lee", "quality", "password", LATER)
    assert len(runs.show(WISH.name).signatures) == before + 1
    assert runs.verify(WISH.name)[1] == ()
    book.close()


def test_a_full_disk_leaves_nothing_half(tmp_path: Path) -> None:
    prove("tests.quality.test_acceptance", "full_disk", tmp_path, size="6m")


def test_two_people_who_look_at_one_part_at_once(
    book: StudyBook, rows: tuple[ProducedRow, ...]
) -> None:
    """The first answer stays; the same again is nothing new, and the contrary one is told."""
    drawn(book, rows)
    audits = Audits(book.store)
    (audit,) = audits.audits()
    part = audit.parts[0].part
    assert audits.take(WISH.name, part, True, "kim", LATER)
    assert not audits.take(WISH.name, part, True, "lee", LATER)
    with pytest.raises(StudyError, match=r"acceptance\.part_told") as told:
        audits.take(WISH.name, part, False, "lee", LATER)
    assert_no_audit(told.value)
    with pytest.raises(StudyError, match=r"acceptance\.part_not_drawn") as told:
        audits.take(WISH.name, "another part", True, "lee", LATER)
    assert_no_audit(told.value)
    (audit,) = audits.audits()
    assert audit.parts[0].defective is True


def assert_no_audit(error: StudyError) -> None:
    assert "audit" not in render(str(error), "en")
    assert "감사" not in render(str(error), "ko")


def test_a_result_is_refused_in_the_words_of_what_it_belongs_to(book: StudyBook) -> None:
    audits = Audits(book.store)
    Acceptances(book).plan(enough(WISH))
    with pytest.raises(StudyError, match=r"acceptance\.not_drawn") as told:
        audits.take(WISH.name, "p", True, "lee", LATER)
    assert_no_audit(told.value)
    with pytest.raises(StudyError, match=r"drawn\.none"):
        audits.take("nothing of that name", "p", True, "lee", LATER)
