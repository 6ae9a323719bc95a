"""The worst cases as pictures: missed, false alarms, wrongly named, and parts sorted wrongly."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from cell.evaluation.figures import PLACE_IOU, thresholds_of, verdict_of
from cell.evaluation.inspecting import Seen, degraded
from cell.evaluation.samples import read_canonical
from cell.recipe.model import Recipe
from cell.recipe.verdict import VerdictKind
from vision.evaluate.matching import outcome
from vision.inspect.overlay import FONT, colour_of
from vision.nets.decode import Floats, iou_matrix
from vision.types import Image

SIDE: Final = 300
"""Pictures in the report [px]."""
AROUND: Final = 160
"""How much of the board is shown [px], at least."""
TRUTH: Final = (0, 215, 255)
"""Blue, green, red of what is true: no class has it."""
OUTLINE: Final = (60, 60, 60)

Picture = NDArray[np.uint8]
"""Colour (height, width, 3), blue first."""


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
            found.append((0, -one.score, one, "escaped: " + verdict.reason))
        elif one.good and verdict.kind is VerdictKind.REJECT:
            found.append((1, -one.score, one, "good, but rejected: " + verdict.reason))
    found.sort(key=lambda row: row[:2])
    return [(one, words) for _, _, one, words in found[:most]]


def picture_of(spot: Spot, recipe: Recipe, classes: Sequence[str], *, resize: bool = False) -> Case:
    """The place on the board, boxed, beside the same place of its golden picture."""
    window = _window(spot.box, recipe.canonical_px)
    board, golden = _drawn(spot.seen, window, recipe, classes, resize=resize)
    return Case(spot.seen.name, spot.words, board, golden)


def part_picture(
    one: Seen, words: str, recipe: Recipe, classes: Sequence[str], *, resize: bool = False
) -> Case:
    """The whole board with what is true and what was said, beside its golden picture."""
    window = (0, 0, min(recipe.canonical_px))
    board, golden = _drawn(one, window, recipe, classes, resize=resize)
    return Case(one.name, words, board, golden)


def uri(image: Picture) -> str:
    """A picture as a data URI."""
    _, data = cv2.imencode(".webp", image, [cv2.IMWRITE_WEBP_QUALITY, 82])
    return "data:image/webp;base64," + base64.b64encode(data.tobytes()).decode("ascii")


def _pictures(one: Seen, canonical: tuple[int, int], *, resize: bool) -> tuple[Image, Image | None]:
    board = read_canonical(one.image, canonical, resize=resize)
    golden = None
    if one.reference is not None:
        golden = read_canonical(one.reference, canonical, resize=resize)
        if one.golden:
            board = degraded(golden, one.reference.name)
    return board, golden


def _drawn(
    one: Seen,
    window: tuple[int, int, int],
    recipe: Recipe,
    classes: Sequence[str],
    *,
    resize: bool,
) -> tuple[str, str | None]:
    """Data URIs of the window of board and golden picture. Truth is yellow and dashed."""
    board, golden = _pictures(one, recipe.canonical_px, resize=resize)
    x0, y0, side = window
    scale = SIDE / side
    offset = np.asarray([x0, y0, x0, y0], np.float32)
    drawn = _crop(board, x0, y0, side)
    for box in one.as_run.truth:
        _dashed(drawn, (box - offset) * scale)
    run = one.as_run.passing(thresholds_of(recipe, classes))
    for box, score, which in zip(run.boxes, run.scores, run.classes, strict=True):
        name = classes[which]
        _named(drawn, (box - offset) * scale, colour_of(name), f"{name} {score:.2f}")
    return uri(drawn), None if golden is None else uri(_crop(golden, x0, y0, side))


def _dashed(canvas: Picture, box: Floats) -> None:
    x1, y1, x2, y2 = (int(edge) for edge in np.rint(box))
    cv2.rectangle(canvas, (x1, y1), (x2, y2), OUTLINE, 3)
    for start in range(x1, x2, 8):
        for y in (y1, y2):
            cv2.line(canvas, (start, y), (min(start + 4, x2), y), TRUTH, 2)
    for start in range(y1, y2, 8):
        for x in (x1, x2):
            cv2.line(canvas, (x, start), (x, min(start + 4, y2)), TRUTH, 2)


def _named(canvas: Picture, box: Floats, colour: tuple[int, int, int], text: str) -> None:
    x1, y1, x2, y2 = (int(edge) for edge in np.rint(box))
    if x2 < 0 or y2 < 0 or x1 > SIDE or y1 > SIDE:
        return
    cv2.rectangle(canvas, (x1 - 3, y1 - 3), (x2 + 3, y2 + 3), colour, 2)
    (width, height), _ = cv2.getTextSize(text, FONT, 0.4, 1)
    left = int(np.clip(x1 - 4, 0, max(0, SIDE - width - 4)))
    top = y1 - height - 9 if y1 > height + 9 else min(y2 + 4, SIDE - height - 5)
    cv2.rectangle(canvas, (left, top), (left + width + 4, top + height + 5), colour, -1)
    at = (left + 2, top + height + 2)
    cv2.putText(canvas, text, at, FONT, 0.4, (255, 255, 255), 1, cv2.LINE_AA)


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


def _crop(image: Image, x0: int, y0: int, side: int) -> Picture:
    patch = image[y0 : y0 + side, x0 : x0 + side]
    way = cv2.INTER_CUBIC if side < SIDE else cv2.INTER_AREA
    large = cv2.resize(patch, (SIDE, SIDE), interpolation=way)
    return np.asarray(cv2.cvtColor(large, cv2.COLOR_GRAY2BGR), np.uint8)
