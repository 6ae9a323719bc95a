"""`cell records verify` on whole folders: what was changed is found, and nothing else."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cell.control.ledger import Event
from cell.control.ledger.events import Arrived
from cell.faces.cli.app import app
from cell.records.agreement import open_journal
from tests.cell.journals import editing, project, rows, small_shift, write


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return small_shift().events()


@pytest.fixture(scope="module")
def original(events: list[Event], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original")
    write(folder, events)
    return folder


@pytest.fixture
def data(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "data"))


def verified(data: Path) -> tuple[int, list[dict[str, str]]]:
    result = CliRunner().invoke(app, ["records", "verify", "--data", str(data), "--json"])
    assert isinstance(result.exception, SystemExit | None)
    return result.exit_code, json.loads(result.stdout)


def test_a_sound_folder_has_no_findings(data: Path) -> None:
    assert verified(data) == (0, [])
    result = CliRunner().invoke(app, ["records", "verify", "--data", str(data)])
    assert (result.exit_code, "as they were written" in result.stdout) == (0, True)


def test_a_recorder_that_is_behind_is_no_finding(data: Path, events: list[Event]) -> None:
    with open_journal(data) as journal:
        journal.append(events[:1])
        assert verified(data) == (0, [])


ALTERED = {
    "a rejected part passed": (
        "UPDATE disposition SET kind = 'passed' WHERE kind = 'removed'",
        "disposition",
        "kind is 'passed', the journal says 'removed'",
    ),
    "a verdict": (
        "UPDATE verdict SET kind = 'pass' WHERE kind = 'reject'",
        "verdict",
        "kind is 'pass', the journal says 'reject'",
    ),
    "a score": (
        "UPDATE defect SET score = 0.1 WHERE number = 0",
        "defect",
        "score is 0.1, the journal says 0.9",
    ),
    "a part taken out": (
        "DELETE FROM part WHERE arrival_index = 1",
        "part",
        "is missing, the journal has it",
    ),
    "a part put in": (
        "INSERT INTO part SELECT 'ghost', session, 99, 0.0, 1, 0 FROM part LIMIT 1",
        "part ghost",
        "was not made by any event of the journal",
    ),
    "nothing where there was something": (
        "UPDATE removal SET removed = NULL WHERE removed = 1",
        "removal",
        "removed is None, the journal says 1",
    ),
}


@pytest.mark.parametrize("what", ALTERED)
def test_altered_records_are_found_and_rebuilt_by_following_the_advice(
    data: Path, what: str
) -> None:
    statement, place, said = ALTERED[what]
    with editing(data / "records.db") as database:
        changed = database.execute(statement).rowcount
    assert changed
    code, found = verified(data)
    assert code == 1
    assert len(found) == changed
    for finding in found:
        assert finding["file"] == str(data / "records.db")
        assert finding["place"].startswith(place)
        assert finding["what"] == said
        assert "rebuilds the records" in finding["remedy"]
    for file in data.glob("records.db*"):
        shutil.move(file, data.parent)
    open_journal(data).close()
    project(data)
    assert verified(data) == (0, [])


def test_a_picture_that_is_not_where_the_records_say_is_found(data: Path) -> None:
    with editing(data / "records.db") as database:
        changed = database.execute("UPDATE frame SET path = '/somewhere.jpg'").rowcount
    code, found = verified(data)
    assert (code, len(found)) == (1, changed)
    assert {finding["file"] for finding in found} == {"/somewhere.jpg"}


def test_many_findings_of_a_kind_are_counted(data: Path) -> None:
    with editing(data / "records.db") as database:
        changed = database.execute("UPDATE exposure SET encoder_m = encoder_m + 1").rowcount
        database.execute(
            "INSERT INTO recipe_version WITH RECURSIVE n(i) AS "
            "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 13) SELECT 'r' || i, i FROM n"
        )
    code, found = verified(data)
    assert code == 1
    assert len(found) == changed + 10 + 1
    assert found[-1]["what"] == "and 3 rows more of this kind" or any(
        finding["what"] == "and 3 rows more of this kind" for finding in found
    )


def test_every_altered_event_is_told(data: Path) -> None:
    with editing(data / "journal.db") as database:
        database.execute("UPDATE events SET data = replace(data, '1', '2') WHERE seq IN (5, 30)")
        database.execute("DELETE FROM events WHERE seq = 40")
    code, found = verified(data)
    assert code == 1
    assert [finding["place"] for finding in found] == ["event 5", "event 30", "event 41"]
    assert found[2]["what"] == "event 40 is missing"


def test_a_damaged_page_is_found(data: Path) -> None:
    for name in ("journal.db", "records.db"):
        (size,) = rows(data / name, "PRAGMA page_size")[0]
        with (data / name).open("r+b") as file:
            file.seek(size * (3 if name == "journal.db" else 5))
            file.write(b"\xff" * size)
    code, found = verified(data)
    assert code == 1
    assert {Path(finding["file"]).name for finding in found} == {"journal.db", "records.db"}


def test_an_event_that_cannot_follow_is_found_even_in_a_sound_chain(
    tmp_path: Path, events: list[Event]
) -> None:
    arrival = next(i for i, event in enumerate(events) if isinstance(event, Arrived))
    write(tmp_path, [*events[:arrival], *events[arrival + 1 :]], records=False)
    code, found = verified(tmp_path)
    assert code == 1
    assert "does not follow from the events before it" in found[0]["what"]


def test_exit_codes_of_the_command(data: Path, tmp_path: Path) -> None:
    def said(folder: Path) -> tuple[int, str]:
        command = [sys.executable, "-m", "cell.faces.cli.main", "records", "verify", "--data"]
        done = subprocess.run(
            [*command, str(folder)], capture_output=True, text=True, timeout=120, check=False
        )
        return done.returncode, done.stdout + done.stderr

    code, text = said(tmp_path / "nowhere")
    assert (code, len(text.splitlines())) == (2, 1)
    assert "nowhere: has no journal.db" in text
    assert not (tmp_path / "nowhere").exists()
    (data / "journal.db").unlink()
    code, text = said(data)
    assert code == 1
    assert len(text.splitlines()) == 1
    assert "does not exist, but records.db holds events up to" in text
    (data / "journal.db").write_bytes(b"no database at all, but of some length" * 200)
    code, text = said(data)
    assert (code, "no usable journal" in text, "Traceback" in text) == (2, True, False)
