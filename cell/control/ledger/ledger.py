"""The ledger: a deterministic state machine that keeps the law of the cell."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from cell.control.ledger import (
    belt,
    bins,
    feeding,
    identity,
    operation,
    pictures,
    reassessing,
    removals,
    shelving,
)
from cell.control.ledger import observations as o
from cell.control.ledger.account import State
from cell.control.ledger.allowed import refusals
from cell.control.ledger.apply import apply
from cell.control.ledger.authority import belt_order
from cell.control.ledger.config import LedgerConfig
from cell.control.ledger.desk import Desk, NeedlessError, RefusalError
from cell.control.ledger.effects import BeltOrder, CancelRemoval, Decision, effects_of
from cell.control.ledger.events import Event
from cell.control.ledger.feeding import FeedOrder, feed_order
from cell.control.ledger.snapshot import Snapshot, snapshot
from cell.products.recipe import Recipe

RULES: dict[type[o.Observation], Callable[[Desk, Any], None]] = {
    o.Started: operation.started,
    o.BeltRead: belt.read,
    o.ArrivalEdge: identity.arrival,
    o.ExposureLatch: pictures.exposure,
    o.ExitEdge: identity.exit_edge,
    o.FrameReceived: pictures.frame,
    o.InspectionDone: pictures.inspection,
    o.TrialDone: pictures.trial,
    o.RemovalFeedback: removals.feedback,
    o.RemovalDone: removals.done,
    o.Override: operation.override,
    o.Reassess: reassessing.reassess,
    o.NodeDied: operation.node_died,
    o.NodeLeft: operation.node_left,
    o.FaultSeen: operation.fault_seen,
    o.AdvisoryTold: operation.advisory_told,
    o.EncoderJumped: lambda desk, jump: belt.encoder_jumped(desk, jump.detail),
    o.Command: operation.command,
    o.Acknowledge: operation.acknowledge,
    o.Shelve: shelving.shelve,
    o.ExchangeBin: bins.exchange,
    o.SelectRecipe: operation.select_recipe,
    o.TrialSet: operation.set_trial,
    o.Tick: lambda _desk, _tick: None,
    o.Closing: operation.closing,
}


class LedgerError(Exception):
    """The ledger was used wrongly; nothing was decided."""


class Ledger:
    """Identity, verdict and exactly one disposition for every part.

    `observe` takes one observation and returns what was decided. The caller journals the events,
    then acts on the
    effects. `replay` rebuilds a ledger from its journal; the next observation must then be
    `Started`.
    """

    def __init__(self, config: LedgerConfig, recipe: Recipe) -> None:
        self._desk = Desk(config, recipe)
        self._awake = False

    @classmethod
    def replay(
        cls,
        config: LedgerConfig,
        recipe: Recipe,
        events: Iterable[Event],
        state: State | None = None,
    ) -> Ledger:
        """The ledger that wrote these events, as it was after the last of them.

        `state`: what the events before these had led to; it is taken over, not copied.
        """
        ledger = cls(config, recipe)
        if state is not None:
            ledger._desk.state = state
        for event in events:
            apply(ledger._desk.state, event)
        return ledger

    def recipe_to_resume(self, configured: str) -> str:
        """Name of the recipe to go on with, where the configuration names `configured`.

        What people chose since stands, until somebody writes another recipe into the configuration.
        """
        state = self._desk.state
        chosen = state.recipe.partition("@")[0]
        return chosen if chosen and state.configured == configured else configured

    def package_to_resume(self, recipe: str) -> str:
        """Fingerprint of the model by which the recipe of this name is gone on with; '': of the
        one that it goes by now.
        """
        state = self._desk.state
        return state.package if state.recipe.partition("@")[0] == recipe else ""

    def take_recipe(self, recipe: Recipe, model: str = "", package: str = "") -> None:
        """Go on with `recipe` and the model of this identity and fingerprint; before the session
        only. Raises LedgerError.
        """
        if self._awake:
            raise LedgerError("a session is open: observe SelectRecipe to change its recipe")
        self._desk.take(recipe, model, package)

    @property
    def desk(self) -> Desk:
        """State for checks and views; only the rules change it."""
        return self._desk

    def observe(self, observation: o.Observation) -> Decision:
        """Decide on one observation. Raises LedgerError when no session has been started in this
        process.
        """
        desk = self._desk
        self._check_session(observation)
        desk.now_ns = max(desk.now_ns, observation.stamp_ns)
        desk.events, desk.recalls = [], False
        if not isinstance(observation, o.Started):
            shelving.mind(desk, observation.stamp_ns)
        under_way = desk.state.removal
        accepted, message = True, ""
        try:
            RULES[type(observation)](desk, observation)
        except RefusalError as error:
            accepted, message = isinstance(error, NeedlessError), str(error)
        if desk.state.session_open:
            self._settle()
        else:
            self._awake = False  # the session is over: whatever comes next must begin another
        removal = None if under_way is None else (under_way.part, under_way.attempt)
        effects = effects_of(desk.events, removal)
        if desk.recalls and removal is not None:
            effects = (*effects, CancelRemoval(*removal))
        return Decision(tuple(desk.events), effects, accepted, message)

    def belt_command(self, encoder_m: float | None = None) -> BeltOrder:
        """What to lease to the belt now: run, authority [m], purge lamp. `encoder_m`: the belt's
        latest travel.
        """
        return belt_order(self._desk, self._desk.live.encoder_m if encoder_m is None else encoder_m)

    def feed_order(self, hindrances: Collection[str] = ()) -> FeedOrder:
        """What the machines before and after the cell are to be told now. hindrances: texts of what
        else keeps parts away.
        """
        return feed_order(self._desk, hindrances)

    def refusals(self) -> dict[str, str]:
        """For each of its orders why it would be refused now, '' if it would not."""
        return refusals(self._desk)

    def snapshot(self) -> Snapshot:
        """The cell as people see it."""
        return snapshot(self._desk)

    def _check_session(self, observation: o.Observation) -> None:
        if isinstance(observation, o.Started):
            if observation.session in self._desk.state.sessions:
                raise LedgerError(
                    f"session '{observation.session}' exists already: choose a new session name"
                )
            self._awake = True
        elif not self._awake:
            raise LedgerError("no session: observe Started before anything else")

    def _settle(self) -> None:
        """Everything that has become due."""
        desk = self._desk
        pictures.associate_and_judge(desk)
        pictures.overdue_verdicts(desk)
        identity.overdue_exits(desk)
        removals.overdue_hold(desk)
        belt.overdue_start(desk)
        belt.end_of_drain(desk)
        removals.request_next(desk)
        bins.watch(desk)
        feeding.watch(desk)
