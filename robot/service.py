"""The removal service: an arm, a gripper and the motion between them, in one real-time thread.

The face for the robot node: every call may come from any thread.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from calibration.cell import CellCalibration
from models.ground.text import say
from robot.base import (
    Arm,
    ArmError,
    ArmState,
    BeltSample,
    Gripper,
    RobotError,
    RobotMode,
    ThreadSign,
)
from robot.grippers.polled import PolledGripper
from robot.motion.belt_predictor import BeltPredictor
from robot.motion.config import MotionSettings
from robot.motion.follower import ArmStoppedError, Follower
from robot.motion.pick import PickCycle
from robot.motion.planner import PickPlanner
from robot.motion.removal import (
    Cancelled,
    OnFeedback,
    Phase,
    Reason,
    RemovalFeedback,
    RemovalRequest,
    RemovalResult,
)
from robot.motion.workpiece import Workpiece

__all__ = [
    "Phase",
    "Reason",
    "RemovalFeedback",
    "RemovalRequest",
    "RemovalResult",
    "RemovalService",
    "RobotSnapshot",
]

log = logging.getLogger(__name__)
_UNCONNECTED = say("arm.unconnected")
_INTERRUPTED = say("arm.interrupted")
_CLOSED = say("arm.closed")
_DIED = say("arm.thread_died")
_STOPPED_POLL_S = 0.1
_AT_HOME_RAD = 0.03
"""An arm whose joints are all this near to the waiting pose waits."""
_CLOSE_S = 10.0
_PATIENCE_S = 3.0
"""Between two samples of the arm at the most, on a machine that is very busy."""
_CONNECTING_S = 30.0
"""An arm that is unlocked or connected anew takes its time."""
_NOBODY: tuple[float, ...] = (0.0,) * 6


@dataclass(frozen=True, slots=True)
class RobotSnapshot:
    """What RobotState tells: joints [rad, rad/s], tool centre point in `cell` [m]."""

    connected: bool = False
    mode: RobotMode = RobotMode.DISCONNECTED
    busy: bool = False
    position: tuple[float, ...] = _NOBODY
    velocity: tuple[float, ...] = _NOBODY
    tcp_position: tuple[float, float, float] = (0.0, 0.0, 0.0)
    part: str = ""
    phase: Phase = Phase.IDLE
    vacuum_ok: bool = False
    message: str = _UNCONNECTED


@dataclass(slots=True)
class _Job:
    """Work for the motion thread; the caller waits for `done`."""

    run: Callable[[], RemovalResult | None]
    returns: bool = True
    """Whether the arm goes back to its waiting pose afterwards."""
    done: Future[RemovalResult | None] = field(default_factory=Future)


class MonotonicClock:
    """The host's monotonic clock behind `Clock`."""

    def now(self) -> float:
        """[s]"""
        return time.monotonic()

    def sleep_until(self, time_s: float) -> None:
        """Sleep up to `time_s`."""
        left = time_s - time.monotonic()
        if left > 0.0:
            time.sleep(left)


