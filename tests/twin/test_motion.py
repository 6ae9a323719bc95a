"""References, the drive and the arm's tracking, without sockets and faster than real time."""

from __future__ import annotations

import numpy as np
import pytest

from tests.site import SITE
from tests.twin.reach import joints_for
from twin.belt import BeltDrive, Order
from twin.clock import RealTime
from twin.physics import START_POSE, Physics
from twin.scene import STEP_S
from twin.ur.controller import Command, SafetyMode, UrController
from twin.ur.kinematics import tcp_pose
from twin.ur.motion import Brake, Hold, MoveJ, Reference

START = np.array(START_POSE)
PERIOD, LOOK_AHEAD = 0.008, 0.1


def _wave(t: float) -> np.ndarray:
    return START + 0.3 * np.sin(2.5 * t) * np.array([1.0, 0.5, -0.5, 0.3, 0.2, 1.0])


def test_simulated_arm_agrees_with_dh() -> None:
    physics = Physics(SITE)
    rng = np.random.default_rng(1)
    for _ in range(20):
        q = rng.uniform(-3.0, 3.0, 6)
        physics.data.qpos[:6] = q
        physics.step(Hold(q), 0.0, 0, 0.0)
        position, rotation = physics.tcp()
        expected = tcp_pose(q, SITE.tool.length)
        assert np.allclose(position - SITE.robot_base.position, expected.translation, atol=1e-6)
        assert np.allclose(rotation, expected.rotation, atol=1e-6)


@pytest.mark.parametrize("speed", [0.5, 3.0])
def test_move_is_tracked(speed: float) -> None:
    physics = Physics(SITE)
    goal = START + np.array([0.8, -0.4, 0.3, 0.2, -0.3, 0.5])
    move = MoveJ(START, goal, speed, 10.0, 0.0)
    time, worst = 0.0, 0.0
    while not move.done(time - 0.2):
        physics.step(move, time, 2, 0.0)
        time += 2 * STEP_S
        off = move.at(time).q - physics.joints
        worst = max(worst, float(np.max(np.abs(off))))
    assert worst < 1e-3
    assert np.allclose(physics.joints, goal, atol=1e-4)


@pytest.mark.parametrize(
    ("jitter_s", "stall_s"),
    [(0.0, 0.0), (0.003, 0.0), (0.001, 0.05)],
    ids=["even", "jitter", "held up and then all at once"],
)
def test_servo_stream_is_followed_one_look_ahead_behind(jitter_s: float, stall_s: float) -> None:
    physics, arm = Physics(SITE), UrController(START)
    assert arm.start_program()
    rng = np.random.default_rng(0)
    time, sent, worst = 0.0, 0, 0.0
    arrivals = [n * PERIOD + rng.uniform(0.0, jitter_s) for n in range(400)]
    arrivals = [max(t, 2.0 + stall_s) if 2.0 < t < 2.0 + stall_s else t for t in arrivals]
    while sent < 390:
        while arrivals[sent] <= time:
            _servo(arm, _wave(sent * PERIOD), arrivals[sent])
            sent += 1
        physics.step(arm.motion, time, 2, 0.0)
        time += 2 * STEP_S
        arm.advance(time, physics.joints, physics.joint_speeds)
        if time > 1.0:
            late = LOOK_AHEAD + jitter_s / 2
            off = physics.joints - _wave(time - late)
            worst = max(worst, float(np.max(np.abs(off))))
    assert worst < 2e-3
    assert arm.safety is SafetyMode.NORMAL


def test_a_stream_that_dries_up_and_comes_back() -> None:
    arm = UrController(START)
    assert arm.start_program()
    time, speed, before = 0.0, 0.0, START
    for step in range(1000):
        time = step * 2 * STEP_S
        if step % 2 == 0 and not 300 <= step < 400:
            _servo(arm, _wave(time), time)
        arm.advance(time, before, np.zeros(6))
        now = arm.motion.at(time).q
        speed = max(speed, float(np.max(np.abs(now - before))) / (2 * STEP_S))
        before = now
    assert arm.safety is SafetyMode.NORMAL
    assert speed < 4.0
    assert np.allclose(before, _wave(time - LOOK_AHEAD), atol=0.01)


def _servo(arm: UrController, target: np.ndarray, arrival: float) -> None:
    arm.registers.input_int[0] = Command.SERVO_J
    arm.registers.input_double[:11] = [*target.tolist(), 0.0, 0.0, PERIOD, LOOK_AHEAD, 300.0]
    arm.heard()
    arm.fresh_target(arrival)
    arm.command()


def test_brake_stops_along_the_way() -> None:
    speed = np.array([1.0, -0.5, 0.0, 0.0, 0.0, 2.0])
    brake = Brake(Reference(np.zeros(6), speed, np.zeros(6)), 10.0, 5.0)
    assert not brake.done(5.1)
    assert brake.done(5.2)
    assert np.allclose(brake.at(6.0).q, speed * 0.1)
    assert np.allclose(brake.at(6.0).qd, 0.0)


@pytest.mark.parametrize("speed", [0.05, 0.3, 1.0])
@pytest.mark.parametrize("distance", [0.003, 0.2, 2.0])
def test_drive_stands_before_its_authority(speed: float, distance: float) -> None:
    drive = BeltDrive(max_speed=1.0)
    for _ in range(30_000):
        order = Order(run=True, speed=speed, remaining=distance - drive.travel, safe_stop=False)
        drive.step(order, STEP_S)
        assert drive.travel <= distance
    assert drive.stands()
    assert distance - drive.travel < 0.001


def test_clock_says_what_it_lost() -> None:
    clock = RealTime(0.0)
    assert clock.due(0.1) == 50
    assert clock.lost_s == 0.0
    assert clock.due(1.1) == 125
    assert clock.lost_s == pytest.approx(0.75)
    for tick in range(1000):
        clock.due(1.1 + tick * 0.01)
    assert clock.factor == pytest.approx(1.0, abs=0.01)


def test_touching_the_belt_stops_the_arm() -> None:
    physics, arm = Physics(SITE), UrController(START)
    down = joints_for(0.0, -0.10, -0.03)
    arm.motion = MoveJ(START, down, 1.0, 2.0, 0.0)
    time, force = 0.0, 0.0
    while force == 0.0 and time < 3.0:
        physics.step(arm.motion, time, 2, 0.0)
        time += 2 * STEP_S
        force = physics.arm_hit()
    assert force > 0.0
    assert physics.tcp()[0][2] < 0.0
