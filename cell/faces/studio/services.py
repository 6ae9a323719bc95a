"""What the relabelling tool works with."""

from __future__ import annotations

from typing import Protocol

from cell.faces.practice.coach import Coach
from cell.faces.web.tools import SharedTools
from cell.promotion.registry import Registry
from cell.promotion.trial_keeper import TrialKeeper
from cell.training.book import JobBook


class Tools(SharedTools, Protocol):
    """The part of the web's services that the relabelling tool needs."""

    @property
    def jobs(self) -> JobBook:
        """Training jobs."""

    @property
    def registry(self) -> Registry:
        """The models, and who may judge parts."""

    @property
    def trials(self) -> TrialKeeper:
        """Who watches the models with a say."""

    @property
    def practice(self) -> Coach | None:
        """The trainer, where people practise."""
