"""What a threshold brings, as a curve with a handle under it."""

from __future__ import annotations

from typing import Any

from nicegui.element import Element

from cell.faces.studio.choice import Curved
from cell.texts import Lang, tr

WORDS = ("plot", "handle", "threshold", "escapes", "false_rejects", "reviews", "cost")


class ThresholdCurve(Element, component="threshold_curve.js"):
    """Tells by `moved` where the handle has come to rest [score]."""

    def __init__(self, lang: Lang) -> None:
        super().__init__()
        self._props["words"] = {name: tr(f"studio.curve.{name}", lang) for name in WORDS}

    def show(self, curved: Curved, at: float) -> None:
        """Another curve, the handle at a threshold."""
        told: dict[str, Any] = curved.as_json()
        self._props["curve"], self._props["start"] = told, at
        self.update()
