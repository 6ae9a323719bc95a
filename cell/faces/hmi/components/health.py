"""The bottom line: is every process of the cell alive, and what does it cost."""

from __future__ import annotations

import html
from typing import Final

from nicegui import ui

from cell.client.model import CellView, ProcessStatus
from cell.faces.hmi.components import shapes
from cell.faces.hmi.components.base import box
from cell.texts import Lang, render, tr, tr_or

MOST_MIB: Final = 1000
"""From here memory is told in GiB: no process needs more room than the others."""


class HealthStrip:
    """One entry a process."""

    def __init__(self) -> None:
        with box("health"):
            self._row = ui.html("", sanitize=False).classes("health-row")

    def update(self, view: CellView, lang: Lang) -> None:
        """Show all processes."""
        self._row.set_content("".join(entry(p, lang) for p in view.processes))


def entry(process: ProcessStatus, lang: Lang) -> str:
    """A process in one piece of HTML; names come from the cell's own table and are plain words."""
    if not process.alive:
        sign, kind, words = shapes.CROSS, "dead", tr("process.dead", lang)
    elif not process.healthy:
        sign, kind, words = shapes.WARN, "sick", tr("process.sick", lang)
    else:
        sign, kind, words = shapes.CHECK, "alive", cost(process)
    if process.alive and process.restarts:
        kind += " process-again"
        words += " · " + tr("process.restarts", lang, count=process.restarts)
    name = tr_or(f"process.{process.name}", process.name, lang)
    return (
        f'<div class="process process-{kind}" data-test="process-{html.escape(process.name)}" '
        f'title="{html.escape(render(process.message, lang))}">{shapes.svg(sign)}'
        f'<span class="process-name">{html.escape(name)}</span>'
        f'<span class="process-cost">{words}</span></div>'
    )


def cost(process: ProcessStatus) -> str:
    """Share of a core and memory."""
    load = "–" if process.load is None else f"{100 * process.load:.0f}%"
    whole = process.rss_mib < MOST_MIB
    memory = f"{process.rss_mib:.0f} MiB" if whole else f"{process.rss_mib / 1024:.1f} GiB"
    return f"{load} · {memory}"
