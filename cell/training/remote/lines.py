"""What a job on another machine tells of itself: lines in a file, which outlive any connection."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cell.stores.trouble import told
from cell.training.errors import JobStoreError
from cell.training.told import Told
from cell.training.values import Point, Progress

SAID = "said.jsonl"
END = "end"
RESERVED = 16384
"""Of `end`, whose room is taken when the job begins: the last word needs none of a full disk."""


class Lines:
    """Stands for the book of jobs (`Told`) where there is none. folder: the job's; clock [ns]."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with told(folder / END, JobStoreError, (OSError,)), (folder / END).open("wb") as file:
            file.write(b" " * RESERVED)
            os.fsync(file.fileno())

    def folder(self, job: int) -> Path:
        """As of the book."""
        del job
        return self._folder

    def tell(self, job: int, progress: Progress, points: Sequence[Point]) -> None:
        """As of the book."""
        del job
        self._say({"progress": asdict(progress), "points": [asdict(one) for one in points]})

    def begin_at(self, job: int, epoch: int) -> None:
        """As of the book."""
        del job
        self._say({"begin_at": epoch})

    def finish(
        self, job: int, package: Path, figures: Mapping[str, object], now_ns: int, why: str = ""
    ) -> None:
        """As of the book."""
        del job, package, figures, now_ns, why  # the package's card tells all of it
        self._say({"done": True})

    def fail(self, why: str) -> None:
        """The last word of a job that nothing came of."""
        data = json.dumps({"failed": why[:2000]}).encode()[:RESERVED].ljust(RESERVED)
        with (self._folder / END).open("r+b") as file:
            file.write(data)

    def _say(self, what: dict[str, Any]) -> None:
        path = self._folder / SAID
        with told(path, JobStoreError, (OSError,)), path.open("a") as file:
            file.write(json.dumps(what) + "\n")


def hear(line: dict[str, Any], book: Told, job: int) -> None:
    """Take into the book what a line tells."""
    if "begin_at" in line:
        book.begin_at(job, int(line["begin_at"]))
    if "progress" in line:
        points = [Point(**one) for one in line["points"]]
        book.tell(job, Progress(**line["progress"]), points)


def last_word(folder: Path) -> str:
    """The line of a job that failed; '' where it said nothing."""
    try:
        return (folder / END).read_text(errors="replace").strip()
    except OSError:
        return ""
