"""`cell run` as a user gives it: a run that ends by itself and reports."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
import rclpy
import yaml
from inspection_cell_interfaces.msg import CellState, NodeStatus
from inspection_cell_interfaces.srv import CellCommand
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions

from cell.launcher.env import environment
from cell.launcher.visiting import visiting
from cell.nodes.ownership import Claim, Owner
from cell.nodes.topics import RELIABLE
from tests.system.interrupts import belongs, interrupt

PARTS = 6
HOST, DOMAIN = "127.0.8.3", 58
DEMO = Path(__file__).parents[2] / "cell" / "config" / "demo.yaml"


def software_triggered(folder: Path, host: str) -> Path:
    """The demo cell's configuration with a camera that waits for commands."""
    content: dict[str, Any] = yaml.safe_load(DEMO.read_text())
    content["calibration"] = str((DEMO.parent / content["calibration"]).resolve())
    for options in (content["belt"], content["robot"]["arm"], content["robot"]["gripper"]):
        options["options"]["host"] = host
    camera = content["camera"]["options"]
    camera |= {"trigger": "software", "image_folder": str(folder / "pictures")}
    camera["lines"]["host"] = host
    path = folder / "cell.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


@pytest.mark.cell
@pytest.mark.parametrize("trigger", ["external", "software"])
def test_a_headless_run_ends_by_itself_with_a_report_that_agrees_with_the_truth(
    tmp_path: Path, trigger: str
) -> None:
    report, host = tmp_path / "report.json", "127.0.8.1"
    command = [
        sys.executable,
        "-m",
        "cell.faces.cli.main",
        "run",
        "--headless",
        "--parts",
        str(PARTS),
    ]
    command += ["--defective", "0.5", "--seed", "11", "--host", host, "--domain", "58"]
    command += ["--report", str(report), "--data", str(tmp_path / "data")]
    if trigger == "software":
        command += ["--config", str(software_triggered(tmp_path, host))]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=280, env=os.environ | {"COLUMNS": "120"}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    content = json.loads(report.read_text())
    parts, truth, removals = content["parts"], content["truth"], content["removals"]
    assert parts["arrived"] == PARTS
    assert parts["unaccounted"] == 0
    assert parts["passed"] + parts["removed"] + parts["purged"] == PARTS
    assert truth["defective"] + truth["good"] == PARTS
    assert truth["escapes"] == 0
    assert removals["requested"] == removals["confirmed"]
    assert content["frames"]["triggers"] == PARTS
    assert content["frames"]["unaccounted"] == 0
    assert content["seed"] == 11
    for name in ("exposure_to_frame", "inference", "exposure_to_verdict"):
        assert content["latency_ms"][name]["p50"] > 0
    assert {"belt", "camera", "inspector", "supervisor", "robot", "recorder", "twin"} <= set(
        content["processes"]
    )
    assert "The law of the cell held." in done.stdout


class Onlooker:
    """Somebody else in a run's ROS domain, who can also give orders."""

    def __init__(self, domain: int) -> None:
        self._context = rclpy.Context()
        with visiting():
            rclpy.init(
                args=[],
                context=self._context,
                domain_id=domain,
                signal_handler_options=SignalHandlerOptions.NO,
            )
            self.node = rclpy.create_node("onlooker", context=self._context)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)
        self.state = CellState()
        self.beats: dict[str, NodeStatus] = {}
        self.node.create_subscription(CellState, "/cell/supervisor/state", self._see, RELIABLE)
        self.node.create_subscription(NodeStatus, "/cell/node_status", self._hear, RELIABLE)
        self._orders = self.node.create_client(CellCommand, "/cell/supervisor/command")

    def until(self, condition: Callable[[], Any], timeout_s: float = 120.0) -> None:
        deadline = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < deadline, (self.state, self.beats)
            self._executor.spin_once(timeout_sec=0.1)

    def listen(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._executor.spin_once(timeout_sec=max(0.0, end - time.monotonic()))

    def order(self, name: str) -> bool:
        future = self._orders.call_async(CellCommand.Request(command=name, person="test"))
        self.until(future.done)
        return bool(future.result().accepted)

    def advice(self) -> dict[str, str]:
        """What the launcher asks people to look at."""
        beat = self.beats.get("launcher")
        return {a.alarm: a.detail for a in beat.advisories} if beat is not None else {}

    def close(self) -> None:
        self._executor.shutdown()
        self.node.destroy_node()
        rclpy.shutdown(context=self._context)

    def _see(self, message: CellState) -> None:
        self.state = message

    def _hear(self, message: NodeStatus) -> None:
        self.beats[message.node] = message


@pytest.fixture
def onlooker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Onlooker]:
    for name, value in environment(DOMAIN).items():
        if name.startswith(("ROS_", "FASTRTPS_")):
            monkeypatch.setenv(name, value)
    made = Onlooker(DOMAIN)
    yield made
    made.close()


