"""The canvas as an element of a page: it is given pictures, and tells what people said of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from nicegui.element import Element

from cell.faces.studio import keys
from cell.faces.studio.documents import Document
from cell.texts import Lang, tr

VENDOR: Final = Path(__file__).parent / "vendor" / "annotorious"
STYLE: Final = (VENDOR / "annotorious.css").read_text(encoding="utf-8")
"""Belongs on the page that holds a canvas."""


class LabelCanvas(
    Element,
    component="canvas.js",
    esm={"cell-studio": "browser", "cell-annotorious": "vendor/annotorious"},
):
    """Tells by events: `ready`; `shown`, `lost` (the picture cannot be had), `draft`, `done` (each
    with the document's `ticket`); `asked` (an action of the page), `say` (what people are told).
    """

    def __init__(self, lang: Lang, person: str) -> None:
        super().__init__()
        self._props["person"] = person
        self._props["keys"] = keys.table()
        self._props["names"] = keys.names()
        self._props["words"] = {
            **keys.words(lang),
            "tools": tr("studio.canvas.tools", lang),
            "canvas": tr("studio.canvas.name", lang),
            "handle": tr("studio.canvas.handle", lang),
            "box_hint": tr("studio.canvas.box_hint", lang),
            "polygon_hint": tr("studio.canvas.polygon_hint", lang),
            "count": tr("studio.canvas.count", lang, shapes="%1", proposals="%2"),
        }

    def load(self, document: Document, ahead: Sequence[Document]) -> None:
        """Show a picture; `ahead` come next, each as soon as the one before it is done: the browser
        does not wait for the server then.
        """
        self.run_method("load", document.as_json(), [one.as_json() for one in ahead])

    def kept(self, ticket: str) -> None:
        """What was told of this showing is safe here: the browser need not keep it."""
        self.run_method("kept", ticket)

    def resume(self) -> None:
        """Let people go on with the picture: it could not be saved."""
        self.run_method("resume")

    def ahead(self, documents: Sequence[Document]) -> None:
        """What comes next now."""
        self.run_method("ahead", [one.as_json() for one in documents])

    def empty(self) -> None:
        """There is no picture any more."""
        self.run_method("empty")
