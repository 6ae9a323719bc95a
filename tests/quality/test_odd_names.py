"""Names that stay for ever can be found again, and cost no report."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cell.faces.api.problems import status_of
from cell.quality.report.document import pdf
from cell.quality.studies.audits import Audits
from cell.quality.studies.book import StudyBook
from cell.quality.studies.errors import StudyError
from cell.quality.studies.values import Audit
from cell.records.journal_file import JournalError, writing
from cell.records.reading.produced import produced
from cell.stores.trouble import trouble
from tests.quality.line import Line

LOST = ["a/b", "<b>i</b>", ".", "..", "a\u202eb", "two\nlines", " ", "x" * 61]
FOUND = ["w22", "한글 감사", "quo\"te'", "😀", "x" * 60]


@pytest.mark.parametrize("name", LOST)
def test_no_name_is_kept_that_no_address_leads_to(tmp_path: Path, name: str) -> None:
    line = Line(tmp_path)
    line.part()
    line.close()
    rows = produced(tmp_path, 0, 2**62)
    with closing(StudyBook(tmp_path)) as book:
        audits = Audits(book.store)
        with pytest.raises(StudyError, match=r"quality\.audit\.name"):
            audits.draw(Audit(name, 1, "kim", 0, 2**62, 0, 0, ()), rows, 1, 0)
        assert not audits.audits()


@pytest.mark.parametrize("name", FOUND)
def test_other_names_are_kept(tmp_path: Path, name: str) -> None:
    line = Line(tmp_path)
    line.part()
    line.close()
    rows = produced(tmp_path, 0, 2**62)
    with closing(StudyBook(tmp_path)) as book:
        audits = Audits(book.store)
        audits.draw(Audit(name, 1, "kim", 0, 2**62, 0, 0, ()), rows, 1, 0)
        assert audits.audit(name).name == name


def test_signs_that_no_font_has_are_told_by_their_numbers(tmp_path: Path) -> None:
    template = tmp_path / "t.typ"
    template.write_text('#set text(font: "Noto Sans KR")\n#json(bytes(sys.inputs.data)).name')
    made = datetime(2026, 1, 1, tzinfo=UTC)

    def of(name: str) -> bytes:
        return pdf("t.typ", {"name": name}, made, folder=tmp_path)

    odd = of("한글 😀 x 👩\u200d🔧 \U0001f600")
    assert odd.startswith(b"%PDF")
    assert odd == of("한글 😀 x 👩\u200d🔧 \U0001f600")
    assert of("😀") == of("[U+1F600]")


def test_a_store_that_cannot_be_read_is_no_fault_of_the_request(tmp_path: Path) -> None:
    damaged = trouble(tmp_path / "quality.db", sqlite3.DatabaseError("file is not a database"))
    assert status_of(StudyError(damaged)) == 503


def test_a_journal_that_another_program_holds_says_so(tmp_path: Path) -> None:
    file = tmp_path / "journal.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as one:
        one.execute("CREATE TABLE t (x)")
        one.execute("BEGIN EXCLUSIVE")
        with (
            closing(sqlite3.connect(file, timeout=0)) as other,
            pytest.raises(JournalError, match="another program holds it") as refused,
            writing(file),
        ):
            other.execute("INSERT INTO t VALUES (1)")
    assert "disk" not in str(refused.value)
