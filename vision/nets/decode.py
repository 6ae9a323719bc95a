"""Turning the detector's raw output into a short list of boxes: threshold, then suppression.

Pure numpy, so the running cell needs neither torch nor any detection library for it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.card import ModelCard
from vision.errors import EngineError

Floats = NDArray[np.float32]

MOST_BOXES = 100
"""Detections of one picture, best first."""
AGREES_IOU = 0.6
SHARPNESS = 4.0
"""How steeply a box's say falls with its score when boxes of one defect are averaged."""


ROUNDING = 1e-3
"""So far above 1 or below 0 a score may lie: engines of less precision round."""
TURNED_PX = 1.0
"""So far an edge may lie beyond its opposite one, rounded, too."""


def require_sound(output: Floats, classes: int, least: float, whose: str) -> None:
    """Raise EngineError for a network's output [1, 4 + classes, A] that cannot be what `decode`
    takes: no comparison finds a defect in what is not a number, or in another layout.

    least: boxes that score so much must have their corners in order. whose: model and engine.
    """
    fault = _fault(output, classes, least)
    if fault:
        raise EngineError(
            f"{whose} gave {fault}: nothing was inspected; install the model package again, or "
            "take another engine"
        )


def _fault(output: Floats, classes: int, least: float) -> str:
    if output.ndim != 3 or output.shape[0] != 1 or output.shape[1] != 4 + classes:
        return f"an output of {output.shape}, its card needs (1, {4 + classes}, places)"
    if not np.isfinite(output).all():
        return "numbers that are not finite"
    scores = output[0, 4:]
    low, high = float(scores.min(initial=0.0)), float(scores.max(initial=0.0))
    if low < -ROUNDING or high > 1.0 + ROUNDING:
        return f"scores from {low:.3g} to {high:.3g}, which must lie in 0 to 1"
    boxes = output[0, :4, (scores >= least).any(axis=0)]  # one row a box
    if (boxes[:, 2:] < boxes[:, :2] - TURNED_PX).any():
        return "boxes whose right or lower edge lies before the left or upper one"
    return ""


def iou_matrix(a: Floats, b: Floats) -> Floats:
    """Intersection over union of every box of a [n, 4] with every box of b [m, 4]: [n, m]."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    inter = np.prod(np.clip(high - low, 0, None), axis=2)
    area_a = np.prod(a[:, 2:] - a[:, :2], axis=1)
    area_b = np.prod(b[:, 2:] - b[:, :2], axis=1)
    union = area_a[:, None] + area_b[None] - inter
    return np.asarray(inter / np.maximum(union, 1e-9), np.float32)


def suppress(boxes: Floats, scores: Floats, iou: float) -> NDArray[np.int64]:
    """Greedy non-maximum suppression: indices of the boxes [n, 4] to keep, best score first."""
    order = np.argsort(-scores, kind="stable")
    keep: list[int] = []
    while len(order):
        best, rest = order[0], order[1:]
        keep.append(int(best))
        if not len(rest):
            break
        order = rest[iou_matrix(boxes[best][None], boxes[rest])[0] <= iou]
    return np.asarray(keep, np.int64)


def settle(
    boxes: Floats, scores: Floats, classes: NDArray[np.int64], keep: NDArray[np.int64]
) -> Floats:
    """The kept boxes [k, 4], each the mean of the boxes of its class [n, 4] that nearly agree.

    The cells of one defect each draw a box, and their errors are partly their own: the mean,
    weighted by score, is nearer to the truth than the best of them (Gidaris and Komodakis 2015,
    arXiv:1505.01749).
    """
    together = iou_matrix(boxes[keep], boxes) > AGREES_IOU
    together &= classes[keep][:, None] == classes[None]
    together[np.arange(len(keep)), keep] = True  # an empty box overlaps nothing, not even itself
    weight = together * (scores.astype(np.float64) ** SHARPNESS + 1e-12)[None]
    mean = weight @ boxes.astype(np.float64) / weight.sum(axis=1, keepdims=True)
    return np.asarray(mean, np.float32)


def decode(
    output: Floats,
    score_thresholds: float | Sequence[float],
    iou: float | None,
    *,
    across_classes: bool = True,
    best_class_only: bool = False,
    settled: bool = True,
    limit: int = MOST_BOXES,
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Detections of one image.

    output: one image's slice of the model output ``detections``, float32 [4 + classes, A] (a
        leading axis of length 1 is accepted): box corners x1, y1, x2, y2 in input pixels, then
        one score 0..1 per class.
    score_thresholds: least score, one number or one per class in class order.
    iou: overlapping boxes above this intersection over union count as the same defect; None: every
        box is a defect of its own.
    across_classes: a place carries one defect: the best-scoring class suppresses the others.
        False suppresses within each class only.
    best_class_only: a cell reports its best class alone, as it always does across classes.
    settled: boxes are averaged, see `settle`; False: the best box of each defect as it is.
    limit: at most this many boxes.

    Returns boxes [n, 4] xyxy px, scores [n], classes [n] (index into the model's class list),
    sorted by falling score.
    """
    boxes, scores, classes, _ = _decoded(
        output, score_thresholds, iou, across_classes, best_class_only, settled, limit
    )
    return boxes, scores, classes


