"""The supervisor's node: messages in, the ledger's decisions out. It holds no rule of its own."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from inspection_cell_interfaces.msg import (
    BeltCommand,
    BeltEvent,
    BeltState,
    CellState,
    FrameHandle,
    Inspection,
    NodeStatus,
    PartEvent,
    RobotState,
)

from cell.inspection import ledger_config, load_inspection_parts
from cell.ledger import observations as o
from cell.ledger.effects import CancelRemoval, Effect, RequestRemoval
from cell.ledger.events import Event
from cell.ledger.ledger import Ledger
from cell.nodes import translate
from cell.nodes.base import LATCHED, LATEST, RELIABLE, CellNode, run, to_time
from cell.nodes.orders import OPERATIONAL, Orders
from cell.nodes.panel import cell_state, stack_light
from cell.nodes.remover import Remover
from cell.processes import TABLE
from cell.records.journal import Journal
from cell.supervision import Supervision
from cell.watch import Watch, process_exists

NODES = tuple(p.name for p in TABLE if p.is_node and p.name != "supervisor")


class SupervisorNode(CellNode):
    """Gives the ledger everything that happens, and gives belt and robot everything that it
    decides.
    """

    def __init__(self) -> None:
        super().__init__("supervisor")
        self._supervision: Supervision | None = None
        self._journal: Journal | None = None
        self._encoder_m: float | None = None
        self._belt_answers = True

    def set_up(self) -> None:
        parts = load_inspection_parts(self.config, self.config.recipe)
        self._model = parts.model.identity
        self._journal = Journal.open(Path(self.config.data_dir) / "journal.db")
        past = [event for _, event in self._journal.read()]
        ledger = Ledger.replay(ledger_config(self.config), parts.recipe, past)
        watch = Watch(NODES, process_exists)
        self._supervision = Supervision(ledger, self._journal, watch, self._publish_event)
        self._states = self.create_publisher(CellState, "/cell/supervisor/state", LATCHED)
        self._events = self.create_publisher(PartEvent, "/cell/supervisor/part_event", RELIABLE)
        self._belt = self.create_publisher(BeltCommand, "/cell/belt/command", LATEST)
        self._remover = Remover(self, self._tell)
        self._orders = Orders(self, self._supervision, self._ordered)

    def begin(self) -> None:
        self._ears = [
            self.create_subscription(BeltState, "/cell/belt/state", self._on_belt, LATEST),
            self.create_subscription(BeltEvent, "/cell/belt/event", self._on_edge, RELIABLE),
            self.create_subscription(FrameHandle, "/cell/camera/frame", self._on_frame, RELIABLE),
            self.create_subscription(
                Inspection, "/cell/inspector/inspection", self._on_inspection, RELIABLE
            ),
            self.create_subscription(NodeStatus, "/cell/node_status", self._on_status, RELIABLE),
            self.create_subscription(RobotState, "/cell/robot/state", self._on_robot, LATEST),
        ]
        self._work_timers = [
            self.create_timer(0.1, self._lease),
            self.create_timer(0.2, self._look),
        ]

    def halt(self) -> None:
        for timer in self._work_timers:
            self.destroy_timer(timer)
        if self._started:
            self._tell(o.Closing(stamp_ns=self.now_ns()))
        self._belt.publish(BeltCommand(stamp=to_time(self.now_ns()), run=False))

    def tear_down(self) -> None:
        if self._journal is not None:
            self._journal.close()
            self._journal = self._supervision = None

    @property
    def _started(self) -> bool:
        return self._encoder_m is not None

    # What happens.
    def _on_belt(self, message: BeltState) -> None:
        now = self.now_ns()
        answered, self._belt_answers = self._belt_answers, message.connected
        if not message.connected:
            if answered and self._started:
                self._tell(o.FaultSeen(stamp_ns=now, alarm="belt.disconnected", purge=True))
            return
        if not self._started:
            session = f"{datetime.now():%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:4]}"
            self._encoder_m = message.encoder_m
            self._tell(
                o.Started(
                    stamp_ns=now,
                    session=session,
                    encoder_m=message.encoder_m,
                    arrivals=message.arrivals,
                    exposures=message.exposures,
                    exits=message.exits,
                )
            )
        self._encoder_m = message.encoder_m
        self._tell(translate.belt_read(message, now))

    def _on_edge(self, message: BeltEvent) -> None:
        if self._started:
            self._tell(translate.belt_edge(message, self.now_ns()))

    def _on_frame(self, message: FrameHandle) -> None:
        if self._started:
            self._tell(translate.frame(message, self.now_ns()))

    def _on_inspection(self, message: Inspection) -> None:
        if self._started:
            self._tell(translate.inspection(message, self.now_ns()))

    def _on_status(self, message: NodeStatus) -> None:
        if self._supervision is not None and self._started:
            self._act(self._supervision.hear(translate.heartbeat(message), self.now_ns()))

    def _on_robot(self, message: RobotState) -> None:
        before, self._orders.robot_mode = self._orders.robot_mode, message.mode
        if self._started and before == OPERATIONAL != message.mode:
            alarm = f"robot.{message.mode}"
            detail = message.message
            self._tell(o.FaultSeen(stamp_ns=self.now_ns(), alarm=alarm, detail=detail, purge=True))

    def _look(self) -> None:
        if self._supervision is not None and self._started:
            now = self.now_ns()
            self._act(self._supervision.look_around(now))
            self._tell(o.Tick(stamp_ns=now))
        self._publish_state()

    # What follows.
    def _tell(self, observation: o.Observation) -> tuple[bool, str]:
        assert self._supervision is not None
        effects, accepted, message = self._supervision.observe(observation)
        self._act(effects)
        return accepted, message

    def _ordered(self, observation: o.Observation) -> tuple[bool, str]:
        """An order of a person: its effect on belt and screens does not wait for the next turn."""
        if not self._started:
            return False, "The belt PLC has not answered yet: check its connection."
        answer = self._tell(observation)
        self._lease()
        self._publish_state()
        return answer

    def _act(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            match effect:
                case RequestRemoval():
                    self._remover.request(effect)
                case CancelRemoval():
                    self._remover.cancel(effect)
                case _:
                    pass

    def _lease(self) -> None:
        """The belt runs only while this goes on."""
        if self._supervision is None or self._encoder_m is None:
            return
        order = self._supervision.ledger.belt_command(self._encoder_m)
        state = self._supervision.ledger.snapshot().state
        self._belt.publish(
            BeltCommand(
                stamp=to_time(self.now_ns()),
                run=order.run,
                speed_m_s=self.config.belt.speed_m_s,
                authority_m=order.authority_m,
                arm_trigger=True,
                stack_light=stack_light(state, bool(self._supervision.alarms.active())),
                purge_request=order.purge_request,
            )
        )

    def _publish_state(self) -> None:
        if self._supervision is not None:
            message = cell_state(self._supervision, self._model, started=self._started)
            message.stamp = to_time(self.now_ns())
            self._states.publish(message)

    def _publish_event(self, sequence: int, event: Event) -> None:
        self._events.publish(translate.part_event(sequence, event))


if __name__ == "__main__":
    run(SupervisorNode)
