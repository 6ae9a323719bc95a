"""`cell parts` and `cell alarms --history`: the records on the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cell.faces.cli.app import app
from cell.faces.cli.errors import UsageError
from cell.records.errors import RecordsError
from tests.cell.evidence_world import Shift


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five parts, the even ones rejected."""
    folder = tmp_path_factory.mktemp("data")
    shift = Shift(folder)
    for number in range(1, 6):
        shift.part(passed=number % 2 == 1)
    shift.close()
    return folder


def told(*words: str) -> str:
    result = CliRunner().invoke(app, words, catch_exceptions=False, env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.output


def parts(data: Path, *words: str) -> list[str]:
    lines = told("parts", "--data", str(data), "--json", *words).splitlines()
    return [json.loads(line)["part"][-1] for line in lines]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ((), "54321"),
        (("--last", "2"), "54"),
        (("--verdict", "reject"), "42"),
        (("--disposition", "purged", "--last", "1"), "4"),
        (("--since", "2099-01-31"), ""),
        (("--until", "1999-01-31T06:00+09:00"), ""),
        (("--defect", "scratch"), ""),
        (("--recipe", "pcb@1", "--model", "m@1"), "54321"),
        (("--person", "test"), "42"),
        (("--overridden",), ""),
        (("--not-overridden", "--run", "s1"), "54321"),
        (("--beginning", "s1-00003"), "3"),
    ],
)
def test_parts(data: Path, words: tuple[str, ...], found: str) -> None:
    assert parts(data, *words) == list(found)


def test_tables_and_one_part(data: Path) -> None:
    table = told("parts", "--data", str(data))
    assert "s1-00005" in table
    assert "purged" in table
    one = told("parts", "s1-00002", "--data", str(data))
    assert "purged" in one
    assert "by test" in one
    whole = json.loads(told("parts", "s1-00002", "--data", str(data), "--json"))
    assert whole["evidence"][0]["kind"] == "view"


def test_no_alarms_on_record(data: Path) -> None:
    assert told("alarms", "--history", "--data", str(data), "--json") == ""


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("parts", "none"), UsageError),
        (("parts", "--since", "yesterday"), UsageError),
        (("parts", "s1-00001", "--verdict", "pass"), UsageError),
        (("alarms", "--since", "2026-01-31"), UsageError),
    ],
)
def test_what_cannot_be_asked(data: Path, words: tuple[str, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        CliRunner().invoke(app, [*words, "--data", str(data)], catch_exceptions=False)


def test_no_records(tmp_path: Path) -> None:
    with pytest.raises(RecordsError):
        CliRunner().invoke(app, ["parts", "--data", str(tmp_path)], catch_exceptions=False)


def test_an_export_is_written_and_named(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "rejects.csv"
    line = told("parts", "--data", str(data), "--verdict", "reject", "--export", str(file))
    assert line.split() == [f"{file}:", "2", "parts."]
    assert len(file.read_text("utf-8-sig").splitlines()) == 3


def test_an_export_that_is_no_table_is_refused(data: Path, tmp_path: Path) -> None:
    words = ["parts", "--data", str(data), "--export", str(tmp_path / "parts.xlsx")]
    result = CliRunner().invoke(app, words)
    assert isinstance(result.exception, UsageError)
    assert list(tmp_path.iterdir()) == []


def test_rebuilt_records_are_told(tmp_path: Path) -> None:
    shift = Shift(tmp_path)
    shift.part()
    shift.close()
    assert "1 parts are made" in told("records", "rebuild", "--data", str(tmp_path))
    assert json.loads(told("records", "rebuild", "--data", str(tmp_path), "--json")) == {"parts": 1}


def test_the_bench_of_records_tells_every_figure() -> None:
    found = json.loads(
        told("bench", "records", "--parts", "300", "--repeat", "2", "--plan", "--json")
    )
    assert found["parts"] == 300
    assert min(found["insert_per_s"], found["bulk_per_s"], found["size_bytes"]) > 0
    assert found["plans"].keys() == found["pages"].keys()
    assert all(0 < one["p50_ms"] <= one["p95_ms"] for one in found["pages"].values())
