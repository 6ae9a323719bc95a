"""The figures of one evaluation, from what was seen to plain values ready for JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from cell.lab.inspecting import Seen
from cell.products.recipe import Recipe
from cell.products.rules import judge, not_inspected
from cell.products.verdict import Verdict, VerdictKind
from vision.lab.data.marked import THRESHOLD, read_mask
from vision.lab.data.types import DataError
from vision.lab.evaluation.confusion import FALSE_ALARM, MISSED, confusion
from vision.lab.evaluation.matching import Found
from vision.lab.evaluation.precision import at_thresholds, coco, deeppcb
from vision.lab.evaluation.ranking import PixelTally, auroc
from vision.lab.evaluation.thresholds import Rate
from vision.nets.decode import Floats

PLACE_IOU: Final = 0.33
"""Overlap from which a finding counts as of a defect, in counts of decisions; DeepPCB's own."""


def thresholds_of(recipe: Recipe, classes: Sequence[str]) -> Floats:
    """The recipe's reject thresholds in the model's order."""
    return np.asarray([recipe.threshold_of(name) for name in classes], np.float32)


def verdict_of(seen: Seen, recipe: Recipe, classes: Sequence[str]) -> Verdict:
    """What the cell would do with the part."""
    if seen.trouble:
        return not_inspected(recipe, seen.trouble)
    return judge(recipe, seen.defects(classes))


def all_figures(
    seen: Sequence[Seen], recipe: Recipe, classes: Sequence[str], *, parts: bool, named: bool
) -> dict[str, Any]:
    """Every figure. parts: count parts, too. named: the labels' classes are the model's."""
    result: dict[str, Any] = {"images": sum(not one.golden for one in seen)}
    if named:
        result |= _detections(seen, recipe, classes)
    if parts:
        result["parts"] = part_figures(seen, recipe, classes)
        result["parts"]["good_parts"] = _what_is_good(seen)
    result |= _ranking(seen, recipe.canonical_px)
    spent = [one.total_ms for one in seen if not one.trouble]
    result["ms_per_image"] = _round(float(np.median(spent)) if spent else math.nan, 1)
    result["ms_per_image_p95"] = _round(float(np.quantile(spent, 0.95)) if spent else math.nan, 1)
    troubled = [one for one in seen if one.trouble]
    result["not_inspected"] = [{"name": one.name, "why": one.trouble} for one in troubled]
    return result


def _detections(seen: Sequence[Seen], recipe: Recipe, classes: Sequence[str]) -> dict[str, Any]:
    tested = [one for one in seen if not one.golden]
    least = thresholds_of(recipe, classes)
    customary = [one.customary for one in tested]
    as_run = [one.as_run for one in tested]
    inspected = [one.customary for one in tested if not one.trouble]
    table = confusion(as_run, least, PLACE_IOU)
    return {
        **_average_precision(customary, least),
        "inspected_only": _average_precision(inspected, least),
        "as_run": _average_precision(as_run, least),
        "classes": _classes(customary, as_run, least, classes),
        "confusion": {
            "truth": [*classes, FALSE_ALARM],
            "said": [*classes, MISSED],
            "counts": table.tolist(),
            "iou": PLACE_IOU,
        },
    }


def _average_precision(images: Sequence[Found], least: Floats) -> dict[str, Any]:
    standard, published = coco(images, len(least)), deeppcb(images, least)
    return {
        "map50": _round(standard.map50),
        "map50_95": _round(standard.map50_95),
        "deeppcb_ap": _round(published.ap),
        "deeppcb_f": _round(published.f),
        "deeppcb_f_best": _round(published.best_f),
        "deeppcb_f_best_threshold": _round(published.best_threshold),
        "deeppcb_f_steady_threshold": _round(published.steady_threshold),
    }


def _classes(
    customary: Sequence[Found], as_run: Sequence[Found], least: Floats, classes: Sequence[str]
) -> dict[str, Any]:
    """Of each class: average precision as is customary, precision and recall as the cell runs."""
    standard = coco(customary, len(classes))
    counted = at_thresholds(as_run, least, PLACE_IOU)
    return {
        name: {
            "threshold": _round(float(least[index])),
            "defects": counted[index].defects,
            "found": counted[index].found,
            "false_alarms": counted[index].false,
            "precision": _round(counted[index].precision),
            "recall": _round(counted[index].recall),
            "ap50": _round(standard.ap50[index]),
            "ap50_95": _round(standard.ap50_95[index]),
        }
        for index, name in enumerate(classes)
    }


