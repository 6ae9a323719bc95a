"""What the page shows, as plain values: no ROS, no web, no clock. Seconds and metres. Texts are in
no language yet (`models/ground/text.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cell.control.ledger.inspection import Inspection

PLAYER = "bag_player"
"""Who says that it plays a bag: what is heard beside it is of before."""


class Link(StrEnum):
    """How well the page hears the supervisor."""

    NEVER = "never"
    SILENT = "silent"
    LIVE = "live"


class Verdict(StrEnum):
    """The verdict on a part; NONE while there is none."""

    PASS = "pass"
    REJECT = "reject"
    REVIEW = "review"
    NONE = ""

    @classmethod
    def of(cls, word: str) -> Verdict:
        """The verdict that a message names; a word that is not known counts as none."""
        return next((verdict for verdict in cls if verdict.value == word), cls.NONE)


@dataclass(frozen=True, slots=True)
class Part:
    """A part with an open account: where it is (frame cell) and what is to become of it."""

    part: str
    state: str
    verdict: Verdict
    bin: str
    x: float
    y: float
    yaw: float
    verdicts: tuple[Verdict, ...] = ()
    """Those that a person may give it now."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm as of ISA-18.2. `priority`: 1 high, 2 medium, 3 low. `raised_s`: system clock.

    `advisory`: a node tells it by itself; there is nobody who could acknowledge it.
    """

    id: str
    source: str
    priority: int
    active: bool
    acknowledged: bool
    raised_s: float
    text: str
    advisory: bool = False


@dataclass(frozen=True, slots=True)
class Shelved:
    """An alarm that a person has put out of sight, why, and until when (system clock)."""

    alarm: Alarm
    by: str
    why: str
    until_s: float


@dataclass(frozen=True, slots=True)
class BinStatus:
    """A bin: parts brought to it since it was exchanged; `person`: who has it out; `capacity`:
    parts that it holds, 0: nobody has configured it.
    """

    name: str
    parts: int
    open: bool
    person: str = ""
    capacity: int = 0

    @property
    def full(self) -> bool:
        """Whether the arm brings nothing more to it."""
        return 0 < self.capacity <= self.parts


@dataclass(frozen=True, slots=True)
class Counts:
    """Parts since the shift began, as the ledger counts them."""

    arrived: int = 0
    passed: int = 0
    removed: int = 0
    purged: int = 0
    rejected: int = 0
    reviewed: int = 0
    on_belt: int = 0
    stops_fault: int = 0
    stops_wait: int = 0
    wait_s: float = 0.0

    @property
    def yield_share(self) -> float | None:
        """Passed over all that have gone, purged ones, too, as in the shift's figures. None: no
        part yet.
        """
        done = self.passed + self.removed + self.purged
        return self.passed / done if done else None


UNKNOWN = "unknown"
"""The state in which nothing is known of belt and parts yet."""


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """The machines before (infeed) and after (outfeed) the cell: what they are told, and what they
    tell. The first four: which signals there are. `reasons`: why no part may come. `suspended`:
    'blocked', 'starved' or ''. `passed`, `removed`: parts that the outfeed is to be told of.
    """

    infeed: bool = False
    infeed_tells: bool = False
    outfeed: bool = False
    outfeed_tells: bool = False
    part_available: bool = False
    outfeed_ready: bool = False
    ready: bool = False
    permitted: bool = False
    reasons: tuple[str, ...] = ()
    suspended: str = ""
    passed: int = 0
    removed: int = 0
    passed_told: int = 0
    removed_told: int = 0


@dataclass(frozen=True, slots=True)
class ClosedPart:
    """A part that is through: the verdict that it left with, how it ended (passed, removed to
    `bin`, purged), and what a person has said of it since (PASS: it was good), by whom. verdicts:
    what may be said of it now.
    """

    part: str
    verdict: Verdict
    disposition: str
    bin: str = ""
    said: Verdict = Verdict.NONE
    said_by: str = ""
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True)
class CellStatus:
    """The cell as its supervisor sees it."""

    state: str
    recipe: str = ""
    model: str = ""
    recipe_next: str = ""
    change: str = ""
    change_message: str = ""
    reason: str = ""
    counts: Counts = field(default_factory=Counts)
    last_part: str = ""
    last_verdict: Verdict = Verdict.NONE
    last_reason: str = ""
    parts: tuple[Part, ...] = ()
    closed: tuple[ClosedPart, ...] = ()
    """Those that are through since last, newest first."""
    alarms: tuple[Alarm, ...] = ()
    shelved: tuple[Shelved, ...] = ()
    first_out: str = ""
    """Id of the alarm that stopped the cell first, kept until a reset; '' for none."""
    first_out_s: float = 0.0
    bins: tuple[BinStatus, ...] = ()
    refusals: Mapping[str, str] = field(default_factory=dict)
    """For each order why it would be refused now, '' if it would not."""
    feed: FeedStatus = field(default_factory=FeedStatus)


@dataclass(frozen=True, slots=True)
class PictureSource:
    """Where the camera's picture lies for a while: a slot of a shared-memory ring."""

    ring: str = ""
    slot: int = 0
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class InspectionStatus:
    """The inspection of `part`. `late`: the part had its verdict already. `canonical`: width and
    height [px] of the view in which the defects lie, None: not told.
    """

    part: str
    inspection: Inspection
    late: bool = False
    canonical: tuple[int, int] | None = None
    source: PictureSource = field(default_factory=PictureSource)


