"""Testing by betting: evidence that may be looked at after each part without losing its meaning.

Whoever doubts a hypothesis bets against it with a capital of 1. Each part multiplies the capital by
1 - stake * loss, where the hypothesis says that losses are not negative on average. If it holds,
nobody grows rich: the chance that the capital ever reaches C is at most 1/C, however often one
looks (Ville 1939). So a capital of 20 refutes the hypothesis with 95 % confidence, at any time and
without a plan. Method: Shafer 2021, Testing by betting, J. R. Stat. Soc. A 184; Waudby-Smith and
Ramdas 2024, Estimating means of bounded random variables by betting, J. R. Stat. Soc. B 86. Where
only two kinds of parts have a loss, this is Wald's sequential test of a share (1945).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Reals = NDArray[np.float64]

FRACTIONS: Final = (0.2, 0.35, 0.95)
"""Stakes that are bet side by side, as shares of the largest one that cannot lose everything. Small
ones win when events are many and mixed, large ones when there are none; the capital is their mean.
"""


CAREFUL: Final = (0.02, 0.1, 0.3)
"""The same for bets on something rare, of which a single case would else make rich."""


def log_capital(
    counts: ArrayLike, losses: Sequence[float], fractions: Sequence[float] = FRACTIONS
) -> Reals:
    """Natural logarithm of the capital after so many parts of each kind, in whatever order.

    counts: [..., kinds], may be fractions; losses: of each kind, the largest above 0.
    """
    loss = np.asarray(losses, np.float64)
    stakes = np.asarray(fractions) / loss.max()
    growth = np.log1p(-np.outer(loss, stakes))
    return _mean(np.tensordot(np.asarray(counts, np.float64), growth, axes=(-1, 0)))


def together(*capitals: Reals) -> Reals:
    """The capital of who has split it between several bets against one hypothesis (logarithms)."""
    return _mean(np.stack(capitals, axis=-1))


def needed(confidence: float) -> float:
    """Logarithm of the capital that refutes a hypothesis with this confidence."""
    return -math.log1p(-confidence)


def _mean(logs: Reals) -> Reals:
    """Logarithm of the mean over the last axis."""
    top = logs.max(axis=-1)
    mean = np.exp(logs - top[..., None]).mean(axis=-1)
    return np.asarray(top + np.log(mean), np.float64)
