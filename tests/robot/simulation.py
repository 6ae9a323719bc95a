"""A kinematic arm, belt and cup in simulated time, for statistics over many picks."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, field

import numpy as np

from robot.base import ArmState, Joints, RobotMode
from robot.motion.belt_predictor import BeltPredictor
from robot.motion.config import MotionSettings
from robot.motion.follower import Follower
from robot.motion.pick import PickCycle
from robot.motion.planner import PickPlanner
from robot.motion.workpiece import Workpiece
from tests.site import SITE

BOARD = Workpiece(0.108, 0.108, 0.0016, 0.06)
SAMPLE_S = 0.02
LATENCY_S = 0.004
STAMP_JITTER_S = 0.0004
VACUUM_DELAY_S = 0.04
REACH_M = 0.006
STALL_S = 0.15


@dataclass
class SimBelt:
    """Ramps to `wanted` speed and stands at `authority`; a slow ripple disturbs its speed."""

    wanted: float = 0.2
    ramp: float = 1.0
    ripple: float = 0.003
    authority: float = math.inf
    travel: float = 0.0
    speed: float = 0.0
    time: float = 0.0

    def advance(self, time: float) -> None:
        while self.time < time - 1e-9:
            step = min(0.002, time - self.time)
            room = max(self.authority - self.travel - self.speed * step, 0.0)
            wanted = min(self.wanted, math.sqrt(2 * self.ramp * room))
            change = np.clip(wanted - self.speed, -self.ramp * step, self.ramp * step)
            self.speed = max(self.speed + float(change), 0.0)
            self.travel += self.real_speed() * step
            self.time += step

    def real_speed(self) -> float:
        return self.speed * (1.0 + self.ripple * math.sin(7.0 * self.time))


@dataclass
class SimArm:
    """Follows targets exactly one look-ahead late, and keeps all of them for the checks."""

    world: World
    times: list[float] = field(default_factory=list)
    targets: list[Joints] = field(default_factory=list)
    start: Joints = field(default_factory=lambda: np.zeros(6))
    mode: RobotMode = RobotMode.OPERATIONAL

    def connect(self) -> None: ...

    def at(self, time: float) -> Joints:
        i = bisect_right(self.times, time)
        if i == 0:
            return self.start
        if i == len(self.times):
            return self.targets[-1]
        u = (time - self.times[i - 1]) / (self.times[i] - self.times[i - 1])
        return self.targets[i - 1] * (1 - u) + self.targets[i] * u

    def state(self) -> ArmState:
        now = self.world.time
        velocity = (self.at(now) - self.at(now - 0.008)) / 0.008
        return ArmState(now, self.at(now), velocity, self.mode)

    def stream(self, position: Joints, period_s: float, look_ahead_s: float) -> None:
        assert period_s == self.world.settings.period_s
        self.times.append(self.world.time + look_ahead_s)
        self.targets.append(position)

    def stop(self) -> None: ...

    def recover(self) -> None: ...

    def close(self) -> None: ...


class World:
    """Clock, arm, cup and belt in one; samples reach the predictor while time passes."""

    def __init__(self, settings: MotionSettings, seed: int = 0, speed: float = 0.2) -> None:
        self.settings = settings
        self.rng = np.random.default_rng(seed)
        self.time = 100.0
        self.belt = SimBelt(speed, speed=speed, time=self.time)
        self.arm = SimArm(self)
        self.planner = PickPlanner(settings, SITE)
        self.predictor = BeltPredictor(settings.belt_ramp_m_s2)
        self.follower = Follower(self.arm, self.predictor, self, settings)
        self.cycle = PickCycle(self.follower, self, self.planner, settings)
        self.arm.start = self.planner.waiting
        self.part: tuple[float, float, float] | None = None  # travel, x, y of the part on the belt
        self.ejector = False
        self.reading_age_s = 0.0
        self.leaks = self.falls_after = 0.0
        self.gripped_s: float | None = None
        self.grip_error_m: float | None = None
        self.dropped_at: np.ndarray | None = None
        self._next_sample = self.time
        self.stalls: list[float] = []
        self.stall_s = STALL_S
        self._late: list[tuple[float, float, float, float]] = []
        self.events: list[tuple[float, object]] = []
        self.pass_time(0.4)
        self.follower.reset()

    # Clock
    def now(self) -> float:
        return self.time

    def sleep_until(self, time_s: float) -> None:
        while self.time < time_s - 1e-12:
            self._advance(min(time_s, self.time + 0.002))
        if self.stalls and self.stalls[0] <= self.time:
            self.stalls.pop(0)
            self.pass_time(self.stall_s)

    def pass_time(self, seconds: float) -> None:
        self.sleep_until(self.time + seconds)

    # Gripper
    def grip(self, on: bool) -> None:
        self.ejector = on

    def holds(self) -> bool:
        return self.gripped_s is not None and self.time - self.gripped_s >= VACUUM_DELAY_S

    def age_s(self) -> float:
        return self.reading_age_s

    def close(self) -> None: ...

    # World
    def tcp(self) -> np.ndarray:
        return self.planner.arm.forward(self.arm.at(self.time)).translation

    def place(self, x: float, y: float) -> None:
        self.part = (self.belt.travel, x, y)
        self.gripped_s = self.grip_error_m = None

    def part_x(self) -> float:
        assert self.part is not None
        return self.part[1] + self.belt.travel - self.part[0]

    def _advance(self, time: float) -> None:
        self.time = time
        self.belt.advance(time)
        if time >= self._next_sample:
            stamp = time + float(self.rng.normal(0.0, STAMP_JITTER_S))
            travel = round(self.belt.travel * 20_000) / 20_000
            speed = round(self.belt.real_speed() * 1e4) / 1e4
            self._late.append((time + LATENCY_S * self.rng.uniform(0.2, 3.0), stamp, travel, speed))
            self._next_sample += SAMPLE_S
        while self._late and self._late[0][0] <= time:
            _, stamp, travel, speed = self._late.pop(0)
            self.predictor.update(stamp, travel, speed, self.belt.wanted, self.belt.authority)
        while self.events and self.events[0][0] <= time:
            self.events.pop(0)[1]()  # type: ignore[operator]
        self._suction()

    def _suction(self) -> None:
        if not self.ejector:
            if self.gripped_s is not None and self.part is not None:
                self.dropped_at, self.part = self.tcp(), None
            self.gripped_s = None
            return
        if self.gripped_s is not None:
            if self.falls_after and self.time - self.gripped_s > self.falls_after:
                self.gripped_s, self.part = None, None
            return
        if self.part is None or self.leaks:
            return
        tcp = self.tcp()
        if abs(tcp[2] - BOARD.thickness_m) < REACH_M:
            error = math.hypot(tcp[0] - self.part_x(), tcp[1] - self.part[2])
            if error < 0.05:
                self.gripped_s, self.grip_error_m = self.time, error
