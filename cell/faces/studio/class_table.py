"""What the classes of an upload are called here: a line for each, and one choice in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nicegui import ui

from cell.faces.studio.visit import Visit

LEFT_OUT: Final = ""
"""In the place of a name: nothing of the class comes in."""


class ClassTable:
    """Empty until something is to be chosen. What is known here under the same name is chosen."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._chosen: dict[str, ui.select] = {}
        self._place = ui.element("div").classes("st-classes").props("data-test=class-table")
        self._place.set_visibility(False)

    @property
    def shown(self) -> bool:
        """Whether there is something to choose."""
        return bool(self._chosen)

    @property
    def names(self) -> dict[str, str]:
        """The name here, or LEFT_OUT, by the name in the upload."""
        return {old: str(one.value) for old, one in self._chosen.items() if one.value is not None}

    @property
    def undecided(self) -> list[str]:
        """For which nothing has been chosen yet."""
        return [old for old, one in self._chosen.items() if one.value is None]

    def clear(self) -> None:
        """Ask for nothing."""
        self._place.clear()
        self._chosen.clear()
        self._place.set_visibility(False)

    def show(self, found: Mapping[str, int], known: Mapping[str, str]) -> None:
        """Ask for each. found: how many outlines each has; known: the reader's words by name."""
        self.clear()
        self._place.set_visibility(True)
        visit = self._visit
        with self._place:
            ui.label(visit.tr("studio.import.classes")).props("role=status")
            for old, count in found.items():
                with ui.element("div").classes("st-class"):
                    ui.label(visit.tr("studio.import.class_found", name=old, count=count))
                    self._chosen[old] = self._choice(old, known)

    def _choice(self, old: str, known: Mapping[str, str]) -> ui.select:
        visit = self._visit
        options = dict(known)
        if old not in known:
            options[old] = visit.tr("studio.import.class_new", name=old)
        options[LEFT_OUT] = visit.tr("studio.import.class_left_out")
        alike = [name for name in known if name.casefold() == old.casefold()]
        made = ui.select(options, value=alike[0] if alike else None)
        made.props("outlined dark options-dark")
        made.props["label"] = visit.tr("studio.import.class_is")
        made.props["data-test"] = f"class {old}"
        made.props["aria-label"] = visit.tr("studio.import.class_for", name=old)
        return made.classes("st-grow")
