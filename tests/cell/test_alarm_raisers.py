"""Every alarm of the catalogue is raised by something: one that never comes is worse than none."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import cell
from cell.config.processes import TABLE
from cell.control.alarms import CATALOGUE
from robot.base import RobotMode

SOURCE = Path(cell.__file__).parent
TEXTS = ("alarms/catalogue.py",)
"""Where an alarm is only spoken of."""


def raised() -> set[str]:
    """Identities in the code, and those that it makes of a process's or a mode's name."""
    found = {f"process.{process.name}_died" for process in TABLE}
    found |= {f"robot.{mode.value}" for mode in RobotMode if mode is not RobotMode.OPERATIONAL}
    for file in SOURCE.rglob("*.py"):
        if file.relative_to(SOURCE).as_posix() in TEXTS or "campaign" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and node.value in CATALOGUE:
                found.add(str(node.value))
    return found


@pytest.mark.parametrize("alarm", sorted(CATALOGUE))
def test_every_alarm_has_a_raiser(alarm: str) -> None:
    assert alarm in raised()


def test_every_process_has_its_alarm() -> None:
    assert {f"process.{process.name}_died" for process in TABLE} <= set(CATALOGUE)