def _decoded(
    output: Floats,
    score_thresholds: float | Sequence[float],
    iou: float | None,
    across_classes: bool,
    best_class_only: bool,
    settled: bool,
    limit: int,
) -> tuple[Floats, Floats, NDArray[np.int64], NDArray[np.int64]]:
    """As `decode`, and the place of each box on the output's last axis."""
    table = output[0] if output.ndim == 3 else output
    scores = table[4:]
    least = np.broadcast_to(np.asarray(score_thresholds, np.float32), (len(scores),))
    passing = scores >= least[:, None]
    if across_classes or best_class_only:
        cells = np.nonzero(passing.any(axis=0))[0]
        classes = np.where(passing[:, cells], scores[:, cells], -1.0).argmax(axis=0)
    else:
        classes, cells = np.nonzero(passing)
    picked = scores[classes, cells].astype(np.float32)
    boxes = np.ascontiguousarray(table[:4, cells].T, dtype=np.float32)
    if iou is None:
        keep = np.argsort(-picked, kind="stable")
    elif across_classes:
        keep = suppress(boxes, picked, iou)
    else:  # boxes of different classes are moved apart so that they cannot overlap
        span = float(np.abs(boxes).max(initial=0.0)) * 2 + 1
        offset = (classes.astype(np.float32) * span)[:, None]
        keep = suppress((boxes + offset).astype(np.float32), picked, iou)
    keep = keep[:limit]
    named = classes.astype(np.int64)
    final = settle(boxes, picked, named, keep) if settled and iou is not None else boxes[keep]
    return final, picked[keep], named[keep], cells[keep].astype(np.int64)


def decode_as(
    card: ModelCard,
    output: Floats,
    score_thresholds: float | Sequence[float],
    *,
    limit: int = MOST_BOXES,
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """`decode` as the model's card says."""
    return decode_places(card, output, score_thresholds, limit=limit)[:3]


def decode_places(
    card: ModelCard,
    output: Floats,
    score_thresholds: float | Sequence[float],
    *,
    limit: int = MOST_BOXES,
) -> tuple[Floats, Floats, NDArray[np.int64], NDArray[np.int64]]:
    """`decode_as`, and the place of each box on the output's last axis."""
    return _decoded(
        output,
        score_thresholds,
        card.nms_iou,
        card.nms_across_classes,
        card.best_class_only,
        card.settle,
        limit,
    )


def in_view(boxes: Floats, card: ModelCard) -> Floats:
    """Boxes [n, 4], cut off at the edges of the network's input."""
    height, width = card.input.shape[2:]
    return np.clip(boxes, 0.0, np.asarray([width, height, width, height], np.float32))
