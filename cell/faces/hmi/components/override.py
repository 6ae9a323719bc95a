"""Another verdict for the part that was judged last, in one touch, and back again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from nicegui import ui

from cell.client.link import OverrideOrder
from cell.client.model import CellView, Part, Verdict
from cell.faces.hmi.components.base import box, text
from cell.people.person import SignedIn
from cell.people.roles import Permission
from cell.texts import Lang, say, tr

Give = Callable[[OverrideOrder, str], Awaitable[bool]]
"""Gives an order, with the verdict of before, and tells the outcome; whether it was accepted."""
FALSE_CALL: Final = "false_call"
MISSED: Final = "missed_defect"
UNDONE: Final = "undone"
LONGEST, SHOWN = 10, 5
"""Of a part's name on a key."""
WHY: Final = (FALSE_CALL, MISSED, UNDONE)


@dataclass(frozen=True, slots=True)
class Offer:
    """A verdict that one touch gives, and why it is given."""

    verdict: Verdict
    why: str


@dataclass(frozen=True, slots=True)
class Done:
    """What this page has ordered last: `part` as it was, and its verdict since."""

    part: Part
    now: Verdict


def offers(part: Part) -> tuple[Offer, ...]:
    """The verdicts that may replace the part's own now, the lightest first."""
    order = (Verdict.PASS, Verdict.REVIEW, Verdict.REJECT)
    if part.verdict not in order:
        return ()
    found = [verdict for verdict in order if verdict in part.verdicts and verdict != part.verdict]
    if part.verdict is Verdict.REJECT:
        found = [verdict for verdict in found if verdict is Verdict.PASS]
    return tuple(Offer(v, FALSE_CALL if v is Verdict.PASS else MISSED) for v in found)


def short(part: str) -> str:
    """The end of a long name, by which parts on the belt are told apart, so that a key holds it."""
    return part if len(part) <= LONGEST else f"…{part[-SHOWN:]}"


def undo(done: Done | None, view: CellView) -> Part | None:
    """The part whose last order can be taken back, as it was before; None: there is none."""
    now = None if done is None else _found(view, done.part.part)
    if done is None or now is None or now.verdict is not done.now:
        return None
    return done.part if done.part.verdict in now.verdicts else None


class OverrideKeys:
    """Built anew for each part: a touch that comes late meets no key of the next one."""

    def __init__(self, give: Give, person: SignedIn) -> None:
        self._give, self._person = give, person
        self._done: Done | None = None
        self._shown: object = None
        self._busy = False
        with box("override") as self._row:
            pass

    def update(self, view: CellView, lang: Lang) -> None:
        """Offer what law and belt allow now."""
        last = view.cell.last_part if view.live and view.cell else ""
        part = _found(view, last) if view.live else None
        back = undo(self._done, view) if view.live else None
        undone = part is not None and back is not None and back.part == part.part
        choices = offers(part) if part is not None and not undone else ()
        may = self._person.may(Permission.OVERRIDE) and not view.replay
        # Where the part lies changes all the time; the keys do not depend on it.
        shown = (last, choices, back and back.part, part is not None, may, self._busy, lang)
        if shown == self._shown:
            return
        self._shown = shown
        self._row.clear()
        with self._row:
            if back is not None and may:
                self._undo_key(back, lang)
            if part is not None and may:
                for offer in choices:
                    self._key(part, offer, lang)
            if not choices and not undone and last:
                text("override-why", test="override-why").set_text(self._why(part, lang))

    def _why(self, part: Part | None, lang: Lang) -> str:
        return tr("override.through", lang) if part is None else tr("override.none", lang)

    def _key(self, part: Part, offer: Offer, lang: Lang) -> None:
        words = tr(f"override.{offer.why}", lang)
        verdict = tr(f"verdict.{offer.verdict.value}", lang)
        key = ui.button(
            f"{words} → {verdict}", on_click=partial(self._order, part, offer), color=None
        )
        key.props(f"no-caps unelevated data-test=override-{offer.verdict.value}")
        key.classes(f"key-small override-{offer.verdict.value}").set_enabled(not self._busy)

    def _undo_key(self, before: Part, lang: Lang) -> None:
        verdict = tr(f"verdict.{before.verdict.value}", lang)
        words = tr("override.undo", lang, part=short(before.part), verdict=verdict)
        back = Offer(before.verdict, UNDONE)
        key = ui.button(words, icon="undo", on_click=partial(self._order, before, back), color=None)
        key.props("no-caps unelevated data-test=override-undo")
        key.classes("key-small").set_enabled(not self._busy)

    async def _order(self, part: Part, offer: Offer) -> None:
        """part: as it was before this order; of an undo, before the order that is taken back."""
        if self._busy:
            return
        undone = offer.why == UNDONE
        order = OverrideOrder(
            part=part.part,
            verdict=offer.verdict.value,
            person=self._person.name,
            reason=say(f"override.{offer.why}"),
            bin=part.bin if undone and offer.verdict is not Verdict.PASS else "",
        )
        before = self._done.now if undone and self._done else part.verdict
        self._busy = True
        try:
            accepted = await self._give(order, before.value)
        finally:
            self._busy = False
        if accepted:
            self._done = None if undone else Done(part, offer.verdict)


def _found(view: CellView, name: str) -> Part | None:
    return next((part for part in view.parts if part.part == name), None)
