"""What settled labels say of parts that sums know only by what people overrode."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cell.labels.margins import RecipeOf
from cell.labels.truths import PartTruth, truths
from cell.products.recipe import Recipe
from cell.quality.pareto import Truth
from cell.quality.reading.found import truth_of
from cell.records.reading import SumsAsked
from cell.records.reading.produced import ProducedRow, produced_of

MOST: Final = 5000
"""Labelled parts that are looked at, the latest to be queued."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A part's findings of a class: what sums take them for, and what its labels say."""

    class_name: str
    before: Truth
    after: Truth


def corrections(data_dir: Path, asked: SumsAsked, recipe_of: RecipeOf) -> tuple[Correction, ...]:
    """Of the labelled parts of a bounded time. Raises RecordsError, StoreError."""
    of_part: dict[str, list[PartTruth]] = {}
    for one in truths(data_dir):
        of_part.setdefault(one.part, []).append(one)
    parts = [*of_part][-MOST:]
    if not parts:
        return ()
    rows = produced_of(data_dir, parts, asked.since_ns or 0, asked.until_ns or 2**63 - 1)
    return tuple(
        change
        for row in rows
        if row.inspected and asked.recipe in ("", row.recipe) and asked.model in ("", row.model)
        for change in _of_part(row, of_part[row.part], recipe_of(row.recipe))
    )


def _of_part(
    row: ProducedRow, labels: Sequence[PartTruth], recipe: Recipe | None
) -> Iterator[Correction]:
    before = Truth.UNKNOWN
    if row.by_person == "reject":
        before = Truth.REAL
    elif row.by_person == "pass" and row.first != "pass":
        before = Truth.FALSE_CALL
    for name in dict.fromkeys(one.class_name for one in row.defects):
        own = [one for one in row.defects if one.class_name == name]
        real = any(truth_of(one, row, labels, recipe) is Truth.REAL for one in own)
        yield Correction(name, before, Truth.REAL if real else Truth.FALSE_CALL)
