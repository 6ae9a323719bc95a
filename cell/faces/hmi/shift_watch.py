"""Reads the running shift and the history of alarms for open pages: beside the cell, in one thread
for all of them, and only while a page is looked at.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cell.config import CellConfig
from cell.control.alarms.performance import Figures
from cell.quality.reading.running_shift import RunningShift, running_shift
from cell.records.reading import AlarmEventRow, Archive, Sums
from models.ground.errors import UserError

EVERY_S: Final = 5.0
SHARE: Final = 20.0
"""A reading that took long is followed by a pause of so many times that: pages come second."""
LOOKED_AT_S: Final = 15.0
"""Nobody asked for so long: nobody looks."""
EVENTS: Final = 60
"""Of the history, as much as a person reads on a panel."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was read last. problem: why there is nothing new, a text; '' if all is well."""

    shift: RunningShift | None = None
    figures: Figures | None = None
    events: tuple[AlarmEventRow, ...] = ()
    problem: str = ""


class ShiftWatch:
    """Reads from `start` on; `close` ends it. `told` may be called from any thread. live: whether
    the cell is heard.
    """

    def __init__(
        self,
        config: CellConfig,
        live: Callable[[], bool],
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._config, self._live, self._clock = config, live, clock
        self._told = Told()
        self._asked_s = float("-inf")
        self._wake, self._ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="shift", daemon=True)
        self._archive, self._sums = Archive(config.data_dir), Sums(config.data_dir)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End. Safe to call twice."""
        self._ended.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        self._archive.close()
        self._sums.close()

    def told(self) -> Told:
        """What was read last; who asks is somebody who looks."""
        before, self._asked_s = self._asked_s, time.monotonic()
        if self._asked_s - before > LOOKED_AT_S:
            self._wake.set()
        return self._told

    def read(self) -> None:
        """Read once."""
        now_ns = self._clock()
        try:
            config, live = self._config, self._live()
            shift = running_shift(config.data_dir, self._sums, config.quality, now_ns, live=live)
            figures = self._archive.alarm_figures(shift.since_ns, now_ns)
            events = self._archive.alarm_events(limit=EVENTS).rows
            self._told = Told(shift, figures, events)
        except UserError as error:
            self._told = Told(problem=str(error))

    def _run(self) -> None:
        while not self._ended.is_set():
            if time.monotonic() - self._asked_s > LOOKED_AT_S:
                self._wake.wait()
                self._wake.clear()
                continue
            began = time.monotonic()
            self.read()
            self._ended.wait(max(EVERY_S, SHARE * (time.monotonic() - began)))
