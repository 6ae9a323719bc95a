"""At a label set: train a model from it."""

from __future__ import annotations

from collections.abc import Sequence

from nicegui import ui

from cell.faces.studio.frame import button
from cell.faces.studio.visit import Visit, now_ns, once
from cell.labels.values import LabelSet
from cell.products.lookup import find_recipe
from cell.products.recipe import Recipe
from cell.training.preparing import detected, foreign_classes
from cell.training.starting import start_runner
from cell.training.values import Wish


class TrainingForm:
    """For which product, and what classes are called there that it does not know."""

    def __init__(self, visit: Visit, label_set: LabelSet, recipes: Sequence[Recipe]) -> None:
        self._visit, self._set = visit, label_set
        self._recipes = {recipe.name: recipe for recipe in recipes}
        self._names: dict[str, ui.select] = {}
        with ui.element("div").classes("st-row"):
            self._recipe = ui.select(
                list(self._recipes),
                value=self._likely(),
                label=visit.tr("studio.training.recipe"),
                on_change=self._look,
            )
            self._recipe.props(f"outlined dark data-test=recipe-{label_set.name}")
            self._recipe.classes("st-recipe")
            self._go = button(visit.tr("studio.training.train"), f"train-{label_set.name}")
            self._go.on_click(once(self._train))
        self._mapping = ui.element("div").classes("st-row").props("data-test=mapping")
        self._mapping.set_visibility(False)

    def _likely(self) -> str | None:
        """The product whose classes the labels bear; None: several could be meant, or none."""
        mine = set(self._set.classes)
        fits = [name for name, one in self._recipes.items() if mine and mine <= set(detected(one))]
        return fits[0] if len(fits) == 1 else None

    async def _look(self) -> None:
        """Ask what classes are called that the recipe does not know."""
        visit, recipe = self._visit, self._recipe.value
        self._names = {}
        self._mapping.clear()
        self._mapping.set_visibility(False)
        if not recipe:
            return
        tools = visit.tools
        found = await visit.attempt(
            foreign_classes, tools.labels, tools.config, self._set.name, recipe
        )
        if not found.value:
            return
        self._mapping.set_visibility(True)
        with self._mapping:
            ui.label(visit.tr("studio.training.called", recipe=recipe))
            for name in found.value:
                chosen = ui.select(list(detected(self._recipes[recipe])), label=f"{name} →")
                chosen.props(f"outlined dark data-test=called-{name}").classes("st-recipe")
                self._names[name] = chosen

    async def _train(self) -> None:
        visit = self._visit
        if not self._recipe.value:
            visit.tell(visit.tr("studio.training.choose_recipe"))
            return
        names = {old: str(one.value) for old, one in self._names.items() if one.value}
        steps = visit.tools.config.training.steps
        wish = Wish(self._set.name, self._recipe.value, names, steps)

        def act() -> None:  # both, also for somebody who closes the page between them
            find_recipe(visit.tools.config, wish.recipe)  # it may have been taken away since
            visit.foreman.train(wish, now_ns())
            start_runner(visit.tools.config.data_dir, visit.tools.config)

        if not (await visit.attempt(act)).refused:
            self._go.disable()  # until the browser has gone: one press, one job
            ui.navigate.to(visit.link("/studio/training"))
