"""Children that die, come back, or must not; ports that are taken."""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from cell.launcher.group import RESTARTS, Group, LaunchError
from cell.launcher.ports import require_free

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def group(tmp_path: Path) -> object:
    made = Group(tmp_path, os.environ, print)
    yield made
    made.stop()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_killed_child_comes_back_as_a_new_process(group: Group) -> None:
    child = group.start("a", SLEEP)
    os.kill(child.pid, signal.SIGKILL)
    until(lambda: child.exit_code() is not None)
    group.poll()
    assert group.pids()["a"] != child.pid
    assert psutil.pid_exists(group.pids()["a"])


def test_restarts_have_a_limit(group: Group) -> None:
    group.start("a", [sys.executable, "-c", "raise SystemExit('error: broken valve')"])

    def keep_polling() -> None:
        for _ in range(200 * RESTARTS):
            group.poll()
            time.sleep(0.02)

    with pytest.raises(LaunchError, match=r"a died .* broken valve"):
        keep_polling()


@pytest.mark.parametrize("restart", [True, False])
def test_a_refusal_to_start_is_final_and_says_why(group: Group, restart: bool) -> None:
    code = "import sys; print('error: no calibration', file=sys.stderr); sys.exit(2)"
    child = group.start("a", [sys.executable, "-c", code], restart=restart)
    until(lambda: child.exit_code() is not None)
    with pytest.raises(LaunchError, match="no calibration"):
        group.poll()


def test_stop_ends_what_does_not_want_to_end(tmp_path: Path) -> None:
    said: list[str] = []
    group = Group(tmp_path, os.environ, said.append)
    stubborn = (
        "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); "
        "print('on', flush=True); time.sleep(60)"
    )
    child = group.start("a", [sys.executable, "-c", stubborn])
    until(lambda: "on" in child.log.read_text())
    group.stop(timeout_s=0.3)
    assert not psutil.pid_exists(child.pid)
    assert said
    assert "killed" in said[0]


def test_a_taken_port_is_named_with_its_purpose() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(LaunchError, match=f"port {port} .*the page"):
            require_free("127.0.0.1", [(port, "the page")])


def test_a_new_session_does_not_read_the_last_ones_log(tmp_path: Path) -> None:
    for word in ("first", "second"):
        group = Group(tmp_path, os.environ, print)
        child = group.start("a", [sys.executable, "-c", f"print('{word}')"])
        until(lambda child=child: child.exit_code() is not None)  # type: ignore[misc]
        group.stop()
    assert (tmp_path / "a.log").read_text() == "second\n"


def test_a_terminals_interrupt_does_not_reach_the_children(group: Group) -> None:
    child = group.start("a", SLEEP)
    assert os.getpgid(child.pid) != os.getpgid(0)
