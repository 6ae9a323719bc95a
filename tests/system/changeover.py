"""One run that changes boards -> ball screws on carriers -> boards, twice: by the service, by the
command line and at the page in turn. Prints one line of JSON.

python -m tests.system.changeover --parts 120
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import rclpy
from inspection_cell_interfaces.msg import CellState
from inspection_cell_interfaces.srv import CellCommand, SetRecipe
from rclpy.executors import SingleThreadedExecutor
from selenium import webdriver
from selenium.common.exceptions import WebDriverException

from cell.control.ledger.events import (
    Inspected,
    Judged,
    Passed,
    Purged,
    RecipeSelected,
    Removed,
    StateChanged,
)
from cell.launcher.env import environment
from cell.launcher.visiting import visiting
from cell.nodes.topics import RELIABLE
from cell.records.journal import Journal
from tests.hmi.browsing import Page
from tests.hmi.conftest import chromium

HOST, DOMAIN, PORT = "127.0.9.77", 77, 8979
DOORS = ("service", "command line", "page")
PRODUCTS = ("ball_screw_carrier", "pcb", "ball_screw_carrier", "pcb")
PATIENCE_S = 300.0
PERSON, REASON = "kim", "next order"


class Watcher:
    """Hears the cell, and orders by its services."""

    def __init__(self, domain: int = DOMAIN) -> None:
        ros = {k: v for k, v in environment(domain).items() if k.startswith(("ROS_", "FASTRTPS_"))}
        os.environ.update(ros)
        with visiting():
            rclpy.init()
            self._node = rclpy.create_node("changeover_run")
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self._node)
        self.state = CellState()
        self._node.create_subscription(CellState, "/cell/supervisor/state", self._see, RELIABLE)
        self._recipe = self._node.create_client(SetRecipe, "/cell/supervisor/set_recipe")
        self._command = self._node.create_client(CellCommand, "/cell/supervisor/command")

    def _see(self, state: CellState) -> None:
        self.state = state

    def until(self, condition: Callable[[], bool], what: str = "") -> None:
        """Listen until the condition holds."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, (what, self.state)
            self.turn()

    def turn(self) -> None:
        """Listen for a moment."""
        self._executor.spin_once(timeout_sec=0.05)

    def _call(self, client: Any, request: Any) -> Any:
        future = client.call_async(request)
        self.until(future.done)
        return future.result()

    def change(self, recipe: str) -> None:
        """By the service."""
        request = SetRecipe.Request(recipe=recipe, person=PERSON, reason=REASON, drain=True)
        answer = self._call(self._recipe, request)
        assert answer.accepted, answer.message

    def ask(self, request: SetRecipe.Request) -> Any:
        """The cell's answer to a change of the recipe."""
        return self._call(self._recipe, request)

    def start(self) -> None:
        """A person's order, repeated while a node is still on its way."""

        def started() -> bool:
            return bool(
                self._call(
                    self._command, CellCommand.Request(command="start", person=PERSON)
                ).accepted
            )

        self.until(started, "start")


