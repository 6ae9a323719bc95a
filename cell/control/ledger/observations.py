"""What the ledger is told. Times are system-clock nanoseconds, belt travels metres, poses in
frame `cell`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cell.control.ledger.inspection import Inspection
from cell.products.recipe import Recipe
from cell.products.verdict import VerdictKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """Base: `stamp_ns` is the time at which the ledger is told, never decreasing from one to the
    next.
    """

    stamp_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Started(Observation):
    """The supervisor begins a session and has read the belt PLC. First observation of every
    process. `configured`: the recipe that the configuration names.
    """

    session: str
    encoder_m: float
    arrivals: int
    exposures: int
    exits: int
    configured: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The machines before (infeed) and after (outfeed) the cell, as the PLC's signals tell of them.

    `infeed`: it hears whether parts are wanted; `infeed_tells`: it says whether it has a part;
    `outfeed`: the other one hears of each part; `outfeed_tells`: it says whether it can take one.
    `held`: the PLC holds the belt, because it cannot.
    """

    infeed: bool = False
    infeed_tells: bool = False
    outfeed: bool = False
    outfeed_tells: bool = False
    part_available: bool = False
    outfeed_ready: bool = False
    held: bool = False

    @property
    def blocked(self) -> bool:
        """Whether the machine after the cell cannot take a part, as far as it can tell."""
        return self.outfeed_tells and not self.outfeed_ready


@dataclass(frozen=True, slots=True, kw_only=True)
class BeltRead(Observation):
    """A reading of the belt PLC. `read_ns` is when `encoder_m` and the counters were true, by the
    host's estimate; `device_s` the same by the PLC's own clock, 0 for one that tells none.
    """

    read_ns: int
    encoder_m: float
    running: bool
    at_authority: bool
    arrivals: int
    exposures: int
    exits: int
    speed_m_s: float = 0.0
    device_s: float = 0.0
    emergency_stop: bool = False
    watchdog_tripped: bool = False
    neighbours: Neighbours = Neighbours()


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalEdge(Observation):
    """Leading edge of a part at the photo-eye."""

    index: int
    encoder_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureLatch(Observation):
    """The camera's exposure was active; `exposure_ns` is the host's estimate of when."""

    index: int
    encoder_m: float
    exposure_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitEdge(Observation):
    """Leading edge of a part at the exit-eye."""

    index: int
    encoder_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameReceived(Observation):
    """The camera's answer to a trigger; not `ok`: the picture is lost, `error` says why."""

    trigger: int
    exposure_ns: int
    received_ns: int
    ok: bool
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionDone(Observation):
    """The inspector's answer to a picture."""

    inspection: Inspection


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialDone(Observation):
    """What a model on trial says of a picture."""

    inspection: Inspection


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalFeedback(Observation):
    """Progress of a removal: the part has left the belt surface, or the belt must be held for the
    arm.
    """

    part: str
    attempt: int
    off_belt: bool = False
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalDone(Observation):
    """End of a removal. `removed` only when the vacuum sensor confirmed grip and release over the
    bin.
    """

    part: str
    attempt: int
    removed: bool
    reason: str = ""
    message: str = ""
    cycle_s: float = 0.0
    grip_encoder_m: float = 0.0
    grip_position: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Override(Observation):
    """A person replaces the verdict of a part. `bin` empty: the recipe chooses."""

    part: str
    verdict: VerdictKind
    bin: str
    person: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassess(Observation):
    """A person says what a part whose account is closed was in truth: PASS for good, REJECT for
    defective; None withdraws it.
    """

    part: str
    verdict: VerdictKind | None
    person: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeDied(Observation):
    """A process is gone, silent, or was replaced by a new one (its boot id changed)."""

    node: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeLeft(Observation):
    """A node is alive but was taken out of service by a lifecycle order."""

    node: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSeen(Observation):
    """Something else went wrong. `alarm` from the catalogue; `purge`: belt contents can no longer
    be trusted.
    """

    alarm: str
    detail: str = ""
    purge: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvisoryTold(Observation):
    """Something to look at, while the cell goes on; not `standing`: it is over."""

    alarm: str
    detail: str = ""
    standing: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderJumped(Observation):
    """The encoder moved as no belt can (the PLC restarted, say)."""

    detail: str = ""


class Order(StrEnum):
    """What people order, in the words of Order.msg."""

    START = "start"
    STOP = "stop"
    DRAIN = "drain"
    RESET = "reset"
    CONFIRM_CLEAR = "confirm_clear"
    ACKNOWLEDGE = "acknowledge"
    CHANGE_RECIPE = "change_recipe"
    DRAIN_AND_CHANGE = "drain_and_change"
    PREPARE_RECIPE = "prepare_recipe"


COMMANDS = (Order.START, Order.STOP, Order.DRAIN, Order.RESET, Order.CONFIRM_CLEAR)
"""Orders that the service CellCommand takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Observation):
    """A person's order: one of COMMANDS."""

    name: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge(Observation):
    """A person has seen an alarm; `alarm` '' means all that wait."""

    alarm: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelve(Observation):
    """A person puts an alarm out of sight for `minutes`; 0 takes it off the shelf."""

    alarm: str
    person: str
    reason: str = ""
    minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeBin(Observation):
    """A person takes a bin out (`open`), or says that an empty one is in its place. arm_moves:
    whether the arm does, whatever for.
    """

    bin: str
    person: str
    open: bool
    arm_moves: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectRecipe(Observation):
    """A person loads a recipe; only while the belt stands and no account is open, unless it is the
    same one with another model or other thresholds (`live`). model: its identity on inspections,
    '' for any; package: its fingerprint.
    """

    recipe: Recipe
    person: str
    reason: str = ""
    model: str = ""
    package: str = ""
    live: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialSet(Observation):
    """A model is tried on a share of the parts: its identity on inspections, its fingerprint, the
    recipe with its thresholds. '' and None: none is.
    """

    model: str = ""
    package: str = ""
    recipe: Recipe | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick(Observation):
    """Time passes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing(Observation):
    """The supervisor shuts down in order."""
