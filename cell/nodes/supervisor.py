"""The supervisor's node: messages in, the ledger's decisions out. It holds no rule of its own."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from inspection_cell_interfaces.msg import (
    BeltCommand,
    CellState,
    Inspection,
    PartEvent,
)

from cell.config.processes import TABLE
from cell.config.stations import ledger_config
from cell.control.changeover import Step
from cell.control.ledger import observations as o
from cell.control.ledger.effects import CancelRemoval, Effect, RequestRemoval
from cell.control.ledger.events import Event, Inspected, Judged
from cell.control.ledger.feeding import FeedOrder
from cell.control.ledger.ledger import Ledger
from cell.control.supervision import Supervision
from cell.control.watch import Heartbeat, Watch, process_exists
from cell.nodes import translate
from cell.nodes.base import CellNode
from cell.nodes.changing import Changing
from cell.nodes.neighbours import commanded, feed_state
from cell.nodes.orders import Orders
from cell.nodes.panel import cell_state, stack_light, unknown
from cell.nodes.parameters import declare
from cell.nodes.permit import PermitGiver
from cell.nodes.process import run
from cell.nodes.remover import Remover
from cell.nodes.subscriptions import Subscriptions
from cell.nodes.topics import LATCHED, LATEST, RELIABLE
from cell.nodes.trying import Trying
from cell.products.lookup import find_recipe, load_resumed
from cell.records.agreement import open_journal
from cell.records.checkpoints import Checkpoints, restore
from cell.records.folder import require_writable
from cell.records.journal import Journal, JournalError
from cell.records.reserve import Reserve
from cell.texts import say
from robot.motion.frames import BELT, ROOT

NODES = tuple(p.name for p in TABLE if p.vital and p.name != "supervisor")
WELCOME = tuple(p.name for p in TABLE if not p.vital)


class SupervisorNode(CellNode):
    """Gives the ledger everything that happens, and gives belt and robot everything that it
    decides.
    """

    def __init__(self) -> None:
        super().__init__("supervisor")
        # Not to be set while it runs: no belt goes faster but by an order that has a name.
        told = {
            "belt": declare(self, self.config.belt, only=("speed_m_s",)),
            "ledger": declare(self, self.config.ledger),
        }
        self.config = self.config.model_copy(update=told)
        self._supervision: Supervision | None = None
        self._journal: Journal | None = None
        self._judged = False

    def set_up(self) -> None:
        configured = self.config.recipe
        folder = Path(self.config.data_dir)
        require_writable(folder)
        self._journal = open_journal(folder, Reserve(folder / "reserve.bin"))
        recipe = find_recipe(self.config, configured)
        ledger = restore(self._journal, ledger_config(self.config), recipe)
        chosen = ledger.recipe_to_resume(configured)
        parts = load_resumed(self.config, chosen, ledger.package_to_resume(chosen))
        ledger.take_recipe(parts.recipe, parts.identity, parts.package)
        watch = Watch(NODES, process_exists, WELCOME)
        self._supervision = Supervision(
            ledger, self._journal, Checkpoints(self._journal), watch, self._publish_event
        )
        self._states = self.create_publisher(CellState, "supervisor/state", LATCHED)
        self._events = self.create_publisher(PartEvent, "supervisor/part_event", RELIABLE)
        self._inspections = self.create_publisher(Inspection, "supervisor/inspection", RELIABLE)
        self._belt = self.create_publisher(BeltCommand, "belt/command", LATEST)
        self._permit = PermitGiver(self)
        self._remover = Remover(self, self._tell)
        self._inputs = Subscriptions(self, self._tell, self._hear)
        self._changing = Changing(self, ledger.desk.config, watch, self._tell, parts)
        self._trying = Trying(self, self._tell)
        self._orders = Orders(
            self,
            self._supervision,
            self._ordered,
            self._inputs,
            self._permit,
            self._changing,
        )

    def begin(self) -> None:
        self._inputs.open()
        self._changing.begin()
        self.create_timer(0.1, self._lease)
        self.create_timer(0.2, self._look)

    def halt(self) -> None:
        self._inputs.close()
        if self._inputs.started:
            with suppress(JournalError):  # it was lost while running, and that is being said
                self._tell(o.Closing(stamp_ns=self.now_ns()))
        # Who is activated again begins a session, and asks about the belt.
        self._inputs.forget()
        self._belt.publish(BeltCommand(header=self.header(self.now_ns(), BELT), run=False))
        self._permit.tell(None)
        self._publish_state("cell.out_of_service")

    def tear_down(self) -> None:
        if self._journal is not None:
            self._journal.close()
            self._journal = self._supervision = None

    def _look(self) -> None:
        try:
            if self._journal is not None:
                self._journal.check_still_there()
        except JournalError as error:
            self.fail(str(error))
            return
        if self._supervision is not None and self._inputs.started:
            now = self.now_ns()
            self._act(self._supervision.look_around(now))
            self._tell(o.Tick(stamp_ns=now))
            self._mind_the_clocks(now)
            self._remover.remind(self._inputs.robot_busy)
            self._changing.look(self._orders.seen())
            self._trying.look(self._changing.succession.choices, self._changing.parts)
            self.advisories = self._changing.advisories | self._trying.advisories
        self._publish_state()

    def _mind_the_clocks(self, now_ns: int) -> None:
        off = self._orders.clock_off()
        if off and self._supervision is not None and self._supervision.ledger.desk.may_run:
            self._tell(o.FaultSeen(stamp_ns=now_ns, alarm="process.clock_offset", detail=off))

    def _hear(self, beat: Heartbeat) -> None:
        assert self._supervision is not None
        self._act(self._supervision.hear(beat, self.now_ns()))

    def _tell(self, observation: o.Observation) -> tuple[bool, str]:
        if self._supervision is None or not self._inputs.started:
            return False, ""  # an answer from before; its session is over
        effects, accepted, message = self._supervision.observe(observation)
        self._act(effects)
        if self._judged:  # who waits for a verdict does not wait for the next turn, too
            self._judged = False
            self._publish_state()
        return accepted, message

    def _ordered(self, observation: o.Observation) -> tuple[bool, str]:
        """An order of a person: its effect on belt and screens does not wait for the next turn."""
        if not self._inputs.started:
            return False, say("refused.before_belt")
        answer = self._tell(observation)
        self._publish_state()
        self._lease()
        return answer

    def _act(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            match effect:
                case RequestRemoval():
                    self._permit.tell(self._ledger)
                    self._remover.request(effect, self._changing.parts.recipe.part)
                case CancelRemoval():
                    self._remover.cancel(effect)
                case _:
                    pass

    def _lease(self) -> None:
        """Belt and arm move only while this goes on."""
        self._permit.tell(self._ledger)
        if self._supervision is None or self._inputs.encoder_m is None:
            return
        order = self._supervision.ledger.belt_command(self._inputs.encoder_m)
        seen = self._supervision.ledger.snapshot()
        waiting = bool(self._supervision.ledger.desk.state.alarms.waiting)
        self._belt.publish(
            BeltCommand(
                header=self.header(self.now_ns(), BELT),
                run=order.run,
                speed_m_s=self.config.belt.speed_m_s,
                authority_m=order.authority_m,
                trigger_travel_m=self._supervision.ledger.desk.travel_m,
                arm_trigger=not self.config.camera.software_trigger,
                stack_light=stack_light(seen.state, waiting),
                purge_request=order.purge_request,
                **commanded(self._feed_order(self._supervision)),
            )
        )

    def _publish_state(self, unknown_for: str = "cell.belt_silent") -> None:
        """Before the belt has answered, and out of service, nothing is known of the cell."""
        if self._supervision is None:
            return
        refusals = self._orders.refusals()
        if self._inputs.started:
            message = cell_state(self._supervision, self._changing, refusals)
            message.feed = feed_state(self._feed_order(self._supervision), self._inputs.feed)
        else:
            message = unknown(self._supervision, self._changing, refusals, unknown_for)
        message.header = self.header(self.now_ns(), ROOT)
        self._states.publish(message)

    def _feed_order(self, supervision: Supervision) -> FeedOrder:
        """What the machines before and after the cell are told."""
        change = self._changing.change
        busy = change.step in (Step.DRAINING, Step.TAKING_UP) and not change.wish.live
        changing = [say("feed.changing", recipe=change.recipe)] if busy else []
        return supervision.ledger.feed_order(changing)

    @property
    def _ledger(self) -> Ledger | None:
        """None while no session is open: nothing is allowed then."""
        return self._supervision.ledger if self._supervision and self._inputs.started else None

    def _publish_event(self, sequence: int, event: Event) -> None:
        self._events.publish(translate.part_event(sequence, event))
        self._judged = self._judged or isinstance(event, Judged)
        told = self._inputs.unassociated.associated(event) if isinstance(event, Inspected) else None
        if told is not None:
            self._inspections.publish(told)


if __name__ == "__main__":
    run(SupervisorNode)
