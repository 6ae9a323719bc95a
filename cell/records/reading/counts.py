"""What is asked of the sums, and what they answer, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

By = Literal[
    "recipe", "model", "own", "own_by", "verdict", "overridden", "bin", "disposition", "said"
]


@dataclass(frozen=True, slots=True)
class SumsAsked:
    """Which time, from `since_ns` on and before `until_ns`, both widened to whole quarters of an
    hour (UTC); of which recipe, model (identities) and class, '' for all.
    """

    since_ns: int | None = None
    until_ns: int | None = None
    recipe: str = ""
    model: str = ""
    class_name: str = ""


ALL: Final = SumsAsked()
"""Of all times, recipes, models and classes."""


@dataclass(frozen=True, slots=True)
class PartCount:
    """How many parts have this in common; key: the values of what was asked `by`, in its order."""

    key: tuple[str | bool, ...]
    parts: int


@dataclass(frozen=True, slots=True)
class ClassCount:
    """Defects of one class in the inspections that count, and the parts that had one: all of them,
    those of which a person has said something, those of these that the cell would not have passed
    and that are good by that person's last word (false calls), and those that it rejects. Nobody
    has judged the others.
    """

    class_name: str
    defects: int
    parts: int
    overridden: int
    false_calls: int
    confirmed: int


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """Defects whose middle lies in the square x, y of a grid of `CELL_PX` px of the canonical view
    (x to the right, y down).
    """

    x: int
    y: int
    defects: int


@dataclass(frozen=True, slots=True)
class AlarmCount:
    """Alarms of one kind that were raised; standing_s: together, of those that have ended."""

    alarm: str
    raised: int
    acknowledged: int
    cleared: int
    standing_s: float


@dataclass(frozen=True, slots=True)
class StopCount:
    """Stops of the belt; waited_s: of those that ended by themselves."""

    cause: str
    stops: int
    waited_s: float


@dataclass(frozen=True, slots=True)
class StateTime:
    """How long the cell was in a state for a reason [s]. reason: words as they travel."""

    state: str
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Spell:
    """The cell was in this state from `since_ns` up to `until_ns`. reason: words as they travel."""

    state: str
    reason: str
    since_ns: int
    until_ns: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What the cell did in spans that belong together. states: state and reason, with how long it
    was so [ns], as far as that has ended; waits: of the belt by their cause [s]; parts: that
    arrived and have ended; passed: of these.
    """

    states: tuple[tuple[str, str, int], ...]
    waits: tuple[tuple[str, float], ...]
    parts: int
    passed: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a series, in ns of the system clock: what came in it."""

    since_ns: int
    until_ns: int
    parts: tuple[PartCount, ...]
    classes: tuple[ClassCount, ...]
