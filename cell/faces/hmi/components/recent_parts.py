"""The parts of the last minutes, each with the keys for a false call or a missed defect: before the
arm an override, afterwards a word for the records.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from nicegui import ui

from cell.client.link import OverrideOrder
from cell.client.model import CellView, ClosedPart, Part, Verdict
from cell.faces.hmi.components import shapes
from cell.faces.hmi.components.after import Tell, after_keys, ending, said_words, speaking, word_of
from cell.faces.hmi.components.base import box, call, show, text
from cell.faces.hmi.components.override import Give, offer_words, offers
from cell.faces.hmi.components.rows import Keys, Makers, Rows, TextRow
from cell.people.person import SignedIn
from cell.people.roles import Permission
from cell.texts import Lang, say, tr


@dataclass(frozen=True, slots=True)
class Recent:
    """A part as its row shows it; `part` None: it is through, `closed` None: it is not."""

    name: str
    part: Part | None
    closed: ClosedPart | None
    lang: Lang
    may: bool


def recent(view: CellView, lang: Lang, *, may: bool) -> dict[str, Recent]:
    """Judged parts before the arm, then those that are through, newest first, by their names."""
    judged = [one for one in view.parts if one.verdict is not Verdict.NONE] if view.live else []
    through = view.closed if view.live else ()
    found = {one.part: Recent(one.part, one, None, lang, may) for one in judged}
    return found | {one.part: Recent(one.part, None, one, lang, may) for one in through}


class RecentParts:
    """Rows stay where they are while somebody looks: new parts wait until they are asked for, so
    that no touch meets the part of the next row.
    """

    def __init__(self, give: Give, tell: Tell, person: SignedIn) -> None:
        self._person = person
        self._order: list[str] = []
        self._known: dict[str, Recent] = {}
        self._lang: Lang | None = None
        with box("panel sheet-wide"):
            with box("panel-top"):
                self._title = text("panel-title", test="parts-title")
                self._newer = ui.button(on_click=self.open, color=None).classes("key-small")
                self._newer.props("no-caps unelevated data-test=parts-newer")
            self._list = box("alarm-list").props("tabindex=0 role=region data-test=parts-list")
        made: Makers = {
            "part": lambda name: PartRow(name, give, tell, person),
            "none": lambda _: TextRow("sheet-note", "parts-none"),
        }
        self._rows = Rows(self._list, made)

    def open(self) -> None:
        """Show the newest from the next look on."""
        self._order = []

    def update(self, view: CellView, lang: Lang) -> None:
        """Bring the rows up to date, and count what came since."""
        may = self._person.may(Permission.OVERRIDE) and view.live and not view.replay
        found = recent(view, lang, may=may)
        if not self._order:
            self._order = [*found]
        # What is not told of any more is still shown as it was, without keys.
        known = {name: replace(one, lang=lang, may=False) for name, one in self._known.items()}
        shown = {n: row for n in self._order if (row := found.get(n) or known.get(n)) is not None}
        newer = len(found.keys() - shown.keys())
        self._title.set_text(tr("parts.title", lang))
        show(self._newer, "key-small" + ("" if newer else " unseen"))  # its place stays
        self._newer.set_text(tr("parts.newer", lang, count=newer))
        if (shown, lang) == (self._known, self._lang):
            return
        self._known, self._lang = shown, lang
        call(self._list, tr("parts.title", lang))
        lines: list[tuple[str, str, object]] = [("part", n, row) for n, row in shown.items()]
        self._rows.show(lines or [("none", "", tr("parts.none", lang))])


class PartRow:
    """One part. Its keys are built once for each thing that can be said of it."""

    def __init__(self, name: str, give: Give, tell: Tell, person: SignedIn) -> None:
        self._give, self._tell, self._person = give, tell, person
        self._told: Recent | None = None
        self._busy = False
        with box("alarm part-row").props(f'data-test="part-{name}"') as self.root:
            self._sign = ui.html("", sanitize=False).classes("alarm-sign")
            with box("alarm-body"):
                self._name = text("alarm-head", test=f"head-{name}")
                self._words = text("alarm-text", test=f"words-{name}")
                self._said = text("part-said", test=f"said-{name}")
            self._keys = Keys("alarm-keys")

    def update(self, told: Recent) -> None:
        """Show what is known of the part now."""
        self._told, lang = told, told.lang
        one = told.part or told.closed
        assert one is not None
        show(self.root, f"alarm part-row part-{one.verdict.value or 'none'}")
        self._sign.set_content(shapes.svg(shapes.VERDICTS[one.verdict]))
        closed = told.closed
        at = tr("parts.where.open", lang) if closed is None else ending(closed, lang)
        self._name.set_text(f"{told.name}  ·  {at}")
        self._words.set_text(tr(f"verdict.{one.verdict.value or 'none'}", lang))
        said = said_words(told.closed, lang) if told.closed is not None else ""
        self._said.set_text(said)
        self._said.set_visibility(bool(said))
        wanted = keys(told)
        for name, words, verdict in wanted:
            self._keys.show(name, words, partial(self._on_key, verdict), f"{name}-{told.name}")
        self._keys.only(*(name for name, _, _ in wanted))

    async def _on_key(self, verdict: Verdict) -> None:
        """By what is true when it is touched: before the arm an override, afterwards a word."""
        told = self._told
        if told is None or self._busy:
            return
        self._busy = True
        try:
            if told.part is not None:
                reason = say(f"override.{word_of(verdict)}")
                order = OverrideOrder(told.name, verdict.value, self._person.name, reason)
                await self._give(order, told.part.verdict.value)
            elif told.closed is not None:
                await self._tell(*speaking(told.closed, verdict, self._person))
        finally:
            self._busy = False


def keys(told: Recent) -> list[tuple[str, str, Verdict]]:
    """Name, words and verdict of each key that the row has now. One that says the same before and
    after the arm is the same key.
    """
    lang, part = told.lang, told.part
    if not told.may:
        return []
    if part is None:
        return after_keys(told.closed, lang) if told.closed is not None else []
    return [
        (offer.verdict.value, offer_words(offer, lang), offer.verdict) for offer in offers(part)
    ]
