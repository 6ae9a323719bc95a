"""The trainer's strip on the relabelling tool, where people practise."""

from __future__ import annotations

from typing import Final

from nicegui import ui

from cell.faces.practice.strip import Strip
from cell.faces.practice.tour import STYLE
from cell.faces.studio.visit import Visit
from cell.trainer.lessons import Act

FOLLOW_S: Final = 0.3


def practise(visit: Visit, here: str) -> None:
    """Show it below the page's head. It follows while somebody looks. here: the page's name."""
    coach = visit.tools.practice
    if coach is None:
        return
    if here == "queue":
        coach.opened(Act.OPEN_QUEUE)
    ui.add_css(STYLE)
    strip, client = Strip(coach, visit.by, None), ui.context.client
    strip.update(None, visit.lang)

    def look() -> None:
        if client.has_socket_connection:
            strip.update(None, visit.lang)

    ui.timer(FOLLOW_S, look)
