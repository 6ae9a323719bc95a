"""Motions as functions of time: quickest joint moves (ruckig) and sampled Cartesian strokes.

`ruckig`'s field for waypoints is never used: the library would send them to a cloud service.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np
import ruckig
from numpy.typing import NDArray

from calibration.geometry import Pose
from models.ground.text import say
from robot.base import Joints, MotionError
from robot.motion.config import LimitSettings
from robot.motion.kinematics import ArmKinematics

Float = NDArray[np.float64]
_AXES = 6
_GRID_S = 0.016
"""Strokes are sampled this finely; between samples a cubic through positions and velocities."""


class JointState(NamedTuple):
    """Angles [rad], velocities [rad/s] and accelerations [rad/s^2], each of shape (6,)."""

    position: Joints
    velocity: Joints
    acceleration: Joints

    @classmethod
    def rest(cls, position: Joints) -> JointState:
        """Standing at `position`."""
        return cls(position, np.zeros(_AXES), np.zeros(_AXES))


class Motion(Protocol):
    """A motion over [start_s, end_s]; outside, its ends hold."""

    @property
    def start_s(self) -> float:
        """[s]"""

    @property
    def end_s(self) -> float:
        """[s]"""

    def at(self, time_s: float) -> JointState:
        """State of the joints at a time."""

    def nudge(self, time_s: float) -> Joints:
        """Joint change [rad/m] that moves the tool along the belt, for small corrections there."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Standing still."""

    position: Joints
    start_s: float
    end_s: float = float("inf")

    def at(self, time_s: float) -> JointState:  # noqa: ARG002
        """State of the joints."""
        return JointState.rest(self.position)

    def nudge(self, time_s: float) -> Joints:  # noqa: ARG002
        """No correction while standing."""
        return np.zeros(_AXES)


@dataclass(frozen=True, slots=True)
class Move:
    """A joint move; with `end_nudge` the correction along the belt fades in towards its end."""

    trajectory: ruckig.Trajectory
    start_s: float
    end_s: float
    end_nudge: Joints | None = None

    def at(self, time_s: float) -> JointState:
        """State of the joints at a time."""
        inside = min(max(time_s - self.start_s, 0.0), self.trajectory.duration)
        position, velocity, acceleration = self.trajectory.at_time(inside)
        return JointState(np.array(position), np.array(velocity), np.array(acceleration))

    def nudge(self, time_s: float) -> Joints:
        """The correction fades in over the second half of a move that ends on the belt."""
        if self.end_nudge is None:
            return np.zeros(_AXES)
        done = (time_s - self.start_s) / (self.end_s - self.start_s)
        return self.end_nudge * smooth(2.0 * done - 1.0)


@dataclass(frozen=True, slots=True)
class Stroke:
    """A Cartesian path, solved for the joints on a grid of `step_s`."""

    start_s: float
    end_s: float
    step_s: float
    positions: Float
    velocities: Float
    accelerations: Float
    nudges: Float

    def at(self, time_s: float) -> JointState:
        """State of the joints at a time (cubic Hermite between grid points)."""
        i, u = self._cell(time_s)
        h = self.step_s
        p0, p1 = self.positions[i], self.positions[i + 1]
        m0, m1 = self.velocities[i] * h, self.velocities[i + 1] * h
        a, b = 2.0 * (p0 - p1) + m0 + m1, 3.0 * (p1 - p0) - 2.0 * m0 - m1
        return JointState(
            ((a * u + b) * u + m0) * u + p0,
            ((3.0 * a * u + 2.0 * b) * u + m0) / h,
            self.accelerations[i] + u * (self.accelerations[i + 1] - self.accelerations[i]),
        )

    def nudge(self, time_s: float) -> Joints:
        """Joint change [rad/m] along the belt."""
        i, u = self._cell(time_s)
        return np.asarray(self.nudges[i] + u * (self.nudges[i + 1] - self.nudges[i]))

    def _cell(self, time_s: float) -> tuple[int, float]:
        place = min(max((time_s - self.start_s) / self.step_s, 0.0), len(self.positions) - 1.0)
        i = min(int(place), len(self.positions) - 2)
        return i, place - i

    def joined(self, start: JointState) -> Stroke:
        """The same path, but leaving from `start`: the difference fades over the whole stroke."""
        duration = self.end_s - self.start_s
        gaps = zip(
            start.position - self.positions[0], start.velocity - self.velocities[0], strict=True
        )
        fades = [quintic((gap, drift, 0.0), (0.0, 0.0, 0.0), duration) for gap, drift in gaps]
        times = self.step_s * np.arange(len(self.positions))
        extra = np.array([[fade(t) for fade in fades] for t in times.tolist()])
        return replace(
            self,
            positions=self.positions + extra[..., 0],
            velocities=self.velocities + extra[..., 1],
            accelerations=self.accelerations + extra[..., 2],
        )

    def load(self, limits: LimitSettings) -> float:
        """Highest share of a joint limit that the stroke uses; above 1 it is too quick.

        Speed counts linearly, acceleration as its root, since that is how both go with duration.
        """
        speed = float(np.abs(self.velocities).max()) / limits.speed
        acceleration = float(np.abs(self.accelerations).max()) / limits.acceleration
        return max(speed, float(np.sqrt(acceleration)))


def smooth(u: float) -> float:
    """0 to 1 over [0, 1] with zero speed and acceleration at both ends."""
    u = min(max(u, 0.0), 1.0)
    return u * u * u * (10.0 + u * (6.0 * u - 15.0))


