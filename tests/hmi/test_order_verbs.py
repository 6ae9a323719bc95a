"""`cell start`, `cell status` and their kin against a real ROS process that plays the cell."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cell.client import running
from cell.faces.cli.app import app
from cell.people.audit import AuditLog
from cell.people.shell import at_shell
from cell.texts import for_ros, say
from models.ground.errors import UserError

ALARM = {"id": "belt.stopped", "source": "belt", "priority": 2, "state": 1, "text": "It stands."}


@dataclass
class Done:
    """How a verb has ended."""

    returncode: int
    stdout: str
    stderr: str


Verb = Callable[..., Done]


@pytest.fixture
def cell(ros_environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Verb:
    """The command line, typed in a folder of its own."""
    for name, value in ros_environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> Done:
        result = CliRunner().invoke(app, words)
        error = result.exception
        if isinstance(error, UserError):
            return Done(error.exit_code, result.stdout, f"{result.stderr}{error}\n")
        return Done(result.exit_code, result.stdout, result.stderr)

    return run


def noted(folder: Path) -> list[tuple[str, str, str, bool]]:
    """Who did what by which way, and whether it was refused."""
    log = AuditLog(folder, folder / "keys")
    found = [(e.person, e.what, e.how, bool(e.refused)) for e in log.entries()]
    log.close()
    return found


def test_an_order_is_given_by_the_shells_person_and_taken_down(
    cell: Verb, fake_cell: Any, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    done = cell("start")
    assert (done.returncode, done.stdout, done.stderr) == (0, "started.\n", "")
    assert fake_cell.call() == {"command": "start", "person": at_shell().name}
    why = for_ros(say("refused.before_belt"))
    fake_cell.order(refuse=why)
    done = cell("drain", "--person", "kim", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["accepted"]) == (1, False)
    assert told["refusal"]
    assert "{" not in told["refusal"]
    assert fake_cell.call() == {"command": "drain", "person": "kim"}
    me = at_shell().name
    assert noted(tmp_path / "data") == [
        (me, "order.start", "shell", False),
        ("kim", "order.drain", "shell", False),
        ("kim", "order.drain", "shell", True),
    ]


def test_without_a_log_nothing_is_ordered_but_to_stop(cell: Verb, fake_cell: Any) -> None:
    done = cell("start")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "--data" in done.stderr
    done = cell("stop")
    assert (done.returncode, done.stdout) == (0, "stopped.\n")
    assert done.stderr.startswith("not in the audit log: ")
    assert fake_cell.call()["command"] == "stop"
    assert fake_cell.idle()


def test_the_belt_is_confirmed_clear_by_who_has_looked(
    cell: Verb, fake_cell: Any, tmp_path: Path
) -> None:
    done = cell("clear", "--data", str(tmp_path))
    assert (done.returncode, "--empty" in done.stderr) == (2, True)
    assert cell("clear", "--empty", "--data", str(tmp_path)).returncode == 0
    assert fake_cell.call()["command"] == "confirm_clear"


def test_alarms_are_told_and_acknowledged(cell: Verb, fake_cell: Any, tmp_path: Path) -> None:
    fake_cell.order(state={"alarms": [ALARM]})
    done = cell("alarms")
    assert (done.returncode, "belt.stopped" in done.stdout) == (1, True)
    assert json.loads(cell("alarms", "--json").stdout)["id"] == "belt.stopped"
    done = cell("acknowledge", "belt.stopped", "--data", str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "acknowledged.\n")
    assert fake_cell.call()["acknowledge"] == "belt.stopped"
    assert cell("alarms").returncode == 0
    assert cell("acknowledge", "--data", str(tmp_path)).returncode == 2


def test_the_state_is_told(cell: Verb, fake_cell: Any) -> None:
    fake_cell.order(state={"state": "running", "arrived": 7, "passed": 5})
    done = cell("status")
    assert done.returncode == 0
    assert "running" in done.stdout
    assert "7 arrived, 5 passed" in done.stdout
    told = json.loads(cell("status", "--json").stdout)
    assert (told["state"], told["counts"]["arrived"], told["link"]) == ("running", 7, "live")


def test_no_cell_is_told_in_one_line(
    cell: Verb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "FIND_S", 1.0)
    done = cell("stop", "--domain", "96", "--data", str(tmp_path))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "in ROS namespace /cell of domain 96" in done.stderr


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_the_state_is_watched_until_ctrl_c(
    cell: Verb, fake_cell: Any, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    listened, listen = [], running.RunningCell.listen

    def then_ctrl_c(self: running.RunningCell, seconds: float) -> None:
        listened.append(seconds)
        if len(listened) == 4:
            raise KeyboardInterrupt
        fake_cell.order(state={"arrived": len(listened)})
        listen(self, 0.3)

    monkeypatch.setattr(running.RunningCell, "listen", then_ctrl_c)
    done = cell("status", "--watch", *words)
    assert len(listened) == 4
    if words:
        told = [json.loads(line)["counts"]["arrived"] for line in done.stdout.splitlines()]
        assert told == sorted(told)
        assert len(told) > 1
    else:
        assert "arrived" in done.stdout
