"""Import arrows point down, and the architecture's table says which there are."""

from __future__ import annotations

import ast
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.rooms import arrows as drawing
from tests.rooms.arrows import ROOT, drawn, room_of, sources, told

ROOMS = told()
"""From the top floor down."""
ROS = {"rclpy", "inspection_cell_interfaces", "launch", "launch_ros"}
WEB = {"nicegui", "starlette", "fastapi", "uvicorn"}
KEEPS_ROS = ("launch/", "cell/faces/", "cell/client/", "cell/launcher/", "cell/nodes/")
KEEPS_WEB = ("cell/faces/",)


def test_the_table_is_read() -> None:
    assert len(ROOMS) > 20
    assert ROOMS["cell/control/"]
    assert {known for knows in ROOMS.values() for known in knows} <= set(ROOMS)


def test_every_told_arrow_points_down() -> None:
    order = {room: floor for floor, room in enumerate(ROOMS)}
    up = [(a, b) for a, knows in ROOMS.items() for b in knows if order[b] <= order[a]]
    assert not up, "the table's rooms stand from the top floor down"


def test_what_is_imported_is_what_the_table_tells() -> None:
    arrows = drawn(ROOMS)
    untold = [line for (a, b), lines in arrows.items() if b not in ROOMS[a] for line in lines]
    assert not untold, "an arrow that the architecture does not know:\n" + "\n".join(untold)
    unused = [(a, b) for a, knows in ROOMS.items() for b in knows if (a, b) not in arrows]
    assert not unused, "the architecture tells of arrows that nobody draws any more"


def test_no_module_is_loaded_in_a_circle() -> None:
    known = sources()
    graph = {name: _loaded_first(path, known) - {name} for name, path in known.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize(("words", "rooms"), [(ROS, KEEPS_ROS), (WEB, KEEPS_WEB)])
def test_ros_and_web_stay_upstairs(words: set[str], rooms: tuple[str, ...]) -> None:
    strangers = [
        f"{path.relative_to(ROOT)} imports {word}"
        for path in sources().values()
        for word in _foreign(path) & words
        if not room_of(path, ROOMS).startswith(rooms)
    ]
    assert not strangers


def test_an_arrow_that_points_up_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, text in (
        ("cell/control/law.py", "from cell.faces.cli import main\n"),
        ("cell/faces/cli.py", "main = 1\n"),
    ):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(drawing, "ROOT", tmp_path)
    rooms: dict[str, set[str]] = {"cell/faces/": {"cell/control/"}, "cell/control/": set()}
    arrows = drawn(rooms)
    assert arrows == {("cell/control/", "cell/faces/"): ["cell.control.law imports cell.faces.cli"]}


def _loaded_first(path: Path, known: dict[str, Path]) -> set[str]:
    """Modules that a file needs while it is loaded itself: imports at its outermost level."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    found: set[str] = set()
    for node in top:
        module = node.module if isinstance(node, ast.ImportFrom) else None
        for alias in node.names:
            name = f"{module}.{alias.name}" if module else alias.name
            if name not in known and module in known:
                name = str(module)
            if name in known and known[name] != path:
                found.add(name)
    return found


def _foreign(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = [
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
        )
    ]
    return {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names)