def move(
    start: JointState,
    target: JointState,
    start_s: float,
    limits: LimitSettings,
    least_s: float | None = None,
    end_nudge: Joints | None = None,
) -> Move:
    """The quickest move between two states, or one of at least `least_s`. Raises MotionError."""
    trajectory = quickest(start, target, limits, least_s)
    return Move(trajectory, start_s, start_s + trajectory.duration, end_nudge)


def quickest(
    start: JointState, target: JointState, limits: LimitSettings, least_s: float | None = None
) -> ruckig.Trajectory:
    """ruckig's time-optimal trajectory. Raises MotionError when a state lies beyond the limits."""
    request = ruckig.InputParameter(_AXES)
    request.max_velocity = [limits.speed] * _AXES
    request.max_acceleration = [limits.acceleration] * _AXES
    request.max_jerk = [limits.jerk] * _AXES
    ceiling = 0.999 * limits.acceleration
    request.current_position = start.position.tolist()
    request.current_velocity = start.velocity.tolist()
    request.current_acceleration = np.clip(start.acceleration, -ceiling, ceiling).tolist()
    request.target_position = target.position.tolist()
    request.target_velocity = target.velocity.tolist()
    request.target_acceleration = np.clip(target.acceleration, -ceiling, ceiling).tolist()
    if least_s is not None:
        request.minimum_duration = least_s
    trajectory = ruckig.Trajectory(_AXES)
    try:
        result = ruckig.Ruckig(_AXES).calculate(request, trajectory)
    except ruckig.RuckigError as error:  # a state beyond the limits is told in this way, too
        words = say("device.words", words=error)
        raise MotionError(say("motion.no_move", words=words)) from error
    if result not in (ruckig.Result.Working, ruckig.Result.Finished):
        words = say("device.words", words=result.name)
        raise MotionError(say("motion.no_move", words=words))
    return trajectory


class TcpState(NamedTuple):
    """Position [m], velocity [m/s], acceleration [m/s^2] of the cup in `cell`, each (3,)."""

    position: Float
    velocity: Float
    acceleration: Float


def joint_state(arm: ArmKinematics, tcp: TcpState, rotation: Float, seed: Joints) -> JointState:
    """Joint state that gives the cup, turned by `rotation` (3, 3), this motion, without turning it
    further. Raises MotionError.
    """
    position = arm.inverse(Pose(rotation, tcp.position), seed)
    jacobian = arm.jacobian(position)
    twist, spin = np.zeros(_AXES), np.zeros(_AXES)
    twist[:3], spin[:3] = tcp.velocity, tcp.acceleration
    velocity = np.asarray(np.linalg.solve(jacobian, twist), dtype=np.float64)
    step = 1e-4  # d/dt(J) * qd by one small step along the motion
    drift = (arm.jacobian(position + velocity * step) - jacobian) @ velocity / step
    acceleration = np.asarray(np.linalg.solve(jacobian, spin - drift), dtype=np.float64)
    return JointState(position, velocity, acceleration)


def stroke(
    arm: ArmKinematics,
    path: Callable[[float], TcpState],
    start_s: float,
    end_s: float,
    rotation: Float,
    seed: Joints,
    breathe: Callable[[], None] = lambda: None,
) -> Stroke:
    """Solve a Cartesian path over absolute time for the joints; the cup keeps its `rotation`
    (3, 3). Raises MotionError out of reach.
    """
    cells = max(round((end_s - start_s) / _GRID_S), 2)
    times = np.linspace(start_s, end_s, cells + 1)
    states: list[JointState] = []
    nudges = np.empty((cells + 1, _AXES))
    along = np.eye(_AXES)[0]
    for i, time_s in enumerate(times.tolist()):
        states.append(joint_state(arm, path(time_s), rotation, seed))
        seed = states[-1].position
        nudges[i] = arm.joint_velocity(seed, along)
        breathe()
    positions, velocities, accelerations = (
        np.array(column) for column in zip(*states, strict=True)
    )
    return Stroke(
        start_s, end_s, (end_s - start_s) / cells, positions, velocities, accelerations, nudges
    )


def quintic(
    start: tuple[float, float, float], end: tuple[float, float, float], duration: float
) -> Callable[[float], tuple[float, float, float]]:
    """Fifth-order blend of (position, velocity, acceleration) over time from 0 to `duration`."""
    p0, v0, a0 = start
    p1, v1, a1 = end
    t = duration
    gap = p1 - p0 - v0 * t - 0.5 * a0 * t * t
    speed = v1 - v0 - a0 * t
    bend = a1 - a0
    c3 = (10.0 * gap - 4.0 * speed * t + 0.5 * bend * t * t) / t**3
    c4 = (-15.0 * gap + 7.0 * speed * t - bend * t * t) / t**4
    c5 = (6.0 * gap - 3.0 * speed * t + 0.5 * bend * t * t) / t**5

    def at(time: float) -> tuple[float, float, float]:
        u = min(max(time, 0.0), t)
        return (
            p0 + u * (v0 + u * (0.5 * a0 + u * (c3 + u * (c4 + u * c5)))),
            v0 + u * (a0 + u * (3.0 * c3 + u * (4.0 * c4 + u * 5.0 * c5))),
            a0 + u * (6.0 * c3 + u * (12.0 * c4 + u * 20.0 * c5)),
        )

    return at
