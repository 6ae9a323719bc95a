"""What a detector does on pictures, with intervals: figures for the card."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from vision.lab.evaluation import precision
from vision.lab.evaluation.intervals import Interval, clopper_pearson
from vision.lab.evaluation.matching import Found
from vision.lab.evaluation.resampling import bootstrap
from vision.lab.training.picture import Picture

ROUNDS = 300


def reported(
    found: Sequence[Found],
    groups: Sequence[str],
    classes: Sequence[str],
    thresholds: dict[str, float],
) -> dict[str, Any]:
    """Figures of pictures [n], each of a part (`groups` [n]), at each class's threshold.

    mAP50 with its 95 % interval by bootstrap over parts; defective parts that no finding speaks
    against, and good parts that one does, with exact 95 % intervals. None for what cannot be told.
    """
    figures = precision.coco(found, len(classes))
    least = np.array([thresholds[name] for name in classes], np.float32)
    parts = sorted(set(groups))
    bad = {group for one, group in zip(found, groups, strict=True) if len(one.labels)}
    spoken = {
        group for one, group in zip(found, groups, strict=True) if len(one.passing(least).scores)
    }
    good = set(parts) - bad
    between = bootstrap(found, groups, partial(_map50, classes=len(classes)), ROUNDS)
    return {
        "pictures": len(found),
        "parts": len(parts),
        "defective_parts": len(bad),
        "mAP50": _number(figures.map50),
        "mAP50_interval": None if between is None else _pair(between),
        "mAP50_95": _number(figures.map50_95),
        "AP50": {name: _number(value) for name, value in zip(classes, figures.ap50, strict=True)},
        "escapes": _share(len(bad - spoken), len(bad)),
        "false_rejects": _share(len(good & spoken), len(good)),
    }


def told_apart(
    found: Sequence[Found],
    validation: Sequence[Picture],
    seen: Sequence[Found],
    report: Sequence[Picture],
    classes: Sequence[str],
    thresholds: dict[str, float],
) -> dict[str, Any]:
    """Both kinds of figures for a card's metrics, and which one is which. found: of the pictures
    that chose (validation); seen: of those that chose nothing (report), which may be none.
    """
    return {
        "which": {
            "selection": "of the parts by which checkpoint, weights' form and thresholds were "
            "chosen: too good by what that choice gained",
            "report": "of parts that were neither learnt from nor chosen by: what to expect",
        },
        "selection": reported(found, [p.group for p in validation], classes, thresholds),
        "report": reported(seen, [p.group for p in report], classes, thresholds)
        if report
        else None,
    }


def _map50(found: Sequence[Found], classes: int) -> float:
    return precision.coco(found, classes, precision.COCO_IOUS[:1]).map50


def _share(count: int, total: int) -> dict[str, Any]:
    return {"count": count, "of": total, "interval": _pair(clopper_pearson(count, total))}


def _pair(interval: Interval) -> list[float]:
    return [round(interval.low, 4), round(interval.high, 4)]


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)
