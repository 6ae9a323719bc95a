"""What the study pages hand out, and the cell as an appraiser beside them; without a browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cell.faces.quality.cell_judging import CellJudging
from cell.quality.studies.book import StudyBook
from cell.quality.studies.candidates import candidates
from cell.quality.studies.choosing import choose
from cell.quality.studies.errors import StudyError
from cell.quality.studies.values import CELL, Study
from tests.hmi.conftest import until
from tests.quality_pages.study_world import LABELLED, fetched, lay, served

ALWAYS = 2**62


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("files") / "data"
    folder.mkdir()
    lay(folder)
    book = StudyBook(folder)
    for name, people in (("by the cell", ("kim", CELL)), ("by people", ("kim", "lee"))):
        chosen = choose(candidates(folder, "pcb", 0, ALWAYS), LABELLED, name)
        book.plan(Study(name, 5, "kim", "pcb", 1, name, people, 0), chosen)
    book.close()
    return folder


@pytest.fixture
def book(data: Path) -> Iterator[StudyBook]:
    book = StudyBook(data)
    yield book
    book.close()


def test_the_cell_judges_in_a_process_of_its_own(data: Path, book: StudyBook) -> None:
    judging = CellJudging(data)
    try:
        judging.start("by the cell", "kim")
        judging.start("by the cell", "kim")  # pressed twice
        with pytest.raises(StudyError, match=r"gauge\.busy"):
            judging.start("by people", "kim")
        until(lambda: not judging.state("by the cell")[0], "the cell is through", 240.0)
        assert judging.state("by the cell") == (False, "")
        assert book.done("by the cell")[CELL] == LABELLED
        judging.start("by people", "kim")
        until(lambda: not judging.state("by people")[0], "it has ended", 120.0)
        assert "no appraiser of the study" in judging.state("by people")[1]
    finally:
        judging.close()


def test_a_picture_that_is_gone_is_told(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(data, folder)
    shutil.rmtree(folder / "labels" / "pictures")
    judging = CellJudging(folder)
    book = StudyBook(folder)
    chosen = choose(candidates(data, "pcb", 0, ALWAYS), LABELLED, "x")
    book.plan(Study("gone", 5, "kim", "pcb", 1, "x", (CELL,), 0), chosen)
    book.close()
    try:
        judging.start("gone", "kim")
        until(lambda: not judging.state("gone")[0], "it has ended", 120.0)
        assert "is gone" in judging.state("gone")[1]
    finally:
        judging.close()


def test_what_is_handed_out(data: Path, book: StudyBook) -> None:
    """Pages in both languages; the picture that is due to whom it is due, and no other."""
    study = "by%20people"
    with served(data.parent) as url:
        for lang in ("en", "ko"):
            for path in ("gauge", "audits", "acceptances", f"gauge/study?name={study}"):
                mark = "&" if "?" in path else "?"
                status, content = fetched(url, f"/quality/{path}{mark}lang={lang}")
                assert (status, b"Traceback" in content) == (200, False)
        look = f"/quality/gauge/look/{study}"
        assert fetched(url, f"{look}/1.jpg", "kim", "operator")[0] == 200
        assert fetched(url, f"{look}/2.jpg", "kim")[0] == 404
        assert fetched(url, f"{look}/1.jpg", "eve")[0] == 404
        assert fetched(url, f"/quality/gauge.pdf?name={study}")[0] == 422
        for who in ("kim", "lee"):
            for place in range(1, LABELLED + 1):
                book.judge("by people", who, place, place % 2 == 0, place)
        subject = book.evaluation("by people", 0.95).subjects[0].sha256
        assert fetched(url, f"/quality/gauge/part/{study}/{subject}.jpg")[0] == 200
        assert fetched(url, f"/quality/gauge/part/{study}/{'0' * 64}.jpg")[0] == 404
        for lang in ("en", "ko"):
            status, content = fetched(url, f"/quality/gauge.pdf?name={study}&report={lang}")
            assert (status, content[:5]) == (200, b"%PDF-")
        assert fetched(url, "/quality/acceptance.pdf?name=none")[0] == 422
        status, content = fetched(url, "/quality/audit.pdf?name=none&lang=ko")
        assert (status, content.count(b"\n")) == (422, 1)
