"""Whom a job tells how far it is: the book of jobs, or on another machine a file of lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from cell.training.values import Point, Progress


class Told(Protocol):
    """What the one who trains needs of the book. Each may raise JobStoreError."""

    def folder(self, job: int) -> Path:
        """Where a job's checkpoints and package lie."""

    def tell(self, job: int, progress: Progress, points: Sequence[Point]) -> None:
        """How far it is, and what is new of its curve."""

    def begin_at(self, job: int, epoch: int) -> None:
        """It goes on after this epoch: points beyond it will come anew."""

    def finish(
        self, job: int, package: Path, figures: Mapping[str, object], now_ns: int, why: str = ""
    ) -> None:
        """It is done: the model's folder, what was measured, and what people should know of it."""
