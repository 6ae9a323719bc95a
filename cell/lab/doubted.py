"""From which score a taught recipe sends anomalies to review."""

from __future__ import annotations

import math
from pathlib import Path

from cell.products.lookup import ANOMALY_THRESHOLD, LEAST_ANOMALY
from cell.products.recipe import Recipe
from models.anomaly import AnomalyPackage
from models.package import ModelError
from vision.anomaly.detector import ANOMALY
from vision.inspect.raw import score_at
from vision.lab.teaching.threshold import Bound

STEPS = 1000
"""Recipes are read by people: scores are written in so many steps."""


def review_from(limit: Bound, before: Recipe | None, folder: Path) -> float | None:
    """The score that the recipe in `folder` shall have; None where a person has chosen another one
    than teaching gave it. before: the recipe that is taught again.
    """
    score = doubtful_score(limit.doubt, limit.threshold)
    if before is None or ANOMALY not in before.classes:
        return score
    rule = before.classes[ANOMALY]
    if before.model is not None:
        now = rule.review_threshold
    elif rule.review_threshold is None:
        now = before.review_threshold
    else:
        return None
    threshold = rule.threshold or before.threshold or ANOMALY_THRESHOLD
    given = {None, LEAST_ANOMALY, _given(before, folder)}
    return min(score, threshold) if now in given else None


def doubtful_score(doubt: float, threshold: float) -> float:
    """Of a distance, rounded up; never above the threshold's own score."""
    score = math.ceil(STEPS * score_at(doubt, threshold)) / STEPS
    return min(max(score, 1.0 / STEPS), ANOMALY_THRESHOLD)


def _given(before: Recipe, folder: Path) -> float | None:
    """What the model of before said; None where it said nothing, or is broken: teaching again is
    what mends it.
    """
    if before.anomaly is None:
        return None
    try:
        card = AnomalyPackage.load(folder / before.anomaly).card
    except ModelError:
        return None
    return None if card.doubt is None else doubtful_score(card.doubt, card.threshold)
