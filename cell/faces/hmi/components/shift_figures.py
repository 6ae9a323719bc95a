"""The shift at a glance, beside the verdict: what came out, how fast, and how well."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Final

from nicegui import ui

from cell.client.model import CellView
from cell.faces.hmi.components.base import box, text
from cell.faces.hmi.shift_watch import Told
from cell.quality.reading.running_shift import RunningShift
from cell.texts import Lang, tr

ENTRIES: Final = ("good", "rejected", "reviewed", "yield", "rate", "oee")


class ShiftFigures:
    """Six numbers."""

    def __init__(self, told: Callable[[], Told]) -> None:
        self._told = told
        self._numbers: dict[str, ui.label] = {}
        self._names: dict[str, ui.label] = {}
        with box("shift-figures"):
            for entry in ENTRIES:
                with box(f"count figure-{entry}"):
                    self._numbers[entry] = text("count-number", test=f"shift-{entry}")
                    self._names[entry] = text("count-name")

    def update(self, view: CellView, lang: Lang) -> None:  # noqa: ARG002 - as every component
        """Show what was read last."""
        shift = self._told().shift
        for entry in ENTRIES:
            self._numbers[entry].set_text(figure(entry, shift))
            self._names[entry].set_text(tr(f"shift.{entry}", lang))


def figure(entry: str, shift: RunningShift | None) -> str:
    """One number as shown; a dash for what is not known."""
    if shift is None:
        return "–"
    match entry:
        case "yield":
            return percent(shift.yield_share)
        case "oee":
            return percent(shift.oee.index)
        case "rate":
            return "–" if shift.per_minute is None else f"{shift.per_minute:.1f}"
        case _:
            return str(getattr(shift, entry))


def percent(share: Fraction | float | None) -> str:
    """A share as people read it."""
    return "–" if share is None else f"{100 * float(share):.1f} %"
