"""From a frozen label set to pictures that a detector learns from, is chosen by, is measured on.

Three kinds of pictures, and no part is in two of them: `train`, `selection` (which checkpoint,
which thresholds) and `report` (what the card tells of the model). The set's own splits are kept:
what it holds apart for the test is the report. Where its validation pictures show no defect, some
parts are taken out of the training ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cell.config import CellConfig
from cell.labels.book import LabelBook
from cell.labels.label import Judgement, Shape
from cell.labels.training import data_set
from cell.labels.untouched import require_untouched
from cell.labels.values import LabelSet, Member, Split
from cell.products.base import ANOMALY
from cell.products.drawing import lot
from cell.products.loading import NoRecipeError, load_recipe
from cell.products.lookup import recipe_folder
from cell.products.recipe import Recipe
from cell.texts import say
from cell.training.errors import TrainingError
from cell.training.values import Wish
from vision.lab.data.types import Sample

SELECTION_SHARE = 0.25
"""Of the training parts, where the set holds none apart that could choose a model."""
SHAPE_SLACK = 0.05
"""How much a picture's proportions may differ from the recipe's view."""
FEWEST = 2
"""Defective parts to learn from, besides one to choose by."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a job trains on. size: width and height [px]; left_out: pictures of another product or
    of another shape (whole frames); unseen: classes of the recipe without any labelled defect;
    members: of the set, all whose pictures are used; none where they were checked before they came.
    """

    label_set: LabelSet
    classes: tuple[str, ...]
    size: tuple[int, int]
    train: Sequence[Sample]
    selection: Sequence[Sample]
    report: Sequence[Sample]
    left_out: int
    unseen: tuple[str, ...]
    members: Sequence[Member]


def prepare(book: LabelBook, config: CellConfig, wish: Wish) -> Prepared:
    """Read and check what the wish is about; pictures are not opened yet.

    Raises TrainingError for a set that nothing can be learnt from, SetError for one that is not
    there, RecipeError for a recipe that cannot be read.
    """
    label_set = book.label_set(wish.label_set)
    recipe = _recipe(config, wish.recipe)
    size = _size(recipe, wish)
    everything = list(book.members(wish.label_set))
    mine = [one for one in everything if _of_product(one, wish.recipe)]
    fitting = [one for one in mine if recipe is None or _fits(one, size)]
    members = [_named(one, wish.names) for one in fitting]
    _require_both_kinds(members, wish)
    classes = _classes(recipe, members, wish)
    train, selection, report = _dealt(members, wish)
    root = book.data_dir
    chosen = {shape.class_name for one in members for shape in one.labelled.shapes}

    def samples(some: Sequence[Member]) -> Sequence[Sample]:
        return data_set(some, root, classes).data.samples

    return Prepared(
        label_set=label_set,
        classes=classes,
        size=size,
        train=samples(train),
        selection=samples(selection),
        report=samples(report),
        left_out=len(everything) - len(members),
        unseen=tuple(name for name in classes if name not in chosen),
        members=members,
    )


def foreign_classes(book: LabelBook, config: CellConfig, label_set: str, recipe: str) -> list[str]:
    """Classes of the set's labels for a recipe that the recipe does not know (any more)."""
    known = _recipe(config, recipe)
    members = (one for one in book.members(label_set) if _of_product(one, recipe))
    used = {shape.class_name for one in members for shape in one.labelled.shapes}
    return [] if known is None else sorted(used - set(detected(known)))


def detected(recipe: Recipe) -> tuple[str, ...]:
    """The recipe's classes that a detector names."""
    return tuple(name for name in recipe.classes if name != ANOMALY)


def _recipe(config: CellConfig, name: str) -> Recipe | None:
    """None for a product that has no recipe yet."""
    try:
        return load_recipe(recipe_folder(config, name))
    except NoRecipeError:
        return None


def _size(recipe: Recipe | None, wish: Wish) -> tuple[int, int]:
    width, height = recipe.canonical_px if recipe else (wish.side, wish.side)
    if width % 32 or height % 32:
        told = {"recipe": wish.recipe, "width": width, "height": height}
        raise TrainingError(say("training.size", **told))
    return width, height


def _of_product(member: Member, recipe: str) -> bool:
    return member.recipe.partition("@")[0] in ("", recipe)


def _fits(member: Member, size: tuple[int, int]) -> bool:
    """Whether the picture is a view of the part, and no whole frame."""
    of = member.labelled.picture
    return abs(of.width * size[1] / (of.height * size[0]) - 1.0) <= SHAPE_SLACK


def _named(member: Member, names: Mapping[str, str]) -> Member:
    """With its classes called as the recipe calls them."""
    if not names:
        return member
    shapes = tuple(_renamed(shape, names) for shape in member.labelled.shapes)
    return replace(member, labelled=replace(member.labelled, shapes=shapes))


def _renamed(shape: Shape, names: Mapping[str, str]) -> Shape:
    return replace(shape, class_name=names.get(shape.class_name, shape.class_name))


def _require_both_kinds(members: Sequence[Member], wish: Wish) -> None:
    told = {"set": wish.label_set, "recipe": wish.recipe}
    if not members:
        raise TrainingError(say("training.set_empty", **told))
    bad = sum(one.labelled.judgement is Judgement.DEFECTIVE for one in members)
    if not bad:
        raise TrainingError(say("training.set_only_good", **told, count=len(members)))
    if bad == len(members):
        raise TrainingError(say("training.set_only_defective", **told, count=bad))


def _classes(recipe: Recipe | None, members: Sequence[Member], wish: Wish) -> tuple[str, ...]:
    used = sorted({shape.class_name for one in members for shape in one.labelled.shapes})
    if recipe is None:
        return tuple(used)
    known = detected(recipe) or tuple(used)
    if foreign := [name for name in used if name not in known]:
        told = {"set": wish.label_set, "recipe": wish.recipe, "known": ", ".join(known)}
        raise TrainingError(say("training.classes_foreign", classes=", ".join(foreign), **told))
    return known


def _dealt(
    members: Sequence[Member], wish: Wish
) -> tuple[list[Member], list[Member], list[Member]]:
    train, selection, report = (
        [one for one in members if one.split is split]
        for split in (Split.TRAIN, Split.VALIDATION, Split.TEST)
    )
    if not _shows_a_defect(selection):
        moved = _to_choose_by(train)
        selection += [one for one in train if one.labelled.picture.group in moved]
        train = [one for one in train if one.labelled.picture.group not in moved]
    defective = {one.labelled.picture.group for one in train if _shows_a_defect([one])}
    if len(defective) < FEWEST or not _shows_a_defect(selection):
        told = {"set": wish.label_set, "parts": len(defective), "least": FEWEST}
        raise TrainingError(say("training.set_too_few", **told))
    return train, selection, report


def _to_choose_by(train: Sequence[Member]) -> set[str]:
    """The groups with the lowest lots: a share of the defective ones and of the good ones."""
    bad = {one.labelled.picture.group for one in train if _shows_a_defect([one])}
    good = {one.labelled.picture.group for one in train} - bad
    moved: set[str] = set()
    for groups, least in ((bad, 1), (good, 0)):
        count = max(least, round(SELECTION_SHARE * len(groups)))
        moved |= set(sorted(groups, key=lambda group: lot("selection", group))[:count])
    return moved


def _shows_a_defect(members: Sequence[Member]) -> bool:
    return any(one.labelled.judgement is Judgement.DEFECTIVE for one in members)


def pictures_there(prepared: Prepared) -> None:
    """Raises SetError for a picture whose file has gone, or holds something else by now."""
    require_untouched(prepared.members)
