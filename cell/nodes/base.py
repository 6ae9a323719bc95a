"""What every node of the cell shares: life cycle, heartbeat, diagnostics, a clean end."""

from __future__ import annotations

import os
import platform
import signal
import sys
import threading
import traceback
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import cv2
import psutil
import rclpy
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from inspection_cell_interfaces.msg import NodeStatus
from pydantic import ValidationError
from rcl_interfaces.msg import ParameterDescriptor
from rclpy.executors import ExternalShutdownException
from rclpy.experimental import EventsExecutor
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.signals import SignalHandlerOptions
from rclpy.task import Future

from calibration.cell import CalibrationError
from cell.config import CellConfig, ConfigError, load
from cell.config.load import first_problem
from cell.launcher.child import REFUSED
from cell.ledger.codec import UnknownEventError
from cell.ledger.ledger import LedgerError
from cell.recipe.loading import RecipeError
from cell.records.journal import JournalError
from cell.records.store import RecordsError
from models.package import ModelError
from robot.base import RobotError
from vision.errors import VisionError

STARTUP_ERRORS = (
    CalibrationError, ConfigError, JournalError, LedgerError, ModelError, RecipeError, RecordsError,
    RobotError, UnknownEventError, VisionError,
)  # fmt: skip
"""What may go wrong on configure or activate with a message that is meant for a person."""

CONFIG = ParameterDescriptor(
    description="Configuration file of the cell (YAML); empty: the demo cell.", read_only=True
)
AUTOSTART = ParameterDescriptor(
    description="Configure and activate at the start, without a lifecycle manager.", read_only=True
)
LAST_S = 6.0
"""A node that was told to end ends after this long at the latest."""

RELIABLE = QoSProfile(depth=50, reliability=ReliabilityPolicy.RELIABLE)
LATEST = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
LATCHED = QoSProfile(
    depth=1, reliability=ReliabilityPolicy.RELIABLE, durability=DurabilityPolicy.TRANSIENT_LOCAL
)


