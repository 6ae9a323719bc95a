"""What the end of a process means for whether it is started again. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from cell.texts import say
from models.ground.ending import INTERNAL, REFUSED
from models.ground.errors import PORT_TAKEN

_TRACEBACK = "Traceback (most recent call last)"
_LONGEST = 600


class Kind(Enum):
    """How a process ended."""

    CRASH = auto()
    """The program is at fault: a signal, a traceback, its own word for it, or no word at all."""
    AWAY = auto()
    """It said why it cannot work: a device is away, or waits for a person."""


@dataclass(frozen=True, slots=True)
class Death:
    """One end of a process. `words`: its own, '' when it left none."""

    kind: Kind
    how: str
    words: str
    at_once: bool = False
    """Its exit code says that it never got as far as to work."""
    told: str = ""
    """How it ended, as a text that travels."""


def judge(code: int, output: str) -> Death:
    """`code`: as subprocess tells it, negative for a signal. `output`: of this start alone."""
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    lines = output.strip().splitlines()
    errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    words = (errors[-1] if errors else " | ".join(lines[-3:])).strip()[:_LONGEST]
    at_once = code in (REFUSED, PORT_TAKEN)
    said_why = at_once or (code > 0 and code != INTERNAL and bool(errors))
    explained = said_why and _TRACEBACK not in output
    told = say("died.signal", number=-code) if code < 0 else say("died.exit", number=code)
    return Death(Kind.AWAY if explained else Kind.CRASH, how, words, at_once, told)
