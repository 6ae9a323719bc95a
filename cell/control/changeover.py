"""How the cell changes to another recipe: prepared by all nodes, then taken up by all or by none.

Until the ledger has taken the recipe up, which is one event in the journal, nothing has changed.
From then on every node follows the journal; one that cannot makes the cell take the old one again.
Pure: time comes as an argument, what is to be done goes out as an action.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from cell.control.ledger.desk import MOVING
from cell.control.ledger.events import CellState as State
from cell.control.ledger.observations import Order
from cell.products.lookup import InspectionParts
from cell.texts import say

PREPARE_S = 600.0
"""Engines that are compiled for their card take minutes."""
MOST_ROUNDS = 3
"""Times that the belt is emptied anew when parts came meanwhile: the feed stops a little later."""
TAKE_UP_S = 15.0
"""A node that has prepared a recipe works by it this soon, or the change is undone."""


class Step(StrEnum):
    """How far a change is, in the words of CellState.change."""

    NONE = ""
    PREPARING = "preparing"
    PREPARED = "prepared"
    DRAINING = "draining"
    TAKING_UP = "taking_up"


@dataclass(frozen=True, slots=True)
class Wish:
    """A person's order; see SetRecipe.srv. package, version: of the recipe in use another model,
    by its fingerprint, and the version with other thresholds, which are taken up while the line
    runs; both '' for a change of the recipe.
    """

    recipe: str
    person: str
    reason: str
    prepare_only: bool = False
    drain: bool = False
    package: str = ""
    version: str = ""

    @property
    def live(self) -> bool:
        """Whether the line goes on meanwhile."""
        return bool(self.package or self.version)


@dataclass(frozen=True, slots=True)
class Seen:
    """The cell now. `following`: every node works by the ledger's recipe."""

    state: State
    on_belt: int
    following: bool


@dataclass(frozen=True, slots=True)
class Drain:
    """Let the parts on the belt through, and no others begin."""

    person: str


@dataclass(frozen=True, slots=True)
class RunOn:
    """Let those through, too, that came while the belt was being emptied."""

    person: str


@dataclass(frozen=True, slots=True)
class TakeUp:
    """Tell the ledger to work by these parts from now on."""

    parts: InspectionParts
    person: str
    reason: str
    live: bool = False


@dataclass(frozen=True, slots=True)
class LetGo:
    """The nodes need not keep ready what they have prepared."""


Action = Drain | RunOn | TakeUp | LetGo


