"""Precision, recall and average precision of detections.

COCO: precision interpolated at 101 recall levels, mean over classes, IoU 0.50 or 0.50:0.05:0.95,
at most 100 detections of a class an image (Lin et al. 2014, arXiv:1405.0312). DeepPCB: IoU above
0.33 and the right class, all classes pooled, precision summed at each hit without interpolation
(Tang et al. 2019, arXiv:1902.06197, and its evaluation script).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from vision.lab.evaluation.matching import Found, match
from vision.nets.decode import Floats

COCO_IOUS = tuple(round(0.5 + 0.05 * k, 2) for k in range(10))
COCO_LIMIT = 100
DEEPPCB_IOU = 0.33
F_SLACK = 0.002

Flags = NDArray[np.bool_]
Kind = TypeVar("Kind", np.bool_, np.float32, np.int64)


def average_precision(scores: Floats, hits: Flags, total: int) -> float:
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


def summed_precision(scores: Floats, hits: Flags, total: int) -> float:
    """Precision at each hit, summed and divided by what there is to find; nan for nothing."""
    if total == 0:
        return float("nan")
    right = hits[np.argsort(-scores, kind="stable")]
    precision = np.cumsum(right) / np.arange(1, len(right) + 1)
    return float(precision[right].sum() / total)


@dataclass(frozen=True)
class CocoFigures:
    """map50, map50_95: means over the classes that occur. ap50, ap50_95: of each class; nan for
    one that does not occur.
    """

    map50: float
    map50_95: float
    ap50: tuple[float, ...]
    ap50_95: tuple[float, ...]


def coco(images: Sequence[Found], classes: int, ious: Sequence[float] = COCO_IOUS) -> CocoFigures:
    """COCO's average precisions over all images; nan where no image shows a defect.

    ious: 0.5 and others; fewer than COCO's are quicker, where `map50` alone is wanted.
    """
    table = np.full((len(ious), classes), np.nan)
    capped = [_capped(image, classes) for image in images]
    for row, iou in enumerate(ious):
        for which, (scores, hits, total) in enumerate(_pooled(capped, classes, iou)):
            table[row, which] = average_precision(scores, hits, total)
    seen = ~np.isnan(table[0])
    every = table[:, seen].mean(axis=0)
    return CocoFigures(
        map50=float(table[0, seen].mean()) if seen.any() else float("nan"),
        map50_95=float(every.mean()) if seen.any() else float("nan"),
        ap50=tuple(float(value) for value in table[0]),
        ap50_95=tuple(float(value) for value in table.mean(axis=0)),
    )


@dataclass(frozen=True)
class DeepPcbFigures:
    """ap: pooled. f: 2PR / (P + R) at the thresholds given. best_f, best_threshold: the highest F
    of one threshold for all classes. steady_threshold: the middle of those within F_SLACK of it,
    which new pictures move less.
    """

    ap: float
    f: float
    best_f: float
    best_threshold: float
    steady_threshold: float


def deeppcb(images: Sequence[Found], thresholds: Floats) -> DeepPcbFigures:
    """The DeepPCB benchmark's measures. thresholds: least score of each class [classes]."""
    total = sum(len(image.truth) for image in images)
    hits = _joined([match(image, DEEPPCB_IOU, above=True) for image in images], np.bool_)
    scores = _joined([image.scores for image in images], np.float32)
    order = np.argsort(-scores, kind="stable")
    every = 2 * np.cumsum(hits[order]) / (np.arange(1, len(hits) + 1) + total)
    # A threshold cannot part equal scores: only the last of them counts.
    ends = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))[: len(every)]
    best = int(ends[every[ends].argmax()]) if len(every) else -1
    near = ends[every[ends] >= every[best] - F_SLACK] if len(every) else ends[:0]
    ordered = scores[order]
    passing = [image.passing(thresholds) for image in images]
    right = sum(int(match(image, DEEPPCB_IOU, above=True).sum()) for image in passing)
    said = sum(len(image.scores) for image in passing)
    return DeepPcbFigures(
        ap=summed_precision(scores, hits, total),
        f=2 * right / (said + total) if said + total else float("nan"),
        best_f=float(every[best]) if best >= 0 else 0.0,
        best_threshold=float(ordered[best]) if best >= 0 else 1.0,
        steady_threshold=float(ordered[near[0]] + ordered[near[-1]]) / 2 if len(near) else 1.0,
    )


@dataclass(frozen=True)
class ClassFigures:
    """Counts of one class at its threshold: true defects, those found, and false detections."""

    defects: int
    found: int
    false: int

    @property
    def precision(self) -> float:
        """Share of the detections that are right; nan without any."""
        said = self.found + self.false
        return self.found / said if said else float("nan")

    @property
    def recall(self) -> float:
        """Share of the defects that were found; nan without any."""
        return self.found / self.defects if self.defects else float("nan")


def at_thresholds(
    images: Sequence[Found], thresholds: Floats, iou: float
) -> tuple[ClassFigures, ...]:
    """What each class's threshold [classes] gives."""
    passing = [image.passing(thresholds) for image in images]
    return tuple(
        ClassFigures(total, int(hits.sum()), int((~hits).sum()))
        for _, hits, total in _pooled(passing, len(thresholds), iou)
    )


@dataclass(frozen=True, eq=False)
class Curve:
    """Precision over recall of one class, by falling score; all of one length."""

    scores: Floats
    recall: NDArray[np.float64]
    precision: NDArray[np.float64]


def curves(images: Sequence[Found], classes: int, iou: float) -> tuple[Curve, ...]:
    """One curve for each class; empty where the class does not occur."""
    result = []
    for scores, hits, total in _pooled(images, classes, iou):
        order = np.argsort(-scores, kind="stable") if total else np.zeros(0, np.int64)
        good = np.cumsum(hits[order])
        result.append(
            Curve(scores[order], good / max(total, 1), good / np.arange(1, len(good) + 1))
        )
    return tuple(result)


def ranked(images: Sequence[Found], classes: int, iou: float) -> list[tuple[Floats, Flags, int]]:
    """For each class: scores of its detections, which of them hit, and how many defects it has."""
    return _pooled(images, classes, iou)


def _pooled(images: Sequence[Found], classes: int, iou: float) -> list[tuple[Floats, Flags, int]]:
    named = _joined([image.classes for image in images], np.int64)
    scores = _joined([image.scores for image in images], np.float32)
    hits = _joined([match(image, iou) for image in images], np.bool_)
    labels = _joined([image.labels for image in images], np.int64)
    return [
        (scores[named == which], hits[named == which], int((labels == which).sum()))
        for which in range(classes)
    ]


def _capped(image: Found, classes: int) -> Found:
    """The image with the best detections of each class, as many as COCO counts."""
    order = np.argsort(-image.scores, kind="stable")
    rows = [order[image.classes[order] == which][:COCO_LIMIT] for which in range(classes)]
    kept = np.sort(np.concatenate(rows)) if rows else order
    return Found(
        image.boxes[kept], image.scores[kept], image.classes[kept], image.truth, image.labels
    )


def _joined(arrays: Sequence[NDArray[Kind]], kind: type[Kind]) -> NDArray[Kind]:
    return np.concatenate([np.zeros(0, kind), *arrays])
