"""What inspection says about a part, in plain values: no arrays, no images, ready for JSON."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class VerdictKind(StrEnum):
    """What shall happen to a part."""

    PASS = "pass"
    REJECT = "reject"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Defect:
    """One detection in the part's canonical view; edges in pixels of that view."""

    class_name: str
    score: float
    x_min: float
    y_min: float
    x_max: float
    y_max: float

    @property
    def area_px(self) -> float:
        """Area of the box [px^2]."""
        return max(0.0, self.x_max - self.x_min) * max(0.0, self.y_max - self.y_min)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision with its destination. `bin` is empty for a pass; `defects` are those that
    decided.
    """

    kind: VerdictKind
    bin: str
    reason: str
    defects: tuple[Defect, ...] = ()
