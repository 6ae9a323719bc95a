"""Thresholds by the best F-score: what can be chosen where no good parts are known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vision.lab.evaluation.matching import Found, match


def best_thresholds(found: Sequence[Found], classes: Sequence[str]) -> dict[str, float]:
    """For each class the score with the best F-score at IoU 0.3; 0.5 where nothing is found.

    Half-way to the next lower detection: of few pictures the weakest hit says little of what other
    parts will show.
    """
    result = {}
    for c, name in enumerate(classes):
        scores, hits, total = [], [], 0
        for image in found:
            of = image.classes == c
            scores.append(image.scores[of])
            hits.append(match(image, 0.3)[of])
            total += int((image.labels == c).sum())
        score, hit = np.concatenate(scores), np.concatenate(hits)
        order = np.argsort(-score, kind="stable")
        good = np.cumsum(hit[order])
        f_score = 2 * good / (np.arange(1, len(good) + 1) + max(total, 1))
        best = 0.5
        if good.any():
            at = int(f_score.argmax())
            best = float(np.append(score[order], 0.0)[at : at + 2].mean())
        result[name] = round(min(0.95, max(0.05, best)), 3)
    return result
