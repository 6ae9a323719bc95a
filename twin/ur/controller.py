"""The controller behind the sockets: registers, running program, safety, the arm's reference.

The program that `ur-rtde` uploads is not interpreted: this is the same command loop in Python. The
command is in input integer register 0, the answer in output integer register 0 (1 ready, 2 done),
as that program has it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from calibration.geometry import Float
from twin.ur.kinematics import JOINT_SPEED_LIMIT
from twin.ur.motion import BRAKE, Brake, Hold, Motion, MoveJ, Reference, ServoJ, SpeedJ

log = logging.getLogger(__name__)

JUMP_LIMIT = 0.25
"""A first target that lies further from the arm than this stops it [rad]."""
SPEED_MARGIN = 1.5
"""Targets may ask for this multiple of the joint speed limit before the arm stops itself."""
JITTER = 0.25
"""Two targets may lie this much further apart [rad]: how late each one came is not known."""
UNLOCK_AFTER_S = 5.0
"""A real controller wants the cause of a protective stop looked at for this long."""
READY, DONE = 1, 2


class SafetyMode(IntEnum):
    """UR's numbers."""

    NORMAL = 1
    PROTECTIVE_STOP = 3
    ROBOT_EMERGENCY_STOP = 7


class Command(IntEnum):
    """Numbers of ur-rtde's control program."""

    NONE = 0
    MOVE_J = 1
    SPEED_J = 9
    SERVO_J = 11
    SPEED_STOP = 15
    SERVO_STOP = 16
    SET_PAYLOAD = 17
    KEEP_ALIVE = 24
    SET_TCP = 29
    PROTECTIVE_STOP = 31
    STOP_L = 33
    STOP_J = 34
    SET_WATCHDOG = 35
    IS_STEADY = 47
    STOP_SCRIPT = 255


STREAMED = {Command.SERVO_J, Command.SPEED_J, Command.KEEP_ALIVE}
STOPS = {Command.SPEED_STOP, Command.SERVO_STOP, Command.STOP_L, Command.STOP_J}
DECELERATION_LIMIT = 40.0


@dataclass(slots=True)
class Registers:
    """The general purpose registers that RTDE clients share with the program."""

    input_int: list[int] = field(default_factory=lambda: [0] * 48)
    input_double: list[float] = field(default_factory=lambda: [0.0] * 48)
    output_int: list[int] = field(default_factory=lambda: [0] * 48)
    output_double: list[float] = field(default_factory=lambda: [0.0] * 48)


