"""What really happened to every part, kept in a file that a run report compares the cell with."""

from __future__ import annotations

import json
import os
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ON_BELT = "on_belt"
GRIPPED = "gripped"
FALLING = "falling"
PASSED = "passed"
CLEARED = "cleared_by_person"
DROPPED = "dropped"
OPEN_PLACES = (ON_BELT, GRIPPED, FALLING)
"""Where a part's way has not ended; every other place is an end (`passed`, a bin's name, ...)."""

WRITE_PERIOD_S = 0.2


@dataclass(slots=True)
class PartTruth:
    """One part. Encoder values [m] as the PLC latched them, times in seconds since power-up.

    grip_mm: where the cup took it, in its own frame; grasp_error_mm: how far from where it
    was meant to be taken.
    """

    number: int
    product: str
    picture: str
    defective: bool
    defects: list[str]
    where: str = ON_BELT
    arrival_encoder_m: float | None = None
    arrival_time_s: float | None = None
    exposure_encoder_m: list[float] = field(default_factory=list)
    grasp_error_mm: list[float] = field(default_factory=list)
    grip_mm: list[tuple[float, float]] = field(default_factory=list)
    y_mm: float = 0.0
    yaw_deg: float = 0.0
    end_time_s: float | None = None


class TruthFile:
    """Collects parts and writes them, whole or not at all, at most five times a second."""

    def __init__(self, path: Path, seed: int) -> None:
        self._path, self._seed = path, seed
        self.parts: list[PartTruth] = []
        self.summary: dict[str, Any] = {}
        self._finished: list[str] = []
        self._changed, self._written = True, float("-inf")
        self._pool = ThreadPoolExecutor(1, "twin-truth")
        self._writing: Future[None] | None = None
        path.parent.mkdir(parents=True, exist_ok=True)

    def add(self, part: PartTruth) -> None:
        """A part came onto the belt."""
        self.parts.append(part)
        self._changed = True

    def withdraw(self, part: PartTruth) -> None:
        """A part was taken back before anybody saw it: it never came."""
        self.parts.remove(part)
        self._changed = True

    def touch(self) -> None:
        """A part's truth changed."""
        self._changed = True

    def flush(self, now: float) -> None:
        """Write if something changed and the last write is long ago; `now` [s], any clock.

        A worker thread writes: a busy disk can take a second, and physics does not wait for it.
        """
        idle = self._writing is None or self._writing.done()
        if self._changed and idle and now - self._written >= WRITE_PERIOD_S:
            if self._writing is not None:
                self._writing.result()
            self._written = now
            self._writing = self._pool.submit(self._write, self._text())

    def write(self) -> None:
        """Write now, and return when it is done. Raises OSError."""
        self._pool.submit(self._write, self._text()).result()

    def close(self) -> None:
        """Write what is left to write."""
        self.write()
        self._pool.shutdown()

    def _text(self) -> str:
        self._changed = False
        # Parts whose way has ended never change again: their text is made once.
        while (
            len(self._finished) < len(self.parts)
            and self.parts[len(self._finished)].where not in OPEN_PLACES
        ):
            self._finished.append(json.dumps(asdict(self.parts[len(self._finished)])))
        going = [json.dumps(asdict(part)) for part in self.parts[len(self._finished) :]]
        lines = ",\n".join(self._finished + going)
        counts: dict[str, int] = {}
        for part in self.parts:
            counts[part.where] = counts.get(part.where, 0) + 1
        head = json.dumps({"seed": self._seed, "counts": counts, **self.summary})[1:-1]
        return f'{{{head},\n"boards": [\n{lines}\n]}}\n'

    def _write(self, text: str) -> None:
        temporary = self._path.with_suffix(self._path.suffix + ".part")
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, self._path)
