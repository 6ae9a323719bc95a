"""A button that asks why before anything is done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui

from cell.faces.studio.frame import button
from cell.faces.studio.visit import Visit, once


def asking(
    visit: Visit,
    words: str,
    test: str,
    act: Callable[[str], object],
    after: Callable[[], Awaitable[Any]],
    kind: str = "",
) -> ui.button:
    """Build it. words: code of its text, whose meaning is told by `<words>_means`; act: does it for
    a reason; after: once it is done.
    """
    with ui.dialog() as dialog, ui.element("form").classes("st-dialog") as form:
        with ui.element("h2"):
            ui.label(visit.tr(words))
        ui.label(visit.tr(f"{words}_means"))
        why = ui.input(label=visit.tr("studio.models.why"))
        why.props(f"outlined dark autofocus data-test=why-{test} maxlength=500")
        with ui.element("div").classes("st-row"):
            do = button(visit.tr(words), f"do-{test}", "st-main").props("type=submit")
            button(visit.tr("studio.models.cancel"), f"not-{test}").on_click(dialog.close)

    async def done() -> None:
        do.disable()
        result = await visit.attempt(act, (why.value or "").strip())
        do.enable()
        if not result.refused:
            dialog.close()
            visit.tell(visit.tr("studio.models.done"), good=True)
            await after()

    form.on("submit.prevent", once(done))
    return button(visit.tr(words), test, kind).on_click(dialog.open)
