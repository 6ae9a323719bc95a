"""Whether a model has begun to stop another share of the parts than it did. Pure.

Two bets are kept, that the share lies above and below what it was by more than a margin. A bet
that has lost begins anew: it asks whether anything has changed lately. While nothing has, the mean
number of parts until a bet reaches the capital C is at least C (CUSUM e-detector: Shin, Ramdas and
Rinaldo 2024, E-detectors, New Engl. J. Stat. Data Sci. 2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from cell.config.promotion import PromotionConfig


@dataclass(frozen=True, slots=True)
class Drift:
    """share: of the parts that the model stopped when it was let through; margin: by how much it
    may change. more, less: logarithms of the capitals.
    """

    share: float
    margin: float
    more: float = 0.0
    less: float = 0.0

    def after(self, stopped: bool) -> Drift:
        """With one part more."""
        high, low = self.share + self.margin, self.share - self.margin
        more = _grown(self.more, stopped, high, self.margin) if high < 1.0 else 0.0
        less = _grown(self.less, not stopped, 1.0 - low, self.margin) if low > 0.0 else 0.0
        return replace(self, more=more, less=less)

    @classmethod
    def from_now(cls, share: float, rules: PromotionConfig) -> Drift:
        """Nothing seen yet."""
        return cls(share, rules.drift_margin)

    def crossed(self, rules: PromotionConfig) -> bool:
        """Whether the share has changed."""
        return self.progress(rules) >= 1.0

    def progress(self, rules: PromotionConfig) -> float:
        """How far the evidence for a change has come: 0 none, 1 enough."""
        # Two bets are watched, so each is held to twice the run.
        return max(self.more, self.less, 0.0) / math.log(2 * rules.drift_run)


def _grown(capital: float, hit: bool, share: float, margin: float) -> float:
    """The bet that hits come more often than `share`, after one more part.

    Its stake is the one that grows fastest where they come more often by one margin more, so where
    the share has changed by two; a larger stake would lose there.
    """
    aim = min(share + margin, (1.0 + share) / 2.0)
    odds = aim / share if hit else (1.0 - aim) / (1.0 - share)
    return max(capital, 0.0) + math.log(odds)
