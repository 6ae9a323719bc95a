"""What a person beside the line sees: which part of the records is which disc, and what is wrong
with it.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cell.control.ledger.events import Arrived
from cell.records.journal import Journal
from tests.studio.loop.discs import Mark, marks
from twin.discs import DiscLibrary

NEAR_M = 0.02
"""Parts lie further apart than this."""


@dataclass(frozen=True, slots=True)
class Disc:
    """A part of the records. where: what became of it, `passed` or a bin's name at its end."""

    part: str
    number: int
    kinds: tuple[str, ...]
    where: str
    picture: str
    yaw: float

    def marks(self) -> tuple[Mark, ...]:
        """Where its defects lie in its view."""
        return marks(DiscLibrary.again(self.picture), self.yaw)


class Eyes:
    """Of one data folder. Discs of earlier sessions are remembered."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._known: dict[str, Disc] = {}
        self._arrived: dict[str, float] = {}
        self._read = 0

    def new_session(self) -> None:
        """The twin begins anew, and counts from nothing."""
        self.discs()
        (self._data / "truth.json").unlink(missing_ok=True)
        self._arrived.clear()

    def boards(self) -> list[dict[str, Any]]:
        """All parts of this session, as they really are."""
        try:
            told = json.loads((self._data / "truth.json").read_text(encoding="utf-8"))
        except OSError:
            return []
        return list(told["boards"])

    def discs(self) -> dict[str, Disc]:
        """Every part so far, by its name on records."""
        self._listen()
        here = [one for one in self.boards() if one["arrival_encoder_m"] is not None]
        for part, at_m in self._arrived.items():
            near = min(here, key=lambda one: abs(one["arrival_encoder_m"] - at_m), default=None)
            if near is None or abs(near["arrival_encoder_m"] - at_m) > NEAR_M:
                continue
            self._known[part] = Disc(
                part, near["number"], tuple(near["defects"]), near["where"], near["picture"],
                math.radians(near["yaw_deg"]),
            )  # fmt: skip
        return self._known

    def _listen(self) -> None:
        file = self._data / "journal.db"
        if not file.exists():
            return
        with Journal.follow(file) as journal:
            for number, event in journal.read(self._read):
                self._read = number
                if isinstance(event, Arrived):
                    self._arrived[event.part] = event.encoder_m
