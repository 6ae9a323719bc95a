"""What the report of a random audit says, and when it says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cell.quality.intervals import Claim, Standing
from cell.quality.report.audit_report import audit_report, contents, standing_of
from cell.quality.studies.audits import Audits
from cell.quality.studies.book import StudyBook
from cell.quality.studies.values import Audit
from cell.records.reading.produced import produced
from tests.quality.line import Line, pit

CLAIMS = (Claim(0.4, 0.9), Claim(0.4, 0.9))
ZONE = ZoneInfo("Asia/Seoul")


@pytest.fixture
def audits(tmp_path: Path) -> Iterator[Audits]:
    line = Line(tmp_path)
    for number in range(40):
        line.part(*([pit(0.9)] if number % 2 else []))
    line.close()
    rows = produced(tmp_path, 0, 2**62)
    with closing(StudyBook(tmp_path)) as book:
        made = Audits(book.store)
        made.draw(Audit("both", line.now_ns, "kim", 0, 2**62, 0, 0, ()), rows, 8, 8)
        made.draw(Audit("passed", line.now_ns, "kim", 0, 2**62, 0, 0, ()), rows, 8, 0)
        yield made


def look(audits: Audits, name: str, *, wrong: int = 0, leave: int = 0) -> None:
    """All drawn parts but `leave`; the first `wrong` of them are not what the cell said."""
    parts = audits.audit(name).parts
    for number, one in enumerate(parts[: len(parts) - leave]):
        audits.take(name, one.part, one.passed if number < wrong else not one.passed, "lee", 5)


@pytest.mark.parametrize(
    ("wrong", "leave", "standing"),
    [(0, 0, Standing.PROVEN), (8, 0, Standing.REFUTED), (2, 0, Standing.OPEN),
     (0, 1, Standing.OPEN), (8, 1, Standing.OPEN), (0, 16, Standing.OPEN)],
)  # fmt: skip
def test_nothing_is_proven_or_refuted_before_all_were_looked_at(
    audits: Audits, wrong: int, leave: int, standing: Standing
) -> None:
    look(audits, "both", wrong=wrong, leave=leave)
    assert standing_of(audits.result("both", *CLAIMS)) is standing


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_a_kind_of_which_none_was_drawn_is_no_zero(audits: Audits, lang: str) -> None:
    look(audits, "passed")
    told = audits.result("passed", *CLAIMS)
    assert standing_of(told) is Standing.PROVEN
    said = contents(told, CLAIMS, lang, ZONE)  # type: ignore[arg-type]
    assert said["rates"][0][2] == "0/8 = 0.00%"
    assert said["rates"][1][2:4] == ["–", "–"]
    words = {"en": "nothing is said of the false-reject rate", "ko": "과검출률은 알 수 없습니다"}
    assert words[lang] in said["verdict_why"]
    assert "90.0%" in said["limits_note"], "the interval is named"


def test_failures_are_named_and_the_bytes_are_those_of_the_data(audits: Audits) -> None:
    look(audits, "both", wrong=2)
    told = audits.result("both", *CLAIMS)
    wrong = {one.part for one in told.audit.parts if one.passed is one.defective}
    assert {line[0] for line in contents(told, CLAIMS, "en", ZONE)["failures"]} == wrong
    assert len(wrong) == 2
    for lang in ("en", "ko"):
        made = audit_report(told, *CLAIMS, lang, ZONE)  # type: ignore[arg-type]
        assert made.startswith(b"%PDF")
        assert made == audit_report(told, *CLAIMS, lang, ZONE)  # type: ignore[arg-type]