class Changeover:
    """One change at a time. `recipe`: name@version of what is being changed to; `parts`: what it
    refers to, when that was read.
    """

    def __init__(self) -> None:
        self.step, self.recipe, self.message = Step.NONE, "", ""
        self._wish = Wish("", "", "")
        self.parts: InspectionParts | None = None
        self._old: InspectionParts | None = None
        self._waiting: set[str] = set()
        self._asked: dict[str, str] = {}
        self._until_s, self._rounds = 0.0, 0
        self._kept_ready = False

    @property
    def wish(self) -> Wish:
        """What is, or was last, carried through."""
        return self._wish

    @property
    def idle(self) -> bool:
        """Whether nothing is under way; what is kept ready may wait."""
        return self.step in (Step.NONE, Step.PREPARED)

    def obstacle(self, wish: Wish, seen: Seen) -> str:
        """Why this cannot be begun now, '' when it can."""
        if not wish.person.strip():
            return say("refused.no_person")
        if not wish.reason.strip():
            return say("refused.recipe.no_reason")
        order = Order.DRAIN_AND_CHANGE if wish.drain else Order.CHANGE_RECIPE
        return self._refusal(Order.PREPARE_RECIPE if wish.prepare_only else order, seen)

    def refusals(self, seen: Seen) -> dict[str, str]:
        """For each order of a change why it cannot be given now, '' if it can."""
        orders = (Order.CHANGE_RECIPE, Order.DRAIN_AND_CHANGE, Order.PREPARE_RECIPE)
        return {str(order): self._refusal(order, seen) for order in orders}

    def _refusal(self, order: Order, seen: Seen) -> str:
        if not self.idle and self._wish.live:
            return say("refused.recipe.model", person=self._wish.person)
        if not self.idle:
            return say(
                "refused.recipe.changing", recipe=self._wish.recipe, person=self._wish.person
            )
        if order is Order.PREPARE_RECIPE:
            return ""
        if seen.state is State.PURGE_REQUIRED:
            return say("refused.recipe.not_clear")
        if seen.state is State.FAULTED:
            return say("refused.recipe.faulted")
        lets_through = order is Order.DRAIN_AND_CHANGE and seen.state in MOVING
        if (seen.on_belt or seen.state in MOVING) and not lets_through:
            return say("refused.recipe.not_stopped")
        return ""

    def begin(self, wish: Wish, old: InspectionParts, nodes: Iterable[str], now_s: float) -> bool:
        """Follow the order; whether anything has to be prepared for it."""
        same = self._wish.recipe == wish.recipe and not wish.live
        ready = self.step is Step.PREPARED and same
        self._wish, self.message, self._rounds = wish, "", 0
        if ready and not wish.prepare_only:
            self.step = Step.DRAINING
            return False
        self.step, self.recipe, self.parts, self._old = Step.PREPARING, wish.recipe, None, old
        self._kept_ready, self._asked = True, {}
        self._waiting, self._until_s = {"supervisor", *nodes}, now_s + PREPARE_S
        return True

    def loaded(self, parts: InspectionParts) -> None:
        """The supervisor itself has read the recipe."""
        if self.step is Step.PREPARING:
            self.parts, self.recipe = parts, parts.recipe.identity
            self._waiting.discard("supervisor")

    def asked(self, node: str, boot_id: str) -> None:
        """A node was told to prepare; boot_id: of its process, as far as that is known."""
        self._asked[node] = boot_id

    def heard(self, node: str, boot_id: str) -> None:
        """A node lives. One that was started anew knows nothing of what its predecessor was told,
        however short its absence was.
        """
        if self._asked.get(node, boot_id) != boot_id:
            self.died(node)

    def answered(self, node: str, recipe: str, message: str) -> None:
        """A node can work by `recipe` (its name), or says why not."""
        if self.step is not Step.PREPARING or recipe != self._wish.recipe:
            return
        self._waiting.discard(node)
        if message:
            self._fail(say("recipe.refused_by", node=node, recipe=recipe, detail=message))

    def died(self, node: str) -> None:
        """What a node had prepared died with it."""
        if self.step is Step.PREPARING:
            self.answered(node, self._wish.recipe, say("recipe.node_died"))
        elif self.step in (Step.PREPARED, Step.DRAINING):
            self._fail(say("recipe.refused_by", node=node, recipe=self._wish.recipe,
                           detail=say("recipe.node_died")))  # fmt: skip

    def next(self, now_s: float, seen: Seen) -> list[Action]:
        """What is to be done now; call a few times a second."""
        actions = self._next(now_s, seen)
        if self._kept_ready and self.step is Step.NONE:
            self._kept_ready = False
            actions.append(LetGo())
        return actions

    def _next(self, now_s: float, seen: Seen) -> list[Action]:
        match self.step:
            case Step.PREPARING:
                return self._prepare(now_s, seen)
            case Step.DRAINING:
                return self._drain(now_s, seen)
            case Step.TAKING_UP:
                return self._follow(now_s, seen)
            case _:
                return []

    def refused(self, message: str) -> None:
        """The ledger has refused to take the recipe up: nothing has changed."""
        self._fail(message)

    def _prepare(self, now_s: float, seen: Seen) -> list[Action]:
        if self._waiting:
            if now_s > self._until_s:
                late = sorted(self._waiting)
                self._fail(say("recipe.not_prepared", nodes=late, seconds=f"{PREPARE_S:.0f}"))
            return []
        self.step = Step.PREPARED if self._wish.prepare_only else Step.DRAINING
        return self._next(now_s, seen)

    def _drain(self, now_s: float, seen: Seen) -> list[Action]:
        wish = self._wish
        if wish.live or (seen.state is State.STOPPED and not seen.on_belt):
            assert self.parts is not None
            self.step, self._until_s = Step.TAKING_UP, now_s + TAKE_UP_S
            return [TakeUp(self.parts, wish.person, wish.reason, wish.live)]
        if seen.state is State.RUNNING and self._wish.drain:
            return [Drain(self._wish.person)]
        if seen.state is State.STOPPED and self._rounds < MOST_ROUNDS:
            self._rounds += 1
            return [RunOn(self._wish.person)]
        if seen.state is State.STOPPED:
            self._fail(say("recipe.more_came", count=seen.on_belt))
        if seen.state in (State.FAULTED, State.PURGE_REQUIRED):
            self._fail(say("recipe.fault_meanwhile"))
        return []

    def _follow(self, now_s: float, seen: Seen) -> list[Action]:
        if seen.following:
            self.step, self.recipe = Step.NONE, ""
            return []
        if now_s < self._until_s:
            return []
        assert self._old is not None
        message = say("recipe.undone", recipe=self.recipe, old=self._old.recipe.identity)
        if self._wish.live:
            message = say("model.undone", old=self._old.identity)
        undo = TakeUp(self._old, self._wish.person, message, self._wish.live)
        self._fail(message)
        return [undo]

    def _fail(self, message: str) -> None:
        self.step, self.recipe, self.message = Step.NONE, "", message
        self._waiting.clear()
