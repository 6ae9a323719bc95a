"""A Universal Robots arm over RTDE, with the unmodified `ur-rtde` client."""

from __future__ import annotations

import contextlib
import math
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from dashboard_client import DashboardClient
from rtde_control import RTDEControlInterface
from rtde_receive import RTDEReceiveInterface

from models.ground.text import say
from robot.base import ArmError, ArmFacts, ArmState, Joints, RobotMode
from robot.settings import Settings, setting

_RTDE_PORT = 30004
# Values of RTDE's `safety_status` bits and `robot_mode`: Universal Robots, "RTDE guide".
_PROTECTIVE_BIT = 1 << 2
_EMERGENCY_BITS = (1 << 5) | (1 << 6) | (1 << 7)
_MODE_RUNNING = 7
_STEP_MARGIN_DEG = 2.0
_LOOKING_S = 0.1
"""Silence counts up to this long between two looks: whoever stood still has not listened."""
_PART_S = 2.0
"""How long closing waits for links; usually they take half a second. One whose controller went away
in that moment tries to reconnect for many more."""
_SPENT: list[Any] = []
"""The links that were closed last."""


class UrRtdeConfig(Settings):
    """Where the controller is and how it follows streamed positions."""

    host: str = setting("127.0.0.2", "Arm host", "Address of the controller; its ports are fixed")
    frequency_hz: float = setting(
        125.0, "RTDE rate", "Samples and set-points a second", "Hz", ge=50, le=500
    )
    servo_gain: float = setting(
        600.0, "Servo gain", "Stiffness of following, as servoJ takes it", "", ge=100, le=2000
    )
    stop_rad_s2: float = setting(
        10.0, "Stop deceleration", "Deceleration of a stop", "rad/s^2", gt=0
    )
    unlock_wait_s: float = setting(
        5.5, "Unlock wait", "A controller refuses to unlock sooner after a stop", "s", ge=0
    )
    answer_s: float = setting(2.0, "Answer time", "Longest wait for the controller", "s", gt=0)
    silence_s: float = setting(
        0.5, "Silence", "Without a new sample for this long the arm is lost", "s", gt=0
    )
    speed_limit_deg_s: float = setting(
        180.0, "Speed limit", "Set-points that ask any joint for more are refused", "deg/s", gt=0
    )


