"""The arm's lease: what a person's order lets it do now, told by the supervisor, asked for by the
robot.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from inspection_cell_interfaces.msg import MotionPermit

from cell.control.ledger.ledger import Ledger
from cell.nodes.base import CellNode
from cell.nodes.topics import RELIABLE

TOPIC = "robot/permit"
RECOVERY_S = 3.0
"""How long an order to bring the arm back stands: the robot has begun by then."""
FRESH_S = 0.6
"""A permit that was not repeated for this long lets nothing begin."""
LAPSED_S = 2.0
"""One that was not repeated for this long calls back a removal that has not gripped yet."""
PATIENCE_S = 1.0
"""A goal may overtake its permit by this much."""


class PermitGiver:
    """The supervisor's side."""

    def __init__(self, node: CellNode) -> None:
        self._node = node
        self._topic = node.create_publisher(MotionPermit, TOPIC, RELIABLE)
        self._recovery: tuple[str, float] = ("", 0.0)

    def order_recovery(self, person: str) -> None:
        """A person wants the arm back at its waiting pose."""
        self._recovery = person, time.monotonic() + RECOVERY_S

    @property
    def recovering(self) -> bool:
        """Whether a person has just ordered the arm back: it may not have begun yet."""
        person, until_s = self._recovery
        return bool(person) and time.monotonic() < until_s

    def tell(self, ledger: Ledger | None) -> None:
        """Publish what is allowed now; without a ledger nothing is."""
        permit = MotionPermit(header=self._node.header(self._node.now_ns()))
        if ledger is not None and ledger.desk.state.session_open:
            state = ledger.desk.state
            permit.session, permit.person = state.session, state.ordered_by
            if state.removal is not None and state.ordered_by:
                permit.part, permit.attempt = state.removal.part, state.removal.attempt
            if self.recovering:
                permit.recover, permit.person = True, self._recovery[0]
        self._topic.publish(permit)


class PermitHolder:
    """The robot's side. `note` in the executor's thread, the questions in any other."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._changed = threading.Condition()
        self._permit = MotionPermit()
        self._heard_s = -LAPSED_S

    def note(self, permit: MotionPermit) -> None:
        """The supervisor has spoken."""
        with self._changed:
            self._permit, self._heard_s = permit, self._now_s()
            self._changed.notify_all()

    def await_removal(self, part: str, attempt: int) -> bool:
        """Whether this removal is ordered; waits for a permit that its goal has overtaken."""
        return self._await(lambda p: bool(part) and (p.part, p.attempt) == (part, attempt))

    def await_recovery(self) -> bool:
        """Whether a person has just ordered the arm back."""
        return self._await(lambda p: bool(p.recover))

    def lapsed(self, part: str, attempt: int) -> bool:
        """Whether a removal under way is not wanted any more."""
        with self._changed:
            other = (self._permit.part, self._permit.attempt) != (part, attempt)
            return other or self._now_s() - self._heard_s > LAPSED_S

    def _await(self, allows: Callable[[MotionPermit], bool]) -> bool:
        def ordered() -> bool:
            return self._now_s() - self._heard_s < FRESH_S and allows(self._permit)

        with self._changed:
            return self._changed.wait_for(ordered, PATIENCE_S)
