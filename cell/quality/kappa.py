"""Chance-corrected agreement: Cohen's kappa of two, Fleiss' kappa of several, with intervals."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], float | None]

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A coefficient -1..1 with its interval. None where chance alone would explain all (everybody
    always says the same word), and the interval also where there are too few subjects.
    """

    value: float | None
    low: float | None = None
    high: float | None = None


NOTHING = Estimate(None)


def cohen(table: Floats, confidence: float = CONFIDENCE) -> Estimate:
    """Cohen's kappa of a square table of counts (rows: what one says, columns: the other).

    The interval is by the large-sample variance of Fleiss, Cohen and Everitt 1969, Psychological
    Bulletin 72, equation 13, for independent subjects; it is cut at -1 and 1.
    """
    value, total = cohen_value(table), float(table.sum())
    if value is None:
        return NOTHING
    p = table / total
    chance = float(p.sum(axis=1) @ p.sum(axis=0))
    half = NormalDist().inv_cdf((1 + confidence) / 2) * _error(p, value, chance) / math.sqrt(total)
    return Estimate(value, max(-1.0, value - half), min(1.0, value + half))


def cohen_value(table: Floats) -> float | None:
    """Cohen's kappa alone (Cohen 1960, Educational and Psychological Measurement 20)."""
    total = float(table.sum())
    if not total:
        return None
    p = table / total
    chance = float(p.sum(axis=1) @ p.sum(axis=0))
    if chance >= 1.0 - 1e-12:
        return None
    return (float(np.trace(p)) - chance) / (1.0 - chance)


def fleiss_value(counts: Floats) -> float | None:
    """Fleiss' kappa (Fleiss 1971, Psychological Bulletin 76). counts: subjects x words, how many of
    the raters say each; the same number of raters for every subject, at least two.
    """
    raters = counts.sum(axis=1)
    if not len(counts) or raters[0] < 2:
        return None
    if (raters != raters[0]).any():
        raise ValueError("every subject needs the same number of ratings")
    n = float(raters[0])
    same = float(((counts**2).sum(axis=1) - n).mean() / (n * (n - 1.0)))
    share = counts.sum(axis=0) / counts.sum()
    chance = float(share @ share)
    if chance >= 1.0 - 1e-12:
        return None
    return (same - chance) / (1.0 - chance)


def jackknifed(statistic: Statistic, subjects: Floats, confidence: float = CONFIDENCE) -> Estimate:
    """A coefficient of subjects (first axis) with the interval of the delete-one jackknife.

    All that was said of one subject is left out at once, so repeated looks at one part count as
    what they are, one part (Fleiss and Davies 1982, Journal of the Royal Statistical Society C 31).
    """
    value, count = statistic(subjects), len(subjects)
    if value is None:
        return NOTHING
    without = [statistic(np.delete(subjects, one, axis=0)) for one in range(count)]
    if count < 3 or any(one is None for one in without):
        return Estimate(value)
    pseudo = count * value - (count - 1) * np.array(without, np.float64)
    error = float(pseudo.std(ddof=1)) / math.sqrt(count)
    half = float(stdtrit(count - 1, (1.0 + confidence) / 2.0)) * error
    return Estimate(value, max(-1.0, value - half), min(1.0, value + half))


def _error(p: Floats, value: float, chance: float) -> float:
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    diagonal = np.diag(p)
    on = float(diagonal @ (1.0 - (rows + columns) * (1.0 - value)) ** 2)
    weights = (columns[:, None] + rows[None, :]) ** 2
    off = (1.0 - value) ** 2 * float((p * weights).sum() - diagonal @ np.diag(weights))
    rest = (value - chance * (1.0 - value)) ** 2
    return math.sqrt(max(0.0, on + off - rest)) / (1.0 - chance)
