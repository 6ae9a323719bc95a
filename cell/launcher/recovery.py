"""What the person at an unattended run does after a fault: see that the belt is clear, confirm,
start again.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from inspection_cell_interfaces.msg import CellState

from cell.launcher.causes import causes_of
from cell.launcher.group import LaunchError
from cell.launcher.link import CommandError
from cell.launcher.session import Session

PERSON = "cell run (the twin's person has cleared the belt)"
PATIENCE_S = 60.0
ON_THE_WAY = ("on_belt", "falling")
"""Places of the twin's boards that a person still has to clear. One that hangs on the cup is not
theirs: the arm drops it into its bin when it recovers, which the confirmation begins."""


def recover(session: Session, say: Callable[[str], None]) -> None:
    """Bring a faulted cell back to production. Raises LaunchError when that does not succeed."""
    state = session.link.state()
    assert state is not None
    causes = causes_of(state)
    say(f"fault: {causes}")
    deadline = time.monotonic() + PATIENCE_S
    refusal = "the belt was not cleared"
    while time.monotonic() < deadline:
        session.tend()
        time.sleep(0.2)
        state = session.link.state()
        if state is None:
            continue
        if state.state in (CellState.RUNNING, CellState.STARTING):
            return
        try:
            if state.state == CellState.FAULTED:
                session.link.command("reset", PERSON, session.tend)
            elif state.state == CellState.PURGE_REQUIRED and belt_is_empty(session):
                session.link.command("confirm_clear", PERSON, session.tend)
            elif state.state == CellState.STOPPED:
                session.link.command("start", PERSON, session.tend)
        except CommandError as error:
            refusal = str(error)
    raise LaunchError(f"the cell did not come back from its fault ({causes}): {refusal}")


def belt_is_empty(session: Session) -> bool:
    """Whether the twin's belt is empty, as a person would see."""
    return _boards_off_the_belt(session) is not None


def all_sent(session: Session, parts: int) -> bool:
    """Whether the twin has sent so many parts and its belt is empty; some of them may never have
    arrived at the cell, since a person who clears the belt takes those before the photo-eye, too.
    """
    gone = _boards_off_the_belt(session)
    return gone is not None and gone >= parts


def _boards_off_the_belt(session: Session) -> int | None:
    """How many boards the twin has sent; None while one is still on its way."""
    truth = session.truth()
    if truth is None or any(b["where"] in ON_THE_WAY for b in truth["boards"]):
        return None
    return len(truth["boards"])
