"""The way round the operator's page for who sees it the first time: what is what. It can be
skipped, and does not come again for that person.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Final

from nicegui import run, ui

from cell.client.model import CellView
from cell.people.person import How, SignedIn
from cell.texts import Lang, tr
from cell.trainer.book import PracticeBook

HERE: Final = Path(__file__).parent
SCRIPT: Final = (HERE / "tour.js").read_text(encoding="utf-8")
STYLE: Final = (HERE / "practice.css").read_text(encoding="utf-8")
STOPS: Final = {
    "state": ".state",
    "recipe": ".key-recipe",
    "picture": ".picture",
    "verdict": ".verdict",
    "counts": ".counts",
    "scene": ".scene",
    "alarms": ".alarms",
    "controls": ".controls",
    "health": ".health",
}
"""What is pointed at, in this order; what a page does not have is left out."""
KEYS: Final = ("next", "end", "skip")


class Tour:
    """Of one page. `person` '' : nobody is known, so it only comes when it is asked for."""

    def __init__(self, book: PracticeBook, person: SignedIn, lang: Lang, wanted: bool) -> None:
        self._book, self._lang = book, lang
        self._person = "" if person.how is How.DEMO else person.name
        self._client = ui.context.client
        ui.add_css(STYLE)
        ui.add_head_html(f"<script>{SCRIPT}</script>")
        ui.on("toured", self._seen)
        if wanted or (self._person and not book.shown(self._person)):
            ui.timer(0.8, self.begin, once=True)

    def begin(self) -> None:
        """Show the way round."""
        with self._client:
            ui.run_javascript(f"cellTour.begin({self._told()})")

    def update(self, _: CellView, lang: Lang) -> None:
        """Go on in another language."""
        if lang != self._lang:
            self._lang = lang
            ui.run_javascript(f"cellTour.say({self._told()})")

    def _told(self) -> str:
        stops = [
            {
                "at": at,
                "title": tr(f"tour.{name}.title", self._lang),
                "text": tr(f"tour.{name}.text", self._lang),
            }
            for name, at in STOPS.items()
        ]
        words = {key: tr(f"tour.key.{key}", self._lang) for key in KEYS}
        return json.dumps({"stops": stops, "words": words}, ensure_ascii=False)

    async def _seen(self) -> None:
        if self._person:
            await run.io_bound(self._book.show, self._person, time.time_ns())
