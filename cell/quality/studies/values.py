"""What studies and audits are spoken in. Times are system-clock nanoseconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cell.quality.detection import Detection
from cell.quality.gauge import GaugeResult
from cell.quality.intervals import Proof

CELL: Final = "cell"
"""The appraiser that is the cell itself."""


@dataclass(frozen=True, slots=True)
class Study:
    """A planned gauge study. appraisers: people's names and the cell."""

    name: str
    at_ns: int
    person: str
    recipe: str
    trials: int
    seed: str
    appraisers: tuple[str, ...]
    parts: int

    @property
    def looks(self) -> int:
        """Judgements that each appraiser gives."""
        return self.parts * self.trials


@dataclass(frozen=True, slots=True)
class Subject:
    """A picture of a study; its truth and score are nothing for an appraiser's eyes."""

    part: str
    sha256: str
    file: str
    score: float
    defective: bool
    labelled_by: str


@dataclass(frozen=True, slots=True)
class Look:
    """What an appraiser is to judge now. place: 1 .. `of`."""

    place: int
    of: int
    file: str


@dataclass(frozen=True, slots=True)
class Mixed:
    """A part of which not everybody always said the same, or what is true. rejections: of each
    appraiser, how many trials called it defective.
    """

    subject: Subject
    rejections: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A complete study. judged_ns: first and last judgement; judged_by: recipes by which the cell
    judged.
    """

    study: Study
    result: GaugeResult
    detection: Detection
    subjects: tuple[Subject, ...]
    mixed: tuple[Mixed, ...]
    judged_ns: tuple[int, int]
    judged_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A part to be looked at. defective: what was found, None while nobody has looked."""

    part: str
    passed: bool
    defective: bool | None


@dataclass(frozen=True, slots=True)
class Audit:
    """A random audit. of_passed, of_stopped: parts of the time that it was drawn from."""

    name: str
    at_ns: int
    person: str
    since_ns: int
    until_ns: int
    of_passed: int
    of_stopped: int
    parts: tuple[Drawn, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """How many parts a person has looked at, and when the first and the last one."""

    person: str
    parts: int
    first_ns: int
    last_ns: int


@dataclass(frozen=True, slots=True)
class AuditResult:
    """escapes: of the passed parts that were audited, those that are defective; false_rejects: of
    the stopped ones, those that are good. waiting: drawn, and not looked at. looked: by whom.
    """

    audit: Audit
    escapes: Proof
    false_rejects: Proof
    waiting: int
    looked: tuple[Looked, ...]
