"""Settings of the moving pick: limits, stroke, tolerances. Places stand in the calibration."""

from __future__ import annotations

import math

from robot.settings import Settings, setting

Point = tuple[float, float, float]


class LimitSettings(Settings):
    """Joint limits that every planned motion keeps."""

    speed_deg_s: float = setting(
        180.0, "Joint speed", "Highest speed of any joint", "deg/s", gt=0, le=180
    )
    acceleration_deg_s2: float = setting(
        400.0, "Joint acceleration", "Highest acceleration of any joint", "deg/s^2", gt=0, le=2000
    )
    jerk_ratio: float = setting(
        12.0, "Jerk ratio", "Highest jerk, as a multiple of the acceleration limit", "1/s", gt=0
    )

    @property
    def speed(self) -> float:
        """[rad/s]"""
        return math.radians(self.speed_deg_s)

    @property
    def acceleration(self) -> float:
        """[rad/s^2]"""
        return math.radians(self.acceleration_deg_s2)

    @property
    def jerk(self) -> float:
        """[rad/s^3]"""
        return self.acceleration * self.jerk_ratio


class StrokeSettings(Settings):
    """The belt-synchronous part of the pick: down, hold, up."""

    approach_height_m: float = setting(
        0.035, "Approach height", "Height above the part where the stroke down begins", "m", gt=0
    )
    lift_height_m: float = setting(
        0.055,
        "Lift height",
        "Height above the belt to which parts are lifted before they may travel; thick ones higher",
        "m",
        ge=0.05,
    )
    shortest_s: float = setting(
        0.14, "Shortest stroke", "No stroke is quicker than this", "s", gt=0
    )
    ejector_lead_s: float = setting(
        0.10, "Ejector lead", "The ejector goes on this long before contact", "s", ge=0
    )
    dwell_s: float = setting(
        0.08, "Dwell", "Usual time on the part until the vacuum is there", "s", ge=0
    )
    grip_timeout_s: float = setting(
        0.35, "Grip timeout", "Longest wait on the part for the vacuum", "s", gt=0
    )
    release_timeout_s: float = setting(
        0.6, "Release timeout", "Longest wait at the bin for the vacuum to fall", "s", gt=0
    )
    press_m: float = setting(
        0.0,
        "Press",
        "How far below the part's top the cup is driven; only for soft cups",
        "m",
        ge=0,
    )


class WindowSettings(Settings):
    """How exactly the pick window is kept; where it lies stands in the calibration."""

    standing_m_s: float = setting(
        0.002, "Standing", "A belt slower than this counts as standing", "m/s", gt=0
    )
    overshoot_m: float = setting(
        0.006,
        "Stop tolerance",
        "How far beyond the last safe position a stopped part may lie",
        "m",
        ge=0,
    )


class CupSettings(Settings):
    """What may hang on the suction cup."""

    most_kg: float = setting(
        0.5, "Heaviest part", "What the cup and the arm carry at full acceleration", "kg", gt=0
    )
    unknown_side_m: float = setting(
        0.17,
        "Side of an unknown part",
        "A part that hangs on the cup at the start is taken to be a square of this side",
        "m",
        gt=0,
    )
    unknown_thickness_m: float = setting(
        0.03, "Thickness of an unknown part", "The same, for its height", "m", gt=0
    )


class MotionSettings(Settings):
    """Everything that planning and executing a removal needs to know."""

    limits: LimitSettings = setting(LimitSettings(), "Limits", "Joint limits")
    stroke: StrokeSettings = setting(StrokeSettings(), "Stroke", "Down, hold, up")
    window: WindowSettings = setting(WindowSettings(), "Pick window", "How exactly it is kept")
    cup: CupSettings = setting(CupSettings(), "Cup", "What may hang on the cup")
    unknown_bin: str = setting(
        "scrap", "Bin for unknown parts", "Where a part goes that hangs on the cup at the start"
    )
    waiting: Point = setting(
        (-0.24, -0.02, 0.09),
        "Waiting place",
        "Cup position between removals, over the upstream belt",
        "m",
    )
    seed_deg: tuple[float, float, float, float, float, float] = setting(
        (-92.0, -70.0, 115.0, -135.0, -90.0, 0.0),
        "Arm branch",
        "Joint angles whose shoulder, elbow and wrist branch every motion keeps",
        "deg",
    )
    belt_ramp_m_s2: float = setting(
        1.0, "Belt ramp", "Acceleration of the belt drive", "m/s^2", gt=0
    )
    clearance_m: float = setting(
        0.004,
        "Clearance",
        "Least distance between the arm and anything, on every planned path",
        "m",
        ge=0,
    )
    rate_hz: float = setting(125.0, "Rate", "Set-points a second", "Hz", gt=0, le=500)
    gripper_poll_hz: float = setting(
        100.0, "Gripper poll rate", "Readings a second while gripping", "Hz", gt=0
    )
    look_ahead_s: float = setting(
        0.05, "Look-ahead", "The arm is told where to be this much later", "s", ge=0.03, le=0.2
    )
    planning_s: float = setting(
        0.06,
        "Planning time",
        "A new motion branches off the current one this much later",
        "s",
        gt=0,
    )
    horizon_s: float = setting(
        1.5, "Horizon", "A part further away in time than this is waited for", "s", gt=0
    )
    deviation_m: float = setting(
        0.002,
        "Belt deviation",
        "A stroke is given up when the belt strays this far from the plan",
        "m",
        gt=0,
    )

    @property
    def period_s(self) -> float:
        """Time between two set-points."""
        return 1.0 / self.rate_hz