class UrRtdeArm:
    """`Arm` on a UR controller. Use from one thread, but for `close`."""

    Config = UrRtdeConfig

    def __init__(self, config: UrRtdeConfig) -> None:
        self._config = config
        self._control: RTDEControlInterface | None = None
        self._receive: RTDEReceiveInterface | None = None
        self._dashboard: DashboardClient | None = None
        self._last_target: Joints = np.zeros(6)
        self._last_sent_s = 0.0
        self._streaming = False
        self._sent_s = -1.0  # controller's time of the newest sample
        self._looked_s = self._silent_s = 0.0
        self._stopped_s = 0.0

    def connect(self) -> None:
        """Connect the three clients; their script starts on the controller. Raises ArmError.

        In a protective stop there is no script yet: `state` tells, and `recover` leads on.
        """
        self._require_controller()
        host, rate = self._config.host, self._config.frequency_hz
        try:
            self._dashboard = DashboardClient(host)
            self._dashboard.connect(round(self._config.answer_s * 1000))
            self._receive = RTDEReceiveInterface(host, rate)
            if self._require_ready():
                self._control = RTDEControlInterface(host, rate)
        except ArmError:
            self.close()
            raise
        except (RuntimeError, OSError) as error:
            self.close()
            raise ArmError(self._told("refused", error)) from error

    def facts(self) -> ArmFacts:
        """What the controller says of its arm; nothing is started or moved. Raises ArmError."""
        self._require_controller()
        dashboard, receive = DashboardClient(self._config.host), None
        try:
            dashboard.connect(round(self._config.answer_s * 1000))
            receive = RTDEReceiveInterface(self._config.host, self._config.frequency_hz)
            x, y, z = receive.getActualTCPPose()[:3]
            joints = np.array(receive.getActualQ())
            return ArmFacts(str(dashboard.getRobotModel()).strip(), joints, (x, y, z))
        except (RuntimeError, OSError) as error:
            raise ArmError(self._told("refused", error)) from error
        finally:
            if receive is not None:
                receive.disconnect()
            if dashboard.isConnected():
                dashboard.disconnect()

    def state(self) -> ArmState:
        """The latest sample. Raises ArmError when the connection is lost."""
        receive = self._receive
        if receive is None:
            raise ArmError(say("arm.not_connected", host=self._config.host))
        now = time.monotonic()
        passed_s, self._looked_s = now - self._looked_s, now
        self._silent_s += min(passed_s, _LOOKING_S)
        sent_s = float(receive.getTimestamp())
        if sent_s != self._sent_s:
            self._sent_s, self._silent_s = sent_s, 0.0
        if not receive.isConnected() or self._silent_s > self._config.silence_s:
            raise ArmError(say("arm.silent", host=self._config.host))
        return ArmState(
            stamp_s=now,
            position=np.array(receive.getActualQ()),
            velocity=np.array(receive.getActualQd()),
            mode=self._mode(receive),
        )

    def stream(self, position: Joints, period_s: float, look_ahead_s: float) -> None:
        """Follow: be at `position` one look-ahead from now. Raises ArmError."""
        control = self._control
        if control is None:
            raise ArmError(say("arm.no_program", host=self._config.host))
        self._require_continuous(position, period_s)
        if not control.servoJ(
            position.tolist(), 0.0, 0.0, period_s, look_ahead_s, self._config.servo_gain
        ):
            raise ArmError(say("arm.no_set_points", host=self._config.host))
        self._last_target, self._last_sent_s = position, time.monotonic()
        self._streaming = True

    def stop(self) -> None:
        """Brake to a stand along the path as fast as allowed. Raises ArmError."""
        self._streaming = False
        if self._control is not None and not self._control.servoStop(self._config.stop_rad_s2):
            raise ArmError(say("arm.no_stop", host=self._config.host))

    def recover(self) -> None:
        """Unlock a protective stop and start the program anew. Raises ArmError."""
        try:
            mode = self.state().mode
        except ArmError:
            self._part()  # an old link that is still at it would get in the new one's way
            self.connect()
            return
        if mode in (RobotMode.EMERGENCY_STOP, RobotMode.POWER_OFF):
            raise ArmError(say("arm.release_first", host=self._config.host, mode=mode.value))
        if mode is RobotMode.PROTECTIVE_STOP:
            self._unlock()
        self._restart_script()

    def close(self) -> None:
        """Stop the program on the controller and disconnect. Safe to call twice.

        A link that does not let go is left to the end of the process.
        """
        self._part(_PART_S)

    def _part(self, patience_s: float | None = None) -> None:
        """Stop the program and disconnect; wait for the links so long at the most."""
        links: list[Any] = [link for link in (self._control, self._receive) if link is not None]
        if self._dashboard is not None and self._dashboard.isConnected():
            links.append(self._dashboard)
        # Each link waits half a second for its thread, and once more when it is destroyed: they
        # wait side by side, and what is left of them is kept until the next ones replace it.
        ends = [threading.Thread(target=_end, args=(link,), daemon=True) for link in links]
        for end in ends:
            end.start()
        until_s = None if patience_s is None else time.monotonic() + patience_s
        for end in ends:
            end.join(None if until_s is None else max(until_s - time.monotonic(), 0.0))
        _SPENT[:] = links or _SPENT
        self._control = self._receive = self._dashboard = None
        self._streaming = False

    def _require_continuous(self, position: Joints, period_s: float) -> None:
        """Late set-points may lie further apart, but never further than the joints may move."""
        if not self._streaming:
            return
        pause_s = period_s + time.monotonic() - self._last_sent_s
        step = math.degrees(float(np.abs(position - self._last_target).max()))
        if step > _STEP_MARGIN_DEG + self._config.speed_limit_deg_s * pause_s:
            raise ArmError(say("arm.leap", step=step, pause_ms=pause_s * 1e3))

    def _require_controller(self) -> None:
        """The clients' own errors do not say what to check, so ask the port first."""
        try:
            socket.create_connection((self._config.host, _RTDE_PORT), self._config.answer_s).close()
        except OSError as error:
            words, host = say("device.words", words=error), self._config.host
            told = say("arm.no_controller", host=host, port=_RTDE_PORT, words=words)
            raise ArmError(told) from error

    def _require_ready(self) -> bool:
        """Whether the arm can move at once. Raises ArmError where only its pendant helps."""
        assert self._receive is not None
        mode = self._mode(self._receive)
        if mode not in (RobotMode.OPERATIONAL, RobotMode.PROTECTIVE_STOP):
            raise ArmError(say("arm.at_pendant", host=self._config.host, mode=mode.value))
        return mode is RobotMode.OPERATIONAL

    def _mode(self, receive: RTDEReceiveInterface) -> RobotMode:
        safety, mode = int(receive.getSafetyStatusBits()), int(receive.getRobotMode())
        if safety & _EMERGENCY_BITS:
            return RobotMode.EMERGENCY_STOP
        if safety & _PROTECTIVE_BIT:
            self._stopped_s = self._stopped_s or time.monotonic()
            return RobotMode.PROTECTIVE_STOP
        self._stopped_s = 0.0
        if mode == _MODE_RUNNING:
            return RobotMode.OPERATIONAL
        return RobotMode.DISCONNECTED if mode <= 0 else RobotMode.POWER_OFF

    def _unlock(self) -> None:
        assert self._dashboard is not None
        host = self._config.host
        time.sleep(max(self._stopped_s + self._config.unlock_wait_s - time.monotonic(), 0.0))
        try:
            if not self._dashboard.isConnected():
                self._dashboard.connect(round(self._config.answer_s * 1000))
            self._dashboard.closeSafetyPopup()
            self._dashboard.unlockProtectiveStop()
        except RuntimeError as error:
            raise ArmError(self._told("no_unlock", error)) from error
        operational = RobotMode.OPERATIONAL
        self._wait(lambda: self.state().mode is operational, say("arm.stays_stopped", host=host))

    def _restart_script(self) -> None:
        self._streaming = False
        host, rate = self._config.host, self._config.frequency_hz
        try:
            if self._control is None or not self._control.isConnected():
                self._control = RTDEControlInterface(host, rate)
            elif not self._control.isProgramRunning() and not self._control.reuploadScript():
                raise ArmError(say("arm.no_start", host=host))
            self._wait(self._control.isProgramRunning, say("arm.no_run", host=host))
        except RuntimeError as error:
            raise ArmError(self._told("no_start_said", error)) from error

    def _told(self, what: str, error: Exception) -> str:
        """What went wrong, with the client's own words."""
        words = say("device.words", words=error)
        return say(f"arm.{what}", host=self._config.host, words=words)

    def _wait(self, done: Callable[[], bool], told: str) -> None:
        """Raises ArmError, with what is told of it, when it takes too long."""
        give_up_s = time.monotonic() + self._config.answer_s
        while not done():
            if time.monotonic() > give_up_s:
                raise ArmError(told)
            time.sleep(0.02)


def _end(link: Any) -> None:
    """Disconnect, the control link after its program. A controller that goes away meanwhile may
    keep both waiting.
    """
    if isinstance(link, RTDEControlInterface) and link.isConnected():
        with contextlib.suppress(RuntimeError):
            link.stopScript()
    link.disconnect()
