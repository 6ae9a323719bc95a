"""Open accounts and what the ledger remembers between observations."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from cell.control.alarms.book import AlarmBook
from cell.control.ledger.events import CellState
from cell.products.verdict import Verdict, VerdictKind


class Stage(StrEnum):
    """Where an open account stands."""

    ARRIVED = "arrived"
    EXPOSED = "exposed"
    CLEARED = "cleared"
    AWAITING_REMOVAL = "awaiting_removal"
    REMOVING = "removing"
    LIFTED = "lifted"
    UNKNOWN = "unknown"


class Grasp(StrEnum):
    """Of a part whose removal never told its end: what the arm may have done with it."""

    NONE = ""
    KNOWN = "known"
    """It may lie in its own bin, or will be brought there with the arm's way back."""
    FORGOTTEN = "forgotten"
    """The same, or in the bin for unknown parts: the arm's process may have died with it."""


@dataclass(frozen=True, slots=True)
class Account:
    """One part whose disposition is open. Its centre lies at `x` when the belt has travelled
    `encoder_m`.
    """

    part: str
    index: int
    arrival_encoder_m: float
    x: float
    encoder_m: float
    y: float = 0.0
    yaw: float = 0.0
    stage: Stage = Stage.ARRIVED
    exposure: int = 0
    inspected_ok: bool = False
    verdict: Verdict | None = None
    attempts: int = 0
    escaped: bool = False
    grasp: Grasp = Grasp.NONE

    def x_at(self, encoder_m: float) -> float:
        """Position of the centre [m] when the belt has travelled `encoder_m`."""
        return self.x + encoder_m - self.encoder_m

    def encoder_at(self, x: float) -> float:
        """Belt travel [m] at which the centre lies at `x`."""
        return self.encoder_m + x - self.x

    @property
    def verdict_kind(self) -> VerdictKind | None:
        """Kind of the verdict, None while there is none."""
        return None if self.verdict is None else self.verdict.kind

    @property
    def on_belt(self) -> bool:
        """False once the arm has taken it off the belt surface."""
        return self.stage is not Stage.LIFTED


@dataclass(frozen=True, slots=True)
class Closed:
    """What is remembered of a part whose account is closed: how (passed, purged or removed:BIN),
    the verdict that it left with, and what a person has said of it since (None: nothing).
    """

    disposition: str
    verdict: VerdictKind | None = None
    inspected_ok: bool = False
    said: VerdictKind | None = None
    said_by: str = ""


@dataclass(frozen=True, slots=True)
class Exposure:
    """An exposure latch; `trigger` 0 and `part` '' until associated. `inspected`: its picture's
    inspection is on record.
    """

    index: int
    encoder_m: float
    exposure_ns: int
    trigger: int = 0
    part: str = ""
    inspected: bool = False


@dataclass(frozen=True, slots=True)
class SeenFrame:
    """A picture, known by its trigger; `exposure` 0 until associated."""

    trigger: int
    exposure_ns: int
    ok: bool
    error: str
    exposure: int = 0


@dataclass(frozen=True, slots=True)
class Removal:
    """The removal that the arm has been asked for."""

    part: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Hold:
    """The belt stands for a removal since `since_ns`."""

    part: str
    ordered: bool
    since_ns: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Totals since the journal began."""

    arrived: int = 0
    passed: int = 0
    removed: int = 0
    purged: int = 0
    rejected: int = 0
    reviewed: int = 0
    escaped: int = 0
    stops_fault: int = 0
    stops_wait: int = 0
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Bin:
    """What the arm has brought to a bin since it was exchanged; `opened_by`: who has it out."""

    parts: int = 0
    opened_by: str = ""


@dataclass(slots=True)
class State:
    """Everything that a journal rebuilds."""

    cell: CellState = CellState.PURGE_REQUIRED
    reason: str = "cell.contents_unknown"
    reason_detail: str = ""
    state_since_ns: int = 0
    session: str = ""
    sessions: set[str] = field(default_factory=set)
    session_open: bool = False
    closed_at: tuple[float, int] | None = None
    recipe: str = ""
    package: str = ""
    configured: str = ""
    ordered_by: str = ""
    next_number: int = 1
    draining: bool = False
    drain_until: int = 0
    encoder_valid: bool = True
    fault_encoder_m: float | None = None
    cleared_ns: int = 0
    last_arrival: int = 0
    last_exit: int = 0
    seen_exits: set[int] = field(default_factory=set)
    last_exposure: int = 0
    accounts: dict[str, Account] = field(default_factory=dict)
    closed: dict[str, Closed] = field(default_factory=dict)
    exposures: dict[int, Exposure] = field(default_factory=dict)
    frames: dict[int, SeenFrame] = field(default_factory=dict)
    trigger_offset: int | None = None
    removal: Removal | None = None
    hold: Hold | None = None
    counts: Counts = field(default_factory=Counts)
    alarms: AlarmBook = field(default_factory=AlarmBook)
    bins: dict[str, Bin] = field(default_factory=dict)
    """Those that a part was brought to, or that were exchanged."""
    last_part: str = ""
    last_verdict: Verdict | None = None

    def change(self, part: str, **fields: object) -> None:
        """Replace fields of an open account."""
        self.accounts[part] = replace(self.accounts[part], **fields)  # type: ignore[arg-type]

    def count(self, **steps: float) -> None:
        """Add to totals."""
        totals = {name: getattr(self.counts, name) + step for name, step in steps.items()}
        self.counts = replace(self.counts, **totals)