def by_command_line(recipe: str) -> None:
    """`cell recipe use`."""
    command = [sys.executable, "-m", "cell.faces.cli.main", "recipe", "use", recipe, "--drain"]
    command += ["--person", PERSON, "--reason", REASON, "--domain", str(DOMAIN)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def by_page(page: Page, recipe: str) -> None:
    """Choose, say why, confirm."""
    page.click("recipe")
    page.until(lambda: page.covered("recipe-title"), "the dialogue is open")
    page.click(f"recipe {recipe}")
    page.click("recipe-why-order")
    page.click("recipe-confirm")


def opened(browser: webdriver.Chrome) -> bool:
    """Whether the page is there already."""
    try:
        browser.get(f"http://127.0.0.1:{PORT}/")
    except WebDriverException:
        return False
    return True


def figures(folder: Path) -> dict[str, Any]:
    """What the journal tells of the run."""
    with Journal.follow(folder / "journal.db") as journal:
        events = [event for _, event in journal.read()]
    in_use, mixed, uninspected = "", 0, 0
    ends = 0
    changes: list[dict[str, Any]] = []
    empty_ns = 0
    for event in events:
        match event:
            case RecipeSelected():
                in_use = event.recipe
                changes.append(
                    {"to": in_use, "taken_up_s": (event.stamp_ns - empty_ns) * 1e-9, "ns": empty_ns}
                )
            case StateChanged(state="stopped"):
                empty_ns = event.stamp_ns
            case Inspected():
                mixed += bool(in_use) and event.inspection.recipe != in_use
            case Judged(verdict=verdict):
                uninspected += "verdict.not_inspected" in verdict.reason
                if changes and "first_verdict_s" not in changes[-1]:
                    changes[-1]["first_verdict_s"] = (event.stamp_ns - changes[-1]["ns"]) * 1e-9
            case Passed() | Removed() | Purged():
                ends += 1
            case _:
                pass
    shown = [
        {k: round(v, 1) if isinstance(v, float) else v for k, v in c.items() if k != "ns"}
        for c in changes
    ]
    return {"ends": ends, "mixed": mixed, "not_inspected": uninspected, "changes": shown}


def run(parts: int, folder: Path) -> dict[str, Any]:
    """The run, and its figures."""
    report = folder / "report.json"
    command = [sys.executable, "-m", "cell.faces.cli.main", "run", "--start", "--parts", str(parts)]
    command += ["--defective", "0.34", "--seed", "5", "--host", HOST, "--domain", str(DOMAIN)]
    command += ["--port", str(PORT), "--data", str(folder / "data"), "--report", str(report)]
    with (folder / "run.log").open("w") as log:
        cell = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    watcher = Watcher()
    browser = chromium(webdriver, folder / "chromium")
    try:
        watcher.until(lambda: watcher.state.state == CellState.RUNNING, "running")
        watcher.until(lambda: opened(browser), "the page")
        page = Page(browser, lambda condition, what: watcher.until(condition, what))
        for number, recipe in enumerate(PRODUCTS, start=1):
            so_many = number * parts // (len(PRODUCTS) + 1)
            watcher.until(lambda n=so_many: watcher.state.arrived >= n, f"{so_many} parts")  # type: ignore[misc]
            door = DOORS[(number - 1) % len(DOORS)]
            print(f"{so_many} parts: to {recipe} by {door}", file=sys.stderr, flush=True)
            if door == "service":
                watcher.change(recipe)
            elif door == "command line":
                by_command_line(recipe)
            else:
                by_page(page, recipe)
            watcher.until(
                lambda r=recipe: (
                    watcher.state.recipe.startswith(f"{r}@")  # type: ignore[misc]
                    and not watcher.state.change
                ),
                f"taken up: {recipe}",
            )
            watcher.start()
        cell.wait(timeout=PATIENCE_S)
    finally:
        browser.quit()
        if cell.poll() is None:
            cell.send_signal(signal.SIGINT)
        code = cell.wait(timeout=60)
    content = json.loads(report.read_text())
    return {
        "exit_code": code,
        "arrived": content["parts"]["arrived"],
        "unaccounted": content["parts"]["unaccounted"],
        "escapes": content["truth"]["escapes"],
        "false_rejects": content["truth"].get("false_rejects"),
        "verdict_p99_ms": content["latency_ms"]["exposure_to_verdict"]["p99"],
        **figures(folder / "data"),
    }


def main(words: Sequence[str] | None = None) -> int:
    """Exit code 0 when nothing was lost, mixed or left uninspected."""
    parser = argparse.ArgumentParser(prog="python -m tests.system.changeover")
    parser.add_argument("--parts", type=int, default=120)
    parser.add_argument("--data", type=Path, help="keep the run's folder here")
    given = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="changeover-") as place:
        folder = given.data or Path(place)
        folder.mkdir(parents=True, exist_ok=True)
        found = run(given.parts, folder)
    print(json.dumps(found))
    faults = ("unaccounted", "escapes", "mixed", "not_inspected", "exit_code")
    return 1 if any(found[key] for key in faults) else 0


if __name__ == "__main__":
    sys.exit(main())
