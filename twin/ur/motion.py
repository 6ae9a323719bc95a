"""How the controller turns commands into joint references. Pure: time [s] comes in."""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import NamedTuple, Protocol

import numpy as np

from calibration.geometry import Float
from twin.ur.kinematics import JOINT_SPEED_LIMIT

ZERO = np.zeros(6)
BRAKE = 15.0
"""Deceleration where the target stream dries up or a fault stops the arm [rad/s^2]."""


class Reference(NamedTuple):
    """Where the joints should be: angle [rad], speed [rad/s], acceleration [rad/s^2], each (6,)."""

    q: Float
    qd: Float
    qdd: Float


class Motion(Protocol):
    """A reference as a function of time."""

    def at(self, time: float) -> Reference:
        """The reference at a time that never goes backwards."""

    def done(self, time: float) -> bool:
        """True when the motion has come to its end."""


class Hold:
    """Stay."""

    def __init__(self, q: Float) -> None:
        self._reference = Reference(q.copy(), ZERO, ZERO)

    def at(self, time: float) -> Reference:  # noqa: ARG002 - a Motion
        return self._reference

    def done(self, time: float) -> bool:  # noqa: ARG002 - a Motion
        return True


class Brake:
    """Come to a stand along the direction of motion; the fastest joint sets the time."""

    def __init__(self, start: Reference, deceleration: float, time: float) -> None:
        self._q, self._qd, self._start = start.q.copy(), start.qd.copy(), time
        self._duration = float(np.max(np.abs(start.qd))) / deceleration

    def at(self, time: float) -> Reference:
        u, duration = time - self._start, self._duration
        if u >= duration:
            return Reference(self._q + self._qd * (0.5 * duration), ZERO, ZERO)
        left = 1.0 - u / duration
        return Reference(
            self._q + self._qd * (u - 0.5 * u * u / duration), self._qd * left, self._qd / -duration
        )

    def done(self, time: float) -> bool:
        return time - self._start >= self._duration


class MoveJ:
    """Joint move with a trapezoidal speed; all joints start and end together, as UR's movej."""

    def __init__(
        self, start: Float, goal: Float, speed: float, acceleration: float, time: float
    ) -> None:
        self._from, self._span, self._start = start.copy(), goal - start, time
        distance = float(np.max(np.abs(self._span)))
        self._top = min(speed, math.sqrt(distance * acceleration))
        self._ramp = self._top / acceleration if distance > 0.0 else 0.0
        self._duration = self._ramp + distance / self._top if distance > 0.0 else 0.0
        self._a, self._distance = acceleration, distance

    def at(self, time: float) -> Reference:
        u = time - self._start
        if u >= self._duration or self._distance == 0.0:
            return Reference(self._from + self._span, ZERO, ZERO)
        if u < self._ramp:
            s, v, a = 0.5 * self._a * u * u, self._a * u, self._a
        elif u < self._duration - self._ramp:
            s, v, a = self._top * (u - 0.5 * self._ramp), self._top, 0.0
        else:
            left = self._duration - u
            s, v, a = self._distance - 0.5 * self._a * left * left, self._a * left, -self._a
        unit = self._span / self._distance
        return Reference(self._from + unit * s, unit * v, unit * a)

    def done(self, time: float) -> bool:
        return time - self._start >= self._duration


class SpeedJ:
    """Joint speed with limited acceleration, as UR's speedj."""

    def __init__(self, start: Reference, time: float) -> None:
        self._q, self._qd, self._time = start.q.copy(), start.qd.copy(), time
        self._target, self._acceleration = ZERO, 1.0

    def aim(self, speed: Float, acceleration: float) -> None:
        """A new speed [rad/s] to reach at `acceleration` [rad/s^2]."""
        self._target, self._acceleration = speed.copy(), acceleration

    def at(self, time: float) -> Reference:
        dt, self._time = max(0.0, time - self._time), time
        step = self._acceleration * dt
        change = np.clip(self._target - self._qd, -step, step)
        self._q = self._q + (self._qd + 0.5 * change) * dt
        self._qd = self._qd + change
        return Reference(self._q, self._qd, change / dt if dt > 0.0 else ZERO)

    def done(self, time: float) -> bool:  # noqa: ARG002 - a Motion
        return False


