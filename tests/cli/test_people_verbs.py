"""`cell user` and `cell audit` from the first account to an exported log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher
from typer.testing import CliRunner

from cell.faces.cli.app import app
from models.ground.errors import UserError
from tests.people.audit_world import behind_its_back


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("cell.people.hashing.Argon2Hasher", lambda: cheap)


def cell(folder: Path, words: str, typed: str = "") -> Any:
    return CliRunner().invoke(app, [*words.split(), "--data", str(folder)], input=typed)


def refused(folder: Path, words: str, typed: str = "") -> str:
    error = cell(folder, words, typed).exception
    assert isinstance(error, UserError), error
    return str(error)


def test_people_and_their_log(tmp_path: Path) -> None:
    assert "there are no accounts" in refused(tmp_path, "user list")
    assert not [*tmp_path.iterdir()], "who only looks makes nothing"
    assert "there is no audit log" in _english(refused(tmp_path, "audit verify"))
    made = cell(tmp_path, "user add boss --role admin --password-stdin", "a pass phrase 1\n")
    assert made.output == "boss: may sign in as admin.\n"
    cell(tmp_path, "user add lee --role operator --secret pin --password-stdin", "2580\n")
    cell(tmp_path, "user change lee --role quality --why promoted")
    assert "disabled" in cell(tmp_path, "user disable lee").output
    told = json.loads(cell(tmp_path, "user list --json").output)
    assert [(one["name"], one["role"], one["disabled"], one["pin"]) for one in told] == [
        ("boss", "admin", False, False), ("lee", "quality", True, False),
    ]  # fmt: skip
    cell(tmp_path, "user change lee --enable")
    assert "0 sessions" in cell(tmp_path, "user end-sessions lee").output
    assert "last_admin" in refused(tmp_path, "user disable boss")
    lines = cell(tmp_path, "audit list --what account").output.splitlines()
    assert "account.change  lee: promoted" in lines[2]
    assert "refused: boss is the last administrator" in lines[-1]
    assert cell(tmp_path, "audit verify").exit_code == 0
    with behind_its_back(tmp_path) as connection:
        connection.execute("DELETE FROM entries WHERE seq = 2")
    found = cell(tmp_path, "audit verify --json")
    assert found.exit_code == 1
    assert [one["kind"] for one in json.loads(found.output)] == ["missing"]
    assert "missing: entries 2 to 2 are missing" in cell(tmp_path, "audit verify").output


def test_a_head_that_was_missing_is_told_until_somebody_says_why(tmp_path: Path) -> None:
    cell(tmp_path, "user add boss --role admin --secret none")
    (tmp_path / "keys" / "audit.head").unlink()
    assert cell(tmp_path, "audit verify").exit_code == 1
    assert "empty" in str(refused(tmp_path, "audit accept --why="))
    assert cell(tmp_path, "audit accept --why looked").exit_code == 0
    assert cell(tmp_path, "audit verify").exit_code == 0
    assert "head missing" in cell(tmp_path, "audit list --json").output


def test_lists_go_in_and_out(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("name,role\nhan,admin\nkim,quality\n")
    data = tmp_path / "data"
    assert cell(data, f"user import {tmp_path}/people.csv").output == "2 people added.\n"
    assert "line" in refused(data, f"user import {tmp_path}/people.csv")
    assert cell(data, f"user export --out {tmp_path}/out.csv").exit_code == 0
    assert "kim,kim,quality," in (tmp_path / "out.csv").read_text()
    for kind, begin in (("jsonl", '{"seq": 1'), ("csv", "time,seq")):
        cell(data, f"audit export --out {tmp_path}/log --format {kind}")
        assert (tmp_path / "log").read_text().startswith(begin)
    cell(data, f"audit export --out {tmp_path}/log --to 2001-01-01")
    assert (tmp_path / "log").read_text() == ""
    assert "is no time" in refused(data, f"audit export --out {tmp_path}/log --to soon")
    assert (tmp_path / "log").read_text() == ""


@pytest.mark.parametrize(
    ("words", "typed", "says"),
    [
        ("user add kim --role quality", "", "nobody can be asked"),
        ("user add kim --role quality --password-stdin", "\n", "is empty"),
        ("user change kim", "", "nothing is to be changed"),
        ("user change kim --role admin --secret pin", "", "stands alone"),
        ("user import nowhere.csv", "", "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_one_line(tmp_path: Path, words: str, typed: str, says: str) -> None:
    assert says in refused(tmp_path, words, typed)
    assert not [*tmp_path.iterdir()]


def _english(words: str) -> str:
    from cell.texts import render

    return render(words)