@dataclass(frozen=True, slots=True)
class RobotStatus:
    """The arm: ISO 10218 mode, joint angles [rad] base to tip, TCP in frame cell [m]."""

    connected: bool
    mode: str
    phase: str
    part: str
    vacuum_ok: bool
    joints: tuple[float, ...]
    message: str = ""


@dataclass(frozen=True, slots=True)
class BeltStatus:
    """The belt as its PLC reports it."""

    connected: bool
    running: bool
    speed_m_s: float
    encoder_m: float
    at_authority: bool
    watchdog_tripped: bool
    emergency_stop: bool


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """One heartbeat of a process. `stamp_s` and `cpu_s` give its load between two of them."""

    node: str
    pid: int
    boot_id: str
    lifecycle: str
    healthy: bool
    message: str
    rss_mib: float
    cpu_s: float
    stamp_s: float
    advisories: tuple[tuple[str, str], ...] = ()
    """Alarms that it asks people to look at while it repeats them, each with its detail."""


@dataclass(frozen=True, slots=True)
class ProcessStatus:
    """A process in the health strip. `load`: share of one core, None while not known."""

    name: str
    alive: bool
    healthy: bool
    message: str = ""
    lifecycle: str = ""
    rss_mib: float = 0.0
    load: float | None = None
    restarts: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict of the recent past."""

    part: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class CellView:
    """Everything that one refresh of the page shows. `age_s`: since the last cell state."""

    link: Link
    age_s: float | None
    cell: CellStatus | None
    inspection: InspectionStatus | None
    """That of the part whose verdict is shown."""
    robot: RobotStatus | None
    belt: BeltStatus | None
    processes: tuple[ProcessStatus, ...]
    history: tuple[Judged, ...]
    replay: bool = False
    """True while a bag is played: nobody is there who could take an order."""
    told: tuple[Alarm, ...] = ()
    """What nodes tell by themselves and the supervisor does not (or cannot any more)."""

    @property
    def counts(self) -> Counts | None:
        """The ledger's counts, None while nothing is known."""
        return self.cell.counts if self.cell and self.cell.state != UNKNOWN else None

    @property
    def parts(self) -> tuple[Part, ...]:
        """Parts with an open account, none while nothing is known."""
        return self.cell.parts if self.cell and self.cell.state != UNKNOWN else ()

    @property
    def closed(self) -> tuple[ClosedPart, ...]:
        """Parts that are through, newest first; none while nothing is known."""
        return self.cell.closed if self.cell and self.cell.state != UNKNOWN else ()

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """All, each once: what the supervisor lists, then what nodes tell themselves. While it is
        silent, what a node tells now is younger than what it said of the same last.
        """
        listed = self.cell.alarms if self.cell else ()
        return tuple({alarm.id: alarm for alarm in (*listed, *self.told)}.values())

    @property
    def live(self) -> bool:
        """True while the supervisor is heard."""
        return self.link is Link.LIVE