class RemovalService:
    """Owns arm and gripper from `connect` to `close`; removes one part at a time."""

    def __init__(
        self, arm: Arm, gripper: Gripper, settings: MotionSettings, site: CellCalibration
    ) -> None:
        self._arm, self._settings = arm, settings
        self._gripper = PolledGripper(gripper, settings.gripper_poll_hz)
        self._predictor = BeltPredictor(settings.belt_ramp_m_s2)
        self._planner = PickPlanner(settings, site)
        self._follower = Follower(
            arm, self._predictor, MonotonicClock(), settings, self._note_state
        )
        self._cycle = PickCycle(self._follower, self._gripper, self._planner, settings)
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._interrupted = threading.Event()
        self._thread: threading.Thread | None = None
        self._died: BaseException | None = None
        self._moved_s, self._patience_s = 0.0, _PATIENCE_S
        self._arm_state: ArmState | None = None
        self._request: RemovalRequest | None = None
        self._busy = False
        self._trouble = _UNCONNECTED

    def connect(self) -> None:
        """Connect arm and gripper; nothing moves. An arm that does not wait with an empty cup takes
        no part before `recover`, which is a person's to order.

        Raises ArmError, MotionError, RobotError.
        """
        self._closing.clear()
        try:
            self._arm.connect()
            self._gripper.connect()
            self._died, self._moved_s = None, time.monotonic()
            self._thread = threading.Thread(target=self._work, name="motion", daemon=True)
            self._thread.start()
            self._do(self._look, returns=False)
        except BaseException:
            self.close()
            raise

    def push_belt(self, sample: BeltSample) -> None:
        """Take in a belt sample as soon as it arrives; about 50 a second."""
        stamp_s = time.monotonic() - (time.time_ns() - sample.stamp_ns) * 1e-9
        halted = sample.watchdog_tripped or sample.emergency_stop
        commanded = 0.0 if halted else sample.commanded_speed_m_s
        self._predictor.update(
            stamp_s, sample.encoder_m, sample.speed_m_s, commanded, sample.authority_m
        )

    def remove(
        self, request: RemovalRequest, on_feedback: OnFeedback, cancelled: Cancelled
    ) -> RemovalResult:
        """Fetch one part and drop it into its bin; blocks until it is released, or says why not.

        The callbacks run in the motion thread and must return within a millisecond.
        Never raises RobotError.
        """
        try:
            result = self._do(lambda: self._remove(request, on_feedback, cancelled))
        except RobotError as error:
            return RemovalResult(False, Reason.ERROR, str(error))
        assert result is not None
        return result

    def state(self) -> RobotSnapshot:
        """The latest snapshot; at most one period old while the arm runs."""
        latest, request = self._arm_state, self._request
        if latest is None or self._thread is None:
            return RobotSnapshot(message=self._trouble)
        x, y, z = self._planner.arm.forward(latest.position).translation.tolist()
        vacuum, trouble = False, self._trouble
        try:
            vacuum = self._gripper.holds()
        except RobotError as error:
            trouble = trouble or str(error)
        return RobotSnapshot(
            connected=latest.mode is not RobotMode.DISCONNECTED,
            mode=latest.mode,
            busy=self._busy,
            position=tuple(latest.position.tolist()),
            velocity=tuple(latest.velocity.tolist()),
            tcp_position=(x, y, z),
            part=request.part if request and (self._busy or vacuum) else "",
            phase=self._cycle.phase,
            vacuum_ok=vacuum,
            message=trouble,
        )

    def require_feasible(self, shape: Workpiece, bins: Iterable[str]) -> None:
        """Raises MotionError when parts of this shape could not be removed into these bins."""
        self._planner.require_feasible(shape, bins)

    def recover(self) -> None:
        """After a stop, with a person's consent: unlock, rise, empty the cup, go waiting.

        Raises ArmError, MotionError, RobotError.
        """
        self._do(self._recover)

    def threads(self) -> tuple[ThreadSign, ...]:
        """How the threads fare that move the arm and ask the gripper; none while not connected."""
        thread = self._thread
        if thread is None:
            return ()
        gone = not thread.is_alive() and not self._closing.is_set()
        motion = ThreadSign(thread.name, self._moved_s, self._patience_s, gone, self._died)
        return (motion, *self._gripper.threads())

    def interrupt(self) -> None:
        """Stop the arm where it is, in the midst of whatever it does; one that waits goes on
        waiting. `recover` leads on.
        """
        if self._busy or self._cycle.phase is not Phase.IDLE:
            self._interrupted.set()

    def close(self) -> None:
        """End the threads, stop the arm, disconnect. Safe to call twice.

        Raises RobotError when a thread hangs; the rest is closed then, too.
        """
        self._closing.set()
        thread, self._thread = self._thread, None
        self._trouble = _CLOSED
        with ExitStack() as stack:
            stack.callback(self._arm.close)
            stack.callback(self._gripper.close)
            if thread is not None:
                thread.join(timeout=_CLOSE_S)
                if thread.is_alive():
                    raise ArmError(say("arm.thread_hangs", seconds=_CLOSE_S))

    def _do(
        self, run: Callable[[], RemovalResult | None], *, returns: bool = True
    ) -> RemovalResult | None:
        if self._thread is None or self._closing.is_set():
            raise ArmError(say("arm.connect_first"))
        job = _Job(run, returns)
        self._jobs.put(job)
        while True:
            try:
                return job.done.result(timeout=1.0)
            except TimeoutError:
                if self._thread is None or not self._thread.is_alive():
                    raise ArmError(_CLOSED if self._died is None else _DIED) from self._died

    # In the motion thread.

    def _work(self) -> None:
        try:
            self._serve()
        except BaseException as error:
            self._died = error
            raise
        finally:
            self._stop_arm()

    def _serve(self) -> None:
        while not self._closing.is_set():
            self._moved_s = time.monotonic()
            try:
                job = self._jobs.get(timeout=_STOPPED_POLL_S if self._trouble else 0.0)
            except queue.Empty:
                self._idle()
            else:
                self._run(job)

    def _stop_arm(self) -> None:
        if self._arm_state is None or self._arm_state.mode is RobotMode.OPERATIONAL:
            try:
                self._arm.stop()
            except ArmError as error:
                log.error("%s", error)

    def _run(self, job: _Job) -> None:
        try:
            result = job.run()
        except RobotError as error:
            self._give_up(error)
            job.done.set_exception(error)
            return
        job.done.set_result(result)
        if job.returns:
            self._guarded(self._cycle.go_waiting)

    def _idle(self) -> None:
        """One period: along the way back, or watching an arm that has stopped."""
        if not self._trouble:
            self._guarded(self._cycle.idle)
            return
        try:
            self._note_state(self._arm.state())
        except ArmError as error:
            self._trouble = str(error)
            self._mark(RobotMode.DISCONNECTED)

    def _guarded(self, step: Callable[[], object]) -> None:
        if self._trouble:
            return
        try:
            step()
        except RobotError as error:
            self._give_up(error)

    def _give_up(self, error: RobotError) -> None:
        """Stop streaming; from here only `recover` leads on."""
        self._trouble = str(error)
        self._cycle.phase = Phase.IDLE
        self._interrupted.clear()
        if not self._closing.is_set():
            self._stop_arm()

    def _remove(
        self, request: RemovalRequest, on_feedback: OnFeedback, cancelled: Cancelled
    ) -> RemovalResult:
        if self._trouble:
            stopped = self._arm_state and self._arm_state.mode is RobotMode.PROTECTIVE_STOP
            reason = Reason.PROTECTIVE_STOP if stopped else Reason.ERROR
            return RemovalResult(False, reason, say("arm.recover_first", why=self._trouble))
        self._request, self._busy = request, True
        try:
            return self._cycle.remove(request, on_feedback, cancelled)
        finally:
            self._busy = False

    def _recover(self) -> None:
        self._patience_s = _CONNECTING_S
        try:
            self._arm.recover()
        finally:
            self._moved_s, self._patience_s = time.monotonic(), _PATIENCE_S
        self._start()

    def _look(self) -> None:
        """Where the arm stands, without moving it."""
        try:
            state = self._follower.reset()
        except ArmStoppedError as stopped:
            self._trouble = str(stopped)
            return
        away_rad = float(abs(state.position - self._planner.waiting).max())
        if self._gripper.holds():
            self._trouble = say("arm.part_hangs")
        elif away_rad > _AT_HOME_RAD:
            self._trouble = say("arm.away")
        else:
            self._trouble = ""

    def _start(self) -> None:
        """From any stand: up from the belt, put down what still hangs on the cup."""
        try:
            self._follower.reset()
        except ArmStoppedError as stopped:
            self._trouble = str(stopped)
            return
        self._trouble = ""
        self._cycle.rise()
        if self._gripper.holds():
            known = self._request.bin if self._request else self._settings.unknown_bin
            self._cycle.put_down(known)
        self._gripper.grip(False)

    def _note_state(self, state: ArmState) -> None:
        self._arm_state, self._moved_s = state, time.monotonic()
        if self._closing.is_set():
            raise ArmError(_CLOSED)  # a removal under way must not keep the process
        if self._interrupted.is_set() and not self._trouble:
            raise ArmError(_INTERRUPTED)

    def _mark(self, mode: RobotMode) -> None:
        if self._arm_state is not None:
            self._arm_state = replace(self._arm_state, mode=mode)
