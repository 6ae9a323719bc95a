"""Children that die, come back, or must not; ports that are taken."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from cell.launcher import restarts
from cell.launcher.bulletin import Bulletin
from cell.launcher.group import Group, LaunchError, RestartLimitError
from cell.launcher.interrupt import Interrupt, InterruptedRunError
from cell.launcher.pictures import PictureFolder, sweep
from cell.launcher.ports import require_free
from cell.nodes.death import Kind, judge

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


def poll_until(group: Group, condition: Callable[[], bool]) -> None:
    def polled() -> bool:
        group.poll()
        return condition()

    until(polled)


def test_a_killed_child_comes_back_as_a_new_process(group: Group) -> None:
    child = group.start("a", SLEEP)
    os.kill(child.pid, signal.SIGKILL)
    poll_until(group, lambda: group.pids()["a"] != child.pid)
    assert psutil.pid_exists(group.pids()["a"])


def test_restarts_have_a_limit_and_pauses_that_grow(tmp_path: Path) -> None:
    said: list[str] = []
    group = Group(tmp_path, os.environ, said.append)
    group.start("a", [sys.executable, "-c", "raise SystemExit('broken valve')"])
    began = time.monotonic()
    with pytest.raises(RestartLimitError, match=r"a died 6 times .*broken valve") as caught:
        poll_until(group, lambda: False)
    assert caught.value.name == "a"
    assert "broken valve" in caught.value.detail
    assert time.monotonic() - began > 0.2 + 0.4 + 0.8 + 1.6 + 3.2
    assert len(said) == restarts.LIMIT
    group.poll()  # told once; what is given up is not tended any more
    group.stop()


def test_who_waits_for_its_restart_keeps_nobody_waiting(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restarts, "FIRST_S", 30.0)
    monkeypatch.setattr(restarts, "MOST_S", 30.0)
    group.start("a", [sys.executable, "-c", "raise SystemExit('broken valve')"])
    poll_until(group, lambda: dead(group, "a"))
    monkeypatch.setattr(restarts, "FIRST_S", 0.1)
    other = group.start("b", SLEEP)
    os.kill(other.pid, signal.SIGKILL)
    began = time.monotonic()
    poll_until(group, lambda: group.pids()["b"] != other.pid)
    assert time.monotonic() - began < 20.0
    assert dead(group, "a")


def dead(group: Group, name: str) -> bool:
    return not psutil.pid_exists(group.pids()[name])


def test_a_device_that_is_away_is_waited_for_without_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ran, was killed, and its device refuses it more often than a crash would be forgiven."""
    monkeypatch.setattr(restarts, "MOST_S", 0.2)
    starts, back = tmp_path / "starts", tmp_path / "back"
    code = (
        "import pathlib, sys, time\n"
        f"starts, back = pathlib.Path({str(starts)!r}), pathlib.Path({str(back)!r})\n"
        "count = len(starts.read_text()) if starts.exists() else 0\n"
        "starts.write_text('x' * (count + 1))\n"
        "if count and not back.exists():\n"
        "    print('error: the arm is in emergency stop: release it at its pendant')\n"
        "    sys.exit(2)\n"
        "time.sleep(60)\n"
    )
    said: list[str] = []
    group = Group(tmp_path, os.environ, said.append)
    child = group.start("robot", [sys.executable, "-c", code])
    until(starts.exists)
    os.kill(child.pid, signal.SIGKILL)
    poll_until(group, lambda: len(starts.read_text()) > restarts.LIMIT + 3)
    back.touch()
    poll_until(group, lambda: not dead(group, "robot"))
    refusals = [line for line in said if "emergency stop" in line]
    assert len(refusals) == 1  # one reason, one line
    group.stop()


@pytest.mark.parametrize(
    ("code", "output", "kind", "words"),
    [
        (-9, "", Kind.CRASH, ""),
        (-11, "error: the PLC is silent\n", Kind.CRASH, "the PLC is silent"),
        (1, "error: belt: the PLC is silent\n", Kind.AWAY, "belt: the PLC is silent"),
        (2, "error: the arm has no power\n", Kind.AWAY, "the arm has no power"),
        (3, "error: port 8080 is taken\n", Kind.AWAY, "port 8080 is taken"),
        (1, "Traceback (most recent call last):\nKeyError: 1\n", Kind.CRASH, "KeyError: 1"),
        (2, "Traceback (most recent call last):\nerror: internal error\n", Kind.CRASH, "internal"),
        (70, "error: internal error at robot/base.py:7; details: x.txt\n", Kind.CRASH, "base.py:7"),
        (1, "one\ntwo\n", Kind.CRASH, "one | two"),
        (0, "", Kind.CRASH, ""),
    ],
)
def test_what_an_end_means(code: int, output: str, kind: Kind, words: str) -> None:
    death = judge(code, output)
    assert death.kind is kind
    assert words in death.words
    assert bool(words) == bool(death.words)


def test_a_process_that_ends_without_a_word_is_told_so(group: Group) -> None:
    child = group.start("a", [sys.executable, "-c", "raise SystemExit(2)"], restart=False)
    until(lambda: child.exit_code() is not None)
    with pytest.raises(LaunchError, match=r"left no word; see .*a\.log"):
        group.poll()


