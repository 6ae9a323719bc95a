"""How well people agree who looked at the same pictures without knowing of each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nicegui import ui

from cell.faces.studio.classes import words_of
from cell.faces.studio.frame import empty, frame, heading
from cell.faces.studio.visit import Visit
from cell.labels.agreement import Agreement, Boxes, Kappa


async def agreement_page(visit: Visit) -> None:
    """Build the page."""
    with frame(visit, "agreement"):
        heading(visit.tr("studio.agreement.title"), visit.tr("studio.agreement.hint"))
        result = await visit.attempt(visit.tools.labels.agreement)
        found = result.value
        if found is None or not found.judgements.pictures:
            empty(visit.tr("studio.agreement.none"), visit.tr("studio.agreement.none_remedy"))
            return
        words = await visit.quietly(words_of, visit.tools.recipes, visit.lang)
        with ui.element("div").classes("st-panel").props("data-test=agreement"):
            _judgements(visit, found)
            _classes(visit, found, words.value or {})


def _judgements(visit: Visit, found: Agreement) -> None:
    head = ["who", "pictures", "same", "kappa", "f1", "iou"]
    rows = [(visit.tr("studio.agreement.all"), found.judgements, found.boxes)]
    rows += [(" – ".join(pair.people), pair.judgements, pair.boxes) for pair in found.pairs]
    lines = [
        [name, str(said.pictures), share(said.same), kappa(said), *boxes_of(boxes)]
        for name, said, boxes in rows
    ]
    _table(visit, "studio.agreement.people", head, lines)


def _classes(visit: Visit, found: Agreement, words: Mapping[str, str]) -> None:
    head = ["class", "matched", "only_one", "f1", "iou"]
    lines = [
        [
            words.get(name, name),
            str(boxes.matched),
            str(boxes.only_first + boxes.only_second),
            *boxes_of(boxes),
        ]
        for name, boxes in sorted(found.classes.items())
    ]
    if lines:
        _table(visit, "studio.agreement.classes", head, lines)


def _table(visit: Visit, title: str, head: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    with ui.element("h2"):
        ui.label(visit.tr(title))
    # Wide on a tablet: it scrolls by itself, also by keys.
    with (
        ui.element("div").classes("st-scroll").props("tabindex=0"),
        ui.element("table").classes("st-table"),
    ):
        with ui.element("thead"), ui.element("tr"):
            for n, name in enumerate(head):
                with ui.element("th").props("scope=col").classes("" if n == 0 else "st-number"):
                    ui.label(visit.tr(f"studio.agreement.{name}"))
        with ui.element("tbody"):
            for line in lines:
                with ui.element("tr"):
                    for n, word in enumerate(line):
                        with ui.element("td").classes("" if n == 0 else "st-number"):
                            ui.label(word)


def share(part: float | None) -> str:
    """A share in percent, – where there is none."""
    return "–" if part is None else f"{100 * part:.0f} %"


def kappa(said: Kappa) -> str:
    """Cohen's kappa with its interval."""
    if said.kappa is None:
        return "–"
    if said.low is None or said.high is None:
        return f"{said.kappa:.2f}"
    return f"{said.kappa:.2f} ({said.low:.2f} – {said.high:.2f})"


def boxes_of(boxes: Boxes) -> tuple[str, str]:
    """F1 and mean overlap, – where they are not defined."""
    f1 = "–" if boxes.f1 is None else f"{boxes.f1:.2f}"
    return f1, "–" if boxes.mean_iou is None else f"{boxes.mean_iou:.2f}"
