"""Kills in the midst of a change of the recipe: every node, before and after every step.

python -m tests.system.changes [--only inspector/taking_up]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from inspection_cell_interfaces.msg import CellState
from inspection_cell_interfaces.srv import SetRecipe
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from cell.control.ledger.events import Inspected, Judged, Passed, RecipeSelected, SessionStarted
from cell.control.ledger.inspection import Inspection
from cell.launcher.session import NotReadyError
from cell.records.journal import Journal
from cell.texts import render
from tests.system.conftest import Bench, two_recipes

NODES = ("belt", "camera", "inspector", "robot", "recorder", "supervisor")
MOMENTS = ("before", "ordered", "preparing", "prepared", "taking_up", "after")
"""When the node is killed: before the order and right after it, while the nodes prepare, when all
are ready, when the journal has the new recipe, and when all nodes work by it.
"""
PRODUCTS = ("pcb", "pcb_b")


class Chooser:
    """Orders recipes, as an integrator with a ROS command line would."""

    def __init__(self, bench: Bench) -> None:
        self._bench, self._node = bench, Node("integrator")
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self._node)
        self._client = self._node.create_client(SetRecipe, "/cell/supervisor/set_recipe")

    def order(self, recipe: str, *, prepare_only: bool = False) -> str:
        """'' when it was begun, else why not; an answer that never comes counts as one."""
        deadline = time.monotonic() + 30.0
        while not self._client.service_is_ready():
            self._bench.session.tend()
            if time.monotonic() > deadline:
                return "there is no supervisor"
            time.sleep(0.05)
        request = SetRecipe.Request(
            recipe=recipe, person="kim", reason="next lot", prepare_only=prepare_only
        )
        future = self._client.call_async(request)
        self._executor.spin_until_future_complete(future, timeout_sec=5.0)
        answer = future.result()
        return "no answer" if answer is None else "" if answer.accepted else render(answer.message)

    def close(self) -> None:
        """Leave the graph."""
        self._node.destroy_node()


def trial(bench: Bench, chooser: Chooser, node: str, moment: str) -> str:
    """Change to the other product, kill the node at that moment, see what comes of it: the recipe
    that the cell works by in the end. Raises AssertionError, NotReadyError.
    """
    stand(bench)
    old = bench.state.recipe
    new = next(name for name in PRODUCTS if not old.startswith(f"{name}@"))
    pid = bench.session.group.pids()[node]
    if moment == "before":
        os.kill(pid, signal.SIGKILL)
    chooser.order(new, prepare_only=moment == "prepared")
    if moment != "before":
        await_moment(bench, moment, new)
        os.kill(pid, signal.SIGKILL)
    bench.until(lambda: bench.session.group.pids()[node] != pid)
    if moment == "prepared":
        chooser.order(new)
    # What an uncleared cell has refused to take up stays ready.
    settled = ("", CellState.PREPARED)
    bench.until(lambda: bench.state.change in settled and bench.state.state != CellState.UNKNOWN)
    produce(bench)
    require_one_truth(bench)
    return str(bench.state.recipe)


def stand(bench: Bench) -> None:
    """An empty belt that stands, and every node active."""
    bench.until(lambda: bench.state is not None and bench.state.state != CellState.UNKNOWN)
    accepted(bench, "stop")
    bench.until(lambda: bench.state.state not in (CellState.RUNNING, CellState.STOPPING))
    bench.twin(op="clear_belt")
    bench.until(lambda: accepted(bench, "confirm_clear"))
    bench.until(lambda: bench.state.on_belt == 0)


def await_moment(bench: Bench, moment: str, new: str) -> None:
    """Until the change has come so far."""
    reached: dict[str, Callable[[], bool]] = {
        "ordered": lambda: True,
        "preparing": lambda: bench.state.change == CellState.PREPARING or took(bench, new),
        "prepared": lambda: bench.state.change == CellState.PREPARED,
        "taking_up": lambda: bench.state.change == CellState.TAKING_UP or took(bench, new),
        "after": lambda: took(bench, new) and not bench.state.change,
    }
    deadline = time.monotonic() + 60.0
    while not reached[moment]():
        assert time.monotonic() < deadline, bench.state
        time.sleep(0.002)  # steps are short: a turn of the launcher would miss them


def took(bench: Bench, new: str) -> bool:
    """Whether the cell says that it works by the new recipe."""
    return bool(bench.state.recipe.startswith(f"{new}@"))


def produce(bench: Bench) -> None:
    """Clear, start, and let a good part through. A death may be heard of only while it runs."""
    passed = bench.state.passed

    def has_passed() -> bool:
        if bench.state.state == CellState.PURGE_REQUIRED:
            bench.twin(op="clear_belt")
            accepted(bench, "confirm_clear")
        if bench.state.state == CellState.FAULTED:  # such as a machine that is too busy
            accepted(bench, "reset")
        if bench.state.state == CellState.STOPPED:
            accepted(bench, "start")
        return bool(bench.state.passed > passed)

    bench.until(has_passed)


def accepted(bench: Bench, order: str) -> bool:
    """Whether a person's order was taken."""
    from cell.launcher.link import CommandError

    with contextlib.suppress(CommandError):
        bench.order(order)
        return True
    return False


def require_one_truth(bench: Bench) -> None:
    """Every part that passed was inspected by the recipe that the journal says was in use then."""
    with Journal.follow(Path(bench.session.config.data_dir) / "journal.db") as journal:
        events = [event for _, event in journal.read()]
    in_use, by, good = "", dict[str, str](), set[str]()
    for event in events:
        match event:
            case SessionStarted(recipe=recipe) | RecipeSelected(recipe=recipe):
                in_use = recipe
            case Inspected(part=part, inspection=Inspection(recipe=recipe, ok=True)):
                by[part] = recipe
                assert recipe == in_use, (part, recipe, in_use)
            case Judged(part=part, verdict=verdict) if verdict.kind == "pass":
                good.add(part)
            case Passed(part=part):
                assert by[part] == in_use, (part, by[part], in_use)
                assert part in good
            case _:
                pass
    assert bench.state.recipe == in_use


def main(words: Sequence[str] | None = None) -> int:
    """Every node killed at every moment; prints one line of JSON. Exit code 0 when all held."""
    parser = argparse.ArgumentParser(prog="python -m tests.system.changes")
    parser.add_argument("--only", default="", help="cases whose names begin so: node/moment")
    parser.add_argument("--data", type=Path, help="keep the cell's folder here")
    given = parser.parse_args(words)
    cases = [f"{n}/{m}" for n in NODES for m in MOMENTS if f"{n}/{m}".startswith(given.only)]
    broken: dict[str, str] = {}
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="changes-") as place:
        folder = given.data or Path(place)
        bench = Bench(folder / "cell", 31, recipes=two_recipes(folder / "recipes"))
        bench.session.start()
        bench.session.begin()
        chooser = Chooser(bench)
        try:
            for number, case in enumerate(cases, start=1):
                node, moment = case.split("/")
                if bench.session.group.pids():
                    time.sleep(max(0.0, 12.0 - (time.monotonic() - began) / number))
                try:
                    end = f"works by {trial(bench, chooser, node, moment)}"
                except (AssertionError, NotReadyError) as error:
                    end = broken[case] = f"broken: {error}"[:300]
                left = (time.monotonic() - began) / number * (len(cases) - number)
                print(f"{number}/{len(cases)} {case}: {end}; {left / 60:.0f} min left",
                      file=sys.stderr, flush=True)  # fmt: skip
        finally:
            chooser.close()
            bench.session.stop()
    print(json.dumps({"cases": len(cases), "broken": broken}))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
