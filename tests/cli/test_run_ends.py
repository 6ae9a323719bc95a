"""How `cell run` ends before its parts are through, and what it leaves behind."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from inspection_cell_interfaces.msg import Alarm, CellState
from typer.testing import CliRunner

from cell.faces.cli.app import app
from cell.faces.cli.verbs import run
from cell.launcher.causes import causes_of
from cell.nodes.ownership import OwnedError

Ended = Callable[[Callable[..., bool]], BaseException | None]
NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SIGNALLED = """
import signal, sys
from types import SimpleNamespace
from cell.faces.cli.main import main
from cell.faces.cli.verbs import run

number, data = int(sys.argv[1]), sys.argv[2]
run.Session = lambda *_: SimpleNamespace(produced_s=0.0)
run._run = lambda *_: signal.raise_signal(number) or False
sys.argv = ["cell", "run", "--parts", "3", "--headless", "--data", data]
main()
"""
"""`cell run` in a process of its own: a signal is no test's that shares a process with others."""


@pytest.fixture
def ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ended:
    """Runs three parts with something else in the place of the cell; gives what it ended with."""
    session = SimpleNamespace(produced_s=0.0)
    monkeypatch.setattr(run, "Session", lambda *_: session)

    def ended_by(carry_out: Callable[..., bool]) -> BaseException | None:
        monkeypatch.setattr(run, "_run", carry_out)
        words = ["run", "--parts", "3", "--headless", "--data", str(tmp_path / "new" / "data")]
        return CliRunner().invoke(app, words).exception

    return ended_by


@pytest.mark.parametrize("number", NUMBERS)
def test_an_ended_run_has_the_signals_exit_code(tmp_path: Path, number: int) -> None:
    folder = tmp_path / "new"
    ended = subprocess.run(
        [sys.executable, "-c", SIGNALLED, str(int(number)), str(folder / "data")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 128 + number, ended.stderr
    assert "the run was ended before the cell had started" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert not folder.exists()


@pytest.mark.parametrize(("writes", "left"), [(False, False), (True, True)])
def test_a_refused_run_leaves_no_empty_folder(
    ended: Ended, tmp_path: Path, writes: bool, left: bool
) -> None:
    def carry_out(*_: object) -> bool:
        if writes:
            (tmp_path / "new" / "data" / "config.yaml").touch()
        raise OwnedError("the belt is another's")

    assert isinstance(ended(carry_out), OwnedError)
    assert (tmp_path / "new").exists() is left
    assert tmp_path.exists()


def test_a_fault_is_told_without_those_of_before() -> None:
    def alarm(text: str, state: int) -> Alarm:
        return Alarm(text=text, state=state)

    old = alarm("old", Alarm.RETURNED_UNACKNOWLEDGED)
    new, seen = alarm("new", Alarm.UNACKNOWLEDGED), alarm("seen", Alarm.ACKNOWLEDGED)
    assert causes_of(CellState(reason="why", alarms=[old, new, seen])) == "new; seen"
    assert causes_of(CellState(reason="why", alarms=[old])) == "why"
