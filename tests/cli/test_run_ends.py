"""How `cell run` ends before its parts are through, and what it leaves behind."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from inspection_cell_interfaces.msg import Alarm, CellState
from typer.testing import CliRunner

from cell.faces.cli.app import app
from cell.faces.cli.verbs import run
from cell.launcher.interrupt import EndedError
from cell.launcher.recovery import causes_of
from cell.nodes.ownership import OwnedError

Ended = Callable[[Callable[..., bool]], BaseException | None]
NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture
def ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ended]:
    """Runs three parts with something else in the place of the cell; gives what it ended with."""
    signals = {number: signal.getsignal(number) for number in NUMBERS}
    session = SimpleNamespace(produced_s=0.0)
    monkeypatch.setattr(run, "Session", lambda *_: session)

    def ended_by(carry_out: Callable[..., bool]) -> BaseException | None:
        monkeypatch.setattr(run, "_run", carry_out)
        words = ["run", "--parts", "3", "--headless", "--data", str(tmp_path / "new" / "data")]
        return CliRunner().invoke(app, words).exception

    yield ended_by
    for number, handler in signals.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", NUMBERS)
def test_an_ended_run_has_the_signals_exit_code(ended: Ended, number: int) -> None:
    def carry_out(*_: object) -> bool:
        signal.raise_signal(number)  # to this thread: another one might take it later
        return False

    error = ended(carry_out)
    assert isinstance(error, EndedError)
    assert error.exit_code == 128 + number


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
