"""One run of the cell in which something beside it comes and goes, block by block, and how long a
part waited for its verdict.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from cell.records.journal import Journal
from tests.system.changeover import PATIENCE_S, Watcher

T = TypeVar("T")
BLOCKS = 8
SETTLE_PARTS = 1
"""Parts after each change that count for neither side."""


def in_blocks(
    words: Sequence[str], folder: Path, domain: int, parts: int, change: Callable[[int], T]
) -> tuple[dict[str, T], int]:
    """Run the cell with these words for so many parts. change: begins a block by its number, and
    gives what its parts count for. What each part counts for, and the run's exit code.
    """
    command = [sys.executable, "-m", "cell.faces.cli.main", "run", "--parts", str(parts)]
    command += ["--seed", "5", "--domain", str(domain), "--data", str(folder / "data")]
    command += ["--report", str(folder / "report.json"), *words]
    with (folder / "run.log").open("w") as log:
        cell = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    watcher, side = Watcher(domain), dict[str, T]()
    try:
        watcher.until(lambda: watcher.state.state == "running", "running")
        block = since = -1
        while cell.poll() is None and (arrived := watcher.state.arrived) < parts:
            if arrived * BLOCKS // parts != block:
                block, since = arrived * BLOCKS // parts, arrived
                now = change(block)
                print(f"{since} parts: {now}", file=sys.stderr, flush=True)
            if watcher.state.last_part and watcher.state.arrived > since + SETTLE_PARTS:
                side.setdefault(watcher.state.last_part, now)
            watcher.turn()
        cell.wait(timeout=PATIENCE_S)
    finally:
        if cell.poll() is None:
            cell.send_signal(signal.SIGINT)
        code = cell.wait(timeout=60)
    return side, code


def latencies(folder: Path) -> dict[str, float]:
    """Exposure to verdict of each part [ms]."""
    exposed: dict[str, int] = {}
    found: dict[str, float] = {}
    with Journal.follow(folder / "journal.db") as journal:
        for _, event in journal.read():
            if type(event).__name__ == "Inspected":
                exposed[event.part] = event.inspection.exposure_ns
            elif type(event).__name__ == "Judged" and event.part in exposed:
                found.setdefault(event.part, (event.stamp_ns - exposed[event.part]) * 1e-6)
    return found
