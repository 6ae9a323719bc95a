"""Forms that outlive their page: what is typed stays in the browser's tab until it is sent or
thrown away.

The browser itself keeps what is typed, also while no server answers (`drafts.js`); what is chosen
from a list it learns from here. A page that is loaded anew gets it back.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from nicegui import ui
from nicegui.elements.mixins.value_element import ValueElement

ANSWER_S: Final = 20.0
SCRIPT: Final = (Path(__file__).parent / "drafts.js").read_text(encoding="utf-8")


class Draft:
    """One form of one person. fields: by their `data-test`; name: of the form. Made inside `form`,
    while the page is built.
    """

    def __init__(
        self, form: ui.element, person: str, name: str, fields: Mapping[str, ValueElement[Any]]
    ) -> None:
        ui.add_head_html(f"<script>{SCRIPT}</script>")
        self._name, self._fields = f"{person} {name}", dict(fields)
        self._first = {test: field.value for test, field in self._fields.items()}
        form.props["data-draft"] = self._name
        for test, field in self._fields.items():
            if isinstance(field, ui.select):
                field.on_value_change(lambda event, test=test: self._chosen(test, event.value))
        ui.timer(0.0, self._recall, once=True)

    def sent(self) -> None:
        """The server has it."""
        self._run(f"drafts.forget({json.dumps(self._name)})")

    def throw_away(self) -> None:
        """Everything as it was when the page was opened first."""
        for test, field in self._fields.items():
            field.set_value(self._first[test])
        self.sent()

    async def _recall(self) -> None:
        script = f"return drafts.read({json.dumps(self._name)})"
        try:
            kept = await ui.run_javascript(script, timeout=ANSWER_S)
        except TimeoutError:
            return  # the browser has gone
        for test, words in kept.items() if isinstance(kept, dict) else ():
            field = self._fields.get(test)
            if field is not None and field.value == self._first[test]:  # nobody was faster
                _give(field, words)

    def _chosen(self, test: str, value: object) -> None:
        told = ", ".join(json.dumps(one) for one in (self._name, test, value))
        self._run(f"drafts.keep({told})")

    def _run(self, script: str) -> None:
        ui.run_javascript(script)


def _give(field: ValueElement[Any], words: object) -> None:
    """Put kept words into a field; what it cannot hold is left out: the page may have changed, and
    anybody may write into his own browser.
    """
    if not isinstance(words, str):
        return
    if isinstance(field, ui.select):
        if words in field.options:
            field.set_value(words)
        return
    if not isinstance(field, ui.number):
        field.set_value(words[:1000])
        return
    try:
        number = float(words) if words.strip() else None
    except ValueError:
        return
    if number is None or math.isfinite(number):
        field.set_value(number)
