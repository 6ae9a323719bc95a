"""Picks in simulated time: statistics over many parts, and each way in which one can fail."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.geometry import Pose
from cell.texts import render
from robot.base import ArmError, RobotMode
from robot.motion.belt_predictor import BeltMotion
from robot.motion.config import MotionSettings
from robot.motion.intercept import NotYet
from robot.motion.kinematics import heading
from robot.motion.removal import Phase, Reason, RemovalFeedback, RemovalRequest, RemovalResult
from robot.motion.strokes import PartOnBelt
from robot.motion.trajectory import JointState
from tests.robot.simulation import BOARD, World
from tests.site import SITE
from tests.words import raises

SETTINGS = MotionSettings()
BINS = SITE.bins
PARTS = 40


def request(
    world: World, x: float, y: float, yaw: float = 0.1, bin: str = "scrap"
) -> RemovalRequest:
    travel = world.belt.travel
    return RemovalRequest("part", bin, travel, x, y, yaw, travel + 0.45 - x, BOARD)


def remove(
    world: World, order: RemovalRequest, cancel_in: Phase | None = None
) -> tuple[RemovalResult, list[RemovalFeedback]]:
    told: list[RemovalFeedback] = []
    result = world.cycle.remove(
        order, told.append, lambda: cancel_in is not None and world.cycle.phase is cancel_in
    )
    return result, told


def test_random_parts_are_all_removed_within_every_limit(
    capsys: pytest.CaptureFixture[str],
) -> None:
    world, rng = World(SETTINGS, seed=7), np.random.default_rng(7)
    cycles, errors = [], []
    for _ in range(PARTS):
        x, y, yaw = rng.uniform(-0.75, -0.35), rng.uniform(-0.01, 0.01), rng.uniform(-0.26, 0.26)
        name = str(rng.choice(list(BINS)))
        world.place(x, y)
        result, _ = remove(world, request(world, x, y, yaw, name))
        assert result.removed, result
        assert world.grip_error_m is not None
        assert world.dropped_at is not None
        assert np.allclose(world.dropped_at, BINS[name].drop, atol=0.004)
        cycles.append(result.cycle_s)
        errors.append(world.grip_error_m * 1e3)
        world.cycle.go_waiting()
        until = world.time + rng.uniform(0.0, 1.0)
        while world.time < until:
            world.cycle.idle()
    angles = np.array(world.arm.targets)
    speed = np.diff(angles, axis=0) * SETTINGS.rate_hz
    acceleration = np.degrees(np.abs(np.diff(speed, axis=0)).max() * SETTINGS.rate_hz)
    nearest = world.planner.collision.nearest(angles[::6], held=None)
    with capsys.disabled():
        print(
            f"\n{PARTS} picks: cycle median {np.median(cycles):.2f} s, max {max(cycles):.2f} s; "
            f"grip error mean {np.mean(errors):.2f} mm, max {max(errors):.2f} mm; "
            f"joints {np.degrees(np.abs(speed).max()):.0f} deg/s, {acceleration:.0f} deg/s^2; "
            f"nearest {nearest.clearance * 1e3:.1f} mm ({nearest.between})"
        )
    assert max(errors) < 1.0
    assert np.median(cycles) < 2.4
    assert np.degrees(np.abs(speed).max()) <= SETTINGS.limits.speed_deg_s * 1.01
    # The correction along the belt comes on top of the plan.
    assert acceleration <= SETTINGS.limits.acceleration_deg_s2 * 1.05
    assert nearest.clearance > 0.0


@pytest.mark.parametrize("x", [-0.42, -0.2, 0.0, 0.2, 0.36, 0.45])
@pytest.mark.parametrize("bin", BINS)
def test_a_standing_belt_is_picked_from_everywhere(x: float, bin: str) -> None:
    world = World(SETTINGS, speed=0.0)
    world.place(x, -0.008)
    result, told = remove(world, request(world, x, -0.008, bin=bin))
    assert result.removed, result
    assert world.grip_error_m is not None
    assert world.grip_error_m < 0.0005
    assert all(step.wait_s == 0.0 for step in told)


def test_phases_are_told_in_order_and_off_belt_after_the_lift() -> None:
    world = World(SETTINGS)
    world.place(-0.6, 0.0)
    _, told = remove(world, request(world, -0.6, 0.0))
    phases = [step.phase for step in told]
    assert phases == list(Phase)[1:-1]
    off = [step.phase for step in told if step.off_belt]
    assert off == [Phase.CARRY, Phase.RELEASE]


def test_a_late_arm_asks_for_the_belt_to_be_held_and_then_picks_it_standing() -> None:
    world = World(SETTINGS)
    world.place(0.25, 0.0)
    world.belt.authority = world.belt.travel + 0.2  # the PLC stands at the last safe position
    result, told = remove(world, request(world, 0.25, 0.0))
    assert result.removed, result
    assert max(step.wait_s for step in told) > 0.0 or result.grip_position[0] > 0.44
    assert world.grip_error_m is not None
    assert world.grip_error_m < 0.001


def test_beyond_the_last_safe_position_it_is_too_late() -> None:
    world = World(SETTINGS)
    world.place(0.47, 0.0)
    assert remove(world, request(world, 0.47, 0.0))[0].reason is Reason.TOO_LATE


@pytest.mark.parametrize(
    ("speed_after", "moment"), [(0.0, 0.45), (0.0, 0.6), (0.1, 0.3), (0.1, 0.6), (0.25, 0.5)]
)
def test_a_belt_that_changes_speed_before_contact_is_met_all_the_same(
    speed_after: float, moment: float
) -> None:
    world = World(SETTINGS)
    world.place(-0.5, 0.004)

    def change() -> None:
        world.belt.wanted = speed_after

    world.events.append((world.time + moment, change))
    result, _ = remove(world, request(world, -0.5, 0.004))
    assert result.removed, result
    assert world.grip_error_m is not None
    assert world.grip_error_m < 0.002


def test_no_vacuum_ends_above_the_belt_with_the_ejector_off() -> None:
    world = World(SETTINGS)
    world.leaks = 1.0
    world.place(-0.6, 0.0)
    result, told = remove(world, request(world, -0.6, 0.0))
    assert (result.removed, result.reason) == (False, Reason.NO_VACUUM)
    assert not world.ejector
    assert world.tcp()[2] > SETTINGS.waiting[2] - 0.01
    assert not any(step.off_belt for step in told)


def test_a_part_that_falls_on_the_way_is_dropped_and_never_removed() -> None:
    world = World(SETTINGS)
    world.falls_after = 0.6
    world.place(-0.6, 0.0)
    result, _ = remove(world, request(world, -0.6, 0.0))
    assert (result.removed, result.reason) == (False, Reason.DROPPED)


def test_nothing_is_let_go_before_the_vacuum_sensor_answers_again() -> None:
    world = World(SETTINGS)
    world.place(-0.6, 0.0)
    let_go_s, answers_s = [], []

    def silent_from_the_lift_on(step: RemovalFeedback) -> None:
        if step.phase is Phase.LIFT:
            world.reading_age_s = 0.4
        if step.phase is Phase.RELEASE and not answers_s:
            answers_s.append(world.time + 0.3)
            world.events.append((answers_s[0], answer))

    def answer() -> None:
        assert world.ejector
        world.reading_age_s = 0.0
        let_go_s.append(world.time)

    result = world.cycle.remove(request(world, -0.6, 0.0), silent_from_the_lift_on, lambda: False)
    assert result.removed
    assert let_go_s


def test_a_part_that_nobody_saw_at_the_bin_is_not_removed() -> None:
    world = World(SETTINGS)
    world.place(-0.6, 0.0)

    def silent_from_the_lift_on(step: RemovalFeedback) -> None:
        if step.phase is Phase.LIFT:
            world.reading_age_s = 0.4

    result = world.cycle.remove(request(world, -0.6, 0.0), silent_from_the_lift_on, lambda: False)
    assert (result.removed, result.reason) == (False, Reason.ERROR)
    assert "could not be read" in render(result.message)


@pytest.mark.parametrize("phase", [Phase.APPROACH, Phase.DESCEND])
def test_a_cancel_before_contact_leaves_the_part_on_the_belt(phase: Phase) -> None:
    world = World(SETTINGS)
    world.place(-0.6, 0.0)
    result, told = remove(world, request(world, -0.6, 0.0), cancel_in=phase)
    assert (result.removed, result.reason) == (False, Reason.CANCELED)
    assert world.gripped_s is None
    assert Phase.GRIP not in [step.phase for step in told]


def test_a_cancel_while_carrying_is_too_late_to_matter() -> None:
    world = World(SETTINGS)
    world.place(-0.6, 0.0)
    assert remove(world, request(world, -0.6, 0.0), cancel_in=Phase.CARRY)[0].removed


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        (RobotMode.PROTECTIVE_STOP, Reason.PROTECTIVE_STOP),
        (RobotMode.EMERGENCY_STOP, Reason.ERROR),
    ],
)
def test_a_stop_of_the_arm_ends_the_removal_and_keeps_the_part(
    mode: RobotMode, reason: Reason
) -> None:
    world = World(SETTINGS)
    world.place(-0.6, 0.0)

    def stop_while_carrying(step: RemovalFeedback) -> None:
        if step.phase is Phase.CARRY:
            world.arm.mode = mode

    result = world.cycle.remove(request(world, -0.6, 0.0), stop_while_carrying, lambda: False)
    assert (result.removed, result.reason) == (False, reason)
    assert world.ejector


def test_an_unknown_bin_is_unreachable_and_the_known_ones_are_named() -> None:
    world = World(SETTINGS)
    world.place(-0.5, 0.0)
    result, _ = remove(world, request(world, -0.5, 0.0, bin="attic"))
    assert result.reason is Reason.UNREACHABLE
    assert "rework" in render(result.message)


def test_without_belt_samples_nothing_moves() -> None:
    world = World(SETTINGS)
    world.place(-0.5, 0.0)
    world._next_sample = float("inf")
    world.pass_time(0.6)
    result, _ = remove(world, request(world, -0.5, 0.0))
    assert result.reason is Reason.ERROR
    assert "belt samples" in render(result.message)


@pytest.mark.parametrize("moment", [0.3, 0.6, 1.15, 1.4, 1.9])
def test_a_stalled_computer_makes_the_arm_wait_and_never_leap(moment: float) -> None:
    world = World(SETTINGS)
    world.place(-0.6, 0.0)
    world.stalls = [world.time + moment]
    result, _ = remove(world, request(world, -0.6, 0.0))
    assert result.removed, result
    assert world.grip_error_m is not None
    assert world.grip_error_m < 0.025
    steps = np.degrees(np.abs(np.diff(np.array(world.arm.targets), axis=0)).max())
    assert steps * SETTINGS.rate_hz <= SETTINGS.limits.speed_deg_s * 1.1


@pytest.mark.parametrize("moment", [0.3, 1.15, 1.9])
def test_after_a_long_stall_the_arm_stays_where_it_is_until_it_is_told_again(moment: float) -> None:
    world = World(SETTINGS)
    world.place(-0.6, 0.0)
    world.stalls, world.stall_s = [world.time + moment], 3.0
    result, _ = remove(world, request(world, -0.6, 0.0))
    assert (result.removed, result.reason) == (False, Reason.ERROR)
    assert "stood still for 3" in render(result.message)
    told = len(world.arm.targets)
    with raises(ArmError, "order brings it back"):
        world.cycle.go_waiting()
    assert len(world.arm.targets) == told
    world.follower.reset()
    world.cycle.go_waiting()
    world.pass_time(0.1)


@pytest.mark.parametrize("part_way", [0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
def test_a_descent_given_up_part_way_never_dips_below_the_part(part_way: float) -> None:
    settings = SETTINGS.model_copy(update={"planning_s": 0.002})
    world = World(settings)
    world.place(-0.6, 0.0)
    began: list[float] = []

    def given_up() -> bool:
        if world.cycle.phase is Phase.DESCEND:
            began.append(world.time)
        return bool(began) and world.time >= began[0] + part_way * 0.15

    result = world.cycle.remove(request(world, -0.6, 0.0), lambda _: None, given_up)
    assert result.reason in (Reason.CANCELED, Reason.NONE), result
    heights = [world.planner.arm.forward(q).translation[2] for q in world.arm.targets]
    assert min(heights) > BOARD.thickness_m - 0.001
    assert world.tcp()[2] > settings.waiting[2] - 0.011


def test_a_part_upstream_of_the_window_is_not_held_where_nothing_can_reach_it() -> None:
    world = World(SETTINGS)
    start = JointState.rest(world.planner.waiting)
    racing = BeltMotion(0.0, 0.0, 6.0, 6.0, SETTINGS.belt_ramp_m_s2)
    outcome = world.planner.plan_pick(
        start, 0.0, PartOnBelt(0.0, -0.9, 0.0, 0.0, BOARD), racing, 1.35
    )
    assert isinstance(outcome, NotYet)


@pytest.mark.parametrize("tilt_deg", [0.0, 12.0, -25.0])
def test_an_arm_pressed_into_the_belt_and_tilted_finds_its_way_back(tilt_deg: float) -> None:
    world = World(SETTINGS)
    c, s = np.cos(np.radians(tilt_deg)), np.sin(np.radians(tilt_deg))
    tilted = np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]]) @ heading(0.3)
    pose = Pose(tilted, np.array([0.35, 0.01, -0.004]))
    world.arm.start = world.planner.arm.inverse(pose, world.planner.seed)
    world.follower.reset()
    world.cycle.go_waiting()
    while world.cycle.phase is not Phase.IDLE:
        world.cycle.idle()
    assert np.allclose(world.arm.targets[-1], world.planner.waiting, atol=1e-6)
