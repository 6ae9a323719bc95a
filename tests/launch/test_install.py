"""The ROS package that lies in the environment after `make setup`."""

from __future__ import annotations

import ast
import importlib.util
import os
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from ament_index_python.packages import get_package_prefix, get_package_share_directory
from catkin_pkg.package import parse_package

from cell.config.processes import TABLE
from tests.launch.started import ROOT, Started

ROS = {"rclpy", "launch", "launch_ros"}


@pytest.fixture(scope="module")
def installer() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "install_share", ROOT / "interfaces" / "install_share.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def prefix(installer: ModuleType, tmp_path: Path) -> Path:
    made = tmp_path / "env"
    for _ in range(2):  # again changes nothing
        installer.link(installer.data_files(ROOT), made)
    return made


def test_ros_finds_the_package_its_launch_file_and_an_executable_for_each_process(
    prefix: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(prefix))
    assert get_package_prefix("inspection_cell") == str(prefix)
    share = Path(get_package_share_directory("inspection_cell"))
    assert (share / "package.xml").is_file()
    assert [f.name for f in (share / "launch").iterdir()] == ["cell.launch.py"]
    executables = list((prefix / "lib" / "inspection_cell").iterdir())
    assert sorted(f.name for f in executables) == sorted(p.name for p in TABLE)
    assert all(os.access(f, os.X_OK) for f in executables)


def test_what_lies_there_from_before_is_replaced(installer: ModuleType, prefix: Path) -> None:
    folder = prefix / "lib" / "inspection_cell"
    (folder / "belt").unlink()
    (folder / "belt").write_text("a copy of an earlier plain install")
    (folder / "gone").symlink_to(ROOT / "resource" / "lib" / "gone")
    (folder / "other").symlink_to("/somebody/else's")
    installer.link(installer.data_files(ROOT), prefix)
    assert (folder / "belt").samefile(ROOT / "resource" / "lib" / "belt")
    assert not (folder / "gone").is_symlink()
    assert (folder / "other").is_symlink()


@pytest.mark.parametrize("own_python", [True, False])
def test_an_executable_runs_its_process_with_the_environments_python(
    start: Callable[..., Started], prefix: Path, tmp_path: Path, own_python: bool
) -> None:
    # A wrong Python on the PATH must not matter where the environment has its own.
    folder = prefix / "bin" if own_python else tmp_path / "path"
    wrong = tmp_path / "path" if own_python else prefix / "bin"
    folder.mkdir()
    if own_python:
        wrong.mkdir()
        (wrong / "python3").write_text("#!/bin/sh\nexit 9\n")
        (wrong / "python3").chmod(0o755)
    (folder / "python3").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (folder / "python3").chmod(0o755)
    refused = start(
        [str(prefix / "lib" / "inspection_cell" / "recorder"), "--ros-args", "-p", "config:=/no"],
        PATH=f"{tmp_path / 'path'}{os.pathsep}{os.environ['PATH']}",
    )
    assert refused.exit_code() == 2
    assert refused.said.startswith("error: /no: no such file")


def test_the_repository_is_one_ros_package_with_its_interfaces_in_another() -> None:
    found = {str(f.parent.relative_to(ROOT)) for f in tracked("package.xml")}
    # What ROS itself has is built for those without it, and hidden from a workspace.
    standard = {name for name in found if name.startswith("interfaces/standard/")}
    assert (ROOT / "interfaces" / "standard" / "COLCON_IGNORE").exists()
    assert found - standard == {".", "interfaces/inspection_cell_interfaces"}
    package = parse_package(str(ROOT / "package.xml"))
    assert package.name == "inspection_cell"
    assert (
        package.version
        == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    )
    interfaces = parse_package(str(ROOT / "interfaces" / "inspection_cell_interfaces"))
    assert interfaces.name in [d.name for d in package.exec_depends]


def test_what_the_cell_imports_of_ros_is_a_dependency_of_the_package() -> None:
    told = {d.name for d in parse_package(str(ROOT / "package.xml")).exec_depends}
    used = set()
    for file in (f for room in ("cell", "launch") for f in tracked("*.py", room)):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                used |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                used.add(node.module.split(".")[0])
    of_ros = {
        name for name in used if name in ROS or name.endswith(("_msgs", "_srvs", "_interfaces"))
    }
    assert of_ros
    assert of_ros <= told


def tracked(pattern: str, below: str = ".") -> list[Path]:
    """Files of the project, without what lies beside it in environments and builds."""
    hidden = {"build", "install"}
    return [
        file
        for file in (ROOT / below).rglob(pattern)
        if not any(p.startswith(".") or p in hidden for p in file.relative_to(ROOT).parts)
    ]
