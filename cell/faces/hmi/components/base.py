"""What every piece of the page is, and small builders they share."""

from __future__ import annotations

from typing import Protocol

from nicegui import ui

from cell.client.model import CellView
from cell.client.orders import needs
from cell.control.ledger.observations import Order
from cell.people.person import SignedIn
from cell.texts import Lang, render, tr


class Component(Protocol):
    """A piece of the page. `update` sends only what differs from what the browser already shows."""

    def update(self, view: CellView, lang: Lang) -> None:
        """Show this view in this language."""


def box(classes: str) -> ui.element:
    """A plain block with these style classes."""
    return ui.element("div").classes(classes)


def text(classes: str, test: str = "") -> ui.label:
    """A line of text with these style classes; `test` names it for browser tests."""
    label = ui.label().classes(classes)
    return label.props(f"data-test={test}") if test else label


def show(element: ui.element, classes: str) -> None:
    """Give the element exactly these style classes."""
    element.classes(replace=classes)


def refusal(view: CellView, order: Order, lang: Lang, person: SignedIn | None = None) -> str:
    """Why the order would be refused now: a recording is played, the person's role does not allow
    it (None: any does), or the cell says no, in its own words; '' if nothing of it is so.
    """
    if view.replay:
        return tr("why.replay", lang)
    if person is not None and not person.may(needs(order)):
        return tr("why.role", lang, role=tr(f"who.role.{person.role}", lang))
    told = view.cell.refusals.get(order) if view.live and view.cell is not None else None
    return tr("why.no_link", lang) if told is None else render(told, lang)


def call(element: ui.element, words: str) -> None:
    """Name an element for those who have the page read out; the same name again costs nothing."""
    if element.props.get("aria-label") != words:
        element.props["aria-label"] = words
