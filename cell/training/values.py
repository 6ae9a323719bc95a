"""What a training job is. Times are system-clock nanoseconds, texts are in no language yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """How a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    """It has begun, and waits for the line."""
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = (State.DONE, State.FAILED, State.CANCELLED)
ALIVE = (State.RUNNING, State.PAUSED)


class Trainer(StrEnum):
    """Who learns from the pictures."""

    CELL = "cell"
    """The cell's own detector."""
    ULTRALYTICS = "ultralytics"
    """The user's ultralytics, in the user's own environment."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants trained. recipe: the product; names: what classes of the labels are
    called in the recipe, where that differs; steps: how long; side [px]: of the pictures of a
    product without a recipe; licence: of the labelled pictures, for the card. trainer: who learns;
    weights, python: of ultralytics, what it begins with and the Python that has it.
    """

    label_set: str
    recipe: str
    names: Mapping[str, str] = field(default_factory=dict)
    steps: int = 400
    seed: int = 1
    side: int = 320
    licence: str = ""
    trainer: Trainer = Trainer.CELL
    weights: str = ""
    python: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is. done: share 0..1; loss: of the last epoch; step: of `steps` in all."""

    done: float = 0.0
    epoch: int = 0
    epochs: int = 0
    step: int = 0
    steps: int = 0
    loss: float | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the curve. value: mAP50 on the pictures that choose the model, None where it was
    not measured after this epoch.
    """

    epoch: int
    loss: float
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A job. fingerprint: of the label set; by: who wants it; run_s: time at work, without pauses;
    tries: how often it was begun; cancelling: somebody wants it to end; why: of a pause or a
    failure; package: the model's folder, '' until it is done; figures: the card's metrics;
    abandoned: whoever worked at it was killed (`standing`).
    """

    id: int
    wish: Wish
    fingerprint: str
    by: str
    at_ns: int
    state: State
    progress: Progress
    run_s: float = 0.0
    tries: int = 0
    begun_ns: int | None = None
    ended_ns: int | None = None
    cancelling: bool = False
    why: str = ""
    package: str = ""
    figures: Mapping[str, object] = field(default_factory=dict)
    abandoned: bool = False

    @property
    def left_s(self) -> float | None:
        """Time at work that is left [s]; None while nobody can say."""
        done = self.progress.done
        if self.state not in ALIVE or done <= 0.0 or self.run_s <= 0.0:
            return None
        return self.run_s * (1.0 - done) / done
