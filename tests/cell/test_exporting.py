"""Parts as files for other programs: whole or not at all, in a bounded memory."""

from __future__ import annotations

import csv
import resource
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from cell.faces.cli.bench.records.making import make
from cell.records import exporting
from cell.records.errors import RecordsError
from cell.records.exporting import COLUMNS, Form, export
from cell.records.reading import Archive, PartsAsked
from cell.texts import render
from tests.cell.small_disk import fill, prove

PARTS = 4000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    list(make(folder / "records.db", PARTS))
    return folder


def test_both_forms_hold_the_same(folder: Path, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    archive = Archive(folder)
    table, parquet = tmp_path / "it's parts.csv", tmp_path / "it's parts.parquet"
    assert export(archive, PartsAsked(), table, Form.CSV, render) == PARTS
    assert export(archive, PartsAsked(), parquet, Form.PARQUET, render) == PARTS
    with table.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        found = database.read_parquet(str(parquet))
        assert dict(zip(found.columns, map(str, found.types), strict=True)) == {
            name: kind.replace("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE")
            for name, kind in COLUMNS.items()
        }
        values = found.fetchall()
    assert [row[0] for row in values] == [row["part"] for row in rows]
    assert len({row["part"] for row in rows}) == PARTS
    first, told = dict(zip(COLUMNS, values[0], strict=True)), rows[0]
    assert first["arrived"].isoformat() == told["arrived"]
    assert (str(first["overridden"]), first["score"] or "") == (told["overridden"], told["score"])
    assert first["reason"] == told["reason"]
    assert sorted(one.name for one in tmp_path.iterdir()) == [table.name, parquet.name]


def test_a_search_is_exported_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    file, told = tmp_path / "parts.csv", list[int]()
    asked = PartsAsked(verdict="reject")
    count = export(Archive(folder), asked, file, Form.CSV, told=told.append)
    assert told[-1] == count == len(file.read_text("utf-8-sig").splitlines()) - 1
    assert 0 < count < PARTS


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1"])
def test_what_a_spreadsheet_would_run_is_text(cell: str) -> None:
    assert exporting._safe(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "1-2", "a=b", -1.5, None, True])
def test_what_it_would_not_is_left_alone(cell: object) -> None:
    assert exporting._safe(cell) == cell


def full_disk(folder: Path) -> None:
    """On a small disk: the records of 400 parts, a file of before, and next to no room."""
    list(make(folder / "records.db", 400))
    forms = [Form.CSV] + ([Form.PARQUET] if find_spec("duckdb") else [])
    for form in forms:
        target = folder / f"parts.{form}"
        target.write_text("of before")
    fill(folder, 16 * 1024)
    names = sorted(one.name for one in folder.iterdir() if "records" not in one.name)
    for form in forms:
        target = folder / f"parts.{form}"
        with pytest.raises(RecordsError, match=r"records\.export_failed"):
            export(Archive(folder), PartsAsked(), target, form)
        assert sorted(one.name for one in folder.iterdir() if "records" not in one.name) == names
        assert target.read_text() == "of before"


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    prove("tests.cell.test_exporting", "full_disk", tmp_path, "16m")


def test_without_duckdb_it_says_what_to_install(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(RecordsError, match=r"records\.no_parquet"):
        export(Archive(folder), PartsAsked(), tmp_path / "x.parquet", Form.PARQUET)
    assert list(tmp_path.iterdir()) == []


def test_one_that_is_broken_off_leaves_no_file_of_that_name(folder: Path, tmp_path: Path) -> None:
    """A signal in the middle of it: Python's KeyboardInterrupt."""
    program = (
        "import sys, time\nfrom pathlib import Path\n"
        "from cell.records.exporting import Form, export\n"
        "from cell.records.reading import Archive, PartsAsked\n"
        "def told(n):\n    print(n, flush=True)\n    time.sleep(0.2)\n"
        "export(Archive(Path(sys.argv[1])), PartsAsked(), Path(sys.argv[2]), Form.CSV, told=told)\n"
    )
    target = tmp_path / "parts.csv"
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(folder), str(target)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode != 0
    assert list(tmp_path.iterdir()) == []


def test_memory_does_not_grow_with_the_parts(folder: Path, tmp_path: Path) -> None:
    archive = Archive(folder)
    export(archive, PartsAsked(), tmp_path / "first.csv", Form.CSV)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(5):
        export(archive, PartsAsked(), tmp_path / "again.csv", Form.CSV)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KiB
