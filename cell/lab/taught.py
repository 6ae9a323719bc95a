"""The recipe that a taught model comes with: a new one, or that of before with anomalies in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from cell.products.classes import ClassRule, Label
from cell.products.loading import RecipeError
from cell.products.lookup import ANOMALY_THRESHOLD
from cell.products.recipe import PartGeometry, Recipe
from models.ground.written import one_line
from vision.anomaly.detector import ANOMALY
from vision.inspect.sanity import Bounds

ANOMALY_LABEL: Final = Label(ko="이상", en="anomaly")


@dataclass(frozen=True, slots=True)
class Bins:
    """Where parts go: with an anomaly, doubtful, and not inspected."""

    reject: str
    review: str

    @classmethod
    def of(cls, bins: Iterable[str]) -> Bins:
        """The cell's bins that suit best by their names."""
        there = sorted(bins)
        if not there:
            raise RecipeError("the cell's calibration has no bins: add one for rejects")
        reject = "scrap" if "scrap" in there else there[0]
        return cls(reject, "review" if "review" in there else reject)


def next_version(folder: Path) -> int:
    """Number of the next taught model in a recipe's folder."""
    taken = [
        int(tail)
        for path in folder.glob("anomaly-*")
        if (tail := path.name.removeprefix("anomaly-")).isdecimal()
    ]
    return max(taken, default=0) + 1


def taught_recipe(
    name: str,
    number: int,
    model: str,
    canonical: tuple[int, int],
    part: PartGeometry,
    bins: Bins,
    bounds: Bounds,
    review: float | None,
    before: Recipe | None,
) -> Recipe:
    """The recipe as it is after teaching. review: score from which anomalies are doubtful; None: as
    the recipe of before has it. Raises RecipeError.
    """
    if before is None:
        data: dict[str, Any] = {
            "name": name,
            "product": f"{name}, taught from pictures of good parts",
            "part": part,
            "threshold": ANOMALY_THRESHOLD,
            "review_threshold": review,
            "classes": {ANOMALY: ClassRule(bin=bins.reject, label=ANOMALY_LABEL)},
            "priority": (ANOMALY,),
            "default_bin": bins.reject,
            "review_bin": bins.review,
            "not_inspected_bin": bins.review,
        }
    else:
        data = before.model_dump()
        if ANOMALY not in before.classes:
            own = None if before.threshold is None else ANOMALY_THRESHOLD
            rule = ClassRule(bin=bins.review, threshold=own, label=ANOMALY_LABEL)
            data["classes"][ANOMALY] = rule.model_dump()
            data["priority"] = (*before.priority, ANOMALY)
        if review is not None and before.model is None:
            data["review_threshold"] = review
        elif review is not None:
            data["classes"][ANOMALY]["review_threshold"] = review
    changed = {
        "version": f"taught-{number}",
        "canonical_px": canonical,
        "anomaly": model,
        "picture": asdict(bounds),
    }
    try:
        return Recipe.model_validate(data | changed)
    except ValidationError as error:
        raise RecipeError(f"the recipe '{name}' cannot be written: {one_line(error)}") from None
