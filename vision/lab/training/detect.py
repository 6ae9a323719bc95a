"""Running a network over whole boards, for evaluation during and after training."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence

import numpy as np

from vision.lab.training.camera import CELL, degrade
from vision.lab.training.deeppcb import Pair
from vision.lab.training.metrics import Found
from vision.nets.channels import PAIR, stack
from vision.nets.decode import Floats, decode

Runner = Callable[[Floats], Floats]
NMS_IOU = 0.4


def as_input(pair: Pair) -> Floats:
    """The network input [1, 6, 640, 640] in 0..1 of one board and its golden sample."""
    return (stack(PAIR, pair.board, pair.golden)[None] / 255.0).astype(np.float32)


def camera_view(pair: Pair, seed: int) -> Pair:
    """The pair as the cell's camera and rectifier would deliver it; the same for a seed."""
    rng = np.random.default_rng([seed, zlib.crc32(pair.name.encode())])
    board, golden, boxes = degrade(pair.board, pair.golden, pair.boxes, rng, CELL)
    return Pair(pair.name, board, golden, boxes, pair.labels)


def find_all(
    run: Runner, pairs: Sequence[Pair], least: float = 0.01, across_classes: bool = False
) -> list[Found]:
    """Detections with at least this score for every board, next to the truth.

    Average precision is customarily measured with suppression within each class; the cell itself
    suppresses across classes, so that one place is one finding.
    """
    result = []
    for pair in pairs:
        boxes, scores, classes = decode(
            run(as_input(pair)), least, NMS_IOU, across_classes=across_classes
        )
        result.append(Found(boxes, scores, classes, pair.boxes, pair.labels))
    return result
