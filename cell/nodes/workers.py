"""The threads in which a node works, and the proof that they do."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterable
from typing import Protocol

from cell.texts import say

END_S = 5.0
"""A thread that was told to end gets this long."""


class StuckError(Exception):
    """A thread did not end although it was told to."""


class Sign(Protocol):
    """What can be known of a thread that works for a node: a `Worker`, or one inside a driver."""

    @property
    def name(self) -> str:
        """What it does, in a word."""

    @property
    def gone(self) -> bool:
        """It ended although nobody had told it to, and its work was not done."""

    @property
    def error(self) -> BaseException | None:
        """What it ended of."""

    @property
    def moved_s(self) -> float:
        """When it got on last [s, time.monotonic()]."""

    @property
    def patience_s(self) -> float:
        """Longest time that one of its steps may take [s]; then it hangs."""


class Worker:
    """A thread that runs `work(worker)` until told to end: `while worker.goes_on(): ...`.

    once: the work has an end of its own. patience_s: see `Sign`.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[Worker], None],
        patience_s: float = float("inf"),
        *,
        once: bool = False,
    ) -> None:
        self.name, self.patience_s = name, patience_s
        self.moved_s = time.monotonic()
        self.error: BaseException | None = None
        self._work, self._once = work, once
        self._told = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def told(self) -> bool:
        """Whether it shall end."""
        return self._told.is_set()

    @property
    def done(self) -> bool:
        """Whether it ended as it should."""
        return not self._thread.is_alive() and not self.gone

    @property
    def gone(self) -> bool:
        """It ended although nobody had told it to, and its work was not done."""
        early = not self._once and not self.told
        return self.error is not None or (early and not self._thread.is_alive())

    def goes_on(self) -> bool:
        """Called by the work in each turn: proves progress; False when it shall end."""
        self.moved_s = time.monotonic()
        return not self.told

    def tell_to_end(self) -> None:
        """Ask it to end, without waiting."""
        self._told.set()

    def end(self, within_s: float = END_S) -> None:
        """Have it end. Safe to call twice. Raises StuckError."""
        self.tell_to_end()
        self._thread.join(within_s)
        if self._thread.is_alive():
            raise StuckError(f"its thread '{self.name}' did not end within {within_s:.0f} s")

    def _run(self) -> None:
        try:
            self._work(self)
        except BaseException as error:  # whatever it is, the node must hear of it
            traceback.print_exc()
            self.error = error


def dead(signs: Iterable[Sign]) -> str:
    """Which thread is gone and of what, in words; '' when none is."""
    for sign in signs:
        if sign.gone:
            end = say("thread.early") if sign.error is None else _words(sign.error)
            return say("thread.ended", thread=sign.name, why=end)
    return ""


def stalled(signs: Iterable[Sign], now_s: float, awake_s: float = 0.0) -> str:
    """Which thread does not get on, in words; '' when all do.

    now_s: time.monotonic(). awake_s: since when the whole process has not stood still: silence
    counts from there.
    """
    for sign in signs:
        silent_s = now_s - max(sign.moved_s, awake_s)
        if silent_s > sign.patience_s:
            return say("thread.stalled", thread=sign.name, seconds=silent_s)
    return ""


def _words(error: BaseException) -> str:
    words = f"{type(error).__name__}: {error}".strip().rstrip(".:").replace("\n", " ")
    return say("device.words", words=words)
