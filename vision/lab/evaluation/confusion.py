"""Which class is taken for which."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vision.lab.evaluation.matching import Found, outcome
from vision.nets.decode import Floats

MISSED = "missed"
FALSE_ALARM = "false alarm"


def confusion(images: Sequence[Found], thresholds: Floats, iou: float) -> NDArray[np.int64]:
    """Counts [classes + 1, classes + 1]: row the true class, column the class that was said.

    The last column holds the missed, the last row the false alarms; thresholds: [classes].
    """
    size = len(thresholds) + 1
    table = np.zeros((size, size), np.int64)
    for image in images:
        seen = image.passing(thresholds)
        tied = outcome(seen, iou)
        for pairs in (tied.right, tied.misnamed):
            np.add.at(table, (seen.labels[pairs[:, 1]], seen.classes[pairs[:, 0]]), 1)
        table[:, -1] += np.bincount(seen.labels[tied.missed], minlength=size)
        table[-1] += np.bincount(seen.classes[tied.alarms], minlength=size)
    return table
