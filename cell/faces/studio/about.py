"""Beside the canvas: what the item is, why it is here, what was said of it, and the note."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from nicegui import ui

from cell.faces.studio.frame import button
from cell.faces.studio.visit import Visit
from cell.faces.studio.work import Showing
from cell.faces.web.wall_clock import CLOCK
from cell.labels.values import OF_THE_CELL, About, Item, Origin, Purpose, Reason, Said, Version
from cell.products.labels import label_of
from cell.texts import Label, render, tr_or

TYPING_S: Final = 0.5
"""How often what is being typed is kept."""


class AboutPanel:
    """Filled anew for each item."""

    def __init__(
        self,
        visit: Visit,
        decide: Callable[[int], Awaitable[None]],
        note_and_next: Callable[[], Awaitable[None]],
        noted: Callable[[], Awaitable[None]],
    ) -> None:
        self._visit, self._decide = visit, decide
        with ui.element("aside").classes("about").props(f'aria-label="{visit.tr("studio.about")}"'):
            self._purpose = ui.label().classes("about-purpose").props("data-test=purpose")
            self._facts = ui.element("div").classes("about-facts").props("data-test=why")
            self._opinions = ui.element("div").classes("about-opinions")
            self._history = ui.element("div").classes("about-history").props("data-test=history")
            self._note = ui.textarea(label=visit.tr("studio.note")).props(
                "outlined dark autogrow data-test=note maxlength=2000"
            )
            self._note.on("update:model-value", noted, throttle=TYPING_S, leading_events=False)
            self._save_note = button(visit.tr("studio.note_and_next"), "note-next", "st-main")
            self._save_note.on_click(note_and_next)
            self._done = ui.label().classes("about-done").props("data-test=done-count")

    @property
    def note(self) -> str:
        """What the person has noted."""
        return str(self._note.value or "")

    def show(self, showing: Showing, done: int) -> None:
        """Show an item."""
        visit, task = self._visit, showing.task
        self._purpose.set_text(visit.tr(f"studio.purpose.{task.purpose}"))
        self._purpose.classes(replace=f"about-purpose purpose-{task.purpose}")
        self._note.set_value(showing.note)
        self._save_note.set_visibility(task.item.picture is None)
        self._done.set_text(visit.tr("studio.work.done", count=done) if done else "")
        self._facts.clear()
        with self._facts:
            self._tell(showing)
        self._opinions.clear()
        if task.purpose is Purpose.DECIDE:
            with self._opinions:
                for version in task.opinions:
                    self._opinion(version, task.opinions)
        self._history.clear()

    async def history(self, showing: Showing | None) -> None:
        """Fetch and show what was said before; nothing where the look must be blind."""
        if showing is None or showing.blind or not showing.task.item.version:
            return
        book, item = self._visit.clerk.book, showing.task.item.id
        result = await self._visit.quietly(lambda: (book.history(item), book.notes(item)))
        if result.value is None:
            return
        versions, notes = result.value
        self._history.clear()
        with self._history:
            self._title("studio.history")
            for version in reversed(versions):
                self._line(self._version(version, versions), at(version.at_ns))
            for person, at_ns, words in notes:
                self._line(f"{person}: {words}", at(at_ns))

    def _tell(self, showing: Showing) -> None:
        visit, item = self._visit, showing.task.item
        self._title("studio.why")
        for words in whys(item, visit, blind=showing.blind):
            ui.label(words).classes("about-why")
        name = item.about.part or (item.picture.name if item.picture else f"{item.id}")
        self._fact("studio.part", name)
        if item.about.recipe:
            self._fact("studio.recipe", item.about.recipe)
        if item.about.model and not showing.blind:
            self._fact("studio.model", item.about.model)
        if item.about.verdict and not showing.blind:
            self._fact("studio.verdict", verdict(item.about, visit.lang))
        if item.picture is None:
            ui.label(visit.tr("studio.no_picture")).classes("about-no-picture")

    def _opinion(self, version: Version, opinions: Sequence[Version]) -> None:
        with ui.element("div").classes("about-opinion"):
            ui.label(self._version(version, opinions))
            words = choice(version, opinions, self._visit)
            take = button(words, f"decide-{version.number}")
            take.on_click(lambda _, number=version.number: self._decide(number))

    def _version(self, version: Version, others: Sequence[Version]) -> str:
        visit = self._visit
        origin = origin_of(version, others, visit)
        said = summary(version.said, visit, visit_label(self._visit, version.recipe))
        note = f" – {version.said.note}" if version.said.note else ""
        return f"{version.person}: {said}{note} ({origin})"

    def _title(self, code: str) -> None:
        with ui.element("h2"):
            ui.label(self._visit.tr(code))

    def _fact(self, code: str, words: str) -> None:
        with ui.element("div").classes("about-fact"):
            ui.label(self._visit.tr(code)).classes("about-name")
            ui.label(words)

    def _line(self, words: str, when: str) -> None:
        with ui.element("div").classes("about-line"):
            ui.label(when).classes("about-name")
            ui.label(words)


def whys(item: Item, visit: Visit, *, blind: bool = False) -> list[str]:
    """Why the item is here; in a blind look only that."""
    if blind:
        return [visit.tr("studio.because.review")]
    return [because(reason, item, visit) for reason in item.reasons]


def because(reason: Reason, item: Item, visit: Visit) -> str:
    """One reason in words."""
    if not reason.text:
        return visit.tr(f"studio.because.{reason.why}")
    return render(reason.text, visit.lang, visit_label(visit, item.about.recipe))


def visit_label(visit: Visit, recipe_name: str) -> Label:
    """The reader's words for the classes of a recipe."""
    recipe = visit.tools.recipes.of(recipe_name) if recipe_name else None
    return lambda name: name if recipe is None else label_of(recipe, name, visit.lang)


def choice(version: Version, opinions: Sequence[Version], visit: Visit) -> str:
    """The words on the button that takes this opinion: no two of them alike."""
    if sum(one.person == version.person for one in opinions) > 1:
        return visit.tr("studio.decide_for_version", person=version.person, number=version.number)
    return visit.tr("studio.decide_for", person=version.person)


def origin_of(version: Version, others: Sequence[Version], visit: Visit) -> str:
    """How a label came about. others: those of its picture, as far as they are known."""
    before = [one for one in others if one.number < version.number]
    first = max(before, key=lambda one: one.number, default=None)
    if version.origin is Origin.CONTRARY and first is not None and first.person == version.person:
        return visit.tr("studio.origin_contrary_own")
    return visit.tr(f"studio.origin.{version.origin}")


def verdict(about: About, lang: str) -> str:
    """The newest verdict, and who gave it where a person did."""
    words = tr_or(f"verdict.{about.verdict}", about.verdict, lang)
    by = about.verdict_by
    return words if by in ("", *OF_THE_CELL) else f"{words} ({by})"


def summary(said: Said, visit: Visit, label: Label) -> str:
    """A label in a few words: its judgement, and how many of which class."""
    words = visit.tr(f"studio.judgement.{said.judgement}")
    counts: dict[str, int] = {}
    for shape in said.shapes:
        counts[shape.class_name] = counts.get(shape.class_name, 0) + 1
    found = ", ".join(f"{count} × {label(name)}" for name, count in counts.items())
    return f"{words}: {found}" if found else words


def at(stamp_ns: int) -> str:
    """When it was, for people, and by which clock."""
    return CLOCK.told(stamp_ns * 1e-9, "%Y-%m-%d %H:%M %Z")