def part_figures(seen: Sequence[Seen], recipe: Recipe, classes: Sequence[str]) -> dict[str, Any]:
    """Parts as the cell would sort them: an escape is a defective part that passes."""
    kinds = [(one, verdict_of(one, recipe, classes).kind) for one in seen]
    bad = [kind for one, kind in kinds if not one.good]
    good = [kind for one, kind in kinds if one.good]
    lost = Rate(bad.count(VerdictKind.PASS), len(bad))
    refused = Rate(good.count(VerdictKind.REJECT), len(good))
    return {
        "defective": lost.total,
        "escapes": lost.count,
        "escape_rate": _round(lost.share),
        "escape_rate_95": _interval(lost),
        "good": refused.total,
        "false_rejects": refused.count,
        "false_reject_rate": _round(refused.share),
        "false_reject_rate_95": _interval(refused),
        "defective_reviewed": bad.count(VerdictKind.REVIEW),
        "good_reviewed": good.count(VerdictKind.REVIEW),
        "not_inspected": sum(bool(one.trouble) for one in seen),
        "interval": "Clopper-Pearson, 95 %",
    }


def _what_is_good(seen: Sequence[Seen]) -> str:
    simulated = sum(one.golden for one in seen)
    plain = sum(one.good and not one.golden and not one.excused for one in seen)
    excused = sum(one.excused for one in seen)
    words = []
    if plain:
        words.append(f"{plain} pictures without a defect")
    if excused:
        words.append(f"{excused} whose labelled defects the recipe tolerates or leaves out")
    if simulated:
        words.append(
            f"{simulated} golden pictures as the cell's camera would see them (simulated, seed 7), "
            "each against itself"
        )
    return "; ".join(words)


def _ranking(seen: Sequence[Seen], canonical: tuple[int, int]) -> dict[str, Any]:
    """How well the score alone parts good from defective pictures, and pixels where masks tell.

    A picture that could not be inspected is rejected: it ranks as the most defective.
    """
    tested = [one for one in seen if not one.golden]
    scores = np.asarray([np.inf if one.trouble else one.score for one in tested], np.float32)
    bad = np.asarray([not one.good for one in tested], np.bool_)
    result: dict[str, Any] = {"image_auroc": _round(auroc(scores, bad))}
    if any(one.mask is not None for one in tested):
        tally = PixelTally()
        for one in tested:
            if one.good or one.mask is not None:
                tally.add(heat_of(one, canonical), mask_of(one, canonical))
        result["pixel_auroc"] = _round(tally.auroc())
        result["pixel_ap"] = _round(tally.average_precision())
        mapped = any(one.heat is not None for one in tested)
        result["pixel_score"] = "anomaly map" if mapped else "detections painted into their boxes"
    return result


def heat_of(seen: Seen, canonical: tuple[int, int]) -> Floats:
    """How defective each pixel looks (height, width): the anomaly map, or scores in their boxes."""
    if seen.heat is not None:
        return seen.heat.over_view()
    heat = np.zeros(canonical[::-1], np.float32)
    for box, score in zip(seen.as_run.boxes, seen.as_run.scores, strict=True):
        x1, y1, x2, y2 = np.rint(box).astype(int).clip(0)
        heat[y1:y2, x1:x2] = np.maximum(heat[y1:y2, x1:x2], score)
    return heat


def mask_of(seen: Seen, canonical: tuple[int, int]) -> NDArray[np.bool_]:
    """What is defective, (height, width) of the canonical view. Raises DataError."""
    if seen.mask is None:
        return np.zeros(canonical[::-1], np.bool_)
    mask = _mask(seen.mask)
    if mask.shape != canonical[::-1]:
        mask = np.asarray(cv2.resize(mask, canonical, interpolation=cv2.INTER_NEAREST), np.uint8)
    return np.asarray(mask > THRESHOLD, np.bool_)


def _mask(path: Path) -> NDArray[np.uint8]:
    try:
        return read_mask(path).values
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: {error}; restore the mask") from None


def _interval(rate: Rate) -> list[float]:
    bounds = rate.interval
    return [round(bounds.low, 4), round(bounds.high, 4)]


def _round(value: float, digits: int = 4) -> float | None:
    """For JSON, which has no nan."""
    return None if math.isnan(value) else round(value, digits)
