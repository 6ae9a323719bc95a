"""Detection quality as the training's log and the model card name it; see vision.evaluate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vision.lab.evaluation import precision
from vision.lab.evaluation.matching import Found, match
from vision.lab.evaluation.precision import average_precision


def coco(images: Sequence[Found], classes: Sequence[str]) -> dict[str, float]:
    """mAP50, mAP50_95 and the AP50 and AP50_95 of every class."""
    figures = precision.coco(images, len(classes))
    result = {"mAP50": figures.map50, "mAP50_95": figures.map50_95}
    for c, name in enumerate(classes):
        result[f"AP50_{name}"] = figures.ap50[c]
        result[f"AP50_95_{name}"] = figures.ap50_95[c]
    return result


def deeppcb(images: Sequence[Found]) -> dict[str, float]:
    """Pooled AP at IoU 0.33 and the best F-score 2PR/(P+R) with its score threshold."""
    classes = max((int(image.classes.max(initial=0)) for image in images), default=0) + 1
    figures = precision.deeppcb(images, np.zeros(classes, np.float32))
    return {
        "AP33_pooled": figures.ap,
        "F_best": figures.best_f,
        "F_threshold": figures.best_threshold,
        "F_steady_threshold": figures.steady_threshold,
    }


__all__ = ["Found", "average_precision", "coco", "deeppcb", "match"]
