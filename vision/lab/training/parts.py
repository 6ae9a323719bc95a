"""Part-level simulation: how many defective boards escape, how many good ones are rejected.

Each board is the golden sample, or the golden sample with one to three real defects of its pair,
as the cell's camera would deliver it. A board is rejected when any detection reaches its class
threshold. Everything is computed once per board down to a low score, so that thresholds can be
compared afterwards without running the network again.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vision.lab.training.boards import Paste, compose
from vision.lab.training.deeppcb import Pair
from vision.lab.training.detect import NMS_IOU, Runner, as_input, camera_view
from vision.nets.decode import decode, iou_matrix

LEAST = 0.01
SAME_PLACE = 0.2  # a detection that overlaps a defect this much has seen it, whatever its class


@dataclass(frozen=True)
class Part:
    """One simulated board: every detection's score and class, and what was seen of each defect.

    scores, classes: detections [n]. near [m, n]: which detections lie on which defect.
    labels [m]: the defects' true classes.
    """

    name: str
    scores: NDArray[np.float32]
    classes: NDArray[np.int64]
    near: NDArray[np.bool_]
    labels: NDArray[np.int64]

    @property
    def good(self) -> bool:
        """Whether the board has no defect."""
        return len(self.labels) == 0


def inspect(run: Runner, pair: Pair) -> Part:
    """Run the network on one board and keep what thresholds need."""
    boxes, scores, classes = decode(run(as_input(pair)), LEAST, NMS_IOU)
    near = iou_matrix(pair.boxes, boxes) >= SAME_PLACE
    return Part(pair.name, scores, classes, near, pair.labels)


def simulate(run: Runner, pairs: Sequence[Pair], rounds: int, camera: bool) -> list[Part]:
    """rounds times one good and one defective board of every pair."""
    parts = []
    for turn in range(rounds):
        for pair in pairs:
            rng = np.random.default_rng([turn, 17, zlib.crc32(pair.name.encode())])
            wanted = np.zeros(len(pair.boxes), np.bool_)
            good = compose(pair, wanted, "golden", Paste())
            count = min(int(rng.integers(1, 4)), len(wanted))
            wanted[rng.permutation(len(wanted))[:count]] = True
            bad = compose(pair, wanted, "golden", Paste())
            for number, board in enumerate((good, bad)):
                seen = camera_view(board, 100 * turn + number) if camera else board
                parts.append(inspect(run, seen))
    return parts


def count(parts: Sequence[Part], thresholds: Sequence[float]) -> dict[str, int]:
    """Boards, escapes, missed defects, wrong classes and false rejects at class thresholds."""
    least = np.asarray(thresholds, np.float32)
    result = dict.fromkeys(
        ("defective", "escapes", "defects", "missed", "wrong_class", "good", "false_rejects"), 0
    )
    for part in parts:
        passing = part.scores >= least[part.classes]
        if part.good:
            result["good"] += 1
            result["false_rejects"] += int(passing.any())
            continue
        result["defective"] += 1
        result["escapes"] += int(not passing.any())
        result["defects"] += len(part.labels)
        for label, near in zip(part.labels, part.near & passing, strict=True):
            result["missed"] += int(not near.any())
            if near.any():
                best = int(np.where(near, part.scores, -1).argmax())
                result["wrong_class"] += int(part.classes[best] != label)
    return result


def choose_threshold(parts: Sequence[Part], classes: int) -> float:
    """One score threshold for all classes, in the middle of those with the least harm.

    A missed defect counts as ten false rejects: it leaves the factory.
    """
    grid = np.round(np.arange(0.05, 0.90, 0.01), 2)
    harm = []
    for value in grid:
        found = count(parts, [float(value)] * classes)
        harm.append(10 * found["missed"] + found["false_rejects"])
    best = np.flatnonzero(np.asarray(harm) == min(harm))
    runs = np.split(best, np.flatnonzero(np.diff(best) > 1) + 1)
    widest = max(runs, key=len)
    return float(grid[widest[len(widest) // 2]])


def curve(parts: Sequence[Part], classes: int) -> list[dict[str, float]]:
    """Counts over a range of common thresholds."""
    steps = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8)
    return [{"threshold": step, **count(parts, [step] * classes)} for step in steps]
