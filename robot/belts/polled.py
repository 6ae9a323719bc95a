"""A belt asked in a thread of its own, so that nobody waits for a network."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from models.ground.text import say
from robot.base import Belt, BeltEdge, BeltError, BeltSample, BeltSilentError, ThreadSign

SILENT_S = 0.5
"""Without an answer for as long as the PLC's watchdog waits, the belt stands and counts as lost."""
_FAILURES = 3
"""Attempts that must have failed as well: whoever did not run for half a second heard nobody."""
_RENEW_S = 0.05
"""Time between renewals of the lease: one that was lost leaves time for others before the watchdog
trips.
"""
_PATIENCE_S = 10.0
"""A belt's driver waits for its PLC, and connects anew, for less than this."""
_END_S = 5.0
_RETRY_S = 0.05
"""Shortest time from one failed attempt to the next while the belt may still be running."""
_LOST_RETRY_S = 0.25
"""The same once it counts as lost, so that a PLC without power is not asked in a rush."""


class PolledBelt:
    """Renews a belt's lease and reads it, in turn, until `close`.

    `renew`: refreshes the belt if that is right now. `heard`: takes each sample with its new edges.
    `lost`: takes the reason after each attempt for as long as the belt counts as lost; it comes
    back by itself. All three are called in the thread. The belt is connected before `start`, and
    belongs to the thread until `close` has returned.
    """

    def __init__(
        self,
        belt: Belt,
        poll_hz: float,
        renew: Callable[[], None],
        heard: Callable[[BeltSample, list[BeltEdge]], None],
        lost: Callable[[BeltError], None],
    ) -> None:
        self._belt, self._period_s = belt, 1.0 / poll_hz
        self._renew, self._heard, self._lost = renew, heard, lost
        self._wake = threading.Condition()
        self._closing = self._hurry = self._broken = False
        self._answered_s = self._renew_due_s = self._read_due_s = self._pause_until_s = 0.0
        self._failures = 0
        self._moved_s = 0.0
        self._died: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="belt", daemon=True)

    def start(self) -> None:
        """Begin to ask; the belt counts as just heard."""
        self._answered_s = self._moved_s = time.monotonic()
        self._thread.start()

    def renew_soon(self) -> None:
        """Renew the lease at once: what it allows has changed."""
        with self._wake:
            self._hurry = True
            self._wake.notify_all()

    def threads(self) -> tuple[ThreadSign, ...]:
        """How the thread fares; none before `start`."""
        if not self._moved_s:
            return ()
        gone = not self._thread.is_alive() and not self._closing
        return (ThreadSign(self._thread.name, self._moved_s, _PATIENCE_S, gone, self._died),)

    def close(self) -> None:
        """End the thread; it finishes the request that is under way. Safe to call twice.

        Raises BeltError when it hangs.
        """
        with self._wake:
            self._closing = True
            self._wake.notify_all()
        if self._thread.is_alive():
            self._thread.join(_END_S)
            if self._thread.is_alive():
                raise BeltError(say("plc.belt_hangs", seconds=_END_S))

    def _work(self) -> None:
        try:
            self._take_turns()
        except BaseException as error:  # whatever it is, the node must hear of it
            self._died = error
            raise

    def _take_turns(self) -> None:
        while self._rest():
            self._moved_s = time.monotonic()
            began_s = time.monotonic()
            try:
                self._take_turn(began_s)
            except BeltError as error:
                self._note(error, began_s)

    def _rest(self) -> bool:
        """Sleep until something is due; False at the end."""
        with self._wake:
            while not self._closing:
                due_s = 0.0 if self._hurry else min(self._renew_due_s, self._read_due_s)
                left_s = max(due_s, self._pause_until_s) - time.monotonic()
                if left_s <= 0.0:
                    return True
                self._wake.wait(left_s)
        return False

    def _take_turn(self, now_s: float) -> None:
        """One renewal and one reading, as far as they are due; the renewal is the more urgent."""
        if self._broken:
            self._belt.connect()
            self._broken = False
        if self._hurry or now_s >= self._renew_due_s:
            self._hurry = False
            self._renew()
            self._renew_due_s = now_s + _RENEW_S
        if now_s >= self._read_due_s:
            sample, edges = self._belt.read()
            # On the beat, but what was missed is not made up for.
            self._read_due_s = max(self._read_due_s + self._period_s, now_s)
            self._answered_s, self._failures = time.monotonic(), 0
            self._heard(sample, edges)

    def _note(self, error: BeltError, began_s: float) -> None:
        self._failures += 1
        silent = time.monotonic() - self._answered_s >= SILENT_S and self._failures >= _FAILURES
        self._broken = self._broken or not isinstance(error, BeltSilentError)
        lost = self._broken or silent
        self._renew_due_s = self._read_due_s = 0.0
        self._pause_until_s = began_s + (_LOST_RETRY_S if lost else _RETRY_S)
        if lost:
            self._lost(error)
