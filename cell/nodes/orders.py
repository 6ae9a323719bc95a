"""What people want of the supervisor: its services. The ledger decides; refusals say why."""

from __future__ import annotations

from collections.abc import Callable

from inspection_cell_interfaces.srv import AcknowledgeAlarm, CellCommand, OverrideVerdict, SetRecipe
from rclpy.task import Future
from std_srvs.srv import Trigger

from cell.ledger import observations as o
from cell.ledger.events import CellState as State
from cell.nodes.base import STARTUP_ERRORS, CellNode
from cell.nodes.ears import UNHEARD, Ears
from cell.nodes.permit import PermitGiver
from cell.phrases import say
from cell.products import InspectionParts, load_inspection_parts
from cell.recipe.verdict import VerdictKind
from cell.supervision import Supervision

Tell = Callable[[o.Observation], tuple[bool, str]]
BY_HAND = ("emergency_stop", "power_off")
"""Modes of an arm that only a person at its pendant ends."""


class Orders:
    """The services under /cell/supervisor. `on_recipe` hears of a recipe that was taken."""

    def __init__(
        self, node: CellNode, supervision: Supervision, tell: Tell, ears: Ears, permit: PermitGiver
    ) -> None:
        self._node, self._supervision, self._tell = node, supervision, tell
        self._ears, self._permit = ears, permit
        self.on_recipe: Callable[[InspectionParts], object] = lambda _: None
        self._recover_robot = node.create_client(Trigger, "/cell/robot/recover")
        self._load_recipe = node.create_client(SetRecipe, "/cell/inspector/set_recipe")
        services = (
            (CellCommand, "command", self._on_command),
            (OverrideVerdict, "override_verdict", self._on_override),
            (AcknowledgeAlarm, "acknowledge_alarm", self._on_acknowledge),
            (SetRecipe, "set_recipe", self._on_recipe),
        )
        for kind, name, callback in services:
            node.create_service(kind, f"/cell/supervisor/{name}", callback)

    def _on_command(
        self, request: CellCommand.Request, response: CellCommand.Response
    ) -> CellCommand.Response:
        stopped = self._supervision.ledger.snapshot().state is State.STOPPED
        if request.command == "start" and stopped:
            response.message = self._obstacle(request.person)
            if response.message:
                return response
        order = o.Command(stamp_ns=self._node.now_ns(), name=request.command, person=request.person)
        response.accepted, response.message = self._tell(order)
        if request.command in ("reset", "confirm_clear") and response.accepted:
            self._bring_robot_back(request.person)
        return response

    def _bring_robot_back(self, person: str) -> None:
        """After a person's order only: whoever gives one has looked, and expects motion."""
        if self._ears.robot_unready not in ("", UNHEARD, *BY_HAND):
            self._permit.order_recovery(person)
            self._permit.tell(self._supervision.ledger)
            self._recover_robot.call_async(Trigger.Request())

    def _obstacle(self, person: str) -> str:
        """Why the cell cannot start now, for reasons that the ledger does not know; '' if it can.

        An arm that only has to come back is brought back by this order.
        """
        if not person.strip():
            return say("refused.no_person")
        if self._supervision.on_reserve:
            return say("refused.start.disk_full")
        unready = self._ears.robot_unready
        missing = self._supervision.missing() or (["robot"] if unready == UNHEARD else [])
        if missing:
            return say("refused.start.nodes", nodes=", ".join(missing))
        if unready in BY_HAND:
            return say("refused.start.arm_by_hand", mode=unready)
        if unready:
            self._bring_robot_back(person)
            return say("refused.start.arm", mode=unready)
        return ""

    def _on_override(
        self, request: OverrideVerdict.Request, response: OverrideVerdict.Response
    ) -> OverrideVerdict.Response:
        try:
            verdict = VerdictKind(request.verdict)
        except ValueError:
            response.message = say("refused.override.no_verdict", verdict=request.verdict)
            return response
        wish = o.Override(
            stamp_ns=self._node.now_ns(),
            part=request.part,
            verdict=verdict,
            bin=request.bin,
            person=request.person,
            reason=request.reason,
        )
        response.accepted, response.message = self._tell(wish)
        return response

    def _on_acknowledge(
        self, request: AcknowledgeAlarm.Request, response: AcknowledgeAlarm.Response
    ) -> AcknowledgeAlarm.Response:
        seen = o.Acknowledge(stamp_ns=self._node.now_ns(), alarm=request.id, person=request.person)
        response.accepted, response.message = self._tell(seen)
        return response

    def _on_recipe(
        self, request: SetRecipe.Request, response: SetRecipe.Response
    ) -> SetRecipe.Response:
        """An inspection by any other recipe than the ledger's counts as none, so order is free."""
        try:
            parts = load_inspection_parts(self._node.config, request.recipe)
        except STARTUP_ERRORS as error:
            response.message = str(error)
            return response
        state = self._supervision.ledger.snapshot()
        if state.state is not State.STOPPED or state.on_belt:
            response.message = say("refused.recipe.not_stopped")
            return response
        if not self._load_recipe.service_is_ready():
            response.message = say("refused.recipe.inspector_silent")
            return response
        choice = o.SelectRecipe(
            stamp_ns=self._node.now_ns(), recipe=parts.recipe, person=request.person
        )
        response.accepted, response.message = self._tell(choice)
        if response.accepted:
            self.on_recipe(parts)
            self._load_recipe.call_async(request).add_done_callback(self._on_recipe_loaded)
        return response

    def _on_recipe_loaded(self, future: Future) -> None:
        answer = future.result()
        if answer is None or not answer.accepted:
            detail = "it does not answer" if answer is None else answer.message
            alarm = "inspector.engine_error"
            self._tell(o.FaultSeen(stamp_ns=self._node.now_ns(), alarm=alarm, detail=detail))
