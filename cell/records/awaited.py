"""Whose camera picture it is, and what became of the part: both are known at last, in any order."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from cell.control.ledger.events import Event, Inspected, Judged
from cell.products.verdict import VerdictKind

MOST_PARTS = 200
"""Parts whose verdict or picture is awaited; of older ones nothing is held any more."""

FrameKey = tuple[int, int]
"""Exposure [ns] and trigger: a restarted camera counts its triggers anew."""


class Known(NamedTuple):
    """A part with its picture and its verdict."""

    part: str
    frame: FrameKey
    kind: VerdictKind


class Awaited:
    """Brings pictures and verdicts together. The picture of a late inspection comes after the
    verdict.
    """

    def __init__(self) -> None:
        self._frames: OrderedDict[str, FrameKey] = OrderedDict()
        self._kinds: OrderedDict[str, VerdictKind] = OrderedDict()

    def hear(self, event: Event) -> Known | None:
        """After an event of the journal: what is known by it, once for each picture."""
        match event:
            case Inspected(part=part, inspection=seen):
                self._frames[part] = (seen.exposure_ns, seen.trigger)
            case Judged(part=part, verdict=verdict):
                self._kinds[part] = verdict.kind
            case _:
                return None
        for waiting in (self._frames, self._kinds):
            while len(waiting) > MOST_PARTS:
                waiting.popitem(last=False)
        if part not in self._frames or part not in self._kinds:
            return None
        return Known(part, self._frames.pop(part), self._kinds.pop(part))

    def clear(self) -> None:
        """Await nothing."""
        self._frames.clear()
        self._kinds.clear()
