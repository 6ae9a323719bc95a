"""Keeps a fault of one piece of the page from costing the whole page."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

from cell.client.model import CellView
from cell.faces.hmi.components.base import Component, box, show, text
from cell.texts import Lang, tr, tr_or

LOG: Final = logging.getLogger(__name__)


class Fence:
    """Brings pieces up to date, each for itself. One that fails stands as it was: a line on the
    page names it for as long as that is so, and the log has the fault once.
    """

    def __init__(self) -> None:
        self._failed: dict[Component, str] = {}
        with box("fence unseen").props("role=alert") as self._line:
            self._words = text("fence-words", test="fence")

    def update(self, parts: Iterable[Component], view: CellView, lang: Lang) -> None:
        """Have each show this view in this language, and say which of them could not."""
        failed: dict[Component, str] = {}
        for part in parts:
            try:
                part.update(view, lang)
            except Exception as error:  # whatever it is, the others go on
                failed[part] = f"{type(error).__name__}: {error}"
                if self._failed.get(part) != failed[part]:
                    LOG.exception("%s of the page is not up to date", type(part).__name__)
        self._failed = failed
        show(self._line, "fence" if failed else "fence unseen")
        names = ", ".join(_name(part, lang) for part in failed)
        self._words.set_text(tr("page.stale", lang, names=names) if failed else "")


def _name(part: Component, lang: Lang) -> str:
    name = type(part).__name__
    return tr_or(f"page.part.{name}", name, lang)
