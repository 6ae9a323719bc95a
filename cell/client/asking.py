"""Requests to the cell's services and their answers: in time, late, or never."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from cell.client.reply import NO_ANSWER, Reply

LATE_S = 60.0
"""A late answer is waited for so long."""
NEVER = Reply(False, problem=NO_ANSWER)


@dataclass
class _Late:
    """A request whose answer has not come in time. until_s: how long it is waited for."""

    client: Any
    pending: Any
    until_s: float | None = None


class Asking:
    """`ask` may be called from any thread but the one that spins; the rest is for that one.

    wake: lets the spinning thread look at once.
    """

    def __init__(self, timeout_s: float, wake: Callable[[], None]) -> None:
        self._timeout_s, self._wake = timeout_s, wake
        self._lock = threading.Lock()
        self._waiting = 0
        self._late: dict[Future[Reply], _Late] = {}

    def ask(self, client: Any, request: Any) -> Reply:
        """Send a request and wait for its answer, at most the configured time."""
        if not client.service_is_ready():
            return Reply(False, problem="command.no_service")
        answer: Future[Reply] = Future()
        with self._lock:
            self._waiting += 1
        try:
            pending = client.call_async(request)
            pending.add_done_callback(lambda done: self._answered(answer, done.result()))
            self._wake()
            return answer.result(self._timeout_s)
        except TimeoutError:
            with self._lock:
                if not answer.done():
                    self._late[answer] = _Late(client, pending)
            return Reply(False, problem=NO_ANSWER, later=answer)
        finally:
            with self._lock:
                self._waiting -= 1

    @property
    def urgent(self) -> bool:
        """Whether somebody waits for an answer now."""
        return self._waiting > 0

    def give_up(self, now_s: float) -> None:
        """No longer wait for what has been late for too long. now_s: time.monotonic()."""
        with self._lock:
            for late in self._late.values():
                late.until_s = late.until_s or now_s + LATE_S
            old = [one for one, late in self._late.items() if (late.until_s or 0) < now_s]
        self._forget(old)

    def close(self) -> None:
        """Nothing is answered any more."""
        self._forget(list(self._late))

    def _answered(self, answer: Future[Reply], given: Any) -> None:
        answer.set_result(Reply(given.accepted, given.message))
        with self._lock:
            self._late.pop(answer, None)

    def _forget(self, answers: list[Future[Reply]]) -> None:
        for answer in answers:
            with self._lock:
                late = self._late.pop(answer, None)
            if late is not None:
                late.client.remove_pending_request(late.pending)
                answer.set_result(NEVER)
