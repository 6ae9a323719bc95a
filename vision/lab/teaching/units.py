"""The unit in which heat is told: what good pictures reach."""

from __future__ import annotations

from typing import Final

import numpy as np

from vision.anomaly.memory import Floats

SPREADS: Final = 2.0
"""Good pictures reach one unit at their mean and this many standard deviations."""


def unit_of(hottest: Floats) -> Floats:
    """The unit of what the hottest places (n, ...) of good pictures reach, (...)."""
    unit = hottest.mean(axis=0) + SPREADS * hottest.std(axis=0)
    return np.asarray(np.maximum(unit, 1e-6), np.float32)
