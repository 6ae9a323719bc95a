"""The courses and their lessons, as data. Words stand in the catalogues: `practice.lesson.NAME.*`
and `practice.step.LESSON.STEP`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cell.control.ledger.events import CellState
from cell.trainer.facts import Fact, Kind


class Course(StrEnum):
    """Who learns what."""

    OPERATOR = "operator"
    LABELLING = "labelling"


class Fault(StrEnum):
    """What the trainer breaks at the twin."""

    CAMERA_LOST = "camera_lost"
    """The camera's process dies."""
    EMERGENCY_STOP = "emergency_stop"
    PART_DROPPED = "part_dropped"
    """The arm loses the next part on the way to its bin."""
    OUTFEED_BLOCKED = "outfeed_blocked"
    COLLEAGUE = "colleague"
    """No fault: somebody else labels a picture, which then waits for a second look."""
    SECOND_LOOK = "second_look"
    """No fault: somebody else looks at what waits for a second look, and agrees."""


class Act(StrEnum):
    """What people do away from the page's keys."""

    CLEAR_BELT = "clear_belt"
    RELEASE_STOP = "release_stop"
    FREE_OUTFEED = "free_outfeed"
    SWAP_BIN = "swap_bin"
    """Carry the bin away, and put an empty one there. The twin's bins need no hands."""
    OPEN_QUEUE = "open_queue"
    """The queue's page was opened; done by opening it."""


AT_THE_MACHINE: Final = (Act.CLEAR_BELT, Act.RELEASE_STOP, Act.FREE_OUTFEED, Act.SWAP_BIN)
"""Acts for which the strip has a key, since the twin has no hands."""
STOPPED, RUNNING = CellState.STOPPED, CellState.RUNNING
PURGE = CellState.PURGE_REQUIRED


@dataclass(frozen=True, slots=True)
class Step:
    """Something to be done. It is done by a fact of this kind and one of these details (none: any),
    once the steps `after` are done.
    """

    name: str
    kind: Kind
    details: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def done_by(self, fact: Fact) -> bool:
        """Whether this fact is what the step waits for."""
        return fact.kind is self.kind and (not self.details or fact.detail in self.details)


@dataclass(frozen=True, slots=True)
class Lesson:
    """`begins`: states of the cell in which it can begin, none: any. `orders`: those that it may
    take, in the words of the log. `par_s`: so long a person may take without losing points.
    `hint_s`: after so long at one step there is a hint.
    """

    name: str
    steps: tuple[Step, ...]
    orders: frozenset[str]
    begins: frozenset[str] = frozenset()
    fault: Fault | None = None
    par_s: float = 60.0
    hint_s: float = 20.0

    @property
    def alarms(self) -> bool:
        """Whether the cell raises an alarm for the lesson's fault: nothing counts before it."""
        return self.fault in (Fault.CAMERA_LOST, Fault.EMERGENCY_STOP, Fault.PART_DROPPED)

    @property
    def acts(self) -> tuple[Act, ...]:
        """What has to be done at the machine, in the order of the steps."""
        found = (Act(step.details[0]) for step in self.steps if step.kind is Kind.HAND)
        return tuple(act for act in found if act in AT_THE_MACHINE)


def _running() -> frozenset[str]:
    return frozenset({str(RUNNING)})


