"""What the relabelling tool works with."""

from __future__ import annotations

from typing import Protocol

from cell.config import CellConfig
from cell.faces.hmi.recipes import RecipeBook
from cell.faces.practice.coach import Coach
from cell.labels.book import LabelBook
from cell.people.noting import Notes
from cell.promotion.registry import Registry
from cell.promotion.trial_keeper import TrialKeeper
from cell.training.book import JobBook


class Tools(Protocol):
    """The part of the web's services that the relabelling tool needs."""

    @property
    def config(self) -> CellConfig:
        """The cell's configuration."""

    @property
    def labels(self) -> LabelBook:
        """The book of labels."""

    @property
    def jobs(self) -> JobBook:
        """Training jobs."""

    @property
    def audit(self) -> Notes:
        """The log of what people did."""

    @property
    def registry(self) -> Registry:
        """The models, and who may judge parts."""

    @property
    def trials(self) -> TrialKeeper:
        """Who watches the models with a say."""

    @property
    def practice(self) -> Coach | None:
        """The trainer, where people practise."""

    @property
    def recipes(self) -> RecipeBook:
        """Recipes by their names."""