class Run:
    """A `cell run` with a page, and what it has printed."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.port = free_port()
        command = [sys.executable, "-u", "-m", "cell.faces.cli.main", "run", "--data", str(folder)]
        command += ["--host", HOST, "--domain", str(DOMAIN), *options]
        if "--headless" not in options:
            command += ["--port", str(self.port)]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | {"COLUMNS": "300"},
        )
        self.said = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def end(self) -> int:
        """Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(30.0)
        self._reader.join()
        return code

    def end_code(self) -> int:
        """The exit code of a run that ends by itself."""
        code = self.process.wait(60.0)
        self._reader.join()
        return code

    def children(self, module: str) -> list[psutil.Process]:
        """Its processes that run `module` now."""
        mine = [p for p in psutil.process_iter(["cmdline"]) if belongs(p, self.folder)]
        return [p for p in mine if module in p.info["cmdline"]]

    def page_answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=10) as page:
                return bool(page.status == 200)
        except OSError:  # it listens no more, or not yet
            return False

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Run]:
    run = Run(folder, *options)
    try:
        yield run
    finally:
        if run.process.poll() is None:
            run.end()


def kill_until_given_up(run: Run, onlooker: Onlooker, module: str) -> None:
    """Kill every new start of a process until the run says that it has had enough."""

    def given_up() -> bool:
        for process in run.children(module):
            process.kill()
        return "died 6 times" in run.said

    onlooker.until(given_up)


@pytest.mark.cell
def test_a_page_waits_for_its_people_and_says_why_a_process_stays_dead(
    tmp_path: Path, onlooker: Onlooker
) -> None:
    with running(tmp_path / "data") as run:
        onlooker.until(lambda: "cell: purge_required" in run.said)
        assert "confirmed" not in run.said
        onlooker.until(run.page_answers)
        # Nobody has ordered anything in all the time that a run without a page takes to start.
        onlooker.until(lambda: "belt" in onlooker.beats)
        time.sleep(3.0)
        onlooker.until(lambda: onlooker.state.state == CellState.PURGE_REQUIRED)
        assert onlooker.order("confirm_clear")
        onlooker.until(lambda: onlooker.order("start"))
        onlooker.until(lambda: onlooker.state.state == CellState.RUNNING)

        kill_until_given_up(run, onlooker, "cell.nodes.recorder")

        onlooker.until(
            lambda: any(alarm.id == "process.restart_limit" for alarm in onlooker.state.alarms)
        )
        assert "recorder, signal 9" in onlooker.advice()["process.restart_limit"]
        assert onlooker.state.state == CellState.PURGE_REQUIRED
        assert not run.children("cell.nodes.recorder")
        assert run.page_answers()
        assert run.process.poll() is None
        assert run.end() == 2
        assert "error: recorder died 6 times" in run.said
        assert "Traceback" not in run.said