def test_only_the_words_of_the_last_start_count(group: Group, tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    code = (
        f"import pathlib, os, signal; flag = pathlib.Path({str(flag)!r})\n"
        "first = not flag.exists()\n"
        "flag.touch()\n"
        "print('error: old words' if first else '', flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    first = group.start("a", [sys.executable, "-c", code])
    poll_until(group, lambda: group.pids()["a"] != first.pid)
    with pytest.raises(RestartLimitError) as caught:
        poll_until(group, lambda: False)
    assert "old words" not in str(caught.value)


def test_a_killed_launcher_leaves_no_child_behind(tmp_path: Path) -> None:
    code = (
        "import os, sys, time; from pathlib import Path; from cell.launcher.group import Group\n"
        f"group = Group(Path({str(tmp_path)!r}), os.environ, print)\n"
        "child = group.start('a', [sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True); time.sleep(60)\n"
    )
    launcher = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert launcher.stdout is not None
    child = psutil.Process(int(launcher.stdout.readline()))
    launcher.kill()
    launcher.wait()
    launcher.stdout.close()
    until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_during_the_start_of_children_is_never_lost(tmp_path: Path, number: int) -> None:
    """Signals rain while processes are started one after another: the loop hears of them."""
    code = (
        "import os, sys; from pathlib import Path; from cell.launcher.group import Group\n"
        "from cell.launcher.interrupt import Interrupt, InterruptedRunError\n"
        f"group, asked = Group(Path({str(tmp_path)!r}), os.environ, print), Interrupt()\n"
        "asked.listen(); print('on', flush=True)\n"
        "try:\n"
        "    for i in range(10**6):\n"
        "        asked.check()\n"
        "        group.start('a', ['/bin/true'])\n"
        "except InterruptedRunError:\n"
        "    group.stop(); print('ended', flush=True)\n"
    )
    for _ in range(8):
        run = subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert run.stdout is not None
        assert run.stdout.readline() == "on\n"
        run.send_signal(number)
        said, errors = run.communicate(timeout=30)
        assert said == "ended\n"
        assert errors == ""


def test_a_wish_told_twice_at_once_is_one_and_later_again_is_haste() -> None:
    asked = Interrupt()
    asked.check()
    asked.note()
    asked.note()
    with pytest.raises(InterruptedRunError):
        asked.check()
    assert not asked.hurry
    time.sleep(0.6)
    asked.note()
    assert asked.hurry


def test_who_is_in_a_hurry_does_not_wait_for_what_does_not_end(tmp_path: Path) -> None:
    group = Group(tmp_path, os.environ, print)
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "print('on', flush=True); time.sleep(60)"
    )
    child = group.start("a", [sys.executable, "-c", code])
    until(lambda: "on" in child.output())
    began = time.monotonic()
    group.stop(timeout_s=30.0, hurry=lambda: True)
    assert time.monotonic() - began < 10.0
    assert not psutil.pid_exists(child.pid)


def test_advice_stands_until_its_end_and_returns_with_the_next_death() -> None:
    told = Bulletin()
    told.note("process.supervisor_died", "signal 9")
    assert told.standing(100.0) == [("process.supervisor_died", "signal 9")]
    told.end("process.supervisor_died", 105.0)
    told.end("process.supervisor_died", 999.0)  # the first end counts
    assert told.standing(104.0)
    assert not told.standing(105.1)
    told.end("process.supervisor_died", 200.0)
    assert not told.standing(106.0)
    told.note("process.supervisor_died", "signal 11")
    assert told.standing(300.0) == [("process.supervisor_died", "signal 11")]


def test_a_dead_runs_pictures_are_swept_and_a_living_ones_stay(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path\n"
        "from cell.launcher.pictures import PictureFolder\n"
        "held = PictureFolder(Path(sys.argv[1])); print('on', flush=True); time.sleep(60)\n"
    )
    runs = {}
    for name in ("dead", "living"):
        folder = tmp_path / f"inspection-cell-{name}"
        run = subprocess.Popen(
            [sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True
        )
        assert run.stdout is not None
        assert run.stdout.readline() == "on\n"
        runs[name] = run
    chosen = tmp_path / "inspection-cell-chosen-by-a-person"
    chosen.mkdir()
    runs["dead"].kill()
    runs["dead"].wait()
    try:
        sweep(tmp_path)
        left = {folder.name for folder in tmp_path.iterdir()}
        assert left == {"inspection-cell-living", chosen.name}
        mine = PictureFolder(tmp_path / "inspection-cell-dead")  # its own name is free again
        mine.close()
        mine.close()
        assert {folder.name for folder in tmp_path.iterdir()} == left
    finally:
        runs["living"].kill()
        for run in runs.values():
            run.communicate()


def test_what_a_launch_file_needs_comes_without_ros() -> None:
    code = (
        "import sys, cell.config.processes, cell.launcher.env, cell.launcher.restarts, cell.nodes.ownership\n"
        "assert 'rclpy' not in sys.modules, 'rclpy was loaded'\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


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
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "print('on', flush=True); time.sleep(60)"
    )
    child = group.start("a", [sys.executable, "-c", stubborn])
    until(lambda: "on" in child.output())
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
