"""The share of the parts that a model stops: at first, lately, and whether it has changed. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from cell.config.promotion import PromotionConfig
from cell.promotion.drift import Drift


def share_of(stopped: Sequence[bool]) -> tuple[int, int]:
    """How many were stopped, and how many there are."""
    return sum(stopped), len(stopped)


@dataclass(frozen=True, slots=True)
class Change:
    """The share has changed: from what it was at first to what it was lately, at a part's time
    (system clock, ns), when so many parts had been seen.
    """

    first: float
    lately: float
    at_ns: int
    parts: int


@dataclass(frozen=True, slots=True)
class Shares:
    """How a model's share stands. first, lately: shares 0..1, None while too few parts are known;
    parts: seen since it has a say; progress: of the evidence for a change, 0..1; change: the last
    one, None also when the share has come back to what it was at first.
    """

    first: float | None
    lately: float | None
    parts: int
    progress: float
    change: Change | None


class ShareWatch:
    """Follows one model, a part at a time. before: parts that it stopped, and saw, before it had a
    say; fewer than `drift_first` tell too little, and its first parts count instead.
    """

    def __init__(self, rules: PromotionConfig, before: tuple[int, int] = (0, 0)) -> None:
        self._rules = rules
        self._lately: deque[bool] = deque(maxlen=rules.drift_first)
        self._learnt: list[bool] = []
        self._drift: Drift | None = None
        self._first: Drift | None = None
        self._change: Change | None = None
        self._parts = 0
        stopped, seen = before
        if seen >= rules.drift_first:
            self._drift = self._first = Drift.from_now(stopped / seen, rules)

    def add(self, stopped: bool, at_ns: int) -> None:
        """One part more."""
        self._parts += 1
        self._lately.append(stopped)
        if self._drift is None:
            self._learnt.append(stopped)
            if len(self._learnt) >= self._rules.drift_first:
                self._drift = Drift.from_now(sum(self._learnt) / len(self._learnt), self._rules)
                self._first = self._first or self._drift
                self._learnt.clear()
                self._look_back()
            return
        self._drift = self._drift.after(stopped)
        if self._drift.crossed(self._rules):
            lately = sum(self._lately) / len(self._lately)
            self._change = Change(self._drift.share, lately, at_ns, self._parts)
            self._drift = None  # what is new now is what the next change is held against
        elif self._change is not None:
            self._look_back()

    def _look_back(self) -> None:
        """A change is over when the newest parts, all of them seen since, are stopped as at first:
        what was the measure then is it again.
        """
        if self._change is None or self._first is None:
            return
        lately = sum(self._lately) / len(self._lately)
        if abs(lately - self._first.share) <= self._rules.drift_margin / 2:
            self._change, self._drift = None, self._first

    @property
    def shares(self) -> Shares:
        """How it stands now."""
        drift = self._drift
        return Shares(
            first=None if drift is None else drift.share,
            lately=sum(self._lately) / len(self._lately) if self._lately else None,
            parts=self._parts,
            progress=0.0 if drift is None else drift.progress(self._rules),
            change=self._change,
        )
