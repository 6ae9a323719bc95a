"""The whole cell with its twin as real processes, talked to as an operator would."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cell.config import load
from cell.faces.cli.demo import demo_twin
from cell.launcher.demo import demo_overrides
from cell.launcher.session import Session
from cell.products import RECIPES

_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_NUMBERS = itertools.count(1 + 8 * _WORKER)
"""Of cells: each has hosts and a ROS domain of its own, also beside those of another worker."""


class Bench:
    """A running session and its twin's control socket."""

    def __init__(
        self,
        folder: Path,
        number: int,
        recipes: Path | None = None,
        settings: dict[str, Any] | None = None,
        **twin: Any,
    ) -> None:
        host = f"127.0.7.{number}"
        self.said: list[str] = []
        overrides = demo_overrides(host, folder) | {"data_dir": str(folder)} | (settings or {})
        if recipes is not None:
            overrides["recipes"] = str(recipes)
        config = load(None, overrides)
        options = {"seed": 5, "parts": 0, "pitch": 0.35, "defective": 0.34} | twin
        plan = demo_twin(config, host, folder, **options)
        domain = 60 + number
        self.host = host
        self.session = Session(config, folder, plan, self.said.append, domain, headless=True)

    @property
    def state(self) -> Any:
        """The last CellState."""
        return self.session.link.state()

    def until(self, condition: Callable[[], bool], timeout_s: float = 120.0) -> None:
        """Tend until the condition holds."""
        self.session.wait_for(condition, timeout_s, lambda: f"{self.state}\n{self.said}")

    def order(self, name: str) -> None:
        """A person's order."""
        self.session.link.command(name, "test", self.session.tend)

    def twin(self, **request: Any) -> dict[str, Any]:
        """A request to the twin's control socket."""
        with socket.create_connection((self.host, 47020), timeout=10) as connection:
            connection.sendall(json.dumps(request).encode() + b"\n")
            answer: dict[str, Any] = json.loads(connection.makefile().readline())
        assert answer["ok"], answer
        return answer

    def truth(self) -> list[dict[str, Any]]:
        """What really happened to every board."""
        content = self.session.truth()
        return [] if content is None else list(content["boards"])

    def cleared(self) -> None:
        """Wait until the twin's person has cleared the belt, and confirm."""
        self.until(lambda: self.state.state == "purge_required")
        gone = ("on_belt", "gripped", "falling")
        self.until(lambda: all(b["where"] not in gone for b in self.truth()))
        time.sleep(0.3)
        self.until(lambda: self._accepted("confirm_clear"))

    def clear(self) -> None:
        """The same, and start again."""
        self.cleared()
        self.until(lambda: self._accepted("start"))
        self.until(lambda: self.state.state == "running")

    def _accepted(self, name: str) -> bool:
        from cell.launcher.link import CommandError

        try:
            self.order(name)
        except CommandError:
            return False
        return True


def two_recipes(folder: Path) -> Path:
    """The boards' recipe under two names."""
    for name in ("pcb", "pcb_b"):
        shutil.copytree(RECIPES / "pcb", folder / name)
        written = folder / name / "recipe.yaml"
        content = yaml.safe_load(written.read_text())
        written.write_text(yaml.safe_dump(content | {"name": name}))
    return folder


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("cell")
    made = Bench(folder, next(_NUMBERS), recipes=two_recipes(folder / "recipes"))
    try:
        made.session.start()
        made.session.begin()
        made.until(lambda: made.state.state == "running")
        yield made
    finally:
        made.session.stop()
