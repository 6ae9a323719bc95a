"""What a candidate in the shadow costs the cell: one run in which it comes and goes, block by
block, crashes and hangs included. Prints JSON.

python -m tests.system.shadow_cost --parts 160
python -m tests.system.shadow_cost --parts 600 --looks-only
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import numpy as np

from cell.config import load
from cell.labels.book import LabelBook
from cell.people.audit import AuditLog
from cell.people.shell import at_shell
from cell.promotion.admitting import admit
from cell.promotion.model import Model, Offer
from cell.promotion.registry import Registry
from cell.promotion.shadow.keeper import ShadowKeeper
from cell.promotion.states import State
from models.files import seal
from tests.system.blocks import in_blocks, latencies

HOST, DOMAIN = "127.0.9.79", 78
MODES = ("off", "on", "off", "on", "off", "killed", "off", "stopped")
LOOKS_ONLY = ("off", "on", "on", "off", "off", "on", "on", "off")
"""Neither side has the later blocks."""


class Beside:
    """A candidate that is the active model under another version, in the shadow or out of it."""

    def __init__(self, data: Path, folder: Path, stack: ExitStack) -> None:
        self.config = load(None, {"data_dir": str(data)})
        data.mkdir(parents=True, exist_ok=True)
        audit = stack.enter_context(closing(AuditLog(data, self.config.people.keys_beside(data))))
        self.registry = stack.enter_context(Registry(data, audit))
        book = stack.enter_context(closing(LabelBook.open(data, self.config.labels)))
        package = folder / "candidate"
        shutil.copytree(Path(__file__).parents[2] / "models" / "pcb", package)
        card = json.loads((package / "card.json").read_text())
        (package / "card.json").write_text(json.dumps(card | {"version": "9.9.9"}))
        seal(package)
        self.model: Model = admit(
            self.registry, self.config, Offer("pcb", package), at_shell(), time.time_ns()
        )
        self.keeper = ShadowKeeper(self.config, self.registry, book)
        stack.callback(self.keeper.close)
        self.keeper.start()
        self._mode = "off"
        self._ended = threading.Event()
        self._harm = threading.Thread(target=self._harm_it, daemon=True)
        self._harm.start()
        stack.callback(self._ended.set)

    def mode(self, mode: str) -> None:
        """Off, on, or on and killed or stopped again and again."""
        self._mode = mode
        wanted = State.CANDIDATE if mode == "off" else State.SHADOW
        now = self.registry.find(self.model.fingerprint, "pcb")
        if now.state is not wanted:
            self.registry.promote(
                now, wanted, at_shell(), time.time_ns(), why="measured",
                rules=self.config.promotion,
            )  # fmt: skip

    def _harm_it(self) -> None:
        signals = {"killed": signal.SIGKILL, "stopped": signal.SIGSTOP}
        while not self._ended.wait(4.0):
            number = signals.get(self._mode)
            for child in list(self.keeper._children.values()):
                if number is not None and child._process.poll() is None:
                    child._process.send_signal(number)
            if number is signal.SIGKILL:
                self.mode(self._mode)  # three crashes, and it was given up

    @property
    def looked(self) -> int:
        """Parts that it has looked at."""
        return len(self.registry.line_parts(self.registry.match(self.model)))


def run(parts: int, folder: Path, modes: Sequence[str]) -> dict[str, Any]:
    """The run, and its figures."""
    with ExitStack() as stack:
        beside = Beside(folder / "data", folder, stack)

        def change(block: int) -> str:
            beside.mode(modes[block])
            return modes[block]

        side, code = in_blocks(["--headless", "--host", HOST], folder, DOMAIN, parts, change)
        looked = beside.looked
    return figures(latencies(folder / "data"), side) | {"exit_code": code, "looked": looked}


def figures(found: dict[str, float], side: dict[str, str]) -> dict[str, Any]:
    """Exposure to verdict by what the candidate did [ms]."""
    sides = {
        mode: [found[part] for part, of in side.items() if of == mode and part in found]
        for mode in ("off", "on", "killed", "stopped")
    }
    told = {
        mode: {
            "parts": len(of),
            "median_ms": round(statistics.median(of), 1),
            "p99_ms": round(statistics.quantiles(of, n=100, method="inclusive")[-1], 1),
        }
        for mode, of in sides.items()
        if len(of) > 1
    }
    off = told["off"]
    change = {
        mode: round(100 * (one["p99_ms"] / off["p99_ms"] - 1), 1) for mode, one in told.items()
    }
    spread = {mode: p99_change(sides["off"], of) for mode, of in sides.items() if len(of) > 1}
    return {"verdicts": told, "p99_change_percent": change, "p99_change_95_percent": spread}


def p99_change(off: Sequence[float], on: Sequence[float]) -> list[float]:
    """95 % interval of the change [%], by bootstrap over parts."""
    rng, times = np.random.default_rng(0), 4000
    p99 = [
        np.percentile(rng.choice(np.asarray(of), (times, len(of))), 99, axis=1) for of in (off, on)
    ]
    bounds = np.percentile(100 * (p99[1] / p99[0] - 1), (2.5, 97.5))
    return [round(float(one), 1) for one in bounds]


def main() -> None:
    """The command line."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--parts", type=int, default=160)
    words.add_argument("--looks-only", action="store_true", help="no kills, no hangs")
    given = words.parse_args()
    modes = LOOKS_ONLY if given.looks_only else MODES
    with tempfile.TemporaryDirectory() as folder:
        start = time.monotonic()
        told = run(given.parts, Path(folder), modes)
    print(json.dumps(told | {"took_s": round(time.monotonic() - start)}))


if __name__ == "__main__":
    main()
