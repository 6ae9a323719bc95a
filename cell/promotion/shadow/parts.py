"""Which of the line's parts a candidate looks at: the newest that were judged by the model that it
is compared with, and whose view was kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cell.labels.cases import Case, Records
from cell.labels.values import About
from cell.products.verdict import VerdictKind

BY_RECIPE: Final = "recipe"
"""Who gives a verdict by what the model has found."""


@dataclass(frozen=True, slots=True)
class LinePart:
    """A part that is closed. view: the picture that was inspected, as it was kept; said: what the
    active model's findings led to.
    """

    part: str
    view: Path
    name: str
    said: VerdictKind
    about: About


def newest(
    data_dir: Path, recipe: str, model: str, since_ns: int, known: Collection[str], most: int
) -> Iterator[LinePart]:
    """Parts of a recipe, oldest first, that are not `known`, of the newest `most` of the line.

    model: identity on the record of the one that judges; since_ns: parts inspected before do not
    count. Raises StoreError.
    """
    records = Records(data_dir)
    if not records.there:
        return
    for case in records.newest(most):
        if case.part in known or case.recipe.partition("@")[0] != recipe:
            continue
        seen = case.inspection
        if seen is None or seen.model != model or seen.exposure_ns < since_ns:
            continue
        found = _of(case)
        if found is not None:
            yield found


def _of(case: Case) -> LinePart | None:
    said = [one.kind for one in case.verdicts if one.by == BY_RECIPE]
    views = [shot for shot in case.shots if shot.kind == "view" and shot.file.is_file()]
    if not said or not views or case.inspection is None:
        return None
    about = About(
        part=case.part,
        recipe=case.recipe,
        model=case.inspection.model,
        golden=case.inspection.golden,
        verdict=case.verdicts[-1].kind,
        verdict_by=case.verdicts[-1].by,
    )
    return LinePart(case.part, views[0].file, views[0].name, VerdictKind(said[0]), about)
