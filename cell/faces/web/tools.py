"""What the rooms of the web need of its services, each by its own name."""

from __future__ import annotations

from typing import Protocol

from cell.config import CellConfig
from cell.faces.hmi.recipes import RecipeBook
from cell.labels.book import LabelBook
from cell.people.noting import Notes


class SharedTools(Protocol):
    """What relabelling tool and quality pages have in common."""

    @property
    def config(self) -> CellConfig:
        """The cell's configuration."""

    @property
    def labels(self) -> LabelBook:
        """The book of labels."""

    @property
    def audit(self) -> Notes:
        """The log of what people did."""

    @property
    def recipes(self) -> RecipeBook:
        """Recipes by their names."""
