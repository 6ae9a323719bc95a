"""What the records tell, as plain values. Times are system-clock nanoseconds; texts travel as code
and values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows, newest first; `after` leads to the next page, '' at the end."""

    rows: tuple[T, ...]
    after: str = ""


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part in one line. The verdict is the newest one; '' and None while there is none."""

    part: str
    session: str
    arrived_ns: int
    verdict: str
    bin: str
    reason: str
    by: str
    disposition: str
    disposed_ns: int | None


@dataclass(frozen=True, slots=True)
class ExposureRow:
    """One exposure latch; encoder in metres of belt travel."""

    index: int
    encoder_m: float
    exposure_ns: int
    trigger: int | None


@dataclass(frozen=True, slots=True)
class FrameRow:
    """One picture of the camera, or its loss."""

    trigger: int
    exposure_ns: int
    received_ns: int
    ok: bool
    error: str


@dataclass(frozen=True, slots=True)
class DefectRow:
    """One detection; edges in px of the canonical view."""

    class_name: str
    score: float
    x_min: float
    y_min: float
    x_max: float
    y_max: float


@dataclass(frozen=True, slots=True)
class InspectionRow:
    """What was found in one picture; pose in frame cell [m, rad]; late: too late to count."""

    seq: int
    trigger: int
    exposure_ns: int
    done_ns: int
    ok: bool
    error: str
    late: bool
    x: float
    y: float
    yaw: float
    recipe: str
    model: str
    engine: str
    golden: str
    locate_ms: float
    inference_ms: float
    total_ms: float
    defects: tuple[DefectRow, ...]


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """A decision. `by`: recipe, ledger, or a person's name."""

    stamp_ns: int
    kind: str
    bin: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class ReassessmentRow:
    """What a person said after the fact. verdict: pass, reject, '' withdraws."""

    stamp_ns: int
    verdict: str
    person: str
    reason: str


@dataclass(frozen=True, slots=True)
class RemovalRow:
    """One attempt of the arm; `removed` is None while it goes on."""

    attempt: int
    bin: str
    requested_ns: int
    lifted_ns: int | None
    ended_ns: int | None
    removed: bool | None
    reason: str
    message: str
    cycle_s: float | None


@dataclass(frozen=True, slots=True)
class TimingRow:
    """How long a judged part's picture took [ms]."""

    exposure_to_frame_ms: float | None
    inference_ms: float
    exposure_to_verdict_ms: float


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """How long a part waited for its verdict [ms], from its exposure on; late: too long to count.
    exposure_ns: system clock.
    """

    exposure_ns: int
    exposure_to_verdict_ms: float
    late: bool


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A picture that was kept. kind: view or frame; `path` from the data folder on, '' where it
    lies in the incoming place; pruned_ns, rule: when and why it was deleted.
    """

    part: str
    kind: str
    exposure_ns: int
    path: str
    sha256: str
    bytes: int
    pruned_ns: int | None
    rule: str


@dataclass(frozen=True, slots=True)
class WholePart:
    """Everything on record of one part, oldest first. person: who cleared it from the belt."""

    line: PartRow
    arrival_index: int
    arrival_encoder_m: float
    edge_lost: bool
    disposed_bin: str
    person: str
    exposures: tuple[ExposureRow, ...]
    frames: tuple[FrameRow, ...]
    inspections: tuple[InspectionRow, ...]
    verdicts: tuple[VerdictRow, ...]
    reassessments: tuple[ReassessmentRow, ...]
    removals: tuple[RemovalRow, ...]
    evidence: tuple[EvidenceRow, ...]
    timing: TimingRow | None


@dataclass(frozen=True, slots=True)
class LineRow:
    """All that one line can tell of a part. own, own_by: the cell's own newest verdict and who gave
    it, recipe or ledger; recipe, model, score (the highest), defects: of the inspection that
    counts, ''/None/0 without one; overridden: a person has given a verdict; said: what a person
    said after the fact (pass: it was good; reject: it has a defect), '' for nothing.
    """

    part: str
    arrived_ns: int
    session: str
    recipe: str
    model: str
    own: str
    own_by: str
    verdict: str
    bin: str
    reason: str
    by: str
    overridden: bool
    disposition: str
    disposed_bin: str
    disposed_ns: int | None
    score: float | None
    defects: int
    said: str = ""


@dataclass(frozen=True, slots=True)
class GalleryRow:
    """A part and the picture that stands for it, None where none is kept any more."""

    line: LineRow
    picture: EvidenceRow | None


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """An alarm from its cause to its end; the newest acknowledgement, '' and None without one.
    `seq`: its number in the journal.
    """

    seq: int
    session: str
    alarm: str
    part: str
    detail: str
    raised_ns: int
    cleared_ns: int | None
    acknowledged_ns: int | None
    acknowledged_by: str


@dataclass(frozen=True, slots=True)
class AlarmEventRow:
    """What happened to an alarm. kind: raised, returned, acknowledged, shelved or unshelved;
    reason: of a shelving a person's words, of its end a ShelfEnd; shelved: it lay on the shelf.
    """

    seq: int
    alarm: str
    kind: str
    stamp_ns: int
    part: str
    detail: str
    person: str
    reason: str
    until_ns: int | None
    shelved: bool


@dataclass(frozen=True, slots=True)
class SessionRow:
    """From a supervisor's start to its end; `parts`: how many arrived."""

    session: str
    started_ns: int
    ended_ns: int | None
    recipe: str
    parts: int
