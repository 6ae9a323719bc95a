"""What the cell asks of an arm, a gripper and a belt. SI units; poses in frame `cell`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from models.ground.errors import UserError

Joints = NDArray[np.float64]
"""Joint angles, shape (6,) [rad], base to tip."""


class RobotError(UserError):
    """Base of every error that robot code raises on purpose."""


class ArmError(RobotError):
    """The arm is not connected, refuses, or stopped by itself."""


class BeltError(RobotError):
    """The belt PLC refuses, or what it says does not go on from before: connect again."""


class BeltSilentError(BeltError):
    """The belt PLC did not answer this time. Nothing is lost yet: ask again."""


class MotionError(RobotError):
    """No safe motion exists for what was asked."""


class RobotMode(StrEnum):
    """State of the arm in the words of ISO 10218."""

    OPERATIONAL = "operational"
    PROTECTIVE_STOP = "protective_stop"
    EMERGENCY_STOP = "emergency_stop"
    POWER_OFF = "power_off"
    DISCONNECTED = "disconnected"


@dataclass(frozen=True, slots=True)
class ArmState:
    """One sample of the arm. `stamp_s` is the host's time.monotonic() at reception."""

    stamp_s: float
    position: Joints
    velocity: Joints
    mode: RobotMode


@dataclass(frozen=True, slots=True)
class ArmFacts:
    """What a controller says of its arm: the maker's name of the model, joint angles, and where the
    tool centre point is at these, in the arm's base frame [m].

    A driver that can tell has a method `facts`, which needs no `connect` and moves nothing.
    """

    model: str
    position: Joints
    tcp: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class BeltFacts:
    """What a belt PLC says of how it was built, None where it does not: encoder counts a metre, and
    the belt's travel from photo-eye to exit-eye [m]. A driver that can ask has a method `facts`.
    """

    counts_per_metre: float | None = None
    eyes_apart_m: float | None = None


@dataclass(frozen=True, slots=True)
class ThreadSign:
    """How a thread of a driver fares. `moved_s`: time.monotonic() when it got on last [s];
    `patience_s`: longest time that its present step may take; `gone`: it ended untold, of `error`.
    """

    name: str
    moved_s: float
    patience_s: float
    gone: bool = False
    error: BaseException | None = None


class Arm(Protocol):
    """A six-axis arm that follows streamed joint positions. Its rules as tests:
    `robot.contracts.arm`.
    """

    def connect(self) -> None:
        """Connect and make ready to move. Raises ArmError."""

    def state(self) -> ArmState:
        """The latest sample. Raises ArmError when the connection is lost."""

    def stream(self, position: Joints, period_s: float, look_ahead_s: float) -> None:
        """Be at `position` one look-ahead from now; repeat every `period_s`. Raises ArmError."""

    def stop(self) -> None:
        """Brake to a stand along the path as fast as allowed."""

    def recover(self) -> None:
        """Leave a protective stop once its cause is gone; a person asked. Raises ArmError."""

    def close(self) -> None:
        """Disconnect. Safe to call twice."""


class Gripper(Protocol):
    """A vacuum gripper. Its rules as tests: `robot.contracts.gripper`."""

    def grip(self, on: bool) -> None:
        """Switch the ejector. Raises RobotError."""

    def holds(self) -> bool:
        """True while the vacuum sensor sees a part. Raises RobotError."""

    def close(self) -> None:
        """Disconnect. Safe to call twice."""


class WatchedGripper(Gripper, Protocol):
    """A gripper that is asked all the time; what it says is what was read last."""

    def age_s(self) -> float:
        """Time since the vacuum sensor was asked for that reading [s]."""


@dataclass(frozen=True, slots=True)
class FeedSignals:
    """The wires between a belt PLC and the machines before (infeed) and after (outfeed) the cell,
    as it reads and drives them. docs/plc.md says what each means, and which way is safe.

    `infeed`, `infeed_tells`, `outfeed`, `outfeed_tells`: which of them there are. `passed_told`,
    `removed_told`: parts of which the outfeed has been told.
    """

    infeed: bool = False
    infeed_tells: bool = False
    outfeed: bool = False
    outfeed_tells: bool = False
    part_available: bool = False
    outfeed_ready: bool = False
    ready: bool = False
    permitted: bool = False
    held: bool = False
    passed_told: int = 0
    removed_told: int = 0


@dataclass(frozen=True, slots=True)
class FeedWish:
    """What the machines before and after the cell are to be told: the next part may come now; parts
    are wanted at all; how many parts have passed and been removed, counted for ever modulo 2**32.
    """

    ready: bool = False
    permitted: bool = False
    passed: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True)
class BeltSample:
    """One reading of the belt PLC. `stamp_ns`: system clock at which `encoder_m` was true;
    `device_s`: the PLC's own clock then [s], 0 where it has none; `feed`: None for a belt without
    signals to other machines.
    """

    stamp_ns: int
    encoder_m: float
    speed_m_s: float
    commanded_speed_m_s: float
    running: bool
    authority_m: float
    at_authority: bool
    watchdog_tripped: bool
    emergency_stop: bool
    vacuum_ok: bool
    arrivals: int
    exposures: int
    exits: int
    device_s: float = 0.0
    feed: FeedSignals | None = None


class EdgeKind(StrEnum):
    """Belt inputs whose edges latch the encoder."""

    ARRIVAL = "arrival"
    EXPOSURE = "exposure"
    EXIT = "exit"


@dataclass(frozen=True, slots=True)
class BeltEdge:
    """One latched edge: the running number since power-up (from 1), belt travel and host time."""

    kind: EdgeKind
    index: int
    encoder_m: float
    stamp_ns: int


class Belt(Protocol):
    """The belt and its inputs. It runs only while `refresh` is called at least every 0.5 s.

    A call waits much less than that for an answer. After a BeltSilentError it may simply be
    repeated; after any other BeltError `connect` comes first. Its rules as tests:
    `robot.contracts.belt`.
    """

    def connect(self) -> None:
        """Connect and read the device's identity. Raises BeltError."""

    def read(self) -> tuple[BeltSample, list[BeltEdge]]:
        """A sample and every edge since the last read that succeeded, oldest first.

        Raises BeltError.
        """

    def refresh(
        self,
        run: bool,
        speed_m_s: float,
        authority_m: float,
        arm_trigger: bool,
        lights: int,
        purge: bool,
        trigger_travel_m: float,
    ) -> None:
        """Renew the lease (see interfaces BeltCommand for the meaning). Raises BeltError."""

    def close(self) -> None:
        """Stop the belt if possible and disconnect. Safe to call twice."""


@runtime_checkable
class FeedingBelt(Protocol):
    """A belt that passes signals on to the machines before and after the cell."""

    def signal(self, wish: FeedWish) -> None:
        """Have them told; called after each `refresh`, without which they are told nothing. A belt
        of which the samples have no `feed` does nothing. Raises BeltError.
        """
