"""Models: which judge, which would like to, what they have proven and what is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nicegui import ui

from cell.faces.studio.about import at
from cell.faces.studio.asking import asking
from cell.faces.studio.frame import empty, frame, heading
from cell.faces.studio.gate_picture import gate_picture
from cell.faces.studio.look_form import LookForm
from cell.faces.studio.visit import Visit, now_ns
from cell.labels.values import LabelSet, Split
from cell.people.roles import Permission
from cell.promotion.asking import Asked, Porter
from cell.promotion.fleet import Fleet
from cell.promotion.gate import Outcome
from cell.promotion.looker import Looker
from cell.promotion.model import Event, Model
from cell.promotion.states import State, Way
from cell.promotion.watch_words import how_it_stands, what_to_do, why_back
from cell.texts import render

WAITING = (State.CANDIDATE, State.SHADOW, State.CANARY)
"""Who wants to judge."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is known of a model."""

    model: Model
    events: tuple[Event, ...]
    asked: Asked | None


class ModelsPage:
    """Drawn anew when a model has moved."""

    def __init__(self, visit: Visit, looker: Looker) -> None:
        self._visit, self._looker, tools = visit, looker, visit.tools
        self._sets: dict[str, LabelSet] = {}
        self._porter = Porter(tools.registry, tools.labels, tools.config.promotion)
        with frame(visit, "models"):
            heading(visit.tr("studio.models.title"), visit.tr("studio.models.hint"))
            self._all = ui.element("div").classes("st-page-part").props("data-test=models")

    async def show(self) -> None:
        """Fetch and show everything."""
        result = await self._visit.attempt(self._fetch)
        self._all.clear()
        with self._all:
            if not result.value:
                words = self._visit.tr("studio.models.none")
                empty(words, self._visit.tr("studio.models.none_remedy"))
            for recipe, (fleet, models) in (result.value or {}).items():
                self._recipe(recipe, fleet, models)

    def _fetch(self) -> dict[str, tuple[Fleet, list[Shown]]]:
        registry = self._visit.tools.registry
        sets = self._visit.tools.labels.sets()
        self._sets = {one.name: one for one in sets if one.counts.get(Split.TEST, 0)}
        found: dict[str, tuple[Fleet, list[Shown]]] = {}
        for model in registry.models():
            events = tuple(registry.events(model.recipe, model.fingerprint))
            asked = self._porter.ask(model) if model.state in WAITING else None
            known = found.setdefault(model.recipe, (registry.fleet(model.recipe), []))
            known[1].append(Shown(model, events, asked))
        return found

    def _recipe(self, recipe: str, fleet: Fleet, models: list[Shown]) -> None:
        visit = self._visit
        order = [State.ACTIVE, *reversed(WAITING), State.RETIRED, State.REFUSED]
        with ui.element("section").classes("st-panel").props(f"data-test=recipe-{recipe}"):
            with ui.element("h2"):
                ui.label(visit.tr("studio.models.recipe", recipe=recipe))
            for one in sorted(models, key=lambda one: order.index(one.model.state)):
                self._model(one)
            back = fleet.canary is not None or fleet.before is not None
            if back and visit.by.may(Permission.ROLL_BACK):
                self._ask("back", self._back(recipe, fleet.canary or fleet.active or ""))

    def _back(self, recipe: str, newest: str) -> Callable[[str], object]:
        """newest: the model that the person sees; two who press at once go back one step."""

        def act(why: str) -> object:
            registry, by = self._visit.tools.registry, self._visit.by
            return registry.roll_back(recipe, by, now_ns(), why=why, model=newest)

        return act

    def _model(self, one: Shown) -> None:
        visit, model = self._visit, one.model
        with ui.element("article").classes("model").props(f"data-test=model-{model.short}"):
            with ui.element("div").classes("st-row"):
                with ui.element("h3"):
                    ui.label(f"{model.name} {model.version}")
                state = visit.tr(f"model.state.{model.state}")
                ui.label(state).classes(f"chip-state model-{model.state}")
                if any(event.move.way is Way.OVERRIDE for event in one.events):
                    ui.label(visit.tr("studio.models.overridden")).classes(
                        "chip-state model-against"
                    )
            for words in self._origin(model):
                ui.label(words).classes("st-hint")
            ui.label(f"SHA-256 {model.fingerprint}").classes("st-print")
            self._watch(model)
            if one.asked is not None:
                gate_picture(visit, one.asked)
                self._buttons(one, one.asked)
            self._history(one.events)

    def _watch(self, model: Model) -> None:
        """How a model with a say does: the share that it stops, and what speaks against it."""
        visit, trials = self._visit, self._visit.tools.trials
        watch = trials.known.get((model.recipe, model.fingerprint))
        if watch is None:
            return
        words = render(how_it_stands(watch.shares), visit.lang)
        ui.label(words).classes("st-hint").props("data-test=shares")
        against = why_back(watch, visit.tools.config.promotion)
        if against and model.state is State.ACTIVE:
            told = [render(one, visit.lang) for one in (against, what_to_do(watch))]
            ui.label(" · ".join(told)).classes("st-bad").props("data-test=against")

    def _origin(self, model: Model) -> list[str]:
        visit, of = self._visit, model.origin
        told = [visit.tr("studio.models.taken_in", at=at(model.at_ns), person=model.person)]
        if of.label_set:
            told.append(visit.tr("studio.models.learnt", name=of.label_set, job=of.job or "–"))
        return told

    def _buttons(self, one: Shown, asked: Asked) -> None:
        """What this person may do with it, and the gate lets him."""
        if not self._visit.by.may(Permission.PROMOTE):
            return
        self._trying(one.model)
        with ui.element("div").classes("st-row"):
            if asked.decision.outcome is Outcome.PASS:
                self._ask("promote", self._moves(one, State.ACTIVE), "st-main")
            elif self._visit.by.may(Permission.OVERRIDE_GATE):
                self._ask("override", self._moves(one, State.ACTIVE, override=True))
            if one.model.state is State.CANDIDATE:
                self._ask("shadow", self._moves(one, State.SHADOW))
            else:
                self._ask("unshadow", self._moves(one, State.CANDIDATE))
            self._ask("refuse", self._moves(one, State.REFUSED))

    def _ask(self, what: str, act: Callable[[str], object], kind: str = "") -> None:
        asking(self._visit, f"studio.models.{what}", what, act, self.show, kind)

    def _trying(self, model: Model) -> None:
        """Let both models look at a label set's locked share."""
        visit, tools = self._visit, self._visit.tools
        if not self._sets:
            ui.label(visit.tr("studio.models.no_set")).classes("st-hint")
            return

        def act(name: str) -> int:
            told = name, self._sets[name].fingerprint
            return self._looker.try_it(tools.registry, model, told, visit.by, now_ns)

        async def after(count: int) -> None:
            visit.tell(visit.tr("studio.models.tried", count=count), good=True)
            await self.show()

        LookForm(
            visit, self._looker, list(self._sets), "studio.models.try", model.short, act, after
        )

    def _moves(self, one: Shown, to: State, *, override: bool = False) -> Callable[[str], object]:
        def act(why: str) -> object:
            return self._porter.promote(
                one.model, to, self._visit.by, now_ns(), why=why, override=override
            )

        return act

    def _history(self, events: tuple[Event, ...]) -> None:
        visit = self._visit
        with ui.element("details"):
            with ui.element("summary"):
                ui.label(visit.tr("studio.models.history", count=len(events)))
            with ui.element("ul").classes("st-list").props("tabindex=0"):
                for event in events:
                    with ui.element("li"):
                        ui.label(self._told(event))

    def _told(self, event: Event) -> str:
        visit, move = self._visit, event.move
        state, way = visit.tr(f"model.state.{move.after}"), visit.tr(f"model.way.{move.way}")
        why = f": {event.why}" if event.why else ""
        return f"{at(event.at_ns)} · {state} ({way}) · {event.person}{why}"


async def models_page(visit: Visit, looker: Looker) -> None:
    """Build the page."""
    await ModelsPage(visit, looker).show()
