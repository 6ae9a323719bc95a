"""The worst cases as pictures: missed, false alarms, wrongly named, and parts sorted wrongly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from cell.lab.drawing import drawn
from cell.lab.figures import PLACE_IOU, thresholds_of, verdict_of
from cell.lab.inspecting import Seen
from cell.products.recipe import Recipe
from cell.products.verdict import VerdictKind
from cell.texts import render
from vision.lab.evaluation.matching import outcome
from vision.nets.decode import Floats, iou_matrix

AROUND: Final = 160
"""How much of the board is shown [px], at least."""


@dataclass(frozen=True)
class Spot:
    """One place that was judged wrongly. box, other: px of the picture; badness: for the order."""

    kind: str
    seen: Seen
    words: str
    badness: float
    box: tuple[float, ...]


@dataclass(frozen=True)
class Case:
    """What the report shows of a spot: data URIs of the board and of its golden picture."""

    title: str
    words: str
    board: str
    golden: str | None


def worst_spots(
    seen: Sequence[Seen], recipe: Recipe, classes: Sequence[str], most: int
) -> dict[str, list[Spot]]:
    """The worst of each kind, worst first. A miss is worst where the detector saw least."""
    least = thresholds_of(recipe, classes)
    kinds: dict[str, list[Spot]] = {"missed": [], "wrongly named": [], "false alarm": []}
    for one in seen:
        if one.trouble:
            continue
        run = one.as_run.passing(least)
        tied = outcome(run, PLACE_IOU)
        for t in tied.missed:
            box = tuple(float(edge) for edge in run.truth[t])
            true, best = classes[run.labels[t]], _best_near(one, run.truth[t])
            words = f"{true}: best score there {best:.2f}"
            kinds["missed"].append(Spot("missed", one, words, 1 - best, box))
        for d, t in tied.misnamed:
            said, true = classes[run.classes[d]], classes[run.labels[t]]
            score, box = float(run.scores[d]), tuple(float(edge) for edge in run.boxes[d])
            words = f"{true} was called {said} ({score:.2f})"
            kinds["wrongly named"].append(Spot("wrongly named", one, words, score, box))
        for d in tied.alarms:
            said, score = classes[run.classes[d]], float(run.scores[d])
            box = tuple(float(edge) for edge in run.boxes[d])
            where = ", on a good part" if one.good else ""
            kinds["false alarm"].append(
                Spot("false alarm", one, f"{said} {score:.2f}{where}", score + one.good, box)
            )
    return {
        kind: sorted(spots, key=lambda spot: -spot.badness)[:most] for kind, spots in kinds.items()
    }


def wrong_parts(
    seen: Sequence[Seen], recipe: Recipe, classes: Sequence[str], most: int
) -> list[tuple[Seen, str]]:
    """Parts that escaped, then good ones that were rejected, and what the cell said of them."""
    found = []
    for one in seen:
        verdict = verdict_of(one, recipe, classes)
        if not one.good and verdict.kind is VerdictKind.PASS:
            found.append((0, -one.score, one, "escaped: " + render(verdict.reason)))
        elif one.good and verdict.kind is VerdictKind.REJECT:
            found.append((1, -one.score, one, "good, but rejected: " + render(verdict.reason)))
    found.sort(key=lambda row: row[:2])
    return [(one, words) for _, _, one, words in found[:most]]


def picture_of(spot: Spot, recipe: Recipe, classes: Sequence[str], *, resize: bool = False) -> Case:
    """The place on the board, boxed, beside the same place of its golden picture."""
    window = _window(spot.box, recipe.canonical_px)
    board, golden = drawn(spot.seen, window, recipe, classes, resize=resize)
    return Case(spot.seen.name, spot.words, board, golden)


def part_picture(
    one: Seen, words: str, recipe: Recipe, classes: Sequence[str], *, resize: bool = False
) -> Case:
    """The whole board with what is true and what was said, beside its golden picture."""
    window = (0, 0, max(recipe.canonical_px))
    board, golden = drawn(one, window, recipe, classes, resize=resize)
    return Case(one.name, words, board, golden)


def _best_near(one: Seen, truth: Floats) -> float:
    if not len(one.as_run.scores):
        return 0.0
    near = iou_matrix(truth[None], one.as_run.boxes)[0] >= PLACE_IOU / 2
    return float(one.as_run.scores[near].max(initial=0.0))


def _window(box: tuple[float, ...], canonical: tuple[int, int]) -> tuple[int, int, int]:
    x1, y1, x2, y2 = box
    side = int(min(min(canonical), max(AROUND, 1.6 * max(x2 - x1, y2 - y1))))
    x0 = int(np.clip((x1 + x2 - side) / 2, 0, canonical[0] - side))
    y0 = int(np.clip((y1 + y2 - side) / 2, 0, canonical[1] - side))
    return x0, y0, side
