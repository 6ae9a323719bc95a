"""Lists whose rows keep their elements for as long as what they stand for is listed: neither a
touch nor the key that has the focus is lost when the list changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from nicegui import ui

from cell.faces.hmi.components.base import box, call, text


class Row(Protocol):
    """A row of a list."""

    @property
    def root(self) -> ui.element:
        """What stands in the list."""

    def update(self, told: Any) -> None:
        """Show this, in the same elements."""


Makers = Mapping[str, Callable[[str], Row]]
"""For each kind of row what builds one, from the name of what it stands for."""


class Rows:
    """The rows of `place`."""

    def __init__(self, place: ui.element, make: Makers) -> None:
        self._place, self._make = place, make
        self._rows: dict[tuple[str, str], Row] = {}

    def show(self, lines: Sequence[tuple[str, str, Any]]) -> None:
        """Exactly these rows in this order: kind, name, and what it tells. What is named twice
        stands once: nothing in a list may cost the whole page.
        """
        named = {line[:2]: line for line in lines}
        wanted = [*named]
        for key in self._rows.keys() - set(wanted):
            self._rows.pop(key).root.delete()
        order = [*self._rows]
        for at, (kind, name, told) in enumerate(named.values()):
            key = (kind, name)
            if key not in self._rows:
                with self._place:
                    self._rows[key] = self._make[kind](name)
                order.append(key)
            if order[at] != key:
                self._rows[key].root.move(target_index=at)
                order.remove(key)
                order.insert(at, key)
            self._rows[key].update(told)
        self._rows = {key: self._rows[key] for key in wanted}


class TextRow:
    """A line of words: a heading, or that there is nothing."""

    def __init__(self, classes: str, test: str = "") -> None:
        self.root = text(classes, test=test)

    def update(self, told: str) -> None:
        """Say this."""
        self.root.set_text(told)


class Keys:
    """A row's keys. Each comes and goes by itself; those that stay keep their elements."""

    def __init__(self, classes: str) -> None:
        self.root = box(classes)
        self._keys: dict[str, ui.button] = {}

    def show(self, name: str, words: str, act: Callable[[], object], test: str) -> None:
        """This key. name: what it does; what it does to may not change."""
        key = self._keys.get(name)
        if key is None:
            with self.root:
                key = ui.button(on_click=act, color=None).classes("key-small")
            key.props(f'no-caps unelevated data-test="{test}"')
            self._keys[name] = key
        key.set_text(words)
        call(key, words)

    def only(self, *names: str) -> None:
        """No others than these."""
        for name in self._keys.keys() - set(names):
            self._keys.pop(name).delete()
