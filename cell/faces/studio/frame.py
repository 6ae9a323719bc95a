"""What all pages of the relabelling tool have: where one is, where one can go, the language."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from nicegui import ui

from cell.faces.practice.strip import Strip
from cell.faces.practice.tour import STYLE as PRACTICE_STYLE
from cell.faces.studio.visit import Visit
from cell.faces.web.language import spoken
from cell.faces.web.who import Who
from cell.people.person import SignedIn
from cell.people.roles import Permission
from cell.texts import Lang, after, tr
from cell.trainer.lessons import Act

STYLE: Final = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
FOLLOW_S: Final = 0.3
PLACES: Final = {
    "queue": ("/studio", Permission.LABEL),
    "work": ("/studio/work", Permission.LABEL),
    "sets": ("/studio/sets", Permission.LABEL),
    "training": ("/studio/training", Permission.LABEL),
    "exchange": ("/studio/exchange", Permission.EXCHANGE),
    "agreement": ("/studio/agreement", Permission.LABEL),
    "models": ("/studio/models", Permission.ROLL_BACK),
    "thresholds": ("/studio/thresholds", Permission.ROLL_BACK),
}
"""The pages, and what one needs for each."""


def dress(title: str, lang: Lang) -> None:
    """Title, language and looks of a page."""
    ui.page_title(f"{title} – {tr('studio.title', lang)}")
    ui.add_css(STYLE)
    ui.add_head_html(f"<script>{spoken(lang)}</script>")


def forbidden(person: SignedIn, words: str, lang: Lang) -> None:
    """A page for somebody whose role does not allow it: why, who he is, and the ways back."""
    dress(tr("studio.title", lang), lang)
    with ui.element("div").classes("studio"):
        with ui.element("header").classes("st-head"):
            with ui.element("nav").props(f'aria-label="{tr("studio.title", lang)}"'):
                ui.link(tr("studio.cell", lang), f"/?lang={lang}").classes("st-home")
            Who(person).update(lang)
        with ui.element("div").classes("st-page"):
            heading(tr("studio.title", lang))
            with ui.element("div").classes("st-empty").props("data-test=forbidden"):
                ui.label(words).classes("st-empty-words")
            ui.link(tr("studio.cell", lang), f"/?lang={lang}").classes("st-button")


@contextmanager
def frame(visit: Visit, here: str) -> Iterator[None]:
    """The page's frame; what is built inside is the page. `here`: one of PLACES."""
    lang = visit.lang
    dress(tr(f"studio.{here}", lang), lang)
    with ui.element("div").classes(f"studio studio-{here}"):
        with ui.element("header").classes("st-head"):
            ui.link(tr("studio.cell", lang), visit.link("/")).classes("st-home")
            with ui.element("nav").props(f'aria-label="{tr("studio.title", lang)}"'):
                for name, (path, needs) in PLACES.items():
                    if visit.by.may(needs):
                        _link(visit, name, path, current=name == here)
            Who(visit.by).update(lang)
            other = after(lang)
            # A link, not a button: what is half done is kept as a draft while the page changes.
            path = PLACES[here][0]
            ui.link(tr("language.name", other), f"{path}?lang={other}").classes(
                "st-language"
            ).props("data-test=language")
        _practise(visit, here)
        with ui.element("div").classes("st-page"):
            yield


def _practise(visit: Visit, here: str) -> None:
    """The trainer's strip, where people practise. It follows while somebody looks."""
    coach = visit.tools.practice
    if coach is None:
        return
    if here == "queue":
        coach.opened(Act.OPEN_QUEUE)
    ui.add_css(PRACTICE_STYLE)
    strip, client = Strip(coach, visit.by, None), ui.context.client
    strip.update(None, visit.lang)

    def look() -> None:
        if client.has_socket_connection:
            strip.update(None, visit.lang)

    ui.timer(FOLLOW_S, look)


def _link(visit: Visit, name: str, path: str, *, current: bool) -> None:
    link = ui.link(visit.tr(f"studio.{name}"), visit.link(path)).props(f"data-test=to-{name}")
    if current:
        link.classes("st-current").props("aria-current=page")


def heading(words: str, hint: str = "") -> None:
    """What the page is, and what one does on it."""
    with ui.element("div").classes("st-heading"):
        with ui.element("h1"):
            ui.label(words)
        if hint:
            ui.label(hint).classes("st-hint")


def empty(words: str, remedy: str) -> None:
    """Nothing is there, and what can be done about it."""
    with ui.element("div").classes("st-empty").props("data-test=empty"):
        ui.label(words).classes("st-empty-words")
        ui.label(remedy).classes("st-empty-remedy")


def button(words: str, test: str, kind: str = "") -> ui.button:
    """A button of the tool's looks."""
    made = ui.button(words, color=None).props(f"no-caps unelevated data-test={test}")
    return made.classes(f"st-button {kind}".strip())
