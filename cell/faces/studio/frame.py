"""What all pages of the relabelling tool have: where one is, where one can go, the language; the
frame of other rooms' pages, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nicegui import ui

from cell.faces.studio.practising import practise
from cell.faces.studio.visit import Visit
from cell.faces.web.language import spoken
from cell.faces.web.touches import TOUCHES
from cell.faces.web.visit import Visit as AnyVisit
from cell.faces.web.who import Who
from cell.people.person import SignedIn
from cell.people.roles import Permission
from cell.texts import Lang, after, tr

STYLE: Final = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Place:
    """A page that one can go to. words: code of its name; needs: what one may have to do."""

    name: str
    path: str
    needs: Permission
    words: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A room of pages. title: code of its name; beyond: other rooms, told before its own pages."""

    title: str
    places: tuple[Place, ...]
    beyond: tuple[Place, ...] = ()


def _own(name: str, path: str, needs: Permission) -> Place:
    return Place(name, path, needs, f"studio.{name}")


PLACES: Final = (
    _own("queue", "/studio", Permission.LABEL),
    _own("work", "/studio/work", Permission.LABEL),
    _own("sets", "/studio/sets", Permission.LABEL),
    _own("training", "/studio/training", Permission.LABEL),
    _own("exchange", "/studio/exchange", Permission.EXCHANGE),
    _own("agreement", "/studio/agreement", Permission.LABEL),
    _own("models", "/studio/models", Permission.ROLL_BACK),
    _own("thresholds", "/studio/thresholds", Permission.ROLL_BACK),
)
"""The pages, and what one needs for each."""
STUDIO: Final = Frame(
    "studio.title", PLACES, (Place("quality", "/quality", Permission.SEE, "quality.title"),)
)


def dress(title: str, lang: Lang, room: str = STUDIO.title) -> None:
    """Title, language and looks of a page. room: code of its room's name."""
    ui.page_title(f"{title} – {tr(room, lang)}")
    ui.add_css(STYLE)
    ui.add_head_html(f"<script>{TOUCHES} {spoken(lang)}</script>")


def forbidden(person: SignedIn, words: str, lang: Lang, room: str = STUDIO.title) -> None:
    """A page for somebody whose role does not allow it: why, who he is, and the ways back. room:
    code of the name of the room.
    """
    dress(tr(room, lang), lang, room)
    with ui.element("div").classes("studio"):
        with ui.element("header").classes("st-head"):
            with ui.element("nav").props(f'aria-label="{tr(room, lang)}"'):
                ui.link(tr("studio.cell", lang), f"/?lang={lang}").classes("st-home")
            Who(person).update(lang)
        with ui.element("div").classes("st-page"):
            heading(tr(room, lang))
            with ui.element("div").classes("st-empty").props("data-test=forbidden"):
                ui.label(words).classes("st-empty-words")
            ui.link(tr("studio.cell", lang), f"/?lang={lang}").classes("st-button")


@contextmanager
def frame(visit: Visit, here: str) -> Iterator[None]:
    """The page's frame; what is built inside is the page. `here`: one of PLACES."""
    path = next(place.path for place in PLACES if place.name == here)
    with framed(
        visit,
        STUDIO,
        here,
        lambda lang: f"{path}?lang={lang}",
        below=lambda: practise(visit, here),
    ):
        yield


@contextmanager
def framed(
    visit: AnyVisit,
    room: Frame,
    here: str,
    again: Callable[[Lang], str],
    kind: str = "",
    below: Callable[[], None] = lambda: None,
) -> Iterator[None]:
    """The frame of a room's page. here: the place's name; again: the same page's address in another
    language; kind: a class of the page's own looks; below: makes what stands under its head.
    """
    lang, title = visit.lang, tr(room.title, visit.lang)
    place = next(one for one in room.places if one.name == here)
    dress(tr(place.words, lang), lang, room.title)
    with ui.element("div").classes(f"studio studio-{here} {kind}".strip()):
        with ui.element("header").classes("st-head"):
            ui.link(tr("studio.cell", lang), visit.link("/")).classes("st-home")
            for one in room.beyond:
                if visit.by.may(one.needs):
                    _link(visit, one, current=False).classes("st-home")
            with ui.element("nav").props(f'aria-label="{title}"'):
                for one in room.places:
                    if visit.by.may(one.needs):
                        _link(visit, one, current=one.name == here)
            Who(visit.by).update(lang)
            other = after(lang)
            # A link, not a button: what is half done is kept as a draft while the page changes.
            ui.link(tr("language.name", other), again(other)).classes("st-language").props(
                "data-test=language"
            )
        below()
        with ui.element("div").classes("st-page"):
            yield


def _link(visit: AnyVisit, place: Place, *, current: bool) -> ui.link:
    link = ui.link(visit.tr(place.words), visit.link(place.path)).props(
        f"data-test=to-{place.name}"
    )
    if current:
        link.classes("st-current").props("aria-current=page")
    return link


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
