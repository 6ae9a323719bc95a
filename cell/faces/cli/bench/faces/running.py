"""A cell with its twin as one more process, and what its journal says of its verdicts."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cell.control.ledger import events as e
from cell.faces.cli.errors import UsageError
from cell.records.journal import Journal

PATIENCE_S: Final = 180.0


class RunningCell:
    """`cell run --start` on a data folder of its own."""

    def __init__(self, data: Path, host: str, port: int, domain: int) -> None:
        self.data, self.url = data, f"http://127.0.0.1:{port}/"
        self._log = data.parent / "cell.log"
        command = [sys.executable, "-m", "cell.faces.cli.main", "run", "--start", "--seed", "5"]
        command += ["--data", str(data), "--host", host, "--port", str(port)]
        with self._log.open("w") as log:
            self._cell = subprocess.Popen(
                [*command, "--domain", str(domain)], stdout=log, stderr=subprocess.STDOUT
            )

    def close(self) -> None:
        """End it in order."""
        if self._cell.poll() is None:
            self._cell.send_signal(signal.SIGINT)
        try:
            self._cell.wait(60)
        except subprocess.TimeoutExpired:
            self._cell.kill()
            self._cell.wait()

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Until it holds. Raises UsageError where the cell ends or takes too long."""
        last, parts = time.monotonic(), -1
        while not condition():
            now = len(self.judged())
            if now != parts:
                last, parts = time.monotonic(), now
            if self._cell.poll() is not None or time.monotonic() - last > PATIENCE_S:
                words = self._log.read_text(errors="replace").strip()[-400:]
                raise UsageError(
                    f"the cell that is measured came to a stand before {what}: {words}"
                )
            time.sleep(0.2)

    def judged(self) -> dict[str, tuple[int, float]]:
        """When each inspected part got its verdict [system clock, ns], and how long after its
        exposure [ms].
        """
        exposed: dict[str, int] = {}
        found: dict[str, tuple[int, float]] = {}
        with Journal.follow(self.data / "journal.db") as journal:
            for _, event in journal.read():
                match event:
                    case e.Inspected():
                        exposed.setdefault(event.part, event.inspection.exposure_ns)
                    case e.Judged() if event.part in exposed and event.part not in found:
                        took_ms = (event.stamp_ns - exposed[event.part]) * 1e-6
                        found[event.part] = event.stamp_ns, took_ms
                    case _:
                        pass
        return found
