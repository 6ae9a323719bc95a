"""Label sets: freeze what is labelled, look at what there is, compare, hand out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from urllib.parse import quote

from nicegui import ui

from cell.faces.studio.about import at
from cell.faces.studio.classes import words_of
from cell.faces.studio.frame import button, empty, frame, heading
from cell.faces.studio.training_form import TrainingForm
from cell.faces.studio.visit import Visit, now_ns, once
from cell.labels.exchange.table import FORMATS
from cell.labels.sets import MOST_NAME
from cell.labels.values import LabelSet, SetChange, Split
from cell.people.roles import Permission
from cell.products.recipe import Recipe

NAMED = 200
"""Pictures that a comparison names of each kind; the count tells of the rest."""


class SetsPage:
    """Drawn anew when a set is frozen."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._words: dict[str, str] = {}
        self._recipes: list[Recipe] = []
        with frame(visit, "sets"):
            heading(visit.tr("studio.sets.title"), visit.tr("studio.sets.hint"))
            if visit.clerk.may(Permission.FREEZE):
                self._form()
            self._sets = ui.element("div").classes("st-panel").props("data-test=sets")
            self._comparison = ui.element("div").classes("st-panel").props("data-test=comparison")

    async def show(self) -> None:
        """Fetch and show the sets."""
        result = await self._visit.attempt(self._visit.tools.labels.sets)
        words = await self._visit.quietly(words_of, self._visit.tools.recipes, self._visit.lang)
        offered = await self._visit.quietly(self._visit.tools.recipes.offer)
        self._recipes = [one.recipe for one in offered.value or () if one.recipe is not None]
        sets, self._words = result.value or (), words.value or {}
        self._sets.clear()
        self._comparison.clear()
        self._comparison.set_visibility(len(sets) > 1)
        with self._sets:
            if not sets:
                empty(self._visit.tr("studio.sets.none"), self._visit.tr("studio.sets.none_remedy"))
            for one in sets:
                self._set(one)
        if len(sets) > 1:
            with self._comparison:
                self._compare([one.name for one in sets])

    def _form(self) -> None:
        visit = self._visit
        with ui.element("div").classes("st-panel"):
            with ui.element("h2"):
                ui.label(visit.tr("studio.sets.freeze_title"))
            with ui.element("div").classes("st-row"):
                name = ui.input(label=visit.tr("studio.sets.name"))
                name.props("outlined dark data-test=set-name").classes("st-grow")
                name.props["maxlength"] = MOST_NAME
                name.props["hint"] = visit.tr("studio.sets.name_rule", most=MOST_NAME)
                note = ui.input(label=visit.tr("studio.sets.note"))
                note.props("outlined dark data-test=set-note maxlength=500").classes("st-grow")
                freeze = button(visit.tr("studio.sets.freeze"), "freeze", "st-main")
            every = ui.checkbox(visit.tr("studio.sets.only_settled"), value=True)
            every.props("data-test=only-settled size=lg")

        @once
        async def act() -> None:
            given = (name.value or "").strip(), (note.value or "").strip(), bool(every.value)
            result = await visit.attempt(visit.clerk.freeze, *given, now_ns())
            if result.value is not None:
                visit.tell(visit.tr("studio.sets.frozen", name=result.value.name), good=True)
                name.set_value("")
                await self.show()

        freeze.on_click(act)
        name.on("keydown.enter", act)

    def _set(self, one: LabelSet) -> None:
        visit = self._visit
        with ui.element("section").classes("set"):
            with ui.element("h3"):
                ui.label(one.name)
            ui.label(made(one, visit))
            ui.label(counts(one, visit))
            named = ", ".join(self._words.get(name, name) for name in one.classes)
            ui.label(visit.tr("studio.sets.classes", classes=named or "–"))
            if one.note:
                ui.label(one.note)
            ui.label(f"SHA-256 {one.fingerprint}").classes("st-print")
            if visit.clerk.may(Permission.EXCHANGE):
                self._handing_out(one)
            if visit.clerk.may(Permission.TRAIN):
                TrainingForm(visit, one, self._recipes)

    def _handing_out(self, one: LabelSet) -> None:
        with ui.element("div").classes("st-row"):
            ui.label(self._visit.tr("studio.sets.export"))
            for form in FORMATS.values():
                path = f"/studio/export/{quote(one.name, safe='')}/{form.name}.zip"
                link = ui.element("a").props(f"download data-test=export-{form.name}")
                link.props["href"] = self._visit.link(path)
                link.classes("st-button")
                with link:
                    ui.label(form.title)

    def _compare(self, names: Sequence[str]) -> None:
        visit = self._visit
        with ui.element("h2"):
            ui.label(visit.tr("studio.sets.compare_title"))
        with ui.element("div").classes("st-row"):
            before = ui.select(list(names), value=names[1], label=visit.tr("studio.sets.from"))
            after = ui.select(list(names), value=names[0], label=visit.tr("studio.sets.to"))
            for chosen in (before, after):
                chosen.props("outlined dark options-dense=false").classes("st-grow")
            compare = button(visit.tr("studio.sets.compare"), "compare")
        shown = ui.element("div").props("data-test=changes")

        async def act() -> None:
            result = await visit.attempt(visit.tools.labels.compare, before.value, after.value)
            shown.clear()
            if result.value is not None:
                with shown:
                    self._changes(result.value)

        compare.on_click(act)

    def _changes(self, change: SetChange) -> None:
        visit = self._visit
        for kind, names in (
            ("added", change.added),
            ("changed", change.changed),
            ("removed", change.removed),
        ):
            with ui.element("h3"):
                ui.label(visit.tr(f"studio.sets.{kind}", count=len(names)))
            if names:
                with ui.element("ul").classes("st-list").props("tabindex=0"):
                    for name in names[:NAMED]:
                        with ui.element("li"):
                            ui.label(name)


def made(one: LabelSet, visit: Visit) -> str:
    """Who froze it when, and what it holds."""
    kind = visit.tr("studio.sets.settled" if one.only_settled else "studio.sets.everything")
    return f"{at(one.at_ns)} · {one.person} · {kind}"


def counts(one: LabelSet, visit: Visit) -> str:
    """How many pictures are for what."""
    word = partial(visit.tr, "studio.sets.counts")
    return word(
        size=one.size,
        train=one.counts.get(Split.TRAIN, 0),
        validation=one.counts.get(Split.VALIDATION, 0),
        test=one.counts.get(Split.TEST, 0),
        left_out=one.left_out,
    )


async def sets_page(visit: Visit) -> None:
    """Build the page."""
    await SetsPage(visit).show()
