"""The very command lines that launch_ros makes, as real processes: up, or refused in one line."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import rclpy
import yaml
from inspection_cell_interfaces.msg import NodeStatus
from rclpy._rclpy_pybind11 import NodeNameNonExistentError
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor

from cell.config import load
from cell.launcher.env import environment as cell_environment
from cell.launcher.launching import Start, plan
from cell.launcher.visiting import visiting
from cell.nodes.death import Kind, judge
from tests.launch.started import DOMAIN, Started, given, until

UP = ("inspector", "supervisor", "recorder")
"""Nodes that run although no hardware answers."""


class Ears:
    """What the nodes say of themselves."""

    def __init__(self) -> None:
        self.lifecycle: dict[str, str] = {}
        self._context = Context()
        with visiting():
            rclpy.init(context=self._context, domain_id=DOMAIN)
            self._node = rclpy.create_node("ears", context=self._context)
        self._node.create_subscription(NodeStatus, "/cell/node_status", self._hear, 10)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)

    def active(self, name: str) -> bool:
        self._executor.spin_once(timeout_sec=0.05)
        return self.lifecycle.get(name) == "active"

    def names_of(self, name: str, space: str) -> dict[str, set[str]]:
        """Topics and services of a node, as far as they are known yet."""
        self._executor.spin_once(timeout_sec=0.05)
        try:
            ends = (
                *self._node.get_publisher_names_and_types_by_node(name, space),
                *self._node.get_subscriber_names_and_types_by_node(name, space),
            )
            served = self._node.get_service_names_and_types_by_node(name, space)
        except NodeNameNonExistentError:
            return {}
        return {"topics": {n for n, _ in ends}, "services": {n for n, _ in served}}

    def close(self) -> None:
        self._executor.shutdown()
        self._node.destroy_node()
        rclpy.shutdown(context=self._context)

    def _hear(self, message: NodeStatus) -> None:
        self.lifecycle[message.node] = message.lifecycle


@pytest.fixture
def ears(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ears]:
    for name, value in cell_environment(DOMAIN).items():
        if name.startswith(("ROS_", "FASTRTPS_")):
            monkeypatch.setenv(name, value)
    made = Ears()
    yield made
    made.close()


def by_arguments(start: Start) -> list[str]:
    """As launch_ros's Node makes it of the launch file's arguments and ros_arguments."""
    given_ros = ["--ros-args", *start.ros_arguments] if start.ros_arguments else []
    named = ["-r", f"__node:={start.name}"] if start.is_node else []
    named += ["-r", "__ns:=/cell"]
    return [start.program, *start.arguments, *given_ros, "--ros-args", *named]


def by_params_file(start: Start, config: Path, folder: Path) -> list[str]:
    """As launch_ros makes it for an integrator's Node(parameters=[{"config": ...}])."""
    file = folder / f"launch_params_{start.name}"
    rule = {f"/cell/{start.name}": {"ros__parameters": {"config": str(config)}}}
    file.write_text(yaml.dump(rule, default_flow_style=False))
    named = ["-r", f"__node:={start.name}", "-r", "__ns:=/cell", "--params-file", str(file)]
    return [start.program, *start.arguments, "--ros-args", *named]


def starts(config: Path, folder: Path, **values: str) -> dict[str, Start]:
    planned = plan(given(config=str(config), **values), folder / "log", os.getpid())
    return {start.name: start for start in planned.starts}


@pytest.mark.parametrize("name", UP)
@pytest.mark.parametrize("by_file", [False, True])
def test_a_node_comes_up(
    start: Callable[..., Started],
    ears: Ears,
    config: Path,
    tmp_path: Path,
    name: str,
    by_file: bool,
) -> None:
    wanted = starts(config, tmp_path)[name]
    command = by_params_file(wanted, config, tmp_path) if by_file else by_arguments(wanted)
    node = start(command)
    until(lambda: ears.active(name) or node.process.poll() is not None, node.said)
    assert node.process.poll() is None, node.said
    if name != "inspector":  # the others write where that very configuration says
        assert (tmp_path / "data").is_dir()
    node.process.terminate()
    assert node.exit_code() == 0


SHARED = {"/diagnostics", "/parameter_events", "/rosout"}


