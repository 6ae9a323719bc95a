"""What every node of the cell shares: configuration, life cycle, the words for what ails it."""

from __future__ import annotations

import traceback
import uuid
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError
from rcl_interfaces.msg import ParameterDescriptor
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.task import Future

from calibration.cell import CalibrationError
from cell.alarms import UnknownAlarmError
from cell.config import CellConfig, ConfigError, load
from cell.config.load import first_problem
from cell.ledger.codec import UnknownEventError
from cell.ledger.ledger import LedgerError
from cell.nodes.health import Health
from cell.ownership import OwnedError
from cell.recipe.loading import RecipeError
from cell.records.errors import JournalError, RecordsError
from models.package import ModelError
from robot.base import RobotError
from vision.errors import VisionError

STARTUP_ERRORS = (
    CalibrationError, ConfigError, JournalError, LedgerError, ModelError, OwnedError, RecipeError,
    RecordsError, RobotError, UnknownAlarmError, UnknownEventError, VisionError,
)  # fmt: skip
"""What may go wrong on configure or activate with a message that is meant for a person."""

CONFIG = ParameterDescriptor(
    description="Configuration file of the cell (YAML); empty: the demo cell.", read_only=True
)
AUTOSTART = ParameterDescriptor(
    description="Configure and activate at the start, without a lifecycle manager.", read_only=True
)


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
        self.advisories: dict[str, str] = {}  # alarm -> detail: said for as long as it stands here
        self.refused = False
        self.fatal: Future = Future()
        path = self.declare_parameter("config", "", CONFIG).value
        self.declare_parameter("autostart", True, AUTOSTART)
        self.config: CellConfig = load(Path(path) if path else None)
        self._health = Health(self)

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
        self._health.beat()  # the last one, with the advisories that say what it was
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
