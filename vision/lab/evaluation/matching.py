"""Which finding is which true defect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vision.nets.decode import Floats, iou_matrix


@dataclass(frozen=True, eq=False)
class Found:
    """Detections and truth of one image: boxes [n, 4] px, scores [n], classes [n]; truth [m, 4]
    px, labels [m].
    """

    boxes: Floats
    scores: Floats
    classes: NDArray[np.int64]
    truth: Floats
    labels: NDArray[np.int64]

    def passing(self, thresholds: Floats) -> Found:
        """Only the detections that reach the threshold of their class ([classes])."""
        kept = self.scores >= thresholds[self.classes]
        return Found(
            self.boxes[kept], self.scores[kept], self.classes[kept], self.truth, self.labels
        )


def match(found: Found, iou: float, *, above: bool = False) -> NDArray[np.bool_]:
    """Which detections hit [n]: each truth box of the same class is taken once, best score first.

    iou: least overlap. above: it must be exceeded, not only reached.
    """
    hits = np.zeros(len(found.scores), np.bool_)
    hits[_pairs(found, iou, above=above, named=True)[0]] = True
    return hits


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of each detection and each true defect of one image; indices into `Found`.

    right, misnamed: [k, 2] detection and truth, of the same and of another class. missed: truth
    without a detection. alarms: detections without a truth.
    """

    right: NDArray[np.int64]
    misnamed: NDArray[np.int64]
    missed: NDArray[np.int64]
    alarms: NDArray[np.int64]


def outcome(found: Found, iou: float) -> Outcome:
    """Tie detections to truth: first those of the same class, then what is left, best first."""
    d1, t1 = _pairs(found, iou, above=False, named=True)
    d2, t2 = _pairs(found, iou, above=False, named=False, taken=(d1, t1))
    return Outcome(
        right=np.stack([d1, t1], 1),
        misnamed=np.stack([d2, t2], 1),
        missed=np.setdiff1d(np.arange(len(found.truth)), np.concatenate([t1, t2])),
        alarms=np.setdiff1d(np.arange(len(found.scores)), np.concatenate([d1, d2])),
    )


def _pairs(
    found: Found,
    iou: float,
    *,
    above: bool,
    named: bool,
    taken: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Detections and the truth they take, greedily by falling score. named: of the same class."""
    if not len(found.truth) or not len(found.scores):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    overlaps = iou_matrix(found.boxes, found.truth)
    if named:
        overlaps[found.classes[:, None] != found.labels[None]] = 0.0
    if taken is not None:
        overlaps[taken[0]] = 0.0
        overlaps[:, taken[1]] = 0.0
    pairs: list[tuple[int, int]] = []
    least = np.float32(iou)  # as the overlaps are, so that the bound itself is met exactly
    for i in np.argsort(-found.scores, kind="stable"):
        j = int(overlaps[i].argmax())
        best = overlaps[i, j]
        if best > 0 and (best > least if above else best >= least):
            pairs.append((int(i), j))
            overlaps[:, j] = 0.0
    table = np.asarray(pairs, np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]
