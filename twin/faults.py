"""What can go wrong on request; `Faults` holds what waits to happen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Count = Annotated[
    int,
    Field(
        ge=1,
        title="Count",
        description="How many times it happens.",
        json_schema_extra={"unit": "1"},
    ),
]


class _Fault(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class VacuumLeak(_Fault):
    """The next grips fail: the board is not taken up, or it falls while it is carried. Or none that
    waits happens any more.
    """

    name: Literal["vacuum_leak"] = "vacuum_leak"
    active: bool = Field(default=True, title="Leaks", description="False: none waits any more.")
    count: Count = 1
    mode: Literal["no_hold", "mid_carry"] = Field(
        default="no_hold",
        title="Mode",
        description="no_hold: never held; mid_carry: falls on the way.",
    )
    after_s: float = Field(
        default=0.5,
        gt=0.0,
        title="Carried for",
        description="mid_carry: time from grip to loss.",
        json_schema_extra={"unit": "s"},
    )


class ProtectiveStop(_Fault):
    """The arm stops itself now, as after a collision."""

    name: Literal["protective_stop"] = "protective_stop"


class EncoderJump(_Fault):
    """The encoder counts belt travel that never happened."""

    name: Literal["encoder_jump"] = "encoder_jump"
    by_m: float = Field(
        default=0.05, title="Jump", description="Added once.", json_schema_extra={"unit": "m"}
    )


class GrabFailure(_Fault):
    """The camera exposes, but no picture comes of it."""

    name: Literal["grab_failure"] = "grab_failure"
    count: Count = 1


class LostPulse(_Fault):
    """The trigger pulse never reaches the camera: no exposure, no picture."""

    name: Literal["lost_pulse"] = "lost_pulse"
    count: Count = 1


class DoublePulse(_Fault):
    """The camera sees two edges for one part: two exposures, two pictures."""

    name: Literal["double_pulse"] = "double_pulse"
    count: Count = 1


class EmergencyStop(_Fault):
    """The emergency stop button of the cell is pressed, or released."""

    name: Literal["emergency_stop"] = "emergency_stop"
    active: bool = Field(default=True, title="Pressed", description="False releases the button.")


class OutfeedBlocked(_Fault):
    """The machine after the cell takes no part, or takes them again (with `feed_signals`)."""

    name: Literal["outfeed_blocked"] = "outfeed_blocked"
    active: bool = Field(default=True, title="Blocked", description="False: it is ready again.")


class InfeedIgnores(_Fault):
    """The machine before the cell gives parts whatever it is told (with `feed_signals`)."""

    name: Literal["infeed_ignores"] = "infeed_ignores"
    active: bool = Field(default=True, title="Ignores", description="False: it obeys again.")


class PlcSilent(_Fault):
    """The PLC answers no request for a while."""

    name: Literal["plc_silent"] = "plc_silent"
    seconds: float = Field(
        default=2.0, gt=0.0, title="For", description="Time.", json_schema_extra={"unit": "s"}
    )


Over = Annotated[
    float,
    Field(
        ge=0.0,
        title="Over",
        description="Time in which it comes about, evenly; 0: at once.",
        json_schema_extra={"unit": "s"},
    ),
]


class LightFalls(_Fault):
    """The lamp loses light, or has it back (`share` 0)."""

    name: Literal["light_falls"] = "light_falls"
    share: float = Field(
        default=0.2,
        ge=0.0,
        lt=1.0,
        title="Share",
        description="Of the light that is lost in the end.",
        json_schema_extra={"unit": "1"},
    )
    over_s: Over = 0.0


class OutOfFocus(_Fault):
    """The lens turns out of its focus, or back (`blur_px` 0)."""

    name: Literal["out_of_focus"] = "out_of_focus"
    blur_px: float = Field(
        default=1.0,
        ge=0.0,
        le=8.0,
        title="Blur",
        description="Standard deviation of the blur in the end, in the camera's pixels.",
        json_schema_extra={"unit": "px"},
    )
    over_s: Over = 0.0


class PartsShifted(_Fault):
    """The guide before the camera has moved: parts lie aside, or as before (`by_m` 0)."""

    name: Literal["parts_shifted"] = "parts_shifted"
    by_m: float = Field(
        default=0.005,
        ge=-0.03,
        le=0.03,
        title="Aside",
        description="How far to the left parts lie in the end.",
        json_schema_extra={"unit": "m"},
    )
    over_s: Over = 0.0


Fault = Annotated[
    VacuumLeak
    | ProtectiveStop
    | EncoderJump
    | GrabFailure
    | LostPulse
    | DoublePulse
    | EmergencyStop
    | OutfeedBlocked
    | InfeedIgnores
    | PlcSilent
    | LightFalls
    | OutOfFocus
    | PartsShifted,
    Field(discriminator="name"),
]
FAULT: TypeAdapter[Fault] = TypeAdapter(Fault)
"""Reads a fault from a mapping with its `name`; raises pydantic.ValidationError."""


@dataclass(frozen=True, slots=True)
class Ramp:
    """A quantity on its way from one value to another. Times of the simulation [s]."""

    before: float = 0.0
    after: float = 0.0
    since_s: float = 0.0
    over_s: float = 0.0

    def at(self, time_s: float) -> float:
        """Its value then."""
        if self.over_s <= 0.0:
            return self.after
        done = min(1.0, max(0.0, (time_s - self.since_s) / self.over_s))
        return self.before + done * (self.after - self.before)

    def to(self, value: float, time_s: float, over_s: float) -> Ramp:
        """From where it is now to a value."""
        return Ramp(self.at(time_s), value, time_s, over_s)


@dataclass(slots=True)
class Faults:
    """Faults that wait for their moment, and what changes slowly."""

    leaks: int = 0
    leak: VacuumLeak = field(default_factory=VacuumLeak)
    lost_pulses: int = 0
    double_pulses: int = 0
    grab_failures: int = 0
    outfeed_blocked: bool = False
    infeed_ignores: bool = False
    lost_light: Ramp = Ramp()
    blur_px: Ramp = Ramp()
    aside_m: Ramp = Ramp()

    def next_leak(self) -> VacuumLeak | None:
        """The leak that spoils this grip, if one waits."""
        if self.leaks == 0:
            return None
        self.leaks -= 1
        return self.leak

    def next_pulse(self) -> int:
        """How many edges the camera sees for this trigger: 0, 1 or 2."""
        if self.lost_pulses:
            self.lost_pulses -= 1
            return 0
        if self.double_pulses:
            self.double_pulses -= 1
            return 2
        return 1

    def next_grab_fails(self) -> bool:
        """True where this exposure gives no picture."""
        if self.grab_failures == 0:
            return False
        self.grab_failures -= 1
        return True
