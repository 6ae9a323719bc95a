"""What the ledger decides: facts in the order of the journal, frozen and exact under JSON.

`stamp_ns` is the time of the observation that led to the event; `part` is empty for events that
concern no part.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cell.control.alarms.shelf import ShelfEnd
from cell.control.ledger.inspection import Inspection
from cell.products.verdict import Verdict, VerdictKind
from vision.types import Defect


class CellState(StrEnum):
    """State of the cell, as in interfaces msg/CellState."""

    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    FAULTED = "faulted"
    PURGE_REQUIRED = "purge_required"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of every event."""

    stamp_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStarted(Event):
    """A supervisor began; `clean`: the last one closed an empty belt that has not moved since.

    `alarms`: those of before whose cause may still stand; the causes of the others are over. None
    in journals of cells that forgot every alarm at a start. `configured`: the recipe that the
    configuration named, '' in old journals. `package`: fingerprint of the model that judges, '' in
    old journals.
    """

    session: str
    recipe: str
    encoder_m: float
    arrivals: int
    exposures: int
    exits: int
    clean: bool
    alarms: tuple[str, ...] | None = None
    configured: str = ""
    package: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionClosed(Event):
    """A supervisor ended in order; `clean`: it stood still with an empty belt."""

    clean: bool
    encoder_m: float
    arrivals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChanged(Event):
    """The cell changed state for `reason` (an identity from the catalogue of texts)."""

    state: CellState
    reason: str
    person: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeSelected(Event):
    """The cell works by another recipe, or by another model of the same one, from here on: a
    person wanted it, for a reason. `model`: its identity, as it stands on inspections; `package`:
    its fingerprint; both '' in old journals.
    """

    recipe: str
    person: str
    reason: str = ""
    content: str = ""
    """First digits of the recipe's digest."""
    model: str = ""
    package: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived(Event):
    """An account is opened. `edge_lost`: the PLC counted the part, its edge never came;
    `encoder_m` is a guess. `drains`: it was given before the machine before the cell heard of the
    drain, which lets it through, too.
    """

    part: str
    index: int
    encoder_m: float
    x: float
    edge_lost: bool = False
    drains: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureSeen(Event):
    """An exposure latch was reported."""

    index: int
    encoder_m: float
    exposure_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameSeen(Event):
    """A picture, or the loss of one, was reported."""

    trigger: int
    exposure_ns: int
    received_ns: int
    ok: bool
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed(Event):
    """An exposure is this part's, by belt travel."""

    part: str
    index: int
    encoder_m: float
    exposure_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameAssociated(Event):
    """A picture is this exposure's, by time."""

    index: int
    trigger: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected(Event):
    """An inspection is this part's. `late`: the part had its verdict already, which stands."""

    part: str
    inspection: Inspection
    late: bool
    encoder_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged(Event):
    """A verdict. `by`: 'recipe', 'ledger' (not inspected) or a person's name."""

    part: str
    verdict: Verdict
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassessed(Event):
    """A person says of a part whose account is closed that it was good (PASS) or has a defect
    (REJECT), or withdraws what was said (None). Its disposition stays.
    """

    part: str
    verdict: VerdictKind | None
    person: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried(Event):
    """A model on trial has looked at this part, too: what each of the two would have done. The
    stricter of the two is acted on. `package`, `against`: fingerprints of the model on trial and of
    the other one.
    """

    part: str
    trigger: int
    model: str
    package: str
    against: str
    active: VerdictKind
    candidate: VerdictKind
    engine: str
    total_ms: float
    defects: tuple[Defect, ...]
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalRequested(Event):
    """The arm is asked to remove a part that lay at `x`, `y`, `yaw` when the belt had travelled
    `encoder_m`.
    """

    part: str
    bin: str
    attempt: int
    encoder_m: float
    x: float
    y: float
    yaw: float
    deadline_encoder_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifted(Event):
    """The part has left the belt surface; its account stays open."""

    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalFailed(Event):
    """An attempt ended without a confirmed removal. `final`: there is no further attempt."""

    part: str
    attempt: int
    reason: str
    message: str
    final: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BeltHeld(Event):
    """The belt stands for a removal. `ordered`: by the ledger, not by the used-up authority alone.

    `cause`: 'wait' (the arm is not in time) or 'retry' (an attempt failed).
    """

    part: str
    cause: str
    ordered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BeltReleased(Event):
    """The belt need not stand any more."""

    part: str
    waited_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed(Event):
    """Disposition: a confirmed removal to a bin."""

    part: str
    bin: str
    cycle_s: float
    grip_encoder_m: float
    grip_position: tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed(Event):
    """Disposition: a passed part was seen leaving."""

    part: str
    index: int
    encoder_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged(Event):
    """Disposition: a person took the part, whatever it was. `bins`: where it may lie all the same,
    since the arm had hold of it when its removal was lost sight of.
    """

    part: str
    person: str
    bins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Escaped(Event):
    """Violation: a part that may not leave was seen leaving. Its account stays open."""

    part: str
    index: int
    encoder_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitSeen(Event):
    """An exit edge that no part was expected to cause."""

    index: int
    encoder_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Faulted(Event):
    """The belt stops for a fault. `purge`: what lies on the belt is unknown from now on."""

    alarm: str
    part: str
    detail: str
    purge: bool
    stopped: bool
    encoder_m: float
    encoder_valid: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared(Event):
    """A person has cleared the belt; counting begins anew from these counters."""

    person: str
    encoder_m: float
    arrivals: int
    exposures: int
    exits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRaised(Event):
    """An alarm's cause appeared."""

    alarm: str
    part: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmCleared(Event):
    """An alarm's cause is gone."""

    alarm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmAcknowledged(Event):
    """A person has seen an alarm; `person` is empty if no name was given."""

    alarm: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmShelved(Event):
    """A person has put an alarm out of sight until `until_ns` (system clock)."""

    alarm: str
    person: str
    reason: str
    until_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmUnshelved(Event):
    """An alarm is in sight again. `end`: see ShelfEnd; `person`: who wanted it, '' for nobody."""

    alarm: str
    end: ShelfEnd
    person: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BinOpened(Event):
    """A person takes a bin out: the arm brings nothing until another one is in its place."""

    bin: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BinExchanged(Event):
    """An empty bin is in place. `parts`: how many the one before held, as the ledger counts."""

    bin: str
    person: str
    parts: int


def state_after(event: Event, before: CellState | None) -> CellState | None:
    """The cell's state after an event, `before` where the event changes none; None outside of a
    session. A fault is a change of state by itself: no `StateChanged` follows it.
    """
    match event:
        case SessionStarted(clean=clean):
            return CellState.STOPPED if clean else CellState.PURGE_REQUIRED
        case SessionClosed():
            return None
        case StateChanged(state=state):
            return state
        case Faulted(purge=purge):
            unknown = purge or before is CellState.PURGE_REQUIRED
            return CellState.PURGE_REQUIRED if unknown else CellState.FAULTED
        case _:
            return before


DISPOSITIONS = (Removed, Passed, Purged)
"""The three ways in which an account closes."""
