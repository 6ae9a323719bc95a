"""From a folder of good pictures to a recipe: pictures, taught model, recipe file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cell.inspection import LEAST_ANOMALY
from cell.products import ANOMALY_THRESHOLD
from cell.recipe.loading import RecipeError, load_recipe
from cell.recipe.model import ClassRule, PartGeometry, Recipe
from cell.recipe.writing import write_recipe
from models.anomaly import AnomalyPackage, FeaturePackage
from vision.anomaly.detector import ANOMALY
from vision.anomaly.package import write_package
from vision.anomaly.teach import Progress, Settings, Taught, silent, teach
from vision.errors import InspectionError
from vision.inspect.sanity import Bounds, Look
from vision.pictures import is_picture, read_picture
from vision.types import Image

SIDES = (32, 4096)


@dataclass(frozen=True, slots=True)
class Bins:
    """Where parts go: with an anomaly, doubtful, and not inspected."""

    reject: str
    review: str

    @classmethod
    def of(cls, bins: Iterable[str]) -> Bins:
        """The cell's bins that suit best by their names."""
        there = sorted(bins)
        reject = "scrap" if "scrap" in there else there[0]
        return cls(reject, "review" if "review" in there else reject)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was taught, and where it was written."""

    recipe: Recipe
    file: Path
    package: AnomalyPackage
    taught: Taught


def read_good(folder: Path, canonical: tuple[int, int] | None) -> tuple[list[Path], list[Image]]:
    """The pictures of good parts in a folder, all of one size. Raises InspectionError.

    canonical: width and height that they must have; None: those of the first one.
    """
    if not folder.is_dir():
        raise InspectionError(f"{folder} is no folder: give the folder with pictures of good parts")
    files = sorted(path for path in folder.iterdir() if is_picture(path))
    if not files:
        raise InspectionError(f"{folder} holds no pictures: put pictures of good parts there")
    pictures: list[Image] = []
    for file in files:
        picture = read_picture(file)
        size = (picture.shape[1], picture.shape[0])
        wanted = (
            canonical or (pictures[0].shape[1], pictures[0].shape[0]) if pictures else canonical
        )
        if wanted is not None and size != wanted:
            whose = "was asked for" if canonical else f"is the size of {files[0].name}"
            raise InspectionError(
                f"{file} is {size[0]} x {size[1]} px, {wanted[0]} x {wanted[1]} px {whose}: all "
                "pictures must be of one size; take it out, or bring it to that size"
            )
        if not all(SIDES[0] <= side <= SIDES[1] for side in size):
            raise InspectionError(
                f"{file} is {size[0]} x {size[1]} px: sides must have {SIDES[0]} to {SIDES[1]} px"
            )
        pictures.append(picture)
    return files, pictures


def teach_recipe(
    name: str,
    good: Path,
    recipes: Path,
    features: FeaturePackage,
    part: PartGeometry,
    bins: Bins,
    now: Callable[[], datetime],
    canonical: tuple[int, int] | None = None,
    settings: Settings | None = None,
    progress: Progress = silent,
) -> Lesson:
    """Teach what good parts look like and write a recipe that catches everything else.

    A recipe of that name in `recipes` is kept and gets the new model as its next version. Raises
    InspectionError, RecipeError, ModelError, OSError.
    """
    folder = recipes / name
    before = load_recipe(folder) if (folder / "recipe.yaml").is_file() else None
    if before is not None and canonical is None:
        canonical = before.canonical_px
    files, pictures = read_good(good, canonical)
    taught = teach(pictures, features, settings, progress)
    number = _next_version(folder)
    model = f"anomaly-{number}"
    size = (pictures[0].shape[1], pictures[0].shape[0])
    bounds = Bounds.around(Look.of(picture) for picture in pictures)
    recipe = _recipe(name, number, model, size, part, bins, bounds, before)
    created = now().isoformat(timespec="seconds")
    package = write_package(folder / model, name, str(number), created, taught, features, files)
    return Lesson(recipe, write_recipe(recipe, folder), package, taught)


def _next_version(folder: Path) -> int:
    taken = [
        int(tail)
        for path in folder.glob("anomaly-*")
        if (tail := path.name.removeprefix("anomaly-")).isdecimal()
    ]
    return max(taken, default=0) + 1


def _recipe(
    name: str,
    number: int,
    model: str,
    canonical: tuple[int, int],
    part: PartGeometry,
    bins: Bins,
    bounds: Bounds,
    before: Recipe | None,
) -> Recipe:
    if before is None:
        data: dict[str, Any] = {
            "name": name,
            "product": f"{name}, taught from pictures of good parts",
            "part": part,
            "threshold": ANOMALY_THRESHOLD,
            "review_threshold": LEAST_ANOMALY,
            "classes": {ANOMALY: ClassRule(bin=bins.reject)},
            "priority": (ANOMALY,),
            "default_bin": bins.reject,
            "review_bin": bins.review,
            "not_inspected_bin": bins.review,
        }
    else:
        data = before.model_dump()
        if ANOMALY not in before.classes:
            data["classes"][ANOMALY] = {"bin": bins.review}
            data["priority"] = (*before.priority, ANOMALY)
    changed = {
        "version": f"taught-{number}",
        "canonical_px": canonical,
        "anomaly": model,
        "picture": asdict(bounds),
    }
    try:
        return Recipe.model_validate(data | changed)
    except ValueError as error:
        raise RecipeError(f"the recipe '{name}' cannot be written: {error}") from error
