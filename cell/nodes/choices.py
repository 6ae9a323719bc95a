"""Watches which model people let judge, in a thread of its own: the file is small, and on a full or
slow disk nobody else waits for it.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cell.nodes.base import CellNode
from cell.nodes.workers import Worker
from models.ground.errors import UserError
from models.registry.chosen import FILE, Choice, choices

EVERY_S: Final = 0.5

Found = Mapping[str, Choice] | str
"""What each recipe goes by, or why that cannot be understood."""
Mark = tuple[int, int, int] | None


class ChoiceWatch:
    """Reads the file when it has changed. `new`: what was read since it was asked last."""

    def __init__(self, node: CellNode) -> None:
        self._folder = Path(node.config.data_dir)
        self._found: queue.SimpleQueue[Found] = queue.SimpleQueue()
        self._node = node

    def start(self) -> None:
        """Begin; the node's end ends it."""
        self._node.start_worker("models", self._work)

    def new(self) -> Found | None:
        """The newest reading, None where nothing has changed."""
        found = None
        while not self._found.empty():
            found = self._found.get()
        return found

    def _work(self, worker: Worker) -> None:
        seen: Mark = None
        while worker.goes_on():
            mark = self._mark()
            if mark != seen:
                seen = mark
                self._found.put(self._read())
            time.sleep(EVERY_S)

    def _read(self) -> Found:
        try:
            return choices(self._folder)
        except UserError as error:
            return str(error)

    def _mark(self) -> Mark:
        """Tells one writing of the file from the next: each is a file of its own."""
        try:
            seen = (self._folder / FILE).stat()
        except OSError:
            return None
        return seen.st_ino, seen.st_mtime_ns, seen.st_size
