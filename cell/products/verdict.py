"""What inspection says about a part, in plain values: no arrays, no images, ready for JSON."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vision.types import Defect


class VerdictKind(StrEnum):
    """What shall happen to a part."""

    PASS = "pass"
    REJECT = "reject"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision with its destination. `bin` is empty for a pass; `defects` are those that
    decided.
    """

    kind: VerdictKind
    bin: str
    reason: str
    defects: tuple[Defect, ...] = ()
