"""A thread that keeps the queue filled while the cell runs."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from cell.labels.book import LabelBook
from cell.labels.margins import RecipeOf
from cell.texts import render
from models.ground.errors import UserError

EVERY_S: Final = 5.0
"""Between two looks into the records, where the last one found nothing new."""
BUSY: Final = 0.1
"""Most of a processor's time that it takes while there is much to look at: verdicts come first."""


class Filler:
    """Looks into the records from `start` to `close`. clock: the system clock [ns].

    problem: why the queue is not filled now, '' while all is well; labelling goes on without.
    """

    def __init__(
        self,
        book: LabelBook,
        recipe_of: RecipeOf,
        clock: Callable[[], int],
        every_s: float = EVERY_S,
    ) -> None:
        self._book, self._recipe_of, self._clock = book, recipe_of, clock
        self._every_s = every_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="queue of labels", daemon=True)
        self.problem = ""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End, after the look that is under way."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._ended.is_set():
            self._ended.wait(self._look())

    def _look(self) -> float:
        """Look once; how long to wait until the next time [s]."""
        began = time.thread_time()
        try:
            more = self._book.fill(self._recipe_of, self._clock()).more
        except UserError as error:
            if str(error) != self.problem:
                logging.getLogger(__name__).warning("%s", render(str(error)))
            self.problem = str(error)
            return self._every_s
        self.problem = ""
        spent = time.thread_time() - began
        return spent / BUSY if more else self._every_s
