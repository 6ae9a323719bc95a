"""`cell recipe use` against a real ROS process that plays the cell."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cell.products import RECIPES, load_recipe
from cell.texts import for_ros, say

ROOT = Path(__file__).parents[2]
WANTED = "ball_screw"
PCB = load_recipe(RECIPES / "pcb").identity
ORDER = ("--person", "kim", "--reason", "next order")
Use = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def use(ros_environment: dict[str, str], tmp_path: Path) -> Iterator[Use]:
    """Starts the verb; what is left of it at the end is ended."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: str, **other: str) -> subprocess.Popen[str]:
        command = [
            sys.executable,
            "-m",
            "cell.faces.cli.main",
            "recipe",
            "use",
            WANTED,
            *ORDER,
            "--data",
            str(tmp_path),
            *words,
        ]
        streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        environment = ros_environment | other
        process = subprocess.Popen(command, env=environment, cwd=ROOT, text=True, **streams)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def heard(process: subprocess.Popen[str], words: str) -> None:
    """Read the error stream up to a line with these words."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return
    raise AssertionError(f"{words!r} was not told")


def test_a_change_is_followed_until_it_is_taken_up(use: Use, fake_cell) -> None:
    process = use("--drain")
    asked = {"recipe": WANTED, "person": "kim", "reason": "next order", "drain": True}
    assert fake_cell.call() == {"set_recipe": asked | {"prepare_only": False}}
    heard(process, f"preparing ball_screw@9: every node loads it beside {PCB}")
    fake_cell.order(state={"change": "draining", "on_belt": 3})
    heard(process, "letting the parts through: 3 on the belt")
    fake_cell.order(state={"change": "taking_up", "recipe": "ball_screw@9"})
    heard(process, "taking up ball_screw@9")
    fake_cell.order(state={"change": "", "recipe_next": ""})
    assert ended(process)[:2] == (0, f"ball_screw@9 is in use (before: {PCB}).\n")


def test_a_change_that_a_node_refuses(use: Use, fake_cell) -> None:
    process = use()
    fake_cell.call()
    heard(process, "preparing")
    why = "the robot cannot work by recipe 'ball_screw': it weighs 2 kg"
    told = say("recipe.refused_by", node="robot", recipe="ball_screw", detail="it weighs 2 kg")
    fake_cell.order(state={"change": "", "recipe_next": "", "change_message": for_ros(told)})
    assert ended(process) == (1, "", f"not taken up: {why}\n")


def test_an_order_that_the_cell_refuses(use: Use, fake_cell) -> None:
    why = "parts lie on the belt: order it with drain"
    fake_cell.order(refuse=why)
    assert ended(use()) == (1, "", f"refused: {why}\n")
    fake_cell.call()


def test_an_order_with_parts_in_the_way_names_the_options(use: Use, fake_cell) -> None:
    fake_cell.order(refuse="parts lie there", state={"state": "running"})
    code, _, told = ended(use())
    fake_cell.call()
    assert code == 1
    assert told.startswith("refused: parts lie there (--drain lets the parts through first")


def test_ctrl_c_ends_the_following_alone(use: Use, fake_cell) -> None:
    process = use()
    fake_cell.call()
    heard(process, "preparing")
    process.send_signal(signal.SIGINT)
    code, _, told = ended(process)
    assert (code, told) == (130, "not followed any longer; the change goes on.\n")


def test_prepared_only(use: Use, fake_cell) -> None:
    process = use("--prepare-only")
    assert fake_cell.call()["set_recipe"]["prepare_only"]
    heard(process, "preparing")
    fake_cell.order(state={"change": "prepared"})
    code, out, _ = ended(process)
    assert (code, "ball_screw@9 is prepared" in out) == (0, True)


def test_a_change_that_does_not_end_in_time_is_not_called_off(use: Use, fake_cell) -> None:
    code, _, told = ended(use("--timeout", "1"))
    fake_cell.call()
    assert code == 2
    assert "not finished after 1 s (preparing" in told
    assert "the change goes on" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--reason", " "), "--reason is empty"),
        (("--domain", "97"), "of domain 97:"),
    ],
)
def test_what_cannot_be_ordered(use: Use, words: tuple[str, ...], told: str) -> None:
    code, _, error = ended(use(*words))
    assert (code, error.count("\n")) == (2, 1)
    assert told in error
