"""Which model and which thresholds come next: people have let others judge, and the running cell
takes them up between two parts. What cannot be taken up is tried again, and people are told why.
Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cell.control.changeover import Wish
from cell.texts import say
from models.registry.chosen import Choice

ADVISORY: Final = "inspector.model_waits"
RETRY_S: Final = 5.0
"""After a first try in vain; then twice as long each time."""
LONGEST_RETRY_S: Final = 80.0
REGISTRY: Final = "(registry)"
"""Who wanted a model, where the file of before does not say it."""


class Succession:
    """Holds what people have chosen against what judges. Times are seconds of a steady clock."""

    def __init__(self) -> None:
        self._choices: Mapping[str, Choice] = {}
        self._trouble = self._unreadable = ""
        self._tried: Choice | None = None
        self._over = dict[str, str]()
        """By recipe the version that somebody's edit has replaced."""
        self._pause_s, self._again_s = RETRY_S, 0.0

    def heard(self, choices: Mapping[str, Choice] | str) -> None:
        """What each recipe goes by, or why that cannot be understood."""
        if isinstance(choices, str):
            self._unreadable = choices
        else:
            self._choices, self._unreadable = choices, ""

    @property
    def choices(self) -> Mapping[str, Choice]:
        """What each recipe goes by, as far as it is known."""
        return self._choices

    def next(self, recipe: str, version: str, package: str, now_s: float) -> Wish | None:
        """What is to be taken up now by a cell that works by this recipe (its name and version) and
        the model of this fingerprint; None while all is as it should be, or it is not yet time.
        """
        choice = self._choices.get(recipe)
        model = choice is not None and choice.package not in ("", package)
        tuned = choice is not None and choice.version not in ("", version, self._over.get(recipe))
        if choice is None or not (model or tuned):
            self._trouble, self._tried = "", None
            return None
        if choice != self._tried:
            self._tried, self._pause_s, self._again_s = choice, RETRY_S, now_s
        if now_s < self._again_s:
            return None
        person, why = (
            (choice.person, choice.why) if model else (choice.version_person, choice.version_why)
        )
        person, why = person.strip() or REGISTRY, why.strip() or say("model.no_reason")
        wanted = choice.version if tuned else ""
        return Wish(recipe, person, why, package=choice.package or package, version=wanted)

    def passed_over(self, wish: Wish) -> None:
        """Somebody has edited the recipe since these thresholds were let count: what its file says
        comes with a change of the recipe.
        """
        self._over[wish.recipe], self._tried = wish.version, None

    def failed(self, why: str, now_s: float) -> None:
        """It could not be taken up."""
        self._trouble, self._again_s = why, now_s + self._pause_s
        self._pause_s = min(2.0 * self._pause_s, LONGEST_RETRY_S)

    @property
    def advisories(self) -> dict[str, str]:
        """What people should look at: alarm and detail."""
        trouble = self._unreadable or self._trouble
        return {ADVISORY: trouble} if trouble else {}
