"""Who has signed in, and the way out: a piece of every page."""

from __future__ import annotations

from html import escape

from nicegui import ui

from cell.people.person import How, SignedIn
from cell.texts import Lang, tr


class Who:
    """Name, role and a key to sign out, so that the next one can sign in. A plain form: it works
    although the page's socket is gone.
    """

    def __init__(self, person: SignedIn) -> None:
        self._person, self._shown = person, ""
        self._place = ui.html("", sanitize=False).classes("who").props("data-test=who")

    def update(self, lang: Lang) -> None:
        """In this language."""
        if lang != self._shown:
            self._shown = lang
            self._place.set_content(_of(self._person, lang))


def _of(person: SignedIn, lang: Lang) -> str:
    if person.how is How.DEMO:
        name, below, out = tr("who.demo", lang), tr("who.demo.hint", lang), ""
    else:
        name, below = person.name, tr(f"who.role.{person.role}", lang)
        out = (
            '<form method="post" action="/sign-out">'
            f'<input type="hidden" name="csrf" value="{escape(person.csrf)}">'
            f'<button class="who-out" data-test="sign-out">{escape(tr("who.out", lang))}</button>'
            "</form>"
        )
    return f'<div class="who-words"><b>{escape(name)}</b><span>{escape(below)}</span></div>{out}'
