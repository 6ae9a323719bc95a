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
from models.registry import chosen, doubts
from models.registry.chosen import Choice, choices
from models.registry.doubts import Doubt

EVERY_S: Final = 0.5

Found = Mapping[str, Choice] | str
"""What each recipe goes by, or why that cannot be understood."""
Mark = tuple[tuple[int, int, int] | None, ...]
FILES: Final = (chosen.FILE, doubts.FILE)


class ChoiceWatch:
    """Reads the files when they have changed. `new`: what was read since it was asked last;
    doubts: what speaks against models that judge, by recipe.
    """

    def __init__(self, node: CellNode) -> None:
        self._folder = Path(node.config.data_dir)
        self._found: queue.SimpleQueue[Found] = queue.SimpleQueue()
        self._node = node
        self.doubts: Mapping[str, Doubt] = {}

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
        seen: Mark = tuple(None for _ in FILES)
        while worker.goes_on():
            mark = self._mark()
            if mark != seen:
                seen = mark
                self.doubts = doubts.doubts(self._folder)
                self._found.put(self._read())
            time.sleep(EVERY_S)

    def _read(self) -> Found:
        try:
            return choices(self._folder)
        except UserError as error:
            return str(error)

    def _mark(self) -> Mark:
        """Tells one writing of the files from the next: each is a file of its own."""
        return tuple(_mark(self._folder / name) for name in FILES)


def _mark(path: Path) -> tuple[int, int, int] | None:
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_ino, seen.st_mtime_ns, seen.st_size