class ServoJ:
    """Follow streamed joint targets one look-ahead behind, as UR does in servoj.

    Targets are put on an even time grid of the stream's own period, because their arrival jitters
    by milliseconds; between them the reference is a cubic (Catmull-Rom): speed has no steps.
    """

    JITTER = 0.75
    """Arrivals within this part of a period off the grid are jitter; others are pauses."""
    PULL = 0.1
    """Part of the deviation between grid and arrival that each target takes away."""
    BURST = 0.25
    """Targets closer together than this part of a period were held up on their way."""
    TOP_SPEED = 1.15 * JOINT_SPEED_LIMIT
    """Targets that lie further apart are followed this fast [rad/s]."""
    BLEND = 0.05
    """Time constant in which the gap between the arm and a fresh stream closes [s]."""

    _starved: Brake | None
    _times: list[float]
    _targets: list[Float]
    _burst: int
    _anchor: tuple[float, Float]
    _gap: Float
    _gap_time: float

    def __init__(self, start: Reference, target: Float, look_ahead: float, time: float) -> None:
        self._last = start
        self._look_ahead = look_ahead
        self._fed = time
        self._begin(target, time)

    def jump(self, target: Float, period: float, time: float) -> tuple[float, float]:
        """How far a target lies from the last one [rad], and in which time it came there [s].

        Of targets that were held up on their way only the time for all of them together is known.
        """
        if time - self._fed < self.BURST * period:
            since, before = self._anchor
        else:
            since, before = self._fed, self._targets[-1]
        return float(np.max(np.abs(target - before))), max(period, time - since)

    def feed(self, target: Float, period: float, look_ahead: float, time: float) -> None:
        """Take the next target of the stream, which arrived at `time`."""
        burst = time - self._fed < self.BURST * period
        if not burst:
            self._anchor = (self._fed, self._targets[-1])
        self._fed, self._look_ahead = time, look_ahead
        if self._starved is not None:
            self._begin(target, time)
            return
        stamp = self._times[-1] + period
        late = time - stamp
        if burst:
            self._burst += 1
            stamp = time
        else:
            self._burst = 1
            stamp = stamp + self.PULL * late if abs(late) <= self.JITTER * period else time
        self._times.append(stamp)
        self._targets.append(target.copy())
        self._spread()
        if len(self._times) > 64:
            del self._times[:32], self._targets[:32]

    def at(self, time: float) -> Reference:
        if self._starved is not None:
            self._last = self._starved.at(time)
            return self._last
        then = time - self._look_ahead
        if then > self._times[-1] and len(self._times) > 1:
            self._starved = Brake(self._last, BRAKE, time)
            return self._last
        base = self._spline(then)
        s = max(0.0, time - self._gap_time) / self.BLEND
        decay = math.exp(-s)
        self._last = Reference(
            base.q + self._gap * ((1.0 + s) * decay),
            base.qd - self._gap * (s * decay / self.BLEND),
            base.qdd + self._gap * ((s - 1.0) * decay / self.BLEND**2),
        )
        return self._last

    def done(self, time: float) -> bool:  # noqa: ARG002 - a Motion
        return False

    def _begin(self, target: Float, time: float) -> None:
        """A stream starts or comes back: go on from the reference, close the gap smoothly."""
        self._starved = None
        self._times, self._targets = [time], [target.copy()]
        self._burst = 1
        self._anchor = (time, self._targets[0])
        self._gap, self._gap_time = self._last.q - target, time + self._look_ahead

    def _spread(self) -> None:
        """Lay out the newest targets in time: those that arrived together were sent one by one,
        and none may ask for more speed than the joints have.
        """
        first = max(1, len(self._times) - self._burst)
        anchor, end = self._times[first - 1], self._times[-1]
        step = (end - anchor) / (len(self._times) - first)
        for index in range(first, len(self._times)):
            gap = float(np.max(np.abs(self._targets[index] - self._targets[index - 1])))
            soonest = self._times[index - 1] + max(1e-3, gap / self.TOP_SPEED)
            self._times[index] = max(anchor + step * (index - first + 1), soonest)

    def _spline(self, time: float) -> Reference:
        times, targets = self._times, self._targets
        right = bisect_right(times, time)
        if right == 0 or right >= len(times):
            return Reference(targets[0 if right == 0 else -1], ZERO, ZERO)
        t0, t1 = times[right - 1], times[right]
        p0, p1 = targets[right - 1], targets[right]
        h = t1 - t0
        slope = (p1 - p0) / h
        m0 = slope if right < 2 else (p1 - targets[right - 2]) / (t1 - times[right - 2])
        m1 = slope
        if right + 1 < len(times):
            m1 = (targets[right + 1] - p0) / (times[right + 1] - t0)
        u = (time - t0) / h
        # Hermite form q = p0 + h u m0 + u^2 b + u^3 c.
        b = 3.0 * (p1 - p0) - h * (2.0 * m0 + m1)
        c = 2.0 * (p0 - p1) + h * (m0 + m1)
        return Reference(
            p0 + u * (h * m0 + u * (b + u * c)),
            m0 + (u / h) * (2.0 * b + 3.0 * u * c),
            (2.0 * b + 6.0 * u * c) / (h * h),
        )
