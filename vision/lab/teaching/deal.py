"""Who is taught, who is labelled and who is tested: never the same part on two sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from vision.lab.data.types import DataError
from vision.lab.teaching.items import Item
from vision.lab.teaching.teach import FEWEST

LEAST_TESTED: Final = 3
"""Parts of either kind: of fewer nothing can be said."""


@dataclass(frozen=True, slots=True)
class Plan:
    """good: parts that are taught, up to `views` views of each. labelled: numbers of labelled
    defective views, rising. rounds: times that parts are dealt anew. per_part: most views of one
    part that are tested. seed: of the dealing.
    """

    good: int = 20
    views: int = 1
    labelled: tuple[int, ...] = (3, 10, 30)
    rounds: int = 5
    per_part: int = 2
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Deal:
    """Indices of items. labelled: in the order in which somebody labels them, part by part."""

    taught: tuple[int, ...]
    labelled: tuple[int, ...]
    tested: tuple[int, ...]


def deal(items: Sequence[Item], plan: Plan, number: int) -> Deal:
    """One round. Of the parts with defects every second one is labelled, kind by kind, and the
    other one tested; good views of either are left aside, unless no part is without defects: then
    the parts are halved, and good views of one half are taught and of the other tested.

    Raises DataError for too few parts.
    """
    rng = np.random.default_rng((plan.seed, number))
    kinds: dict[str, set[str]] = {}
    for item in items:
        kinds.setdefault(item.part, set()).update({item.kind} - {""})
    good = sorted(part for part, there in kinds.items() if not there)
    labelled, tested = _halves({p: k for p, k in kinds.items() if k}, rng)
    if len(good) >= plan.good + LEAST_TESTED:
        shuffled = [str(part) for part in rng.permutation(good)]
        taught, fresh = set(shuffled[: plan.good]), set(shuffled[plan.good :])
    else:
        taught, fresh = set(labelled), set(tested)
    chosen = [str(part) for part in rng.permutation(sorted(taught))][: plan.good]
    teach = _views(items, set(chosen), True, plan.views, rng)
    pool = _views(items, set(labelled), False, len(items), rng)[: max(plan.labelled)]
    test = [
        *_views(items, fresh, True, plan.per_part, rng),
        *_views(items, set(tested), False, plan.per_part, rng),
    ]
    _require(items, teach, pool, test)
    return Deal(tuple(teach), tuple(pool), tuple(test))


def _halves(kinds: dict[str, set[str]], rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """Parts with defects, dealt in turn, kind by kind."""
    halves: tuple[list[str], list[str]] = ([], [])
    turn = 0
    for kind in sorted({tuple(sorted(there)) for there in kinds.values()}):
        parts = sorted(part for part, there in kinds.items() if tuple(sorted(there)) == kind)
        for part in rng.permutation(parts):
            halves[turn % 2].append(str(part))
            turn += 1
    return halves


def _views(
    items: Sequence[Item], parts: set[str], good: bool, most: int, rng: np.random.Generator
) -> list[int]:
    """Views of these parts in random order, at most so many of each: first one of every part, then
    a second one, and so on.
    """
    own: dict[str, list[int]] = {}
    for number in rng.permutation(len(items)).tolist():
        item = items[number]
        if item.part in parts and item.good == good:
            own.setdefault(item.part, []).append(number)
    return [
        views[turn]
        for turn in range(min(most, max(map(len, own.values()), default=0)))
        for views in own.values()
        if turn < len(views)
    ]


def _require(
    items: Sequence[Item], teach: Sequence[int], pool: Sequence[int], test: Sequence[int]
) -> None:
    parts = {good: {items[k].part for k in test if items[k].good == good} for good in (True, False)}
    if (
        len({items[k].part for k in teach}) < FEWEST
        or not pool
        or min(map(len, parts.values())) < LEAST_TESTED
    ):
        raise DataError(
            f"{len(teach)} good parts to teach, {len(pool)} defective views to label, "
            f"{len(parts[True])} good and {len(parts[False])} defective parts to test: at least "
            f"{FEWEST}, 1, {LEAST_TESTED} and {LEAST_TESTED} are needed, on different parts"
        )
