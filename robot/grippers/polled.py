"""A gripper asked in a thread of its own, so that the motion never waits for a network."""

from __future__ import annotations

import threading
import time

from robot.base import Gripper, RobotError, ThreadSign

_STALE_S = 1.0
"""A reading older than this is no reading."""
_PATIENCE_S = 10.0
"""A gripper's driver waits for its device, and connects anew, for less than this."""
_IDLE_S = 0.1
"""Time between readings while nothing is gripped."""


class PolledGripper:
    """Wraps a gripper: `grip` and `holds` return at once. Ends its thread in `close`."""

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
        self._closing = False
        self._thread: threading.Thread | None = None

    def connect(self) -> None:
        """Start asking, and wait for the first answer. Raises RobotError."""
        self._closing, self._died, self._moved_s = False, None, time.monotonic()
        self._thread = threading.Thread(target=self._run, name="gripper", daemon=True)
        self._thread.start()
        with self._lock:
            self._lock.wait_for(lambda: self._error or self._read_s > 0.0, timeout=5.0)
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
            raise RobotError("the gripper's thread did not end within 5 s: its device hangs")

    def _raise_if_lost(self) -> None:
        if self._error is not None:
            raise self._error
        if time.monotonic() - self._read_s > _STALE_S:
            raise RobotError("the gripper has not answered for 1 s: check its PLC and network")

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
            try:
                if wanted is not None and wanted is not self._written:
                    self._device.grip(wanted)
                    self._written = wanted
                holds = self._device.holds()
            except RobotError as error:
                self._note(error, False)
            else:
                self._note(None, holds)

    def _note(self, error: RobotError | None, holds: bool) -> None:
        with self._lock:
            self._error, self._holds = error, holds
            if error is None:
                self._read_s = time.monotonic()
            else:
                self._written = None  # after a lost connection the ejector is told again
            self._lock.notify_all()
            busy = self._wanted or holds
            self._lock.wait_for(
                lambda: self._closing or self._wanted is not self._written,
                timeout=self._period_s if busy else _IDLE_S,
            )