def to_time(nanoseconds: int) -> Time:
    """System-clock nanoseconds as a ROS time."""
    return Time(sec=nanoseconds // 1_000_000_000, nanosec=nanoseconds % 1_000_000_000)


def to_ns(time: Time) -> int:
    """A ROS time as system-clock nanoseconds."""
    return int(time.sec) * 1_000_000_000 + int(time.nanosec)


class CellNode(LifecycleNode):
    """A lifecycle node under /cell that brings itself up, says that it lives, and says what ails
    it.

    A subclass fills `set_up` (configure), `begin` (activate), `halt` (deactivate) and `tear_down`
    (clean up).
    """

    def __init__(self, name: str) -> None:
        super().__init__(name, namespace="/cell")
        self.boot_id = uuid.uuid4().hex[:12]
        self.problem = ""
        self.refused = False
        self.fatal: Future = Future()
        self._process = psutil.Process()
        self._announced = ""
        path = self.declare_parameter("config", "", CONFIG).value
        self.declare_parameter("autostart", True, AUTOSTART)
        self.config: CellConfig = load(Path(path) if path else None)
        self._status = self.create_publisher(NodeStatus, "/cell/node_status", RELIABLE)
        self._diagnostics = self.create_publisher(DiagnosticArray, "/diagnostics", RELIABLE)
        self.create_timer(0.2, self._beat)
        self.create_timer(1.0, self._diagnose)

    # What a subclass fills in.
    def set_up(self) -> None:
        """Read files, connect to devices, create topics."""

    def begin(self) -> None:
        """Start to work."""

    def halt(self) -> None:
        """Stop to work; keep connections."""

    def tear_down(self) -> None:
        """Let go of devices and memory. Must be safe to call twice."""

    def details(self) -> dict[str, object]:
        """What /diagnostics shows beside the state."""
        return {}

    def now_ns(self) -> int:
        """System clock in nanoseconds."""
        return int(self.get_clock().now().nanoseconds)

    @property
    def lifecycle(self) -> str:
        """Label of the primary state."""
        return str(self._state_machine.current_state[1])

    # Life cycle.
    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        if self._guarded(self.set_up):
            return super().on_configure(state)
        self.tear_down()
        return TransitionCallbackReturn.FAILURE

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        if self._guarded(self.begin):
            return super().on_activate(state)
        return TransitionCallbackReturn.FAILURE

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        self.halt()
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        self.tear_down()
        return super().on_cleanup(state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        self.tear_down()
        return super().on_shutdown(state)

    def bring_up(self) -> None:
        """Configure and activate when the parameter `autostart` says so; end the process when that
        fails.
        """
        if not self.get_parameter("autostart").value:
            return
        up = (
            self.trigger_configure() == TransitionCallbackReturn.SUCCESS
            and self.trigger_activate() == TransitionCallbackReturn.SUCCESS
        )
        if not up:
            self.refused = True
            self.fail(self.problem or f"{self.get_name()}: could not start.")

    def fail(self, message: str) -> None:
        """Say why and end the process: whoever started it decides what comes next."""
        self.problem = message
        if not self.fatal.done():
            self.fatal.set_result(message)

    def _guarded(self, step: Callable[[], None]) -> bool:
        try:
            step()
        except STARTUP_ERRORS as error:
            self.problem = str(error)
            return False
        except ValidationError as error:
            self.problem = f"{self.get_name()} parameters: {first_problem(error, CellConfig)}"
            return False
        except Exception:
            # rclpy turns any exception into a failed transition and forgets it; a bug must stay
            # visible.
            traceback.print_exc()
            self.problem = f"{self.get_name()}: internal error, see the traceback in its log."
            return False
        self.problem = ""
        return True

    def _beat(self) -> None:
        memory, times = self._process.memory_info().rss, self._process.cpu_times()
        self._status.publish(
            NodeStatus(
                stamp=to_time(self.now_ns()),
                node=self.get_name(),
                host=platform.node(),
                pid=os.getpid(),
                boot_id=self.boot_id,
                lifecycle=self.lifecycle,
                healthy=not self.problem,
                message=self.problem,
                rss_mib=memory / 2**20,
                cpu_s=times.user + times.system,
            )
        )

    def _diagnose(self) -> None:
        level = DiagnosticStatus.ERROR if self.problem else DiagnosticStatus.OK
        values = [KeyValue(key=k, value=str(v)) for k, v in self.details().items()]
        status = DiagnosticStatus(
            level=level,
            name=f"cell: {self.get_name()}",
            hardware_id=self.config.name,
            message=self.problem or self.lifecycle,
            values=values,
        )
        message = DiagnosticArray(status=[status])
        message.header.stamp = to_time(self.now_ns())
        self._diagnostics.publish(message)


def run(factory: Callable[[], CellNode]) -> NoReturn:
    """Run one node as this process until SIGINT or SIGTERM, then end the process.

    Exit code 0; 1 when it failed while running; 2 when it cannot run as configured.
    """
    cv2.setNumThreads(1)  # processes share the cores; OpenCV's thread pool would fight over them
    code = _spin(factory)
    sys.stdout.flush()
    sys.stderr.flush()
    # Everything is let go of; unloading ROS's libraries would only take most of a second more.
    os._exit(code)


def _spin(factory: Callable[[], CellNode]) -> int:
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    try:
        node = factory()
    except STARTUP_ERRORS as error:
        print(f"error: {error}", file=sys.stderr)
        rclpy.shutdown()
        return REFUSED
    executor = EventsExecutor()
    executor.add_node(node)

    def end(*_: object) -> None:
        # A device that does not let go must not keep the process.
        threading.Timer(LAST_S, os._exit, (1,)).start()
        if not node.fatal.done():
            node.fatal.set_result("")

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    node.bring_up()
    try:
        # EventsExecutor.spin() spins without delivering (rclpy 7.1); waiting for a future works.
        while not node.fatal.done():
            executor.spin_until_future_complete(node.fatal, timeout_sec=86400.0)
    except ExternalShutdownException:
        pass
    finally:
        if node.lifecycle == "active":
            node.halt()
        node.tear_down()
        executor.shutdown()
        node.destroy_node()
        rclpy.shutdown()
    message = node.fatal.result() if node.fatal.done() else ""
    if message:
        print(f"error: {message}", file=sys.stderr)
        return REFUSED if node.refused else 1
    return 0