@pytest.mark.parametrize("by_rule", [True, False])
def test_all_names_lie_in_the_namespace_and_can_be_remapped(
    start: Callable[..., Started], ears: Ears, config: Path, tmp_path: Path, by_rule: bool
) -> None:
    space = "/plant/cell2"
    told = config.read_text().replace("namespace: /cell\n", f"namespace: {space}\n")
    (tmp_path / "two.yaml").write_text(told)
    wanted = starts(config if by_rule else tmp_path / "two.yaml", tmp_path)["supervisor"]
    rule = ["-r", f"__ns:={space}"] if by_rule else []
    command = [wanted.program, *wanted.arguments, "--ros-args", *wanted.ros_arguments, *rule]
    node = start([*command, "-r", "__node:=boss", "-r", "node_status:=/plant/beats"])
    heard: dict[str, set[str]] = {}

    def complete() -> bool:
        heard.update(ears.names_of("boss", space))
        return f"{space}/supervisor/command" in heard.get("services", set())

    until(lambda: complete() or node.process.poll() is not None, node.said)
    assert node.process.poll() is None, node.said
    until(lambda: complete() and "/plant/beats" in heard["topics"], str(heard))
    names = heard["topics"] | heard["services"]
    outside = {n for n in names if not n.startswith(f"{space}/")}
    assert outside - SHARED == {"/plant/beats"}
    until(lambda: complete() and f"{space}/robot/permit" in heard["topics"], str(heard))
    assert f"{space}/boss/change_state" in heard["services"]
    assert ears.lifecycle == {}  # nothing of it is heard under /cell


def test_the_page_comes_up_with_ros_arguments_of_an_integrator(
    start: Callable[..., Started], config: Path, tmp_path: Path
) -> None:
    command = by_arguments(starts(config, tmp_path)["hmi"])
    page = start([*command, "-r", "/cell/belt/state:=/plant/belt", "-p", "use_sim_time:=false"])
    until(lambda: "Operator's page" in page.said or page.process.poll() is not None, "the page")
    with urllib.request.urlopen(f"http://127.0.0.1:{load(config).hmi.port}/", timeout=20) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    ("name", "words", "values"),
    [
        ("robot", "No 'nonsense' in inspection_cell.arms", {"arm": "nonsense"}),
        ("camera", "No 'nonsense' in inspection_cell.cameras", {"camera": "nonsense"}),
        ("inspector", "No 'nonsense' in inspection_cell.engines", {"engine": "nonsense"}),
        ("supervisor", "no recipe 'nonsense'", {"recipe": "nonsense"}),
    ],
)
def test_what_cannot_run_as_configured_is_refused(
    start: Callable[..., Started],
    config: Path,
    tmp_path: Path,
    name: str,
    words: str,
    values: dict[str, str],
) -> None:
    refused = start(by_arguments(starts(config, tmp_path, **values)[name]))
    assert refused.exit_code() == 2
    assert words in next(x for x in refused.said.splitlines() if x.startswith("error:"))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("belt", "belt PLC at 127.0.9.35"),
        ("robot", "controller at 127.0.9.35"),
        ("camera", "is not there"),
    ],
)
def test_a_device_that_is_away_is_waited_for(
    start: Callable[..., Started], config: Path, tmp_path: Path, name: str, words: str
) -> None:
    ended = start(by_arguments(starts(config, tmp_path)[name]))
    assert ended.exit_code() == 1
    death = judge(1, ended.said)
    assert death.kind is Kind.AWAY
    assert words in death.words


@pytest.mark.parametrize("name", ["belt", "hmi"])
@pytest.mark.parametrize(
    "words",
    [
        ["--ros-args", "-r"],
        ["--ros-args", "--nonsense"],
        ["--ros-args", "--params-file", "/no/such/file"],
        ["--ros-args", "-p", "config"],
        ["config:=/mistaken/for/a/launch"],
        ["--confg", "/mistyped"],
    ],
)
def test_a_command_line_that_cannot_be_read_starts_nothing(
    start: Callable[..., Started], config: Path, tmp_path: Path, name: str, words: list[str]
) -> None:
    wanted = starts(config, tmp_path)[name]
    program = wanted.arguments[: wanted.arguments.index(name) + 1]
    refused = start([wanted.program, *program, *words])
    assert refused.exit_code() == 2
    assert "Traceback" not in refused.said
    assert "PLC" not in refused.said  # it did not reach for the demo cell's
