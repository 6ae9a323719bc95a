"""Who waits at a gate does its first step when it opens, and none when it never does."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cell.launcher.group import Group
from cell.nodes.gate import Gate

WAITS = (
    "from cell.nodes.gate import pass_gate; print('loaded', flush=True); pass_gate(); "
    "print('through', flush=True); import time; time.sleep(60)"
)


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.close()


@pytest.fixture
def group(tmp_path: Path) -> Iterator[Group]:
    made = Group(tmp_path, os.environ, lambda _line: None)
    yield made
    made.stop(0.0)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60.0
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_all_go_when_it_opens_and_a_later_start_does_not_wait(group: Group, gate: Gate) -> None:
    first, second = (
        group.start(name, [sys.executable, "-c", WAITS], gate=gate) for name in ("a", "b")
    )
    until(lambda: "loaded" in first.output() and "loaded" in second.output())
    assert "through" not in first.output() + second.output()
    gate.open()
    until(lambda: "through" in first.output() and "through" in second.output())
    late = group.start("c", [sys.executable, "-c", WAITS], gate=gate)
    until(lambda: "through" in late.output())


def test_nobody_goes_when_it_closes(group: Group, gate: Gate) -> None:
    child = group.start("a", [sys.executable, "-c", WAITS], gate=gate)
    until(lambda: "loaded" in child.output())
    gate.close()
    until(lambda: child.exit_code() is not None)
    assert "through" not in child.output()
