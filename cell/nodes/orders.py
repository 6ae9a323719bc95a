"""What people want of the supervisor: its services. The ledger decides; refusals say why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from inspection_cell_interfaces.srv import (
    AcknowledgeAlarm,
    CellCommand,
    ExchangeBin,
    OverrideVerdict,
    ReassessPart,
    SetRecipe,
    ShelveAlarm,
)
from std_srvs.srv import Trigger

from cell.control.changeover import Seen, Step, Wish
from cell.control.ledger import observations as o
from cell.control.ledger.events import CellState as State
from cell.control.supervision import Supervision
from cell.nodes.base import CellNode
from cell.nodes.changing import Changing
from cell.nodes.permit import PermitGiver
from cell.nodes.subscriptions import UNHEARD, Subscriptions
from cell.nodes.topics import ORDERS
from cell.products.verdict import VerdictKind
from cell.texts import bare, for_ros, say

R = TypeVar("R", bound=Any)
"""A service's answer with `accepted` and `message`."""

Answer = Callable[[Any, Any], Any]
Tell = Callable[[o.Observation], tuple[bool, str]]
BY_HAND = ("emergency_stop", "power_off")
"""Modes of an arm that only a person at its pendant ends."""


class Orders:
    """The services under `supervisor/`."""

    def __init__(
        self,
        node: CellNode,
        supervision: Supervision,
        tell: Tell,
        inputs: Subscriptions,
        permit: PermitGiver,
        changing: Changing,
    ) -> None:
        self._node, self._supervision, self._tell = node, supervision, tell
        self._inputs, self._permit, self._changing = inputs, permit, changing
        self._recover_robot = node.create_client(Trigger, "robot/recover")
        services = (
            (CellCommand, "command", self._on_command),
            (OverrideVerdict, "override_verdict", self._on_override),
            (ReassessPart, "reassess_part", self._on_reassess),
            (AcknowledgeAlarm, "acknowledge_alarm", self._on_acknowledge),
            (SetRecipe, "set_recipe", self._on_recipe),
            (ShelveAlarm, "shelve_alarm", self._on_shelve),
            (ExchangeBin, "exchange_bin", self._on_bin),
        )
        for kind, name, callback in services:
            place = f"supervisor/{name}"
            node.create_service(kind, place, _readable(callback), qos_profile=ORDERS)

    def _on_command(
        self, request: CellCommand.Request, response: CellCommand.Response
    ) -> CellCommand.Response:
        stopped = self._supervision.ledger.snapshot().state is State.STOPPED
        if request.command == o.Order.START and stopped and request.person.strip():
            response.message = self.refusals()[o.Order.START] or self._unready_arm(request.person)
            if response.message:
                return response
        order = o.Command(stamp_ns=self._node.now_ns(), name=request.command, person=request.person)
        response.accepted, response.message = self._tell(order)
        if request.command in (o.Order.RESET, o.Order.CONFIRM_CLEAR) and response.accepted:
            self._bring_robot_back(request.person)
        return response

    def _bring_robot_back(self, person: str) -> None:
        """After a person's order only: whoever gives one has looked, and expects motion."""
        if self._inputs.robot_unready not in ("", UNHEARD, *BY_HAND):
            self._permit.order_recovery(person)
            self._permit.tell(self._supervision.ledger)
            self._recover_robot.call_async(Trigger.Request())

    def refusals(self) -> dict[str, str]:
        """For each order that people give, why it would be refused now; '' if it would not."""
        if not self._inputs.started:
            return dict.fromkeys(map(str, o.Order), say("refused.before_belt"))
        found = self._supervision.ledger.refusals()
        found[o.Order.START] = found[o.Order.START] or self._obstacle()
        return found | self._changing.change.refusals(self.seen())

    def _obstacle(self) -> str:
        """Why a stopped cell cannot start now, for reasons that the ledger does not know; '' if it
        can.
        """
        if self._supervision.on_reserve:
            return say("refused.start.disk_full")
        unready = self._inputs.robot_unready
        missing = self._supervision.missing() or (["robot"] if unready == UNHEARD else [])
        if missing:
            return say("refused.start.nodes", nodes=missing)
        clock = self.clock_off()
        if clock:
            return clock
        change = self._changing.change
        if change.step in (Step.DRAINING, Step.TAKING_UP):
            return say("refused.start.changing", recipe=change.recipe)
        behind = self._changing.behind()
        if behind:
            return say(
                "refused.start.recipe",
                recipe=self._changing.parts.recipe.identity,
                nodes=behind,
            )
        if unready in BY_HAND:
            return say("refused.start.arm_by_hand", mode=unready)
        return ""

    def clock_off(self) -> str:
        """By how much a machine's clock is off, where that is too much; '' while all are right."""
        off = self._inputs.clocks.worst()
        if off is None:
            return ""
        most_ms = self._node.config.hosts.max_clock_offset_ms
        return say("refused.start.clock", machine=off[0], ms=-1e3 * off[1], most=most_ms)

    def _unready_arm(self, person: str) -> str:
        """Why an arm that only has to come back holds up a start, by which it is brought back."""
        unready = self._inputs.robot_unready
        if not unready:
            return ""
        self._bring_robot_back(person)
        return say("refused.start.arm", mode=unready)

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
        return self._answered(wish, response)

    def _on_reassess(
        self, request: ReassessPart.Request, response: ReassessPart.Response
    ) -> ReassessPart.Response:
        try:
            verdict = VerdictKind(request.verdict) if request.verdict else None
        except ValueError:
            response.message = say("refused.reassess.no_verdict", verdict=request.verdict)
            return response
        wish = o.Reassess(
            stamp_ns=self._node.now_ns(),
            part=request.part,
            verdict=verdict,
            person=request.person,
            reason=bare(request.reason),
        )
        response.accepted, response.message = self._tell(wish)
        return response

    def _on_acknowledge(
        self, request: AcknowledgeAlarm.Request, response: AcknowledgeAlarm.Response
    ) -> AcknowledgeAlarm.Response:
        seen = o.Acknowledge(stamp_ns=self._node.now_ns(), alarm=request.id, person=request.person)
        return self._answered(seen, response)

    def _answered(self, order: o.Observation, response: R) -> R:
        """What the supervisor says to it, as the service answers."""
        response.accepted, response.message = self._tell(order)
        return response

    def _on_shelve(
        self, request: ShelveAlarm.Request, response: ShelveAlarm.Response
    ) -> ShelveAlarm.Response:
        wish = o.Shelve(
            stamp_ns=self._node.now_ns(),
            alarm=request.id,
            person=request.person,
            reason=bare(request.reason),
            minutes=request.minutes,
        )
        return self._answered(wish, response)

    def _on_bin(
        self, request: ExchangeBin.Request, response: ExchangeBin.Response
    ) -> ExchangeBin.Response:
        wish = o.ExchangeBin(
            stamp_ns=self._node.now_ns(),
            bin=request.bin,
            person=request.person,
            open=request.open,
            arm_moves=self._inputs.robot_moves or self._permit.recovering,
        )
        return self._answered(wish, response)

    def _on_recipe(
        self, request: SetRecipe.Request, response: SetRecipe.Response
    ) -> SetRecipe.Response:
        if not self._inputs.started:
            response.message = say("refused.before_belt")
            return response
        wish = Wish(
            request.recipe, request.person, request.reason, request.prepare_only, request.drain
        )
        response.message = self._changing.order(wish, self.seen())
        response.accepted = not response.message
        return response

    def seen(self) -> Seen:
        """What a change of the recipe goes by."""
        now = self._supervision.ledger.snapshot()
        return Seen(now.state, now.on_belt, not self._changing.behind())


def _readable(answer: Answer) -> Answer:
    """The same service, whose words are understood at a terminal, too."""

    def answered(request: Any, response: Any) -> Any:
        response = answer(request, response)
        response.message = for_ros(response.message)
        return response

    return answered
