"""The ledger's desk: its state, what it heard last, and the events of the observation at hand."""

from __future__ import annotations

from dataclasses import dataclass, field

from cell.control.alarms.shelf import ShelfEnd
from cell.control.ledger import events as e
from cell.control.ledger.account import Account, State
from cell.control.ledger.apply import apply
from cell.control.ledger.config import LedgerConfig
from cell.control.ledger.events import CellState, Event
from cell.control.ledger.inspection import Inspection
from cell.control.ledger.observations import BeltRead, TrialSet
from cell.products.recipe import Recipe
from cell.texts import say
from models.ground.errors import UserError

MOVING = (CellState.STARTING, CellState.RUNNING, CellState.STOPPING)


class RefusalError(UserError):
    """A person's order cannot be followed: a phrase says why and what to do."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(say(code, **values))


class NeedlessError(RefusalError):
    """What an order asks for is so already: nothing is done, and it counts as followed."""


@dataclass(slots=True)
class Live:
    """Heard last, not journalled: after a crash all of it is unknown, and so is the belt."""

    encoder_m: float = 0.0
    belt: BeltRead | None = None
    exposures_until_ns: int = 0
    counter_ahead_since_ns: int | None = None
    drained_from_m: float | None = None
    """Where the belt was when the drain was ordered [m]."""
    left_from_m: float | None = None
    """Where it was when the last part met the exit-eye."""
    unready_from_m: float | None = None
    """Where it was when the machine before the cell was told to give no part; None: it may."""
    inspections: dict[int, Inspection] = field(default_factory=dict)
    tried: dict[int, Inspection] = field(default_factory=dict)
    """What the model on trial says of pictures, by their trigger."""


@dataclass(slots=True)
class Desk:
    """What the rules work on. They read `state` and change it only by `emit`."""

    config: LedgerConfig
    recipe: Recipe
    model: str = ""
    """Identity of the model that judges, as inspections name it; '': any may."""
    package: str = ""
    """Its fingerprint."""
    before: tuple[str, Recipe] | None = None
    """The model before it, where it was exchanged while parts were on their way, and the recipe
    with the thresholds that this one's findings are judged by.
    """
    trial: TrialSet | None = None
    """The model on trial."""
    state: State = field(default_factory=State)
    live: Live = field(default_factory=Live)
    now_ns: int = 0
    events: list[Event] = field(default_factory=list)
    recalls: bool = False
    """Whether the removal under way is to be called back; of the observation at hand, as events."""

    def emit(self, event: Event) -> None:
        """Decide: the event counts from here on."""
        apply(self.state, event)
        self.events.append(event)

    def take(self, recipe: Recipe, model: str, package: str, *, live: bool = False) -> None:
        """Work by this from now on; live: what the model before has still looked at counts."""
        self.before = (self.model, self.recipe) if live else None
        self.recipe, self.model, self.package = recipe, model, package

    def recipe_of(self, done: Inspection) -> Recipe | None:
        """What an inspection is judged by: the recipe by which it was made, with its own model's
        thresholds. None: the cell does not work by that one.
        """
        if self.model in ("", done.model) and self.recipe.identity == done.recipe:
            return self.recipe
        if self.before is not None:
            model, recipe = self.before
            if (model, recipe.identity) == (done.model, done.recipe):
                return recipe
        return None

    @property
    def travel_m(self) -> float:
        """Belt travel from arrival to exposure for this recipe's parts [m]."""
        return self.config.trigger_travel_m(self.recipe.part.size_m[0])

    @property
    def may_run(self) -> bool:
        """Whether the belt is meant to run, holds aside: never without an order in this session."""
        state = self.state
        meant = state.cell in (CellState.STARTING, CellState.RUNNING) or state.draining
        return meant and state.session_open and bool(state.ordered_by)

    def position(self, account: Account) -> float:
        """Where the account's part is now [m]."""
        return account.x_at(self.live.encoder_m)

    def alarm(self, alarm: str, part: str = "", detail: str = "") -> None:
        """Raise an alarm."""
        self.emit(e.AlarmRaised(stamp_ns=self.now_ns, alarm=alarm, part=part, detail=detail))

    def clear_alarm(self, *alarms: str) -> None:
        """Clear those of the alarms whose cause stands."""
        for alarm in alarms:
            if alarm in self.state.alarms.causes:
                self.emit(e.AlarmCleared(stamp_ns=self.now_ns, alarm=alarm))

    def unshelve(self, alarm: str, end: ShelfEnd, person: str = "") -> None:
        """Put an alarm in sight again."""
        self.emit(e.AlarmUnshelved(stamp_ns=self.now_ns, alarm=alarm, end=end, person=person))

    def fault(
        self,
        alarm: str,
        part: str = "",
        detail: str = "",
        *,
        purge: bool = True,
        encoder_valid: bool = True,
    ) -> None:
        """Stop the belt for a fault; `purge`: what lies on it is unknown from now on."""
        if alarm in self.state.alarms.shelves:  # whoever tells it: what stops the belt is in sight
            self.unshelve(alarm, ShelfEnd.FAULT)
        self.alarm(alarm, part, detail)
        self.release_belt()
        self.emit(
            e.Faulted(
                stamp_ns=self.now_ns,
                alarm=alarm,
                part=part,
                detail=detail,
                purge=purge,
                stopped=self.may_run,
                encoder_m=self.live.encoder_m,
                encoder_valid=encoder_valid,
            )
        )

    def release_belt(self) -> None:
        """End a hold, if there is one."""
        hold = self.state.hold
        if hold is not None:
            waited_s = max(0, self.now_ns - hold.since_ns) * 1e-9
            self.emit(e.BeltReleased(stamp_ns=self.now_ns, part=hold.part, waited_s=waited_s))
