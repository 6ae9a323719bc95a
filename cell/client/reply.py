"""What became of an order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

NO_ANSWER = "command.no_answer"


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a command. `problem`: key of the words for a call that was not answered.

    later: of a call that was not answered in time, what became of it after all; it comes with the
    same problem, and without a `later`, where that will never be known.
    """

    accepted: bool
    message: str = ""
    problem: str = ""
    later: Future[Reply] | None = field(default=None, compare=False)


def afterwards(later: Future[Reply], work: Callable[[Reply], None]) -> None:
    """Do this with a late answer, in a thread of its own: whoever hears the cell must not wait."""
    later.add_done_callback(
        lambda late: threading.Thread(target=work, args=[late.result()], name="late").start()
    )
