"""Labelled defects for `cell teach`: a folder in any known format, or a frozen label set."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from cell.config import CellConfig
from cell.faces.cli.errors import UsageError
from cell.faces.cli.labels import tell_findings
from cell.labels.book import FILE, LabelBook
from cell.labels.training import data_set
from cell.labels.untouched import require_untouched
from cell.labels.values import Member
from vision.lab.data.open import open_data
from vision.lab.data.reading import Unlabelled
from vision.lab.data.split import Split
from vision.lab.teaching.items import Item, whole

LOCKED = "test"
"""The split of a label set that nothing learns from."""


def labelled_defects(
    config: CellConfig, recipe: str, folder: Path | None, label_set: str | None
) -> list[Item]:
    """The pictures on which a defect is marked; none where neither is given.

    Raises UsageError where nothing is marked, DataError, StoreError.
    """
    found: list[Item] = []
    if folder is not None:
        data = open_data(folder, unlabelled=Unlabelled.SKIP, accept_losses=True)
        tell_findings(data.findings)
        found = _marked(whole(data.samples, data.classes), str(folder))
    if label_set is not None:
        found += _of_set(config, recipe, label_set)
    return found


def _of_set(config: CellConfig, recipe: str, name: str) -> list[Item]:
    if not (config.data_dir / FILE).is_file():
        raise UsageError(
            f"{config.data_dir}: there are no labels here: freeze a set in the studio."
        )
    with closing(LabelBook.open(config.data_dir, config.labels)) as book:
        members = [one for one in book.members(name) if _is_learned_from(one, recipe)]
    require_untouched(members)
    classes = sorted({shape.class_name for one in members for shape in one.labelled.shapes})
    split: Split = data_set(members, config.data_dir, classes)
    return _marked(whole(split.data.samples, classes), f"the label set '{name}'")


def _is_learned_from(member: Member, recipe: str) -> bool:
    mine = member.recipe.partition("@")[0] in ("", recipe)
    return mine and member.split != LOCKED and bool(member.labelled.shapes)


def _marked(items: Sequence[Item], whose: str) -> list[Item]:
    marked = [item for item in items if not item.good]
    if not marked:
        raise UsageError(
            f"{whose}: no picture of this recipe has a marked defect to learn from (the test split "
            "of a set is kept apart): mark some, or leave it out."
        )
    return marked
