"""What two nodes must agree on to judge alike: the recipe, all that it says, and its model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from cell.products.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Pin:
    """recipe: name@version; content: first digits of its digest; package: fingerprint of the model
    that names its defects, '' for a recipe without one.
    """

    recipe: str
    content: str
    package: str = ""

    @classmethod
    def of(cls, recipe: Recipe, package: str) -> Self:
        """Of a recipe whose thresholds are those that it is judged by."""
        return cls(recipe.identity, recipe.content, package)

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `name@version#content+package`; what is missing is ''."""
        recipe, _, rest = text.partition("#")
        content, _, package = rest.partition("+")
        return cls(recipe, content, package)

    @property
    def name(self) -> str:
        """The recipe's name."""
        return self.recipe.partition("@")[0]

    @property
    def contents(self) -> str:
        """`content+package`, all but the recipe's identity."""
        return f"{self.content}+{self.package}" if self.package else self.content

    def __str__(self) -> str:
        return f"{self.recipe}#{self.contents}"
