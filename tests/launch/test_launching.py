"""What a launch starts for its arguments, and what it refuses before it starts anything."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from cell.config import ConfigError, load
from cell.config.processes import TABLE
from cell.launcher.arguments import NAMES, doubtful, refuse_unknown
from cell.launcher.group import LaunchError
from cell.launcher.launching import plan
from tests.launch.started import HOST, ROOT, given

FILE = ROOT / "launch" / "cell.launch.py"


def test_every_process_of_the_table_is_started_with_the_resolved_configuration(
    config: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "log"
    planned = plan(given(config=str(config), recipe="tile"), folder, os.getpid())
    assert [s.name for s in planned.starts] == [p.name for p in TABLE]
    for start in planned.starts:
        resolved = str(folder / "config.yaml")
        own = start.arguments[-1] if start.name == "hmi" else start.ros_arguments[-1]
        assert own.removeprefix("config:=") == resolved
        assert start.is_node == (start.name != "hmi")
    assert load(folder / "config.yaml").recipe == "tile"


def test_a_launch_without_the_page(config: Path, tmp_path: Path) -> None:
    with socket.socket() as holder:  # it does not need the page's port either
        holder.bind(("127.0.0.1", load(config).hmi.port))
        holder.listen()
        planned = plan(given(config=str(config), hmi="false"), tmp_path, os.getpid())
    assert "hmi" not in [s.name for s in planned.starts]


def test_drivers_engine_and_port_replace_the_configurations(config: Path, tmp_path: Path) -> None:
    values = given(config=str(config), camera="a", arm="b", engine="c", port="8123")
    resolved = plan(values, tmp_path / "log", os.getpid()).config
    assert (resolved.camera.driver, resolved.robot.arm.driver) == ("a", "b")
    assert (resolved.inspector.engine, resolved.hmi.port) == ("c", 8123)
    assert resolved.data_dir == load(config).data_dir


def test_data_lies_where_the_person_is(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    demo = plan(given(hmi="false"), tmp_path / "log", os.getpid())
    other = plan(given(config=str(config), data="mine", hmi="no"), tmp_path / "log", os.getpid())
    assert Path(demo.config.data_dir) == tmp_path / "data"
    assert Path(other.config.data_dir) == tmp_path / "mine"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"config": "no/such.yaml"}, "no such file"),
        ({"hmi": "maybe"}, "hmi:=maybe: give true or false"),
        ({"port": "many"}, "hmi.port"),
        ({"nodes": "belt,robto"}, "'robto': did you mean 'robot'"),
        ({"nodes": "hmi", "hmi": "false"}, "nothing would start"),
        ({"namespace": "a-b"}, "'a-b' is no ROS namespace"),
        ({"twin": "perhaps"}, "twin:=perhaps: give true or false"),
        ({"host": "127.0.0.2"}, "add twin:=true"),
        ({"twin": "true", "parts": "some"}, "parts:=some: give a whole number"),
    ],
)
def test_a_value_that_cannot_be_used(values: dict[str, str], words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=words) as refused:
        plan(given(**values), tmp_path, os.getpid())
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("given_one", "below", "whole"),
    [
        ("", "/", "/cell"),
        ("", "/plant", "/plant/cell"),
        ("cell2", "/plant", "/plant/cell2"),
        ("/cell2", "/plant", "/cell2"),
    ],
)
def test_the_namespace_is_the_arguments_below_the_groups(
    config: Path, tmp_path: Path, given_one: str, below: str, whole: str
) -> None:
    values = given(config=str(config), namespace=given_one, hmi="false")
    planned = plan(values, tmp_path / "log", os.getpid(), below)
    assert planned.config.namespace == load(tmp_path / "log" / "config.yaml").namespace == whole


def test_a_part_of_the_cell(config: Path, tmp_path: Path) -> None:
    values = given(config=str(config), nodes="robot, belt")
    planned = plan(values, tmp_path / "log", os.getpid())
    assert [s.name for s in planned.starts] == ["belt", "robot"]
    assert planned.warnings == ()
    values = given(config=str(config), nodes="camera,supervisor")
    (warning,) = plan(values, tmp_path / "log", os.getpid()).warnings
    assert warning.startswith("camera and inspector hand each other pictures")


def test_the_twin_comes_first_and_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    values = given(twin="true", host=HOST, parts="7", seed="3", hmi="false")
    planned = plan(values, tmp_path / "log", os.getpid())
    twin, *others = planned.starts
    assert twin.is_twin
    words = " ".join(twin.arguments)
    assert f"--data {tmp_path / 'data'} --host {HOST} --parts 7 --seed 3" in words
    assert planned.config.belt.options["host"] == HOST
    waiting = {s.name for s in others if f"{HOST}:47020" in s.arguments}
    assert waiting == {p.name for p in TABLE if p.needs_machine}


def test_a_page_whose_port_is_taken(config: Path, tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", load(config).hmi.port))
        holder.listen()
        with pytest.raises(LaunchError, match="port:="):
            plan(given(config=str(config)), tmp_path, os.getpid())


BY_PATH = ["/bin/ros2", "launch", str(FILE)]
BY_PACKAGE = ["/bin/ros2", "launch", "inspection_cell", "cell.launch.py"]


@pytest.mark.parametrize("command", [BY_PATH, BY_PACKAGE])
def test_a_mistyped_argument_is_refused_and_the_known_ones_named(command: list[str]) -> None:
    refuse_unknown(["config:=a", "sigterm_timeout:=9", "launch-prefix:=nice"], command, FILE)
    with pytest.raises(LaunchError, match="'confg': did you mean 'config'") as refused:
        refuse_unknown(["hmi:=false", "confg:=x"], command, FILE)
    assert all(name in str(refused.value) for name in NAMES)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "command",
    [
        ["/bin/ros2", "launch", "plant", "plant.launch.py"],
        ["/bin/ros2", "launch", "plant", "cell.launch.py"],
    ],
)
def test_the_arguments_of_a_launch_file_around_it_are_not_its_own(command: list[str]) -> None:
    refuse_unknown(["line:=7"], command, FILE)


def test_an_including_launch_file_is_told_of_what_looks_mistyped() -> None:
    assert doubtful(["config", "line", "emulate_tty", "ros_namespace"]) == []
    (warning,) = doubtful(["recpie"])
    assert "'recipe'" in warning
