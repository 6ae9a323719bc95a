"""What the trainer breaks at the twin, and what people do at the machine."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psutil

from cell.config.processes import TABLE
from cell.launcher.campaign.twin import at_the_pendant
from cell.launcher.control import Control, TwinLostError
from cell.texts import say
from cell.trainer.errors import PracticeError
from cell.trainer.lessons import Act, Fault

CARRIED_S = 0.8
"""The part falls so long after it was gripped."""


class Machine:
    """The twin, and the processes that were started with this one. Its methods may wait for a
    socket. Raises PracticeError where it does not answer.
    """

    def __init__(self, host: str) -> None:
        self._host, self._control = host, Control(host)

    def close(self) -> None:
        """Hang up."""
        self._control.close()

    def do_not_tidy(self) -> None:
        """Whoever practises clears the belt himself."""
        self._ask("person", attentive=False)

    def riding(self) -> int:
        """How many parts lie on the belt or hang on the arm, as a person sees it."""
        seen = self._ask("state")
        return len(seen["riding"]) + (seen["held"] is not None)

    def break_it(self, fault: Fault) -> None:
        """Let it happen, now or at its next occasion; asked twice, it happens once."""
        match fault:
            case Fault.CAMERA_LOST:
                _kill("camera")
            case Fault.EMERGENCY_STOP:
                self._ask("fault", name="emergency_stop")
            case Fault.PART_DROPPED:
                self.mend(fault)
                self._ask("fault", name="vacuum_leak", mode="mid_carry", after_s=CARRIED_S)
            case Fault.OUTFEED_BLOCKED:
                self._ask("fault", name="outfeed_blocked")
            case Fault.COLLEAGUE | Fault.SECOND_LOOK:
                pass

    def act(self, act: Act) -> None:
        """What a person does at the machine."""
        match act:
            case Act.CLEAR_BELT:
                self._ask("clear_belt")
            case Act.RELEASE_STOP:
                self._ask("fault", name="emergency_stop", active=False)
                with _answering():
                    at_the_pendant(self._host, "power on", "brake release")
            case Act.FREE_OUTFEED:
                self._ask("fault", name="outfeed_blocked", active=False)
            case Act.OPEN_QUEUE | Act.SWAP_BIN:
                pass

    def mend(self, fault: Fault | None) -> None:
        """Take back what the trainer broke and what would stay broken."""
        if fault is Fault.EMERGENCY_STOP:
            self.act(Act.RELEASE_STOP)
        elif fault is Fault.OUTFEED_BLOCKED:
            self.act(Act.FREE_OUTFEED)
        elif fault is Fault.PART_DROPPED:  # it may wait for a grip still
            self._ask("fault", name="vacuum_leak", active=False)

    def _ask(self, op: str, **arguments: Any) -> dict[str, Any]:
        with _answering():
            return self._control.ask(op, **arguments)


@contextmanager
def _answering() -> Iterator[None]:
    """A twin that does not answer is told of in the learner's language."""
    try:
        yield
    except TwinLostError as error:
        raise PracticeError(say("practice.no_twin")) from error


def _kill(name: str) -> None:
    """End a process of the same run at once: the launcher that started both starts it again."""
    module = next(process.module for process in TABLE if process.name == name)
    for child in psutil.Process(os.getppid()).children():
        with suppress(psutil.Error):
            if module in child.cmdline():
                child.send_signal(signal.SIGKILL)
                return
    raise PracticeError(say("practice.no_process", process=name))
