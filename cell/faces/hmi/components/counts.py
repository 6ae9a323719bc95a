"""How many parts came, passed, were removed or purged, are on the belt, and the yield."""

from __future__ import annotations

from nicegui import ui

from cell.client.model import CellView, Counts
from cell.faces.hmi.components.base import box, text
from cell.texts import Lang, tr

ENTRIES = ("arrived", "passed", "removed", "purged", "on_belt", "yield")


class CountsPanel:
    """Six numbers."""

    def __init__(self) -> None:
        self._numbers: dict[str, ui.label] = {}
        self._names: dict[str, ui.label] = {}
        with box("counts-ledger"):
            for entry in ENTRIES:
                with box(f"count count-{entry}"):
                    self._numbers[entry] = text("count-number", test=f"count-{entry}")
                    self._names[entry] = text("count-name")

    def update(self, view: CellView, lang: Lang) -> None:
        """Show the ledger's counts."""
        counts = view.counts
        for entry in ENTRIES:
            self._numbers[entry].set_text(number(entry, counts))
            self._names[entry].set_text(tr(f"count.{entry}", lang))


def number(entry: str, counts: Counts | None) -> str:
    """One number as shown; a dash for what is not known."""
    if counts is None:
        return "–"
    if entry == "yield":
        share = counts.yield_share
        return "–" if share is None else f"{100 * share:.1f} %"
    return str(getattr(counts, entry))
