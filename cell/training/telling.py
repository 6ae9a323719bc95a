"""What a job tells of itself while it trains, and when it may not go on."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace

from cell.texts import say
from cell.training.errors import JobStoreError, TrainingError
from cell.training.told import Told
from cell.training.values import Point, Progress

EVERY_S = 0.5
_MIB = 1 << 20
TRAINED = 0.93
"""Share of a job that is done when training is: packing and measuring take the rest."""
CHECKPOINTS_MIB = 64


class Telling:
    """Watches a trainer (`vision.lab.training.watching.Watch`). min_free_mib: room on the disk that
    is not for training: the line keeps its journal there. checkpoints_mib: what the next ones take.
    """

    def __init__(
        self,
        book: Told,
        job: int,
        epochs: int,
        steps: int,
        min_free_mib: int,
        checkpoints_mib: int = CHECKPOINTS_MIB,
    ) -> None:
        self._book, self._job, self._epochs, self._steps = book, job, epochs, steps
        self._least = (min_free_mib + checkpoints_mib) * _MIB if min_free_mib else 0
        self._points: dict[int, Point] = {}
        self._progress = Progress()
        self._loss: float | None = None
        self._told_s = 0.0

    def step(self, epoch: int, step: int, steps: int, done: float) -> None:
        """A step is done."""
        at = epoch * steps + step
        self._progress = Progress(
            TRAINED * done, epoch, self._epochs, at, self._epochs * steps, self._loss
        )
        self._tell()

    def epoch(self, epoch: int, loss: float, spent_s: float, done: float) -> None:
        """An epoch is done."""
        del spent_s, done
        self._loss = loss
        self._progress = replace(self._progress, epoch=epoch, loss=loss)
        self._points[epoch] = Point(epoch, loss)

    def validated(self, epoch: int, metrics: dict[str, float]) -> None:
        """It was measured, and a checkpoint is about to be written. Raises TrainingError where that
        would take the line's room.
        """
        loss = self._loss or 0.0
        self._points[epoch] = Point(epoch, loss, round(metrics["mAP50"], 4))
        self._tell(at_once=True)
        self.require_room()

    def require_room(self) -> None:
        """Raises TrainingError where the next checkpoints would take the line's room."""
        folder = self._book.folder(self._job)
        free = shutil.disk_usage(folder).free
        if free < self._least:
            told = {"folder": folder, "free": free // _MIB, "least": self._least // _MIB}
            raise TrainingError(say("training.disk_low", **told))

    def close(self) -> None:
        """Tell what is left."""
        self._tell(at_once=True)

    def _tell(self, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if not at_once and now - self._told_s < EVERY_S:
            return
        try:
            self._book.tell(self._job, self._progress, list(self._points.values()))
        except JobStoreError:
            return  # told with the next step; a full disk is found when a checkpoint is written
        self._points.clear()
        self._told_s = now
