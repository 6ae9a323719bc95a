"""What teaching reaches on parts that it has not seen, from good parts alone and with a few
labelled defects: several rounds, parts dealt anew in each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vision.anomaly.memory import Floats
from vision.lab.teaching.deal import Deal, Plan, deal
from vision.lab.teaching.defects import Marked, learn_defects
from vision.lab.teaching.figures import (
    Draws,
    Figure,
    Judged,
    aurocs,
    draws,
    gained,
    interval,
    shares,
)
from vision.lab.teaching.looked import Looked, Watch
from vision.lab.teaching.scales import (
    HeldOut,
    Scales,
    folds_of,
    held_out_maps,
    held_out_of,
    memories_of,
)
from vision.lab.teaching.teach import MIRRORED, Progress, Settings, silent
from vision.lab.teaching.threshold import bound

ALIKE: Final = "all places alike"
"""As models were taught before places counted, with doubt from 82 % of the threshold's distance."""
OLD_DOUBT: Final = 0.45 / 0.55
PICTURES: Final = "each picture a part"
"""Nobody says which pictures show one part."""
ALONE: Final = "0"
"""No labelled defect: good parts alone."""
OUTCOMES: Final = ("rejected", "review", "passed")


@dataclass(frozen=True, slots=True)
class Row:
    """One way to teach. gain: of the AUROC, over good parts alone. good, bad: what becomes of views
    that were not taught, by outcome.
    """

    way: str
    labelled_parts: float
    auroc: Figure
    gain: Figure | None
    good: dict[str, Figure]
    bad: dict[str, Figure]


@dataclass(frozen=True, slots=True)
class Curve:
    """Rows by way, in the order of labels, and what they were made from."""

    rows: tuple[Row, ...]
    rounds: int
    taught: int
    good_parts: int
    bad_parts: int


def curve(
    looked: Looked, plan: Plan, settings: Settings, watch: Watch, progress: Progress = silent
) -> Curve:
    """Deal, look and measure. Raises DataError, InspectionError."""
    deals = [deal(looked.items, plan, number) for number in range(plan.rounds)]
    looked.look(_needed(deals, plan), watch)
    rounds: dict[str, list[Judged]] = {}
    for number, dealt in enumerate(deals):
        progress("teaching and testing", number, plan.rounds)
        for way, tested in one_round(looked, dealt, plan, settings).items():
            rounds.setdefault(way, []).append(tested)
    progress("done", plan.rounds, plan.rounds)
    drawn = draws(rounds[ALONE])
    parts = [{looked.items[k].part for d in deals for k in d.tested if looked.items[k].good == good}
             for good in (True, False)]  # fmt: skip
    rows = tuple(_row(way, rounds, drawn, looked, deals) for way in rounds)
    return Curve(rows, plan.rounds, len(deals[0].taught), len(parts[0]), len(parts[1]))


def one_round(looked: Looked, dealt: Deal, plan: Plan, settings: Settings) -> dict[str, Judged]:
    """The tested views of one round by each way to teach."""
    grid, items = looked.grid, looked.items
    looks = (0, 1) if len(dealt.taught) <= MIRRORED else (0,)
    good = np.stack([np.stack([looked.patches(k, m) for m in looks]) for k in dealt.taught])
    parts = np.unique([items[k].part for k in dealt.taught], return_inverse=True)[1]
    tested = [looked.patches(k) for k in dealt.tested]
    bad = np.array([not items[k].good for k in dealt.tested])
    names = tuple(items[k].part for k in dealt.tested)

    def judged(held: Floats, heats: Floats, doubt: float | None = None,
               whose: NDArray[np.int64] | None = parts) -> Judged:  # fmt: skip
        limit = bound(held.max(axis=(1, 2)), settings.coverage, settings.confidence, whose)
        review = limit.doubt if doubt is None else limit.threshold * doubt
        scores = heats.max(axis=(1, 2))
        return Judged(scores, bad, names, limit.threshold, review)

    memories = memories_of(good, settings.memory, settings.seed)
    plain = Scales(memories, np.ones(len(memories), np.float32))
    distances = [plain.distances(one, grid) for one in tested]

    def taught(whose: NDArray[np.int64]) -> Callable[[bool], tuple[HeldOut, Scales, Floats]]:
        fold_of = folds_of(whose, settings.folds, settings.seed)
        maps = held_out_maps(good, grid, fold_of, settings.memory, settings.seed)

        def told(by_place: bool) -> tuple[HeldOut, Scales, Floats]:
            held = held_out_of(maps, whose, fold_of, by_place)
            known = Scales(memories, held.units, held.places)
            return held, known, np.stack([known.told(one) for one in distances])

        return told

    of_parts = taught(parts)
    held, known, heats = of_parts(True)
    alike, _, flat = of_parts(False)
    found = {ALIKE: judged(alike.heats, flat, OLD_DOUBT)}
    if len(dealt.taught) > len(set(parts)):
        apart, _, seen = taught(np.arange(len(parts)))(True)
        found[PICTURES] = judged(apart.heats, seen, None, None)
    found[ALONE] = judged(held.heats, heats)
    marked = [_marked(looked, k, known) for k in dealt.labelled]
    for count in plan.labelled:
        if count > len(marked):
            continue
        defects, further = learn_defects(good, marked[:count], grid, parts, held.fold_of)
        added = np.stack([defects.heat(one, grid) for one in tested])
        found[str(count)] = judged(held.heats + further, heats + added)
    return found


def _marked(looked: Looked, number: int, known: Scales) -> Marked:
    patches = looked.patches(number)
    heat = known.heat(patches, looked.grid)
    return Marked(patches, heat, looked.items[number].marked(looked.grid))


def _needed(deals: Sequence[Deal], plan: Plan) -> list[tuple[int, int]]:
    """What must be looked at: every view as it is, those that are taught mirrored, too."""
    wanted = {(k, 0) for one in deals for k in (*one.taught, *one.labelled, *one.tested)}
    if plan.good * plan.views <= MIRRORED:
        wanted |= {(k, 1) for one in deals for k in one.taught}
    return sorted(wanted)


def _row(
    way: str,
    rounds: dict[str, list[Judged]],
    drawn: dict[str, Draws],
    looked: Looked,
    deals: Sequence[Deal],
) -> Row:
    found = aurocs(rounds[way], drawn)
    gain = None if way == ALONE else gained(found, aurocs(rounds[ALONE], drawn))
    good, bad = (
        {what: interval(shares(rounds[way], drawn, side, what)) for what in OUTCOMES}
        for side in (False, True)
    )
    count = int(way) if way.isdecimal() else 0
    labelled = [len({looked.items[k].part for k in one.labelled[:count]}) for one in deals]
    return Row(way, float(np.mean(labelled)), interval(found), gain, good, bad)
