"""Random training samples: square crops around composed defects, and batches of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import IterableDataset

from vision.lab.training.boards import Paste, compose
from vision.lab.training.camera import TRAINING, degrade
from vision.lab.training.deeppcb import SIZE, Image, Pair
from vision.lab.training.invent import MARGIN_PX, invent
from vision.lab.training.pour import pour_pair

CROP = 192  # px: small windows spend the computing on defects rather than on background
MAX_BOXES = 16
GOOD, PASTED = 0.15, 0.45  # shares of good boards and of golden samples with pasted defects
INVENTED = 0.4  # share of the defective boards that get invented defects, too
POURED = 0.25  # share of golden samples with poured planes; all their defects are invented
INVERTED = 0.35  # share of pairs with copper and laminate exchanged
DUAL = np.array([1, 0, 3, 2, 5, 4])  # open-short, mousebite-spur, copper-pin_hole
Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]
Sampled = tuple[Image, NDArray[np.float32], NDArray[np.int64]]


def draw_paste(rng: np.random.Generator) -> Paste:
    """A random way of transplanting a defect, so that no seam betrays the label."""
    return Paste(
        margin=int(rng.integers(0, 6)),
        feather=float(rng.choice([0.0, 0.0, 1.0, 2.0])),
        defect_only=bool(rng.uniform() < 0.4),
    )


def invert(pair: Pair) -> Pair:
    """Copper and laminate exchanged, defects renamed: gaps in planes become tracks to be cut."""
    return Pair(pair.name, 255 - pair.board, 255 - pair.golden, pair.boxes, DUAL[pair.labels])


def draw_zoom(rng: np.random.Generator) -> float:
    """Enlargement of a crop: mostly about 1, else up to 2 so that track widths vary."""
    kind = rng.uniform()
    if kind < 0.4:
        return 1.0
    return float(rng.uniform(0.93, 1.08) if kind < 0.65 else np.exp(rng.uniform(-0.4, 0.7)))


def draw_window(rng: np.random.Generator, pair: Pair, span: float) -> tuple[float, float]:
    """Top-left corner of a window of span px, six times in seven around one of the defects."""
    if len(pair.boxes) and rng.uniform() < 0.85:
        x1, y1, x2, y2 = pair.boxes[rng.integers(len(pair.boxes))]
        low = np.array([x2, y2]) - span
        high = np.array([x1, y1])
        corner = low + (high - low) * rng.uniform(size=2)
    else:
        corner = rng.uniform(-16, SIZE - span + 16, 2)
    corner = np.clip(corner, -8, SIZE - span + 8)
    return float(corner[0]), float(corner[1])


def draw_sample(rng: np.random.Generator, pair: Pair) -> Sampled:
    """One crop: images [2, CROP, CROP], boxes [n, 4] px of the crop, labels [n]."""
    if rng.uniform() < INVERTED:
        pair = invert(pair)
    zoom = draw_zoom(rng)
    span = CROP / zoom
    x, y = draw_window(rng, pair, span)
    boxes = pair.boxes
    whole = (
        (boxes[:, 0] >= x) & (boxes[:, 1] >= y)
        & (boxes[:, 2] <= x + span) & (boxes[:, 3] <= y + span)
    )  # fmt: skip
    kind = rng.uniform()
    paste = draw_paste(rng)
    poured = rng.uniform() < POURED
    if poured:
        made = pour_pair(pair, rng, (x, y, span))
    elif kind < GOOD:
        made = compose(pair, np.zeros(len(boxes), np.bool_), "golden", paste)
    elif kind < GOOD + PASTED:
        made = compose(pair, whole & (rng.uniform(size=len(boxes)) < 0.85), "golden", paste)
    else:
        keep = rng.choice([0.6, 1.0])
        made = compose(pair, whole & (rng.uniform(size=len(boxes)) < keep), "board", paste)
    if kind >= GOOD and (poured or rng.uniform() < INVENTED):
        made = invent(made, rng, (x, y, span), int(rng.integers(1, 4)))
    board, golden, moved = degrade(
        made.board, made.golden, made.boxes, rng, TRAINING, (x, y, CROP), zoom
    )
    # Labels keep their distance to the defect when it is enlarged.
    moved = moved + np.array([1, 1, -1, -1], np.float32) * np.float32(MARGIN_PX * (zoom - 1))
    clipped = moved.clip(0, CROP)
    full = np.prod(moved[:, 2:] - moved[:, :2], axis=1)
    visible = np.prod((clipped[:, 2:] - clipped[:, :2]).clip(0), axis=1)
    inside = visible > 0.35 * full
    images, clipped = turn(np.stack([board, golden]), clipped[inside], int(rng.integers(8)))
    return images, clipped, made.labels[inside]


def turn(
    images: Image, boxes: NDArray[np.float32], which: int
) -> tuple[Image, NDArray[np.float32]]:
    """One of the 8 symmetries of the square applied to images [2, S, S] and boxes [n, 4]."""
    side = images.shape[-1]
    boxes = boxes.copy()
    if which & 1:
        images, boxes[:, [0, 2]] = images[:, :, ::-1], side - boxes[:, [2, 0]]
    if which & 2:
        images, boxes[:, [1, 3]] = images[:, ::-1], side - boxes[:, [3, 1]]
    if which & 4:
        images, boxes = images.transpose(0, 2, 1), boxes[:, [1, 0, 3, 2]]
    return np.ascontiguousarray(images), boxes


class Crops(IterableDataset[Batch]):
    """Endless batches: images uint8 [B, 2, S, S], boxes [B, M, 4], labels [B, M], real [B, M]."""

    def __init__(self, pairs: list[Pair], batch: int, seed: int) -> None:
        self.pairs, self.batch, self.seed = pairs, batch, seed

    def __iter__(self) -> Iterator[Batch]:
        info = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self.seed, info.id if info else 0])
        order: list[int] = []
        while True:
            made = []
            for _ in range(self.batch):
                order = order or list(rng.permutation(len(self.pairs)))
                made.append(draw_sample(rng, self.pairs[order.pop()]))
            yield pack(made)


def pack(made: Sequence[Sampled]) -> Batch:
    """Pictures [C, h, w] of one size with their boxes [n, 4] and labels [n] as a batch."""
    count = len(made)
    boxes = np.zeros((count, MAX_BOXES, 4), np.float32)
    labels = np.zeros((count, MAX_BOXES), np.int64)
    real = np.zeros((count, MAX_BOXES), np.bool_)
    for i, (_, box, label) in enumerate(made):
        n = min(len(box), MAX_BOXES)
        boxes[i, :n], labels[i, :n], real[i, :n] = box[:n], label[:n], True
    images = np.stack([picture for picture, _, _ in made])
    return (
        torch.from_numpy(images), torch.from_numpy(boxes),
        torch.from_numpy(labels), torch.from_numpy(real),
    )  # fmt: skip


__all__ = ["CROP", "Crops", "Sampled", "draw_sample", "pack", "turn"]