_OPERATOR: Final = (
    Lesson(
        "start",
        (
            Step("confirm", Kind.CLEARED),
            Step("start", Kind.STATE, (str(RUNNING),), ("confirm",)),
        ),
        frozenset({"confirm_clear", "start"}),
        frozenset({str(PURGE), str(STOPPED)}),
    ),
    Lesson(
        "stop",
        (
            Step("stop", Kind.STATE, (str(STOPPED),)),
            Step("again", Kind.STATE, (str(RUNNING),), ("stop",)),
        ),
        frozenset({"stop", "start"}),
        _running(),
    ),
    Lesson(
        "override",
        (Step("pass", Kind.OVERRIDDEN, ("pass",)),),
        frozenset({"override"}),
        _running(),
        par_s=90.0,
        hint_s=30.0,
    ),
    Lesson(
        "outfeed",
        (
            Step("free", Kind.HAND, (Act.FREE_OUTFEED,)),
            Step("goes_on", Kind.PASSED, (), ("free",)),
        ),
        frozenset(),
        _running(),
        Fault.OUTFEED_BLOCKED,
        par_s=75.0,
        hint_s=25.0,
    ),
    Lesson(
        "bins",
        (
            Step("out", Kind.BIN_OUT),
            Step("swap", Kind.HAND, (Act.SWAP_BIN,), ("out",)),
            Step("in", Kind.BIN_IN, (), ("swap",)),
            Step("start", Kind.STATE, (str(RUNNING),), ("in",)),
        ),
        frozenset({"bin_out", "bin_in", "start"}),
        _running(),
        par_s=120.0,
        hint_s=30.0,
    ),
    Lesson(
        "crash",
        (
            Step("clear", Kind.HAND, (Act.CLEAR_BELT,)),
            Step("acknowledge", Kind.ACKNOWLEDGED),
            Step("confirm", Kind.CLEARED, (), ("clear",)),
            Step("start", Kind.STATE, (str(RUNNING),), ("confirm", "acknowledge")),
        ),
        frozenset({"acknowledge", "confirm_clear", "start"}),
        _running(),
        Fault.CAMERA_LOST,
        par_s=120.0,
    ),
    Lesson(
        "alarm",
        (
            Step("release", Kind.HAND, (Act.RELEASE_STOP,)),
            Step("clear", Kind.HAND, (Act.CLEAR_BELT,)),
            Step("acknowledge", Kind.ACKNOWLEDGED),
            Step("start", Kind.STATE, (str(RUNNING),), ("release", "clear", "acknowledge")),
        ),
        frozenset({"acknowledge", "reset", "start", "confirm_clear"}),
        _running(),
        Fault.EMERGENCY_STOP,
        par_s=120.0,
    ),
    Lesson(
        "drop",
        (
            Step("clear", Kind.HAND, (Act.CLEAR_BELT,)),
            Step("acknowledge", Kind.ACKNOWLEDGED),
            Step("start", Kind.STATE, (str(RUNNING),), ("clear", "acknowledge")),
        ),
        frozenset({"acknowledge", "reset", "start", "confirm_clear"}),
        _running(),
        Fault.PART_DROPPED,
        par_s=150.0,
        hint_s=30.0,
    ),
    Lesson(
        "drain",
        (
            Step("drain", Kind.ORDERED, ("drain",)),
            Step("empty", Kind.STATE, (str(STOPPED),), ("drain",)),
        ),
        frozenset({"drain"}),
        _running(),
        hint_s=30.0,
        par_s=90.0,
    ),
)
_LABELLING: Final = (
    Lesson(
        "label",
        (
            Step("queue", Kind.HAND, (Act.OPEN_QUEUE,)),
            Step("draw", Kind.DREW, (), ("queue",)),
        ),
        frozenset(),
        par_s=180.0,
        hint_s=45.0,
    ),
    Lesson(
        "agree",
        (Step("review", Kind.REVIEWED),),
        frozenset(),
        fault=Fault.COLLEAGUE,
        par_s=180.0,
        hint_s=45.0,
    ),
    Lesson(
        "freeze",
        (Step("freeze", Kind.FROZE),),
        frozenset(),
        fault=Fault.SECOND_LOOK,
        par_s=120.0,
        hint_s=45.0,
    ),
)
COURSES: Final[dict[Course, tuple[Lesson, ...]]] = {
    Course.OPERATOR: _OPERATOR,
    Course.LABELLING: _LABELLING,
}
ANYTIME: Final = frozenset({"stop"})
"""To stop the cell is never a mistake."""


def lesson_of(course: Course, name: str) -> Lesson:
    """A lesson by its name. Raises KeyError."""
    return {one.name: one for one in COURSES[course]}[name]
