"""Whoever follows a training run."""

from __future__ import annotations

from typing import Protocol


class Watch(Protocol):
    """Whoever wants to know how a run goes on, and may end it by raising."""

    def step(self, epoch: int, step: int, steps: int, done: float) -> None:
        """A step is done: so many of the epoch's; `done`: share of the run."""

    def epoch(self, epoch: int, loss: float, spent_s: float, done: float) -> None:
        """An epoch is done; loss: its mean; spent_s: time of all steps so far [s]."""

    def validated(self, epoch: int, metrics: dict[str, float]) -> None:
        """The averaged network was measured on the validation pictures, and is about to be kept."""


class Unwatched:
    """Nobody does."""

    def step(self, epoch: int, step: int, steps: int, done: float) -> None:
        """Nothing."""

    def epoch(self, epoch: int, loss: float, spent_s: float, done: float) -> None:
        """Nothing."""

    def validated(self, epoch: int, metrics: dict[str, float]) -> None:
        """Nothing."""
