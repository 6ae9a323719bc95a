"""From a folder of good pictures to a recipe: pictures, taught model, recipe file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from cell.lab.doubted import review_from
from cell.lab.goods import Good, Size, few, read_good
from cell.lab.taught import Bins, next_version, taught_recipe
from cell.products.loading import RecipeError, load_recipe
from cell.products.recipe import PartGeometry, Recipe
from cell.products.writing import write_recipe
from models.anomaly import AnomalyPackage, FeaturePackage
from vision.errors import InspectionError
from vision.inspect.raw import score_at
from vision.inspect.sanity import Bounds, Look
from vision.lab.teaching.items import Item
from vision.lab.teaching.package import write_package
from vision.lab.teaching.teach import ENOUGH, Progress, Settings, Taught, silent, teach
from vision.lab.teaching.threshold import odd_ones
from vision.pictures import size_of
from vision.types import Image

USUAL_PART = PartGeometry(size_m=(0.1, 0.1), thickness_m=0.002, inset_m=0.0)
"""Measures of a part that nobody has measured: enough to inspect pictures that are canonical."""
SHAPE_SLACK = 0.05
"""Relative; pictures that are scaled to a view may differ in shape by that much."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was taught, from what, and where it was written."""

    recipe: Recipe
    file: Path
    package: AnomalyPackage
    taught: Taught
    good: Good


def teach_recipe(
    name: str,
    good: Path,
    recipes: Path,
    foundation: Callable[[Size], tuple[FeaturePackage, Settings]],
    part: PartGeometry | None,
    bins: Bins,
    now: Callable[[], datetime],
    canonical: tuple[int, int] | None = None,
    progress: Progress = silent,
    *,
    resize: bool = False,
    group_by: str | None = None,
    labelled: Sequence[Item] = (),
    view_of: Callable[[PartGeometry, Size], Callable[[Image], Image]] | None = None,
) -> Lesson:
    """Teach what good parts look like and write a recipe that catches everything else.

    foundation: features and settings for views of a size. part: None for the measures of an
    existing recipe, or usual ones. A recipe of that name in `recipes` is kept and gets the new
    model as its next version. Nothing is written before all pictures are read and learned.
    view_of: from a part of these measures and the canonical size (width, height) to what makes a
    canonical view of each picture; None: they are views. group_by: see `read_good`. labelled:
    defective views with what is wrong marked. Raises InspectionError, RecipeError, ModelError,
    DataError, OSError.
    """
    folder = recipes / name
    before = load_recipe(folder) if (folder / "recipe.yaml").is_file() else None
    if before is not None:
        _require_kept(before, folder, part, canonical)
        canonical = canonical or before.canonical_px
    measures = part or (before.part if before is not None else None)
    if view_of is not None and measures is not None:
        to_view = view_of(measures, canonical or Recipe.model_fields["canonical_px"].default)
        seen = read_good(good, canonical, resize=resize, view_of=to_view, group_by=group_by)
    else:
        seen = read_good(good, canonical, resize=resize, group_by=group_by)
    marked = _views_of(labelled, seen.size)
    features, settings = foundation(seen.size)
    try:
        taught = teach(seen.pictures, features, settings, progress, seen.parts, marked)
    except InspectionError as error:
        raise InspectionError(". ".join([f"{good}: {error}", *seen.in_words()])) from None
    number = next_version(folder)
    model = f"anomaly-{number}"
    bounds = Bounds.around(Look.of(picture) for picture in seen.pictures)
    review = review_from(taught.bound, before, folder)
    recipe = taught_recipe(
        name, number, model, seen.size, part or USUAL_PART, bins, bounds, review, before
    )
    created = now().isoformat(timespec="seconds")
    try:
        package = write_package(
            folder / model, name, str(number), created, taught, features, seen.files
        )
        file = write_recipe(recipe, folder)
    except BaseException:
        with suppress(OSError):  # it is not empty where a recipe was before
            folder.rmdir()
        raise
    return Lesson(recipe, file, package, taught, seen)


def _views_of(labelled: Sequence[Item], size: Size) -> list[Item]:
    """Those of the view's shape: labels may lie on whole frames of the camera, too. Raises
    InspectionError where none is left.
    """
    fitting = []
    for item in labelled:
        height, width = size_of(item.file)
        if abs(width * size[1] / (height * size[0]) - 1.0) <= SHAPE_SLACK:
            fitting.append(item)
    if labelled and not fitting:
        raise InspectionError(
            f"none of {len(labelled)} pictures with marked defects has the shape of the good ones "
            f"({size[0]} x {size[1]} px): mark defects on views of the part"
        )
    return fitting


def warnings(lesson: Lesson) -> list[str]:
    """What a person should know before the recipe is trusted, a line each. Scores as an inspection
    tells them.
    """
    distances, limit, told = lesson.taught.scores, lesson.taught.bound, lesson.good.in_words()
    scores = [score_at(float(one), limit.threshold) for one in distances]
    odd = odd_ones(distances)
    if odd:
        usual = float(np.delete(scores, odd).max())
        names = few([f"{lesson.good.files[i].name} {scores[i]:.2f}" for i in odd])
        passes = any(float(distances[i]) <= limit.threshold for i in odd)
        told.append(
            f"look at what stands out ({names}; all others {usual:.2f} at most): if a part is not "
            "good, take its picture out and teach again"
            + ("; the threshold lies above it, and parts like it pass" if passes else "")
        )
    if len(scores) < ENOUGH:
        told.append(
            f"{len(scores)} pictures are few: expect good parts to be rejected; teach again with "
            f"{ENOUGH} or more different good parts"
        )
    return told


def _require_kept(
    before: Recipe, folder: Path, part: PartGeometry | None, canonical: tuple[int, int] | None
) -> None:
    """Refuse what would contradict a recipe that is taught again. Raises RecipeError."""
    file = folder / "recipe.yaml"
    if before.name != folder.name:
        raise RecipeError(
            f"{file}: name: is '{before.name}', its folder's name is '{folder.name}': give both "
            "the same"
        )
    if part is not None and part != before.part:
        raise RecipeError(
            f"{file}: has measures of the part of its own: change them there, or leave out "
            "--size-mm, --diameter-mm, --thickness-mm and --rim-mm"
        )
    if canonical is None or canonical == before.canonical_px:
        return
    for bound, what in ((before.model, "its detector sees"), (before.regions, "regions: lie on")):
        if bound:
            width, height = before.canonical_px
            raise RecipeError(
                f"{file}: {what} {width} x {height} px: leave out --canonical, or give it so"
            )
