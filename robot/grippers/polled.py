"""A gripper asked in a thread of its own, so that the motion never waits for a network."""

from __future__ import annotations

import threading
import time

from models.ground.text import say
from robot.base import Gripper, RobotError, ThreadSign

_PATIENCE_S = 10.0
"""A gripper's driver waits for its device, and connects anew, for less than this."""
_SILENT_S = 1.0
_FAILURES = 3
"""A device that did not answer so many requests in a row for so long is lost."""
_STALE_S = 3.0
"""Nothing at all for this long: the device hangs, or this computer does. Short of it the computer
may have slept itself, and `age_s` tells.
"""
_CONNECT_S = 2.0
"""How long the first answer is waited for."""
_IDLE_S = 0.1
"""Time between readings while nothing is gripped."""
_RETRY_S = 0.05
"""Least time from a request that failed to the next."""


class PolledGripper:
    """Wraps a gripper: `grip` and `holds` return at once. Ends its thread in `close`.

    While its device is silent, `holds` goes on to say what was read last, `age_s` how old that is,
    and `grip` is told to the device when it answers again. Only a longer silence is an error.
    """

    def __init__(self, device: Gripper, poll_hz: float) -> None:
        self._device, self._period_s = device, 1.0 / poll_hz
        self._lock = threading.Condition()
        self._wanted: bool | None = None
        self._written: bool | None = None
        self._holds = False
        self._read_s = float("-inf")
        self._error: RobotError | None = None
        self._died: BaseException | None = None
        self._moved_s = 0.0
        self._failures = 0
        self._closing = False
        self._thread: threading.Thread | None = None

    def connect(self) -> None:
        """Start asking, and wait for the first answer. Raises RobotError."""
        self._closing, self._died, self._moved_s = False, None, time.monotonic()
        self._thread = threading.Thread(target=self._run, name="gripper", daemon=True)
        self._thread.start()
        with self._lock:
            self._lock.wait_for(lambda: self._read_s > 0.0, timeout=_CONNECT_S)
        self.holds()

    def grip(self, on: bool) -> None:
        """Have the ejector switched within one poll. Raises RobotError when the device is lost."""
        with self._lock:
            self._wanted = on
            self._lock.notify_all()
            self._raise_if_lost()

    def holds(self) -> bool:
        """The newest reading of the vacuum switch. Raises RobotError when there is none."""
        with self._lock:
            self._raise_if_lost()
            return self._holds

    def threads(self) -> tuple[ThreadSign, ...]:
        """How the thread fares that asks; none while not connected."""
        thread = self._thread
        if thread is None:
            return ()
        gone = not thread.is_alive() and not self._closing
        return (ThreadSign(thread.name, self._moved_s, _PATIENCE_S, gone, self._died),)

    def age_s(self) -> float:
        """Time since the request for the newest reading went out [s]."""
        with self._lock:
            return time.monotonic() - self._read_s

    def close(self) -> None:
        """End the thread and disconnect. Safe to call twice. Raises RobotError when it hangs."""
        with self._lock:
            self._closing = True
            self._lock.notify_all()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(timeout=5.0)
        self._device.close()
        if thread is not None and thread.is_alive():
            raise RobotError(say("plc.gripper_hangs"))

    def _raise_if_lost(self) -> None:
        age_s = time.monotonic() - self._read_s
        if age_s > _STALE_S or (self._failures >= _FAILURES and age_s > _SILENT_S):
            raise self._error or RobotError(say("plc.gripper_silent", seconds=_STALE_S))

    def _run(self) -> None:
        try:
            self._poll()
        except BaseException as error:
            self._died = error
            raise

    def _poll(self) -> None:
        while True:
            self._moved_s = time.monotonic()
            with self._lock:
                if self._closing:
                    return
                wanted = self._wanted
            began_s = time.monotonic()
            try:
                if wanted is not None and wanted is not self._written:
                    self._device.grip(wanted)
                    self._written = wanted
                    began_s = time.monotonic()
                holds = self._device.holds()
            except RobotError as error:
                self._failed(error, began_s)
            else:
                self._note(holds, began_s)

    def _note(self, holds: bool, began_s: float) -> None:
        with self._lock:
            self._error, self._holds, self._read_s = None, holds, began_s
            self._failures = 0
            self._lock.notify_all()
            busy = self._wanted or holds
            self._lock.wait_for(
                lambda: self._closing or self._wanted is not self._written,
                timeout=self._period_s if busy else _IDLE_S,
            )

    def _failed(self, error: RobotError, began_s: float) -> None:
        with self._lock:
            self._error, self._failures = error, self._failures + 1
            self._written = None  # after a lost connection the ejector is told again
            self._lock.notify_all()
            left_s = began_s + _RETRY_S - time.monotonic()
            self._lock.wait_for(lambda: self._closing, timeout=max(left_s, 0.0))
