"""How sure figures over pictures are: bootstrap over parts (Efron 1979, Ann. Statist. 7).

Pictures of one part are alike, so parts are drawn with replacement, never single pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from vision.lab.evaluation.intervals import CONFIDENCE, Interval

T = TypeVar("T")
ROUNDS = 1000
LEAST_PARTS = 3
"""Of fewer parts nothing can be drawn that would tell anything."""


def bootstrap(
    items: Sequence[T],
    groups: Sequence[str],
    figure: Callable[[Sequence[T]], float],
    rounds: int = ROUNDS,
    seed: int = 7,
) -> Interval | None:
    """Percentile interval of a figure over items [n] of groups [n]; None for fewer than LEAST_PARTS
    groups, or where the figure is nan in half of the drawings.
    """
    names = sorted(set(groups))
    if len(names) < LEAST_PARTS:
        return None
    of = [[item for item, group in zip(items, groups, strict=True) if group == name]
          for name in names]  # fmt: skip
    rng = np.random.default_rng(seed)
    values = np.array(
        [
            figure(
                [item for index in rng.integers(0, len(names), len(names)) for item in of[index]]
            )
            for _ in range(rounds)
        ]
    )
    known = values[~np.isnan(values)]
    if 2 * len(known) < rounds:
        return None
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = np.quantile(known, (tail, 1.0 - tail))
    return Interval(float(low), float(high))
