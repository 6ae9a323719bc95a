"""What the forms and tables of studies are made of."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nicegui import ui

from cell.faces.quality.room import Visit
from cell.faces.studio.frame import button
from cell.faces.web.drafts import Draft
from cell.quality.studies.errors import StudyError
from cell.texts import say


def words_field(visit: Visit, code: str, test: str, most: int = 60) -> ui.input:
    """A line of text."""
    made = ui.input(label=visit.tr(code)).classes("st-grow")
    return made.props(f"outlined dark data-test={test} maxlength={most}")


def day_field(visit: Visit, code: str, test: str) -> ui.input:
    """A day; nothing is one, too."""
    made = ui.input(label=visit.tr(code))
    return made.props(f"outlined dark stack-label type=date data-test={test}")


def number_field(visit: Visit, code: str, test: str, value: float | None) -> ui.number:
    """A number."""
    made = ui.number(label=visit.tr(code), value=value, format="%.6g")
    return made.props(f"outlined dark data-test={test}").classes("q-number")


def share_of(visit: Visit, field: ui.number, code: str) -> float:
    """A percentage as a share 0..1. Raises StudyError for none."""
    found = optional_share(field)
    if found is None:
        raise StudyError(say("quality.form.missing", what=visit.tr(code)))
    return found


def optional_share(field: ui.number) -> float | None:
    """A percentage as a share 0..1, None where nothing is given."""
    return None if field.value is None else round(float(field.value) / 100.0, 9)


def count_of(field: ui.number) -> int:
    """A number of parts, 0 where nothing is given."""
    told = field.value
    return 0 if told is None or not math.isfinite(told) else max(0, int(told))


def sheet(head: Sequence[str], rows: Sequence[Sequence[str]], test: str) -> None:
    """A table of words; what follows the first column stands to the right."""
    with (
        ui.element("div").classes("st-scroll").props("tabindex=0"),
        ui.element("table").classes("st-table").props(f"data-test={test}"),
    ):
        with ui.element("thead"), ui.element("tr"):
            for number, words in enumerate(head):
                with ui.element("th").props("scope=col").classes("st-number" if number else ""):
                    ui.label(words)
        with ui.element("tbody"):
            for row in rows:
                with ui.element("tr"):
                    for number, words in enumerate(row):
                        with ui.element("td").classes("st-number q-lines" if number else ""):
                            ui.label(words)


def form_keys(visit: Visit, words: str, test: str, draft: Draft) -> ui.button:
    """The form's main key, beside which the form is thrown away."""
    with ui.element("div").classes("st-row"):
        main = button(words, test, "st-main")
        button(visit.tr("quality.form.clear"), f"{test}-clear").on_click(draft.throw_away)
    return main


def section(words: str) -> ui.element:
    """A panel with a heading."""
    made = ui.element("section").classes("st-panel")
    with made, ui.element("h2"):
        ui.label(words)
    return made


def address(path: str, words: str, test: str, *, download: bool = False) -> None:
    """A link that looks like a button."""
    link = ui.element("a").classes("st-button").props(f"data-test={test}")
    link.props["href"] = path
    if download:
        link.props("download")
    with link:
        ui.label(words)
