"""What every node of the cell shares: configuration, life cycle, the words for what ails it."""

from __future__ import annotations

import traceback
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from rcl_interfaces.msg import ParameterDescriptor
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.lifecycle import LifecycleState, TransitionCallbackReturn
from rclpy.task import Future
from std_msgs.msg import Header

from cell.config import CellConfig, load
from cell.config.load import first_problem
from cell.config.namespace import frame_prefix
from cell.nodes.health import Health
from cell.nodes.namespace import CONFIG, namespace_of
from cell.nodes.taken import TakingNode
from cell.nodes.topics import stamped
from cell.nodes.workers import StuckError
from models.ground.errors import UserError
from robot.base import MotionError, RobotError
from vision.errors import CameraError

AUTOSTART = ParameterDescriptor(
    description="Configure and activate at the start, without a lifecycle manager.", read_only=True
)
ACTIVE = 2
"""Steps that an active node has taken: configured and activated."""
FAILED = TransitionCallbackReturn.ERROR


class CellNode(TakingNode):
    """A lifecycle node of one cell that brings itself up, says that it lives, and says what ails
    it.

    A subclass fills `set_up` (configure), `begin` (activate), `halt` (deactivate) and `tear_down`
    (clean up). What `begin` and `set_up` create through the node is given back here: workers end
    before `halt` and `tear_down`; publishers, subscriptions, services, clients, timers and actions
    go after them.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name, namespace=namespace_of(name))
        self.role = name  # which part of the cell it is, whatever ROS was told to call it
        self.boot_id = uuid.uuid4().hex[:12]
        self.problem = ""
        self.advisories: dict[str, str] = {}  # alarm -> detail: said for as long as it stands here
        self.preparation = "", ""  # stamp of a recipe, and why it cannot work by it
        self.refused = self._failing = self._device_away = False
        self.fatal: Future = Future()
        path = self.declare_parameter("config", "", CONFIG).value
        self.declare_parameter("autostart", True, AUTOSTART)
        self.config: CellConfig = load(Path(path) if path else None)
        self._health = Health(self)
        service = self._service_change_state
        self._change_state, service.callback = service.callback, self._answer_change

    # What a subclass fills in.
    def set_up(self) -> None:
        """Read files, connect to devices, create topics."""

    def begin(self) -> None:
        """Start to work."""

    def halt(self) -> None:
        """Stop to work; keep connections. Must be safe after a `begin` that failed half-way."""

    def tear_down(self) -> None:
        """Let go of devices and memory. Must be safe after a `set_up` that failed half-way."""

    def details(self) -> dict[str, object]:
        """What /diagnostics shows beside the state."""
        return {}

    @property
    def works_by(self) -> str:
        """Stamp of the recipe that it works by, '' for a node that needs none."""
        return ""

    def now_ns(self) -> int:
        """System clock in nanoseconds."""
        return int(self.get_clock().now().nanoseconds)

    @property
    def frame_prefix(self) -> str:
        """What stands before each frame of the cell in this graph."""
        given = self.config.ros.frame_prefix
        return frame_prefix(self.get_namespace()) if given is None else given

    def frame(self, name: str) -> str:
        """What a frame of the cell is called in this graph."""
        return f"{self.frame_prefix}{name}"

    def header(self, stamp_ns: int, frame: str = "") -> Header:
        """Of a message that was true at `stamp_ns` [system clock, ns]; frame: where its places lie,
        '' where it has none.
        """
        return stamped(stamp_ns, self.frame(frame) if frame else "")

    @property
    def lifecycle(self) -> str:
        """Label of the primary state."""
        return str(self._state_machine.current_state[1])

    # Life cycle.
    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        self.taken.open()
        if self._guarded(self.set_up):
            return super().on_configure(state)
        return self._taken_back()

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        self.taken.open()
        if self._guarded(self.begin):
            return super().on_activate(state)
        return self._taken_back()

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        return super().on_deactivate(state) if self._give_back() else FAILED

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        return super().on_cleanup(state) if self._give_back() else FAILED

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        return super().on_shutdown(state) if self.let_go() else FAILED

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """What did not end in order is not gone on with: the process ends, and a new one begins."""
        self.let_go()
        self.fail(self.problem or f"{self.role}: a change of state failed; see its log.")
        return super().on_error(state)

    def let_go(self) -> bool:
        """Give back everything, whatever the state; False when something was not given back in
        order (`problem` says what).
        """
        first = ""
        while self.taken.depth:
            if not self._give_back():
                first = first or self.problem
        self.problem = first or self.problem
        return not first

    def _give_back(self) -> bool:
        """Undo the newest step: its threads end, then `halt` or `tear_down`, then all goes that its
        counterpart created.
        """
        undo = self.halt if self.taken.depth == ACTIVE else self.tear_down
        first = ""
        for give_back in (self.end_workers, undo, self.taken.close):
            if not self._guarded(give_back):
                first = first or self.problem
        self.problem = first
        return not first

    def _taken_back(self) -> TransitionCallbackReturn:
        """After a step up that failed: its problem stays the one that is told."""
        told = self.problem, self._device_away
        fine = self._give_back()
        self.problem, self._device_away = told
        return TransitionCallbackReturn.FAILURE if fine else FAILED

    def _answer_change(self, request: Any, response: Any) -> Any:
        """A transition that the state does not allow is refused; rclpy would end the process."""
        try:
            return self._change_state(request, response)
        except rclpy_implementation.RCLError as error:
            self.get_logger().warning(f"refused a change of state: {error}")
            response.success = False
            return response

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
            self.refused = not self._device_away
            self.fail(self.problem or f"{self.role}: could not start.")

    def fail(self, message: str) -> None:
        """Say why and end the process: whoever started it decides what comes next."""
        self.problem = message
        if self._failing:
            return
        self._failing = True
        self._health.beat()  # the last one, with the advisories that say what it was
        if not self.fatal.done():
            self.fatal.set_result(message)

    def _guarded(self, step: Callable[[], None]) -> bool:
        self._device_away = False
        try:
            step()
        except (UserError, StuckError) as error:
            self.problem = str(error)
            self._device_away = _by_a_device(error)
            return False
        except ValidationError as error:
            self.problem = f"{self.role} parameters: {first_problem(error, CellConfig)}"
            return False
        except Exception:
            # rclpy turns any exception into a failed transition and forgets it; a bug must stay
            # visible.
            traceback.print_exc()
            self.problem = f"{self.role}: internal error, see the traceback in its log."
            return False
        self.problem = ""
        return True


def _by_a_device(error: Exception) -> bool:
    """Whether a device may be the cause that is still switched off: the node is started again until
    it answers. Any other fault at the start is one of the configuration, also a bin out of reach.
    """
    return isinstance(error, CameraError | RobotError) and not isinstance(error, MotionError)
