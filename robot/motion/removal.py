"""What a removal is asked for, what it tells on its way, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from robot.motion.workpiece import Workpiece


class Phase(StrEnum):
    """What the arm is doing, in the words of RobotState.phase."""

    IDLE = "idle"
    APPROACH = "approach"
    DESCEND = "descend"
    GRIP = "grip"
    LIFT = "lift"
    CARRY = "carry"
    RELEASE = "release"
    RETURN = "return"


class Reason(StrEnum):
    """Why a part was not removed, in the words of RemovePart.reason."""

    NONE = ""
    TOO_LATE = "too_late"
    UNREACHABLE = "unreachable"
    NO_VACUUM = "no_vacuum"
    DROPPED = "dropped"
    PROTECTIVE_STOP = "protective_stop"
    CANCELED = "canceled"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class RemovalRequest:
    """Which part lies with its centre where (see action RemovePart): metres and radians in
    `cell`.
    """

    part: str
    bin: str
    encoder_m: float
    x: float
    y: float
    yaw: float
    deadline_encoder_m: float
    shape: Workpiece


@dataclass(frozen=True, slots=True)
class RemovalFeedback:
    """Progress: `wait_s` > 0 asks that the belt be held that long."""

    phase: Phase
    off_belt: bool
    wait_s: float


@dataclass(frozen=True, slots=True)
class RemovalResult:
    """How a removal ended. `removed` only after the vacuum confirmed grip and release."""

    removed: bool
    reason: Reason = Reason.NONE
    message: str = ""
    cycle_s: float = 0.0
    grip_encoder_m: float = 0.0
    grip_position: tuple[float, float, float] = (0.0, 0.0, 0.0)


OnFeedback = Callable[[RemovalFeedback], None]
Cancelled = Callable[[], bool]
