"""The supervisor without ROS: the ledger, its journal and the watch over the nodes, at one desk.

Time comes as an argument. Every observation goes through `observe`: what the ledger decides is
journalled before anybody
acts on it, and the law is checked again afterwards.
"""

from __future__ import annotations

from collections.abc import Callable

from cell.control.advice import Advice
from cell.control.alarms import entry
from cell.control.ledger.effects import Effect
from cell.control.ledger.events import Event, SessionClosed
from cell.control.ledger.invariants import check
from cell.control.ledger.ledger import Ledger
from cell.control.ledger.observations import (
    AdvisoryTold,
    FaultSeen,
    NodeDied,
    NodeLeft,
    Observation,
)
from cell.control.watch import Death, Heartbeat, Leave, Return, Watch
from cell.records.checkpoints import EVERY, Checkpoints
from cell.records.journal import Journal

OWN_DEATH = "process.supervisor_died"
"""The launcher tells people of it, also without a supervisor."""
Listener = Callable[[int, Event], None]


class Supervision:
    """Feeds the ledger and keeps its promises. Not thread-safe: call from one thread."""

    def __init__(
        self,
        ledger: Ledger,
        journal: Journal,
        watch: Watch,
        listen: Listener,
        checkpoint_every: int = EVERY,
    ) -> None:
        self.ledger = ledger
        self._journal, self._watch, self._listen = journal, watch, listen
        self._checkpoints = Checkpoints(journal, checkpoint_every)
        self._advice = Advice()

    def observe(self, observation: Observation) -> tuple[list[Effect], bool, str]:
        """Tell the ledger; journal what it decides. Returns effects to act on, and accepted with a
        message.
        """
        decision = self.ledger.observe(observation)
        self._keep(decision.events)
        effects = list(decision.effects)
        broken = check(self.ledger) if decision.events else []
        if broken and not isinstance(observation, FaultSeen):
            detail = "; ".join(str(violation) for violation in broken)
            fault = FaultSeen(
                stamp_ns=observation.stamp_ns,
                alarm="ledger.law_violated",
                detail=detail,
                purge=True,
            )
            effects += self.observe(fault)[0]
        return effects, decision.accepted, decision.message

    def hear(self, beat: Heartbeat, now_ns: int) -> list[Effect]:
        """A node's heartbeat: who is new, who left, and what it asks people to look at."""
        now_s, effects = now_ns * 1e-9, list[Effect]()
        for alarm, detail in self._advice.hear(beat.node, beat.advisories, now_s):
            if alarm == OWN_DEATH:
                continue  # the session's start has raised it, and a person may have cleared it
            effects += self._tell(FaultSeen(stamp_ns=now_ns, alarm=alarm, detail=detail))
        match self._watch.hear(beat, now_s):
            case Death() as death:
                effects += self._mourn(death, now_ns)
            case Leave(node=node):
                effects += self._tell(NodeLeft(stamp_ns=now_ns, node=node))
            case Return(node=node) if (alarm := f"process.{node}_died") in self._advisories():
                effects += self._tell(AdvisoryTold(stamp_ns=now_ns, alarm=alarm, standing=False))
            case _:
                pass
        return effects

    def look_around(self, now_ns: int) -> list[Effect]:
        """Tell the ledger of nodes that died, and of advisories that came and went."""
        effects = self._mind_the_disk(now_ns)
        for death in self._watch.check(now_ns * 1e-9):
            effects += self._mourn(death, now_ns)
        standing, raised = self._advice.standing(now_ns * 1e-9), self._advisories()
        for alarm, detail in standing.items():
            if alarm not in raised:
                effects += self._tell(AdvisoryTold(stamp_ns=now_ns, alarm=alarm, detail=detail))
        over = [a for a in raised if entry(a).told_anew and a not in standing]
        for alarm in over if self._advice.heard_all(now_ns * 1e-9) else ():
            effects += self._tell(AdvisoryTold(stamp_ns=now_ns, alarm=alarm, standing=False))
        return effects

    def _mind_the_disk(self, now_ns: int) -> list[Effect]:
        """A journal that lives on its reserve stops the belt in order, while there is room to
        write that down.
        """
        if not self.on_reserve or not self.ledger.desk.may_run:
            return []
        return self._tell(FaultSeen(stamp_ns=now_ns, alarm="journal.disk_full"))

    @property
    def on_reserve(self) -> bool:
        """Whether the disk is full; looks for room first."""
        return self._journal.on_reserve and not self._journal.refill()

    def missing(self) -> list[str]:
        """Nodes without which the cell cannot start."""
        return self._watch.missing()

    def _advisories(self) -> list[str]:
        """Those that the ledger holds as standing."""
        return [a for a in self.ledger.desk.state.alarms.causes if entry(a).advisory]

    def _mourn(self, death: Death, now_ns: int) -> list[Effect]:
        return self._tell(NodeDied(stamp_ns=now_ns, node=death.node, detail=death.detail))

    def _tell(self, observation: Observation) -> list[Effect]:
        return self.observe(observation)[0]

    def _keep(self, events: tuple[Event, ...]) -> None:
        """Journal events, then tell of them."""
        if not events:
            return
        sequences = self._journal.append(events)
        for sequence, event in zip(sequences, events, strict=True):
            self._listen(sequence, event)
        ended = isinstance(events[-1], SessionClosed)
        self._checkpoints.note(sequences[-1], self.ledger.desk.state, now=ended)
