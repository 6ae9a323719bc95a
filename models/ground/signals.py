"""A step that a signal must not tear apart."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

NUMBERS: tuple[int, ...] = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def undivided() -> Iterator[None]:
    """Ctrl-C and orders to end are followed after this block, not in the middle of it.

    For calls into libraries that run Python code: rclpy turns what a handler raises while it takes
    a message into its own RuntimeError, and the wish to end is lost. For short steps; a signal that
    is ignored, or left to the system, stays as it is. Handlers run in the main thread alone: in
    another one there is nothing to hold back.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: dict[int, Callable[[int, FrameType | None], Any]] = {}
    came: list[int] = []
    try:
        for number in NUMBERS:
            handler = signal.getsignal(number)
            if callable(handler):
                before[number] = handler
                signal.signal(number, lambda number, _: came.append(number))
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in came:
            before[number](number, None)
