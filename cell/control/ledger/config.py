"""Where the stations are and how far the ledger trusts what it is told."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.ground.errors import UserError


def _metres(default: float, title: str, description: str) -> float:
    field: float = Field(
        default=default, title=title, description=description, json_schema_extra={"unit": "m"}
    )
    return field


def _seconds(default: float, title: str, description: str) -> float:
    field: float = Field(
        default=default,
        gt=0.0,
        title=title,
        description=description,
        json_schema_extra={"unit": "s"},
    )
    return field


class LedgerSettings(BaseModel):
    """Tolerances and patience of the ledger, and where along the belt (frame `cell`) it decides."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    verdict_deadline_x: float = _metres(
        -0.45, "Verdict deadline", "A part whose centre gets here without a verdict is rejected."
    )
    wait_x: float = _metres(
        0.40,
        "Waiting position",
        "An uncleared part is carried no further than this: far enough before the last safe "
        "position for the arm to take it from the standing belt.",
    )
    lease_m: float = Field(
        default=0.5,
        gt=0.0,
        le=1.0,
        title="Rolling lease",
        description="The belt is never authorised further than this beyond its last known travel.",
        json_schema_extra={"unit": "m"},
    )
    association_tolerance_m: float = _metres(
        0.01,
        "Exposure tolerance",
        "Belt travel between an exposure and the part's own trigger point.",
    )
    association_tolerance_s: float = _seconds(
        0.6, "Picture tolerance", "A picture's stamp may lie this far after its exposure latch."
    )
    association_skew_s: float = _seconds(
        0.05, "Clock skew", "A picture's stamp may lie this far before its exposure latch."
    )
    pose_tolerance_m: float = _metres(
        0.008,
        "Pose tolerance",
        "Distance between where vision and where the belt say the part was, turned as it lies.",
    )
    exit_tolerance_m: float = _metres(
        0.03, "Exit tolerance", "Belt travel between an exit edge and where the part should leave."
    )
    exit_overdue_m: float = _metres(
        0.10,
        "Exit overdue",
        "Belt travel after which a passed part that was not seen leaving is lost.",
    )
    coast_m: float = _metres(
        0.15, "Coasting", "Belt travel after a stop in which a passed part may still leave."
    )
    run_out_m: float = _metres(
        0.30,
        "Run-out of the infeed",
        "Belt travel in which parts still come that the machine before the cell gave before it was "
        "told to stop feeding.",
    )
    hand_over_m: float = _metres(
        0.10,
        "Hand-over",
        "Belt travel in which a part that has left the exit-eye behind gets into the machine after "
        "the cell; a drain ends after it.",
    )
    encoder_slack_m: float = _metres(
        0.006,
        "Encoder slack",
        "The encoder may differ this much from what the belt's speed and the time allow.",
    )
    most_braking_m_s2: float = Field(
        default=4.0,
        gt=0.0,
        title="Hardest braking",
        description="No belt gains or loses speed faster, an emergency stop included.",
        json_schema_extra={"unit": "m/s^2"},
    )
    max_speed_m_s: float = Field(
        default=0.6,
        gt=0.0,
        title="Top speed",
        description="The belt can never be faster; a faster encoder has jumped.",
        json_schema_extra={"unit": "m/s"},
    )
    lost_edge_s: float = _seconds(
        0.5,
        "Lost edge",
        "A counter ahead of the edges reported for this long means that an edge is lost.",
    )
    start_s: float = _seconds(5.0, "Start", "The belt must run this soon after a start.")
    removal_patience_s: float = _seconds(
        20.0, "Removal patience", "The belt is held this long for one removal before it is a fault."
    )
    removal_attempts: int = Field(
        default=2,
        ge=1,
        le=5,
        title="Removal attempts",
        description="Times the arm tries to remove one part.",
        json_schema_extra={"unit": "1"},
    )
    bin_capacity: dict[str, Annotated[int, Field(ge=1)]] = Field(
        default_factory=dict,
        title="Capacity of the bins",
        description="Parts that a bin holds, by its name; one that is not named here is never full "
        "to the cell.",
        json_schema_extra={"unit": "1"},
    )


class LedgerConfig(LedgerSettings):
    """The settings, and the stations that the cell's calibration knows."""

    photo_eye_x: float = _metres(-1.30, "Photo-eye", "Sees the leading edge of an arriving part.")
    camera_x: float = _metres(-1.00, "Camera axis", "Where a part's centre lies at its exposure.")
    last_safe_x: float = _metres(
        0.45, "Last safe position", "No part without a pass may have its centre beyond this."
    )
    exit_eye_x: float = _metres(0.62, "Exit-eye", "Sees the leading edge of a leaving part.")
    unknown_bin: str = Field(
        "",
        title="Bin for unknown parts",
        description="Where the arm brings what hangs on its cup when its process starts; '': it is "
        "not known.",
        json_schema_extra={"unit": None},
    )

    @model_validator(mode="after")
    def _stations_are_in_order(self) -> Self:
        names = (
            "photo_eye_x",
            "camera_x",
            "verdict_deadline_x",
            "wait_x",
            "last_safe_x",
            "exit_eye_x",
        )
        stations = [getattr(self, name) for name in names]
        if stations != sorted(stations) or len(set(stations)) != len(stations):
            raise ValueError(f"stations must lie along belt travel in the order {', '.join(names)}")
        return self

    def require_part(self, length_m: float) -> None:
        """Raises UserError for parts that are too long for the stations."""
        if self.wait_x + 0.5 * length_m > self.exit_eye_x - self.exit_tolerance_m:
            raise UserError(
                f"a part of {1e3 * length_m:.0f} mm that waits for the arm at x = {self.wait_x:g} "
                f"m reaches the exit-eye at {self.exit_eye_x:g} m: its length along the belt may "
                f"be {2e3 * (self.exit_eye_x - self.exit_tolerance_m - self.wait_x):.0f} mm at most"
            )

    def trigger_travel_m(self, part_length_m: float) -> float:
        """Belt travel [m] from the photo-eye edge to the camera pulse, for a straight part."""
        return self.camera_x - self.photo_eye_x + part_length_m / 2.0
