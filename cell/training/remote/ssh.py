"""The other machine, as the system's OpenSSH client reaches it."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from typing import IO, Any, Final

from cell.config.training import RemoteConfig
from cell.texts import say
from cell.training.errors import TrainingError
from cell.training.remote.guest import MODULE

ANSWER_S: Final = 60.0
"""A question that moves no data is answered in this time, or the machine is out of reach."""
UNREACHED: Final = 255
"""Exit code of ssh itself."""
REFUSED: Final = 2
NO_PROGRAM: Final = (126, 127)
OPTIONS: Final = (
    "-T", "-oBatchMode=yes", "-oStrictHostKeyChecking=yes", "-oConnectTimeout=10",
    "-oServerAliveInterval=5", "-oServerAliveCountMax=3", "-oForwardAgent=no", "-oForwardX11=no",
    "-oClearAllForwardings=yes", "-oPermitLocalCommand=no",
)  # fmt: skip
"""Never asks anybody, never trusts a machine that is not known, forwards nothing, and finds a dead
connection within 15 s.
"""
FOR_GOOD: Final = (
    "permission denied",
    "host key",
    "identification has changed",
    "bad configuration",
    "bad owner",
    "can't open user config",
)
"""Of these time heals none."""


def require_ssh() -> str:
    """The client. Raises TrainingError where it is not installed."""
    found = shutil.which("ssh")
    if found is None:
        raise TrainingError(say("training.remote.no_ssh"))
    return found


class UnreachedError(TrainingError):
    """The machine does not answer, or the connection broke: it may come back. why: ssh's words."""

    def __init__(self, host: str, why: str) -> None:
        super().__init__(say("training.remote.unreached", host=host, why=why))
        self.why = why


class Ssh:
    """Asks the guest on the other machine. Each method raises UnreachedError, and TrainingError for
    what the machine refuses.
    """

    def __init__(self, settings: RemoteConfig) -> None:
        self._settings, self.host = settings, settings.host

    def ask(
        self,
        *words: str,
        send: Callable[[IO[bytes]], None] | None = None,
        limit_s: float = ANSWER_S,
    ) -> dict[str, Any]:
        """One question. send: writes what goes over; gives the answer, {} where there is none."""
        with self._asked(words) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            timer = threading.Timer(limit_s, process.kill)
            timer.daemon = True
            heard = b""
            try:
                if send is None:
                    timer.start()
                else:
                    send(process.stdin)
                process.stdin.close()
                heard = process.stdout.read()
            except BrokenPipeError:
                pass  # it ended before it had all of it, and says why
            except BaseException:
                process.kill()
                raise
            finally:
                timer.cancel()
            self._end(process)
        text = heard.decode("utf-8", "replace").strip().rpartition("\n")[2]
        try:
            answer = json.loads(text) if text else {}
        except ValueError:
            raise TrainingError(
                say("training.remote.odd", host=self.host, said=text[:200])
            ) from None
        return answer if isinstance(answer, dict) else {}

    def lines(self, *words: str) -> Iterator[bytes]:
        """What it says, line by line, until its end."""
        with self._asked(words) as process:
            assert process.stdout is not None
            try:
                yield from process.stdout
            except GeneratorExit:
                process.kill()
                raise
            self._end(process)

    def fetch(self, *words: str, take: Callable[[IO[bytes]], None]) -> None:
        """Bytes of it. take: reads them."""
        with self._asked(words) as process:
            assert process.stdout is not None
            try:
                take(process.stdout)
            except TrainingError:
                process.kill()
                self._end(process)  # why it broke off, if it has said so
                raise
            except BaseException:
                process.kill()
                raise
            process.stdout.close()
            self._end(process)

    def _asked(self, words: tuple[str, ...]) -> subprocess.Popen[bytes]:
        own = ("-F", self._settings.ssh_config) if self._settings.ssh_config else ()
        there = (self._settings.python, "-m", MODULE, *words)
        # Never a shell of ours; the words are made of letters, digits and dashes alone.
        return subprocess.Popen(
            (require_ssh(), *own, *OPTIONS, "--", self.host, " ".join(there)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        """Hear why it ended. Raises UnreachedError, TrainingError."""
        assert process.stderr is not None
        words = process.stderr.read().decode("utf-8", "replace")
        code = process.wait()
        if code:
            raise self._trouble(code, words)

    def _trouble(self, code: int, words: str) -> TrainingError:
        said = [line.strip() for line in words.splitlines() if line.strip()]
        last = said[-1] if said else "no answer in time"
        told = {"host": self.host, "why": last.removeprefix("ssh: ")[:300]}
        if code == UNREACHED or code < 0:
            if any(mark in words.lower() for mark in FOR_GOOD):
                return TrainingError(say("training.remote.shut", **told))
            return UnreachedError(self.host, told["why"])
        if code == REFUSED and last.startswith("error: "):
            return TrainingError(
                say("training.remote.refused", host=self.host, why=last.removeprefix("error: "))
            )
        if code in NO_PROGRAM or "No module named" in words or "ModuleNotFoundError" in words:
            python = self._settings.python
            return TrainingError(say("training.remote.not_installed", python=python, **told))
        return TrainingError(
            say("training.remote.odd", host=self.host, said=f"{code}: {last[:300]}")
        )
