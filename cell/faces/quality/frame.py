"""The frame of the quality pages: that of the relabelling tool, with places of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from nicegui import ui

from cell.faces.quality.room import Visit
from cell.faces.studio.frame import Frame, Place, empty, framed, heading
from cell.people.roles import Permission
from cell.texts import render
from models.ground.errors import UserError

STYLE: Final = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
TITLE: Final = "quality.title"
CLOCKED: Final = ("gallery", "search", "part")
"""Pages of bare times: by which clock, their hint says."""
STUDIO: Final = Place("studio", "/studio", Permission.LABEL, "studio.title")


@contextmanager
def frame(visit: Visit) -> Iterator[None]:
    """The page's frame, with its title and hint (`quality.page.<name>.title`, `.hint`); what is
    built inside is the page.
    """
    listed = tuple(
        Place(one.name, one.path, one.needs, f"quality.page.{one.name}")
        for one in visit.pages
        if not one.under
    )
    here = visit.page.under or visit.page.name
    with framed(visit, Frame(TITLE, listed, (STUDIO,)), here, visit.again, "quality"):
        ui.add_css(STYLE)
        words = f"quality.page.{visit.page.name}"
        hint = visit.tr(f"{words}.hint")
        if visit.page.name in CLOCKED:
            hint += f" {visit.tr('quality.clock', zone=visit.room.config.quality.zone.key)}"
        heading(visit.tr(f"{words}.title"), hint)
        yield


def unanswered(visit: Visit, error: UserError) -> None:
    """Why there is nothing to show, in one line."""
    empty(visit.tr("quality.unanswered"), render(str(error), visit.lang))


def line(words: str, test: str, kind: str = "") -> None:
    """One line that says what the figures beside it do not show."""
    ui.label(words).classes(f"qp-line {kind}".strip()).props(f"data-test={test} role=note")
