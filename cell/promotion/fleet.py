"""All models of one recipe: at most one judges, at most one is tried on a share. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from cell.promotion.errors import PromotionError
from cell.promotion.states import NEXT, State, Way
from cell.texts import say


@dataclass(frozen=True, slots=True)
class Move:
    """One model's change of state; before None: it was not known."""

    model: str
    before: State | None
    after: State
    way: Way


@dataclass(frozen=True, slots=True)
class Fleet:
    """Models by their fingerprints. line: those that have judged, one after the other; the last
    one does now, whoever was gone back from is no longer in it.
    """

    states: Mapping[str, State] = field(default_factory=dict)
    line: tuple[str, ...] = ()

    @classmethod
    def of(cls, moves: Iterable[Move]) -> Fleet:
        """What these moves, oldest first, have led to."""
        fleet = cls()
        for move in moves:
            fleet = fleet.after(move)
        return fleet

    @property
    def active(self) -> str | None:
        """Who judges."""
        return self._only(State.ACTIVE)

    @property
    def canary(self) -> str | None:
        """Who is tried on a share of the parts."""
        return self._only(State.CANARY)

    @property
    def before(self) -> str | None:
        """Whom the way back leads to: the last one that judged before and is not refused."""
        earlier = (one for one in reversed(self.line[:-1]) if one != self.active)
        return next((one for one in earlier if self.states[one] is State.RETIRED), None)

    def after(self, move: Move) -> Fleet:
        """The fleet after a move that happened."""
        line = self.line
        if move.after is State.ACTIVE and move.way is Way.ROLLBACK:
            line = line[: len(line) - line[::-1].index(move.model)]
        elif move.after is State.ACTIVE:
            line = (*line, move.model)
        return replace(self, states={**self.states, move.model: move.after}, line=line)

    def _only(self, state: State) -> str | None:
        return next((one for one, found in self.states.items() if found is state), None)


def added(fleet: Fleet, model: str) -> tuple[Move, ...]:
    """A new model becomes a candidate. One that is there stays as it is."""
    if model in fleet.states:
        return ()
    return (Move(model, None, State.CANDIDATE, Way.ADDED),)


def first(fleet: Fleet, model: str) -> tuple[Move, ...]:
    """The model that judges already, when nothing is known yet. Raises PromotionError."""
    if fleet.states:
        raise PromotionError(say("promotion.not_first"))
    return (Move(model, None, State.ACTIVE, Way.FIRST),)


def moved(fleet: Fleet, model: str, to: State, way: Way) -> tuple[Move, ...]:
    """A model goes on, and whoever has its place makes room. Raises PromotionError for a way that
    there is not.

    When another model judges, what the canary has proven is not proven against that one: it goes
    back into the shadow.
    """
    before = _state(fleet, model)
    if to not in NEXT[before] or (before is State.RETIRED and to is State.ACTIVE):
        raise PromotionError(say("promotion.no_way", state=told(before), to=told(to)))
    if before is State.ACTIVE:
        raise PromotionError(say("promotion.active_stays"))
    moves = [Move(model, before, to, way)]
    if to is State.ACTIVE and fleet.active is not None:
        moves.insert(0, Move(fleet.active, State.ACTIVE, State.RETIRED, Way.MADE_ROOM))
    if to in (State.ACTIVE, State.CANARY) and fleet.canary not in (None, model):
        assert fleet.canary is not None
        moves.insert(0, Move(fleet.canary, State.CANARY, State.SHADOW, Way.MADE_ROOM))
    return tuple(moves)


def rolled_back(fleet: Fleet, *, refuse: bool, model: str = "") -> tuple[Move, ...]:
    """The newest model with a say loses it: the canary, else the one that judges, for the one
    before. refuse: for ever. model: the one that is meant; a canary beside it makes room. Raises
    PromotionError where there is nothing to go back to, or `model` has no say any more.
    """
    if model not in ("", fleet.canary, fleet.active):
        raise PromotionError(say("promotion.no_say", model=model[:12]))
    if fleet.canary is not None and model != fleet.active:
        to = State.REFUSED if refuse else State.CANDIDATE
        return (Move(fleet.canary, State.CANARY, to, Way.ROLLBACK),)
    if fleet.active is None or fleet.before is None:
        raise PromotionError(say("promotion.nothing_before"))
    to = State.REFUSED if refuse else State.RETIRED
    room: tuple[Move, ...] = ()
    if fleet.canary is not None:
        room = (Move(fleet.canary, State.CANARY, State.SHADOW, Way.MADE_ROOM),)
    return (
        *room,
        Move(fleet.active, State.ACTIVE, to, Way.ROLLBACK),
        Move(fleet.before, State.RETIRED, State.ACTIVE, Way.ROLLBACK),
    )


def told(state: State) -> str:
    """A state as a text."""
    return say(f"model.state.{state}")


def _state(fleet: Fleet, model: str) -> State:
    if model not in fleet.states:
        raise PromotionError(say("promotion.unknown", model=model))
    return fleet.states[model]
