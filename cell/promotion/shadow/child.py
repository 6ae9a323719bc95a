"""The process of a candidate, as the one that asks it sees it."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final

from cell.promotion.shadow.answer import Answer, answer_of
from cell.promotion.shadow.look import READY
from cell.texts import say
from cell.training.bounds import Bounds
from models.ground.errors import UserError

TICK_S: Final = 0.1
GONE_S: Final = 0.3
ENDED_S: Final = 2.0
"""Whoever has closed its output needs so long at most to be gone."""


class LostError(UserError):
    """The candidate's process has crashed, hangs, or says what is no answer."""


class Child:
    """One candidate, ready to be asked; one question at a time. patience_s: longest wait for an
    answer. stop: says that nobody wants to know any more.

    Raises LostError where it cannot be loaded.
    """

    def __init__(
        self, command: list[str], log: Path, patience_s: float, stop: Callable[[], bool]
    ) -> None:
        self._patience_s, self._stop = patience_s, stop
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                encoding="utf-8",
                env=Bounds(1, 0).environment(os.environ),
                start_new_session=True,  # Ctrl-C is for the one that asks
            )
        assert self._process.stdout is not None
        self._reader = threading.Thread(
            target=self._read, args=(self._process.stdout,), name="shadow", daemon=True
        )
        self._reader.start()
        try:
            if self._line() != READY:
                raise LostError(say("shadow.no_answer", log=log))
        except BaseException:
            self.close()
            raise

    def ask(self, view: Path) -> Answer:
        """What the candidate says of a view. Raises LostError; it is gone then."""
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(f"{view}\n")
            self._process.stdin.flush()
            return answer_of(self._line())
        except (OSError, ValueError, TypeError, KeyError) as error:
            self.close()
            raise LostError(say("shadow.crashed", code=self._process.returncode)) from error
        except LostError:
            self.close()
            raise

    def close(self) -> None:
        """End it. Safe to call twice. On a busy machine it may take its time to go: it comes after
        everything else even there, and is not waited for.
        """
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(GONE_S)
        self._reader.join(GONE_S)
        if self._reader.is_alive():
            return  # its pipes close with it
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):  # what was not written any more
                if pipe is not None:
                    pipe.close()

    def _line(self) -> str:
        """The next line. Raises LostError."""
        until = time.monotonic() + self._patience_s
        while time.monotonic() < until and not self._stop():
            with contextlib.suppress(queue.Empty):
                line = self._lines.get(timeout=TICK_S)
                if not line:  # it has ended, or what it says is no text
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        self._process.wait(ENDED_S)  # so that its exit code can be told
                    self.close()
                    raise LostError(say("shadow.crashed", code=self._process.returncode))
                return line.rstrip("\n")
        raise LostError(say("shadow.hangs", seconds=self._patience_s))

    def _read(self, lines: IO[str]) -> None:
        with contextlib.suppress(ValueError):  # no text
            for line in lines:
                self._lines.put(line)
        self._lines.put("")


def command(recipe: str, package: Path, config: Path) -> list[str]:
    """What starts a candidate's process."""
    me = ["--config", str(config), "--parent", f"{os.getpid()}"]
    return [sys.executable, "-m", "cell.promotion.shadow.look", recipe, str(package), *me]
