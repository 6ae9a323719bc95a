"""The cell as an appraiser, in a process of its own beside the page: it takes minutes, and the line
comes first. Killed, or with the page's end, it is gone on with by the next press.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import Lock
from typing import IO, Final

from cell.quality.studies.errors import StudyError
from cell.quality.studies.values import CELL
from cell.texts import say

NICENESS: Final = "15"
_END_S: Final = 3.0


class CellJudging:
    """At most one study at a time."""

    def __init__(self, data_dir: Path) -> None:
        self._data, self._lock = data_dir, Lock()
        self._study, self._why = "", ""
        self._process: subprocess.Popen[bytes] | None = None
        self._said: IO[bytes] | None = None

    def start(self, study: str, person: str) -> None:
        """Begin, or go on, in this person's name. Raises StudyError while it judges another one."""
        with self._lock:
            if self._running():
                if self._study != study:
                    raise StudyError(say("quality.gauge.busy", study=self._study))
                return
            self._forget()
            self._said = tempfile.TemporaryFile()  # noqa: SIM115, it ends with the process
            words = ["quality", "gauge", "judge", f"--as={CELL}", f"--person={person}"]
            words += [f"--data={self._data}", "--", study]
            command = ["nice", "-n", NICENESS, sys.executable, "-m", "cell.faces.cli.main", *words]
            self._study, self._why = study, ""
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._said,
                env=os.environ | {"PYTHONUNBUFFERED": "1"}, start_new_session=True,
            )  # fmt: skip

    def state(self, study: str) -> tuple[bool, str]:
        """Whether it judges this study now, and why it ended before it was through, '' if not."""
        with self._lock:
            running = self._running()
            mine = study == self._study
            return running and mine, self._why if mine else ""

    def close(self) -> None:
        """End it; what was judged is kept."""
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                self._process.terminate()
                try:
                    self._process.wait(_END_S)
                except subprocess.TimeoutExpired:
                    self._process.kill()
                    self._process.wait()
            self._forget()

    def _running(self) -> bool:
        if self._process is None:
            return False
        code = self._process.poll()
        if code is None:
            return True
        if code and not self._why and self._said is not None:
            self._said.seek(0)
            lines = self._said.read().decode(errors="replace").strip().splitlines()
            last = lines[-1] if lines else f"exit code {code}"
            self._why = last.removeprefix("error: ")
        return False

    def _forget(self) -> None:
        if self._said is not None:
            self._said.close()
        self._process = self._said = None