@pytest.mark.cell
def test_started_by_who_types_it_and_the_page_outlives_even_the_supervisor(
    tmp_path: Path, onlooker: Onlooker
) -> None:
    with running(tmp_path / "data", "--start") as run:
        onlooker.until(lambda: "confirmed and started, as --start asks" in run.said)
        onlooker.until(lambda: onlooker.state.state == CellState.RUNNING)

        def told() -> bool:
            for process in run.children("cell.nodes.supervisor"):
                process.kill()
            return "process.supervisor_died" in onlooker.advice()

        onlooker.until(told)
        kill_until_given_up(run, onlooker, "cell.nodes.supervisor")
        onlooker.until(lambda: "process.restart_limit" in onlooker.advice())
        assert run.page_answers()
        assert run.process.poll() is None
        with socket.create_connection((HOST, 47020), timeout=10) as twin:
            twin.sendall(json.dumps({"op": "state"}).encode() + b"\n")
            assert json.loads(twin.makefile().readline())["belt"]["speed_m_s"] == 0.0
        assert run.end() == 2


@pytest.mark.cell
def test_a_run_ends_when_told_to_at_any_moment(tmp_path: Path) -> None:
    chance = random.Random(20)
    for i in range(6):
        moment = chance.uniform(0.3, 8.0)
        number = signal.SIGINT if i % 2 else signal.SIGTERM
        options = ("--headless", "--parts", "50") if i < 3 else ("--port", str(free_port()))
        ended = interrupt(moment, number, tmp_path / str(i), HOST, DOMAIN, *options)
        assert not ended.faults, (moment, number, ended)


@pytest.mark.cell
def test_a_second_cell_in_the_same_domain_speaks_no_word(
    tmp_path: Path, onlooker: Onlooker
) -> None:
    """Nodes that another launcher has started are heard, whoever that was. Ours only load."""
    beats = onlooker.node.create_publisher(NodeStatus, "/cell/node_status", RELIABLE)
    run = Run(tmp_path / "data", "--start")
    while run.process.poll() is None:
        beats.publish(NodeStatus(node="belt", host="bench", pid=4711, boot_id="another"))
        onlooker.listen(0.1)
    assert run.end_code() == 2
    assert "belt (process 4711 on bench)" in run.said
    assert f"of domain {DOMAIN}" in run.said
    assert not (tmp_path / "data" / "journal.db").exists()
    assert set(onlooker.beats) <= {"belt", "launcher"}
    assert not onlooker.state.state


@pytest.mark.parametrize("kind", ["data folder", "belt", "arm", "ROS namespace"])
def test_what_belongs_to_a_running_cell_is_refused_by_name(tmp_path: Path, kind: str) -> None:
    data = tmp_path / "data"
    names = {
        "data folder": str(data),
        "belt": f"modbus {HOST}:5020",
        "arm": f"ur {HOST}",
        "ROS namespace": f"/cell of domain {DOMAIN}",
    }
    owner = Owner.me("another cell", "/data/other")
    with Claim.take({kind: names[kind]}, owner):
        run = Run(data, "--headless", "--parts", "1")
        assert run.end_code() == 2
    for word in (kind, names[kind], "another cell", str(os.getpid()), "/data/other"):
        assert word in run.said
    assert len(run.said.splitlines()) == 1
    assert not (data / "logs").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--headless"], "--parts"),
        (["--parts", "3", "--no-twin"], "Ctrl-C"),
        (["--start", "--no-twin"], "only a person"),
        (["--headless", "--parts", "1", "--data", __file__], "is a file"),
        (["--headless", "--parts", "1", "--report", "/no/such/r.json"], "/no/such is no folder"),
        (["--headless", "--parts", "1", "--report", "/"], "is a folder"),
        (["--headless", "--parts", "1", "--recipe", "nuts"], "no recipe 'nuts'"),
        (["--headless", "--parts", "1", "--config", "/nowhere.yaml"], "no such file"),
        (["--headless", "--parts", "1", "--engine", "abacus"], "abacus"),
    ],
)
def test_what_cannot_be_run_is_said_in_one_line(
    tmp_path: Path, options: list[str], words: str
) -> None:
    command = [sys.executable, "-m", "cell.faces.cli.main", "run", "--data", str(tmp_path / "data")]
    command += ["--host", "127.0.8.2", "--domain", "59", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert len([line for line in done.stderr.splitlines() if line.startswith("error:")]) == 1
