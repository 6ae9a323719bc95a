"""What the middle of the page shows: the line, recent parts, the shift, the alarms or the bins.
State and commands stay where they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from nicegui import ui

from cell.client.model import CellView
from cell.faces.hmi.components.base import Component, box, call, show
from cell.texts import Lang, tr

LINE: Final = "line"
NAMES: Final = (LINE, "parts", "shift", "alarms", "bins")
ICONS: Final = {
    LINE: "precision_manufacturing", "parts": "fact_check", "shift": "insights",
    "alarms": "notifications", "bins": "inbox",
}  # fmt: skip


class ViewKeys:
    """A key for each view. `chosen` hears which one is wanted."""

    def __init__(self, chosen: Callable[[str], None]) -> None:
        self.name = LINE
        self._chosen = chosen
        with box("views") as self._row:
            self._keys = {name: self._key(name) for name in NAMES}
        self._row.props("role=group")

    def update(self, view: CellView, lang: Lang) -> None:
        """Names, and how much each has to tell."""
        call(self._row, tr("view.title", lang))
        for name, key in self._keys.items():
            count = told(name, view)
            key.set_text(tr(f"view.{name}", lang) + (f"  {count}" if count else ""))
            now = name == self.name
            classes = "view-key" + (" view-now" if now else "") + (" view-calls" if count else "")
            show(key, classes)
            if key.props.get("aria-pressed") != str(now).lower():
                key.props["aria-pressed"] = str(now).lower()

    def _key(self, name: str) -> ui.button:
        def touch() -> None:
            self.name = name
            self._chosen(name)

        key = ui.button(icon=ICONS[name], on_click=touch, color=None)
        return key.props(f"no-caps unelevated data-test=view-{name}")


class Views:
    """The views, of which one is shown and kept up to date."""

    def __init__(self) -> None:
        self._boxes: dict[str, ui.element] = {}
        self._parts: dict[str, tuple[Component, ...]] = {}

    def add(self, name: str, element: ui.element, *parts: Component) -> None:
        """A view, and what it is made of."""
        self._boxes[name], self._parts[name] = element, parts
        element.set_visibility(name == LINE)

    def show(self, name: str) -> None:
        """This one from now on."""
        for other, element in self._boxes.items():
            element.set_visibility(other == name)

    def parts(self, name: str) -> tuple[Component, ...]:
        """What the view is made of."""
        return self._parts[name]


def told(name: str, view: CellView) -> int:
    """How many things in a view want to be looked at."""
    cell = view.cell if view.live else None
    if cell is None:
        return 0
    if name == "alarms":
        return sum(not alarm.acknowledged and not alarm.advisory for alarm in cell.alarms)
    if name == "bins":
        return sum(one.full or one.open for one in cell.bins)
    return 0
