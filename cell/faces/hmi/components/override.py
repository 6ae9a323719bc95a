"""Another verdict for the part that was judged last, in one touch, and back again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from nicegui import ui

from cell.client.link import OverrideOrder
from cell.client.model import CellView, ClosedPart, Part, Verdict
from cell.faces.hmi.components.after import Tell, after_keys, said_words, speaking
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


def offer_words(offer: Offer, lang: Lang) -> str:
    """Why, and which verdict comes of it."""
    verdict = tr(f"verdict.{offer.verdict.value}", lang)
    return f"{tr(f'override.{offer.why}', lang)} → {verdict}"


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

    def __init__(self, give: Give, tell: Tell, person: SignedIn) -> None:
        self._give, self._tell, self._person = give, tell, person
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
        closed = next((one for one in view.closed if one.part == last), None)
        closed = closed if part is None and view.live else None
        told = (last, choices, back and back.part, part is not None, closed)
        shown = (*told, may, self._busy, lang)
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
            if closed is not None and may:
                self._after_keys(closed, lang)
            if not choices and not undone and last:
                text("override-why", test="override-why").set_text(_why(part, closed, lang))

    def _key(self, part: Part, offer: Offer, lang: Lang) -> None:
        act = partial(self._order, part, offer)
        key = ui.button(offer_words(offer, lang), on_click=act, color=None)
        key.props(f"no-caps unelevated data-test=override-{offer.verdict.value}")
        key.classes(f"key-small override-{offer.verdict.value}").set_enabled(not self._busy)

    def _after_keys(self, closed: ClosedPart, lang: Lang) -> None:
        """The part is through: what is said of it now is kept as such."""
        for name, words, verdict in after_keys(closed, lang):
            act = partial(self._say, closed, verdict)
            key = ui.button(words, on_click=act, color=None)
            key.props(f"no-caps unelevated data-test=after-{name}")
            key.classes(f"key-small override-{name}").set_enabled(not self._busy)

    async def _say(self, closed: ClosedPart, verdict: Verdict) -> None:
        if self._busy:
            return
        self._busy = True
        try:
            await self._tell(*speaking(closed, verdict, self._person))
        finally:
            self._busy = False

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


def _why(part: Part | None, closed: ClosedPart | None, lang: Lang) -> str:
    if part is not None:
        return tr("override.none", lang)
    said = said_words(closed, lang) if closed is not None else ""
    return said or tr("after.through", lang)


def _found(view: CellView, name: str) -> Part | None:
    return next((part for part in view.parts if part.part == name), None)
