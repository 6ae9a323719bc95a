"""The supervisor without ROS: the ledger, its journal and the watch over the nodes, at one desk.

Time comes as an argument. Every observation goes through `observe`: what the ledger decides is
journalled before anybody
acts on it, and the law is checked again afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cell.ledger.effects import Effect
from cell.ledger.events import Event, SessionClosed
from cell.ledger.invariants import check
from cell.ledger.ledger import Ledger
from cell.ledger.observations import FaultSeen, NodeDied, Observation
from cell.records.checkpoints import EVERY, Checkpoints
from cell.records.journal import Journal
from cell.watch import Death, Heartbeat, Watch

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
        """A node's heartbeat; tells the ledger of a node that was started anew."""
        death = self._watch.hear(beat, now_ns * 1e-9)
        return self._mourn([death] if death else [], now_ns)

    def look_around(self, now_ns: int) -> list[Effect]:
        """Tell the ledger of nodes that died."""
        return self._mourn(self._watch.check(now_ns * 1e-9), now_ns)

    def missing(self) -> list[str]:
        """Nodes without which the cell cannot start."""
        return self._watch.missing()

    def _mourn(self, deaths: Iterable[Death], now_ns: int) -> list[Effect]:
        effects: list[Effect] = []
        for death in deaths:
            effects += self.observe(
                NodeDied(stamp_ns=now_ns, node=death.node, detail=death.detail)
            )[0]
        return effects

    def _keep(self, events: tuple[Event, ...]) -> None:
        """Journal events, then tell of them."""
        if not events:
            return
        sequences = self._journal.append(events)
        for sequence, event in zip(sequences, events, strict=True):
            self._listen(sequence, event)
        ended = isinstance(events[-1], SessionClosed)
        self._checkpoints.note(sequences[-1], self.ledger.desk.state, now=ended)
