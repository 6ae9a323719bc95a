"""Detection quality: COCO average precision and the DeepPCB benchmark's own measures.

COCO: precision interpolated at 101 recall levels, mean over classes, IoU 0.50 or 0.50:0.05:0.95
(Lin et al. 2014, arXiv:1405.0312). DeepPCB: IoU above 0.33 and the right class, all classes
pooled (Tang et al. 2019, arXiv:1902.06197). Pure numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vision.nets.decode import Floats, iou_matrix

COCO_IOUS = tuple(round(0.5 + 0.05 * k, 2) for k in range(10))


@dataclass(frozen=True)
class Found:
    """Detections and truth of one image: boxes [n, 4] px, scores [n], classes [n]."""

    boxes: Floats
    scores: Floats
    classes: NDArray[np.int64]
    truth: Floats
    labels: NDArray[np.int64]


def match(found: Found, iou: float) -> NDArray[np.bool_]:
    """Which detections hit: each truth box of the same class is taken once, best score first."""
    hits = np.zeros(len(found.scores), np.bool_)
    if not len(found.truth) or not len(hits):
        return hits
    overlaps = iou_matrix(found.boxes, found.truth)
    overlaps[found.classes[:, None] != found.labels[None]] = 0.0
    free = np.ones(len(found.truth), np.bool_)
    for i in np.argsort(-found.scores, kind="stable"):
        row = np.where(free, overlaps[i], 0.0)
        j = int(row.argmax())
        if row[j] >= iou:
            hits[i], free[j] = True, False
    return hits


def average_precision(scores: Floats, hits: NDArray[np.bool_], total: int) -> float:
    """Mean interpolated precision at 101 recall levels; nan when there is nothing to find."""
    if total == 0:
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    good = np.cumsum(hits[order])
    recall = good / total
    precision = good / np.arange(1, len(good) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(recall, np.linspace(0, 1, 101), side="left")
    values = np.append(envelope, 0.0)[np.minimum(at, len(envelope))]
    return float(values.mean())


def coco(images: Sequence[Found], classes: Sequence[str]) -> dict[str, float]:
    """mAP50, mAP50_95 and the AP50 and AP50_95 of every class."""
    table = np.full((len(COCO_IOUS), len(classes)), np.nan)
    for row, iou in enumerate(COCO_IOUS):
        hits = [match(image, iou) for image in images]
        for c in range(len(classes)):
            of = [image.classes == c for image in images]
            total = sum(int((image.labels == c).sum()) for image in images)
            scores = np.concatenate([i.scores[m] for i, m in zip(images, of, strict=True)])
            right = np.concatenate([h[m] for h, m in zip(hits, of, strict=True)])
            table[row, c] = average_precision(scores, right, total)
    result = {"mAP50": float(np.nanmean(table[0])), "mAP50_95": float(np.nanmean(table))}
    for c, name in enumerate(classes):
        result[f"AP50_{name}"] = float(table[0, c])
        result[f"AP50_95_{name}"] = float(table[:, c].mean())
    return result


def deeppcb(images: Sequence[Found]) -> dict[str, float]:
    """Pooled AP at IoU 0.33 and the best F-score 2PR/(P+R) with its score threshold."""
    hits = np.concatenate([match(image, 0.33) for image in images])
    scores = np.concatenate([image.scores for image in images])
    total = sum(len(image.truth) for image in images)
    order = np.argsort(-scores, kind="stable")
    good = np.cumsum(hits[order])
    f_score = 2 * good / (np.arange(1, len(good) + 1) + total)
    best = int(f_score.argmax()) if len(f_score) else 0
    return {
        "AP33_pooled": average_precision(scores, hits, total),
        "F_best": float(f_score[best]) if len(f_score) else 0.0,
        "F_threshold": float(scores[order][best]) if len(f_score) else 1.0,
    }