class UrController:
    """State of one robot. `advance` once a tick; sockets call `command` on new registers."""

    def __init__(self, start: Float) -> None:
        self.registers = Registers()
        self.motion: Motion = Hold(start)
        self.program_running = False
        self.powered = True
        self.safety = SafetyMode.NORMAL
        self.stop_reason = ""
        self.time = 0.0
        self.q, self.qd = start.copy(), np.zeros(6)
        self._executing = False
        self._waits_for_motion = False
        self._watchdog_period = 0.0
        self._heard = 0.0
        self._stopped_at = 0.0

    # What the world tells

    def advance(self, time: float, q: Float, qd: Float) -> None:
        """Take the arm's measured state at `time` [s] and go on with the program."""
        self.time, self.q, self.qd = time, q.copy(), qd.copy()
        if self._waits_for_motion and self.motion.done(time):
            self._waits_for_motion = False
            self._finish()
        if self._watchdog_period and time - self._heard > self._watchdog_period:
            log.warning("no input for %.3f s: the program's watchdog stops it", time - self._heard)
            self.stop_program()
        self.command()

    def protective_stop(self, reason: str, *, hit: bool = False) -> None:
        """End the program and brake, or after a hit stay here, until somebody unlocks the stop."""
        if self.safety is not SafetyMode.NORMAL:
            return
        log.warning("protective stop: %s", reason)
        self.safety, self.stop_reason = SafetyMode.PROTECTIVE_STOP, reason
        self._stopped_at = self.time
        self.stop_program()
        if hit:
            self.motion = Hold(self.q)

    def emergency_stop(self, active: bool) -> None:
        """The emergency stop is pressed or released; then the arm needs power and brakes again."""
        if active:
            self.safety, self.stop_reason = SafetyMode.ROBOT_EMERGENCY_STOP, "emergency stop"
            self.stop_program()
            self.powered = False
        elif self.safety is SafetyMode.ROBOT_EMERGENCY_STOP:
            self.safety, self.stop_reason = SafetyMode.NORMAL, ""

    # What the dashboard and the script port ask

    def start_program(self) -> bool:
        """Run an uploaded control program. False where the robot cannot run one now."""
        if self.safety is not SafetyMode.NORMAL or not self.powered:
            return False
        self.stop_program()
        self.registers.input_int[0] = Command.NONE
        self.registers.output_int[:] = [0] * 48
        self.registers.output_int[0] = READY
        self._executing = self._waits_for_motion = False
        self._heard = self.time
        self.program_running = True
        return True

    def stop_program(self) -> None:
        """End the program; the arm brakes."""
        if self.program_running:
            self._brake(BRAKE)
        self.program_running = self._executing = self._waits_for_motion = False
        self._watchdog_period = 0.0

    def unlock(self) -> bool:
        """Leave a protective stop. False while it is younger than UNLOCK_AFTER_S."""
        if self.safety is SafetyMode.PROTECTIVE_STOP:
            if self.time - self._stopped_at < UNLOCK_AFTER_S:
                return False
            self.safety, self.stop_reason = SafetyMode.NORMAL, ""
            self.motion = Hold(self.q)
        return True

    def power(self, on: bool) -> None:
        """Switch the arm's power; switching it off ends the program."""
        if not on:
            self.stop_program()
        self.powered = on and self.safety is SafetyMode.NORMAL

    # The program's command loop

    def heard(self) -> None:
        """A client wrote registers."""
        self._heard = self.time

    def fresh_target(self, arrival: float) -> None:
        """A client's write at `arrival` [s] carried a streamed command: each one is a target."""
        if not self.program_running or self._waits_for_motion:
            return
        command = self.registers.input_int[0]
        if command == Command.SERVO_J:
            self._servo(arrival)
        elif command == Command.SPEED_J:
            self._speed()

    def command(self) -> None:
        """One turn of the program's loop."""
        if not self.program_running or self._waits_for_motion:
            return
        command = self.registers.input_int[0]
        if command in STREAMED:
            self.registers.output_int[0] = READY
        elif command == Command.NONE:
            self._executing = False
            self.registers.output_int[0] = READY
        elif not self._executing:
            self._executing = True
            self._execute(command)

    def _execute(self, number: int) -> None:
        doubles = self.registers.input_double
        if number == Command.STOP_SCRIPT:
            self.stop_program()
            return
        if number == Command.MOVE_J:
            self._move(doubles)
        elif number in STOPS:
            self._brake(min(max(doubles[0], 0.1), DECELERATION_LIMIT))
            self._waits_for_motion = True
        elif number == Command.PROTECTIVE_STOP:
            self.protective_stop("asked for by the program")
        elif number == Command.SET_WATCHDOG:
            self._watchdog_period = 1.0 / doubles[0] if doubles[0] > 0.0 else 0.0
            self._finish()
        elif number == Command.IS_STEADY:
            self.registers.output_int[1] = int(float(np.max(np.abs(self.qd))) < 1e-3)
            self._finish()
        elif number in (Command.SET_PAYLOAD, Command.SET_TCP):
            self._finish()
        else:
            log.error("command %d is not simulated; the program ends as on a runtime error", number)
            self.stop_program()

    def _finish(self) -> None:
        self.registers.output_int[0] = DONE

    def _move(self, doubles: list[float]) -> None:
        goal = np.array(doubles[:6])
        speed, acceleration = min(doubles[6], JOINT_SPEED_LIMIT), doubles[7]
        if speed <= 0.0 or acceleration <= 0.0 or not np.all(np.abs(goal) <= 2.0 * np.pi):
            self.protective_stop("moveJ outside the joint limits or without speed")
            return
        start = self.motion.at(self.time).q
        self.motion = MoveJ(start, goal, speed, acceleration, self.time)
        if self.registers.input_int[1]:
            self._finish()
        else:
            self._waits_for_motion = True

    def _servo(self, arrival: float) -> None:
        doubles = self.registers.input_double
        target, period, look_ahead = np.array(doubles[:6]), doubles[8], doubles[9]
        motion = self.motion
        if isinstance(motion, ServoJ):
            gap, pause = motion.jump(target, period, arrival)
            if gap > SPEED_MARGIN * JOINT_SPEED_LIMIT * pause + JITTER:
                self.protective_stop(f"servo target jumped by {gap:.2f} rad in {pause:.3f} s")
                return
            motion.feed(target, period, look_ahead, arrival)
            return
        now = motion.at(self.time)
        gap = float(np.max(np.abs(target - now.q)))
        if gap > JUMP_LIMIT:
            self.protective_stop(f"first servo target lies {gap:.2f} rad from the arm")
            return
        self.motion = ServoJ(now, target, look_ahead, arrival)

    def _speed(self) -> None:
        doubles = self.registers.input_double
        speed = np.clip(np.array(doubles[:6]), -JOINT_SPEED_LIMIT, JOINT_SPEED_LIMIT)
        if not isinstance(self.motion, SpeedJ):
            self.motion = SpeedJ(self.motion.at(self.time), self.time)
        self.motion.aim(speed, max(doubles[6], 0.1))

    def _brake(self, deceleration: float) -> None:
        now: Reference = self.motion.at(self.time)
        self.motion = Brake(now, deceleration, self.time)
