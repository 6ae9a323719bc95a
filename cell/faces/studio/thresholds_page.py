"""Thresholds by what mistakes cost: the curve under the finger, the gate's word beside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from nicegui import events, ui

from cell.faces.studio.about import at
from cell.faces.studio.asking import asking
from cell.faces.studio.choice import ALL, Choice
from cell.faces.studio.frame import button, empty, frame, heading
from cell.faces.studio.gate_picture import decision_picture
from cell.faces.studio.look_form import LookForm
from cell.faces.studio.threshold_curve import ThresholdCurve
from cell.faces.studio.visit import Visit, now_ns
from cell.labels.values import LabelSet, Split
from cell.people.roles import Permission
from cell.products.labels import label_of
from cell.products.recipe import Recipe
from cell.promotion.gate import Outcome
from cell.promotion.looker import Looker
from cell.promotion.setting import go_back, set_thresholds
from cell.promotion.states import Way
from cell.promotion.tuned import ThresholdVersion
from cell.promotion.tuning import Measured
from vision.lab.evaluation.thresholds import Target

COSTS: Final = {"escape_cost": 50.0, "false_reject_cost": 1.0, "review_cost": 0.3}
"""In any currency: only their ratios count."""


class ThresholdsPage:
    """`recipe`: whose thresholds; the first one of all where it is not told, or, which is said,
    where there is none of this name.
    """

    def __init__(self, visit: Visit, looker: Looker, recipe: str) -> None:
        self._visit, self._looker, self._recipe, self._asked = visit, looker, recipe, recipe
        self._choice: Choice | None = None
        self._which = ALL
        self._words: dict[str, str] = {}
        with frame(visit, "thresholds"):
            heading(visit.tr("studio.thresholds.title"), visit.tr("studio.thresholds.hint"))
            self._form = ui.element("div").classes("st-panel")
            self._chosen = ui.element("div").classes("st-page-part").props("data-test=choice")
            self._past = ui.element("div").classes("st-panel").props("data-test=versions")

    async def show(self) -> None:
        """Fetch and show everything."""
        found = await self._visit.attempt(self._fetch)
        if found.value is None:
            return
        recipes, sets, versions = found.value
        self._form.clear()
        with self._form:
            self._choosing(recipes, sets)
        self._past.clear()
        self._past.set_visibility(bool(recipes))
        with self._past:
            self._versions(versions)

    def _fetch(self) -> tuple[list[Recipe], list[LabelSet], list[ThresholdVersion]]:
        tools = self._visit.tools
        offered = [one.recipe for one in tools.recipes.offer() if one.recipe is not None]
        recipes = [one for one in offered if one.model is not None]
        names = [one.name for one in recipes]
        if self._recipe not in names:
            judged = [name for name in tools.registry.chosen() if name in names]
            self._recipe = (judged or names or [""])[0]
        for one in recipes:
            if one.name == self._recipe:
                self._words = {n: label_of(one, n, self._visit.lang) for n in one.classes}
        sets = [one for one in tools.labels.sets() if one.counts.get(Split.TEST, 0)]
        return recipes, sets, tools.registry.thresholds(self._recipe)

    def _choosing(self, recipes: list[Recipe], sets: list[LabelSet]) -> None:
        visit = self._visit
        if not recipes:
            empty(visit.tr("studio.thresholds.none"), visit.tr("studio.thresholds.none_remedy"))
            return
        if self._asked not in ("", self._recipe):
            told = {"asked": self._asked, "recipe": self._recipe}
            words = ui.label(visit.tr("studio.thresholds.no_recipe", **told))
            words.classes("st-hint").props("data-test=no-recipe role=status")
        with ui.element("div").classes("st-row"):
            chosen = ui.select(
                [one.name for one in recipes],
                value=self._recipe,
                label=visit.tr("studio.thresholds.recipe"),
                on_change=lambda event: ui.navigate.to(
                    visit.link("/studio/thresholds", recipe=event.value)
                ),
            )
            chosen.props("outlined dark data-test=recipe").classes("st-recipe")
        if not sets:
            empty(visit.tr("studio.thresholds.no_set"), visit.tr("studio.thresholds.no_set_remedy"))
            return
        by_name = {one.name: one for one in sets}

        def act(name: str) -> tuple[LabelSet, Measured]:
            return by_name[name], self._looker.measure(self._recipe, name)

        LookForm(
            visit, self._looker, list(by_name), "studio.thresholds.look", "measure", act,
            self._measured,
        )  # fmt: skip

    async def _measured(self, found: tuple[LabelSet, Measured]) -> None:
        label_set, measured = found
        self._choice = Choice(measured, label_set, Target(**COSTS))
        self._which = ALL if len(self._choice.classes) > 1 else self._choice.classes[0]
        self._chosen.clear()
        with self._chosen:
            self._build(self._choice)
        self._draw()

    def _build(self, choice: Choice) -> None:
        visit = self._visit
        with ui.element("section").classes("st-panel"):
            with ui.element("h2"):
                ui.label(visit.tr("studio.thresholds.costs"))
            with ui.element("div").classes("st-row"):
                for name, value in COSTS.items():
                    self._cost(name, value)
                button(visit.tr("studio.thresholds.cheapest"), "cheapest").on_click(self._cheapest)
                button(visit.tr("studio.thresholds.reset"), "reset").on_click(self._reset)
            with ui.element("h2"):
                ui.label(visit.tr("studio.thresholds.which"))
            self._tabs = ui.element("div").classes("st-row").props("role=group")
            self._tabs.props["aria-label"] = visit.tr("studio.thresholds.which")
            self._curve = ThresholdCurve(visit.lang)
            self._curve.on("moved", self._moved)
            told = {"good": len(choice.measured.reached.reach.good),
                    "bad": len(choice.measured.reached.reach.bad)}  # fmt: skip
            ui.label(visit.tr("studio.thresholds.rests_on", **told)).classes("st-hint")
        self._gate = ui.element("section").classes("st-panel")

    def _cost(self, name: str, value: float) -> None:
        words = self._visit.tr(f"studio.thresholds.{name}")

        def changed(event: events.ValueChangeEventArguments[float | None]) -> None:
            if self._choice is not None and event.value is not None and event.value >= 0:
                self._choice.cost(**{name: float(event.value)})
                self._draw()

        field = ui.number(label=words, value=value, min=0, step=0.1, on_change=changed)
        field.props(f"outlined dark debounce=300 data-test=cost-{name}").classes("st-cost")

    def _cheapest(self) -> None:
        assert self._choice is not None
        self._choice.cheapest()
        self._draw()

    def _reset(self) -> None:
        assert self._choice is not None
        self._choice.as_in_force()
        self._draw()

    def _moved(self, event: events.GenericEventArguments) -> None:
        if self._choice is not None and isinstance(event.args, int | float):
            self._choice.set(self._which, min(max(float(event.args), 0.05), 0.95))
            self._draw()

    def _show_class(self, which: str) -> None:
        self._which = which
        self._draw()

    def _draw(self) -> None:
        """The curve, the classes and the gate's word, as it is chosen now."""
        choice = self._choice
        assert choice is not None
        self._curve.show(choice.curve(self._which), choice.at(self._which))
        self._tabs.clear()
        with self._tabs:
            several = (ALL,) if len(choice.classes) > 1 else ()
            for name in (*several, *choice.classes):
                self._tab(choice, name)
        self._gate.clear()
        with self._gate:
            self._say(choice)

    def _tab(self, choice: Choice, name: str) -> None:
        visit = self._visit
        words = visit.tr("studio.thresholds.all")
        if name != ALL:
            word, now, new = self._words.get(name, name), choice.measured.now[name], choice.at(name)
            values = f"{now:.2f}" if abs(now - new) < 1e-6 else f"{now:.2f} → {new:.2f}"
            words = f"{word} {values}"
        tab = button(words, f"class-{name or 'all'}", "tc-tab")
        tab.props["aria-pressed"] = "true" if name == self._which else "false"
        tab.on_click(lambda: self._show_class(name))

    def _say(self, choice: Choice) -> None:
        visit = self._visit
        decision = choice.decide(visit.tools.config.promotion)
        with ui.element("h2"):
            ui.label(visit.tr("studio.thresholds.gate"))
        decision_picture(visit, decision)
        if not choice.changed:
            ui.label(visit.tr("studio.thresholds.unchanged")).classes("st-hint")
            return
        if not visit.by.may(Permission.PROMOTE):
            return

        def act(why: str, *, override: bool) -> object:
            tools = visit.tools
            return set_thresholds(
                tools.registry, tools.config, self._recipe, choice.measured.now, choice.thresholds,
                choice.basis(), decision, visit.by, now_ns(), why=why, override=override,
                model=choice.measured.model,
            )  # fmt: skip

        with ui.element("div").classes("st-row"):
            if decision.outcome is Outcome.PASS:
                self._ask("apply", partial(act, override=False), "st-main")
            elif visit.by.may(Permission.OVERRIDE_GATE):
                self._ask("override", partial(act, override=True))

    def _ask(self, what: str, act: Callable[[str], object], kind: str = "") -> None:
        asking(self._visit, f"studio.thresholds.{what}", what, act, self._begin_anew, kind)

    async def _begin_anew(self) -> None:
        """What was chosen is in force now: the next choice begins from there."""
        self._choice = None
        self._chosen.clear()
        await self.show()

    def _versions(self, versions: list[ThresholdVersion]) -> None:
        visit = self._visit
        with ui.element("h2"):
            ui.label(visit.tr("studio.thresholds.versions", recipe=self._recipe))
        if not versions:
            ui.label(visit.tr("studio.thresholds.no_versions"))
            return
        with ui.element("ul").classes("st-list").props("tabindex=0"):
            for one in reversed(versions):
                with ui.element("li"):
                    ui.label(self._told(one))
        if visit.by.may(Permission.ROLL_BACK):
            self._ask("back", partial(self._back, versions[-1].number))

    def _back(self, newest: int, why: str) -> Any:
        tools, by = self._visit.tools, self._visit.by
        return go_back(
            tools.registry, tools.config, self._recipe, by, now_ns(), why=why, newest=newest
        )

    def _told(self, one: ThresholdVersion) -> str:
        visit, of = self._visit, one.change
        after = ", ".join(f"{self._words.get(n, n)} {v:g}" for n, v in of.after.items())
        way = visit.tr(f"model.way.{Way(one.way)}")
        stamp = f"{at(one.at_ns)} · {of.recipe}@{of.recipe_version} ({way})"
        return f"{stamp} · {after} · {one.person}: {one.why}"


async def thresholds_page(visit: Visit, looker: Looker, recipe: str) -> None:
    """Build the page."""
    await ThresholdsPage(visit, looker, recipe).show()
