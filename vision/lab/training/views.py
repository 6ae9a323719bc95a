"""Random views of single pictures: windows, light, and real defects moved to other good parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import IterableDataset

from vision.lab.data.marked import THRESHOLD
from vision.lab.training.picture import Picture
from vision.lab.training.samples import Batch, Sampled, pack
from vision.types import Image

GOOD = 0.15  # share of pictures without a defect in a batch
MOVED = 0.6  # share of the defective ones whose defects are put onto a good part
ELSEWHERE = 0.5  # share of those that are put there elsewhere, in another size and direction
WHOLE = 0.5  # share of batches of whole pictures, half as many of them; the others: windows
FITS = 0.9  # share of a window's side that a defect may take up to be learnt from in windows
LEAST_VISIBLE = 0.4  # a defect that is cut off by more is no label


def transplant(rng: np.random.Generator, bad: Picture, good: Picture) -> Picture:
    """The defects of one part, in their places, on another part that is good.

    The pixels keep their brightness relative to what surrounds them. Needs `bad.mask`.
    """
    if bad.mask is None:
        return bad
    core = (bad.mask > THRESHOLD).astype(np.uint8)
    margin = int(rng.integers(2, 8))
    near = cv2.dilate(core, np.ones((2 * margin + 1, 2 * margin + 1), np.uint8))
    ring = cv2.dilate(near, np.ones((25, 25), np.uint8)) > near
    if not ring.any():
        return bad
    source, target = bad.image.astype(np.float32), good.image.astype(np.float32)
    gain = (target[ring].mean() + 4) / (source[ring].mean() + 4)
    alpha = cv2.GaussianBlur(near.astype(np.float32), (0, 0), margin / 3)
    mixed = target + alpha * (source * np.clip(gain, 0.4, 2.5) - target)
    image = np.clip(mixed, 0, 255).astype(np.uint8)
    return Picture(bad.name, image, bad.boxes, bad.labels, bad.group, bad.mask)


def elsewhere(rng: np.random.Generator, bad: Picture) -> Picture:
    """The same defects in another place, size and direction, with what lies around them.

    A defect that would lie outside by more than `LEAST_VISIBLE` allows is left out; `bad` itself
    comes back when none is left, and where there is no mask.
    """
    if bad.mask is None:
        return bad
    full = _size(bad)
    turn, zoom = np.radians(rng.uniform(-15, 15)), np.exp(rng.uniform(-0.4, 0.4))
    linear = zoom * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = np.column_stack([linear, full * rng.uniform(0.2, 0.8, 2) - linear @ (full / 2)])
    size = (int(full[0]), int(full[1]))
    mask, boxes, labels = np.zeros_like(bad.mask), [], []
    for box, label in zip(bad.boxes, bad.labels, strict=True):
        x1, y1, x2, y2 = np.rint(box).astype(int)
        alone = np.zeros_like(bad.mask)
        alone[y1:y2, x1:x2] = bad.mask[y1:y2, x1:x2]
        there = cv2.warpAffine(alone, matrix, size) > THRESHOLD
        if there.sum() < max(1.0, LEAST_VISIBLE * zoom**2 * (alone > THRESHOLD).sum()):
            continue
        x, y, w, h = cv2.boundingRect(there.astype(np.uint8))
        mask[there] = 255
        boxes.append((x, y, x + w, y + h))
        labels.append(label)
    if not boxes:
        return bad
    image = cv2.warpAffine(bad.image, matrix, size, borderMode=cv2.BORDER_REFLECT)
    return Picture(
        bad.name, np.asarray(image, np.uint8), np.array(boxes, np.float32),
        np.array(labels, np.int64), bad.group, mask,
    )  # fmt: skip


def draw_whole(rng: np.random.Generator, picture: Picture) -> NDArray[np.float64]:
    """The affine map [2, 3] from the picture to a view of nearly all of it, in the same size."""
    full = _size(picture)
    zoom = np.exp(rng.uniform(-0.08, 0.2, 2))
    return _about(zoom, full * rng.uniform(0.42, 0.58, 2), full)


def draw_window(
    rng: np.random.Generator, picture: Picture, size: tuple[int, int]
) -> NDArray[np.float64]:
    """The affine map [2, 3] from the picture to a window, around a defect if it has one."""
    full, window = _size(picture), np.array(size, np.float64)
    zoom = np.exp(rng.uniform(-0.3, 0.4) + rng.uniform(-0.2, 0.2, 2))
    half = window / zoom / 2
    centre = rng.uniform(0, full)
    if len(picture.boxes):
        box = picture.boxes[int(rng.integers(len(picture.boxes)))]
        centre = (box[:2] + box[2:]) / 2 + rng.uniform(-0.8, 0.8, 2) * half
    inside = np.minimum(half, full / 2) * 0.9
    return _about(zoom, np.clip(centre, inside, full - inside), window)


def _size(picture: Picture) -> NDArray[np.float64]:
    return np.array(picture.image.shape[::-1], np.float64)


def _about(
    zoom: NDArray[np.float64], centre: NDArray[np.float64], size: NDArray[np.float64]
) -> NDArray[np.float64]:
    return np.column_stack([np.diag(zoom), size / 2 - zoom * centre])


def vary(rng: np.random.Generator, picture: Picture, size: tuple[int, int]) -> Sampled:
    """One random view of (width, height): images [1, h, w], boxes [n, 4] px, labels [n].

    A window, or the whole picture where the size is the picture's.
    """
    whole = size == picture.image.shape[::-1]
    matrix = draw_whole(rng, picture) if whole else draw_window(rng, picture, size)
    image = cv2.warpAffine(
        picture.image, matrix, size, flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT, borderValue=int(rng.integers(0, 60)),
    )  # fmt: skip
    boxes = picture.boxes * np.tile(np.diag(matrix), 2) + np.tile(matrix[:, 2], 2)
    clipped = boxes.clip(0, np.tile(size, 2))
    full = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    seen = np.prod((clipped[:, 2:] - clipped[:, :2]).clip(0), axis=1)
    kept = seen > LEAST_VISIBLE * full
    image, moved = flip(
        rng, light(rng, np.asarray(image, np.uint8)), clipped[kept].astype(np.float32)
    )
    return image[None], moved, picture.labels[kept]


def flip(
    rng: np.random.Generator, image: Image, boxes: NDArray[np.float32]
) -> tuple[Image, NDArray[np.float32]]:
    """Mirrored in x, in y, both or not; never turned by a quarter, as marks of grinding show."""
    height, width = image.shape
    if rng.uniform() < 0.5:
        image, boxes = image[:, ::-1], boxes[:, [2, 1, 0, 3]] * [-1, 1, -1, 1] + [width, 0] * 2
    if rng.uniform() < 0.5:
        image, boxes = image[::-1], boxes[:, [0, 3, 2, 1]] * [1, -1, 1, -1] + [0, height] * 2
    return np.ascontiguousarray(image), boxes.astype(np.float32)


def light(rng: np.random.Generator, image: Image) -> Image:
    """Other exposure, contrast, focus and noise."""
    grey = 255.0 * (np.arange(256, dtype=np.float32) / 255.0) ** np.exp(rng.uniform(-0.4, 0.4))
    mean = float(grey[int(image.mean())])
    grey = (grey - mean) * rng.uniform(0.65, 1.5) + mean + rng.uniform(-30, 30)
    grey = np.clip(grey, 0, 255).astype(np.float32)[image]
    if rng.uniform() < 0.25:
        grey = cv2.GaussianBlur(grey, (0, 0), rng.uniform(0.3, 1.0))
    if rng.uniform() < 0.5:
        noise = np.empty(grey.shape, np.float32)
        cv2.randn(noise, np.zeros(1), np.array([rng.uniform(0, 5)]))
        grey = grey + noise
    return np.clip(grey, 0, 255).astype(np.uint8)


class Views(IterableDataset[Batch]):
    """Endless batches of random views; all classes, and the groups of a class, equally often.

    Windows of side px show small defects at their true size for little computing; defects that a
    window would cut off are learnt from whole pictures alone.
    """

    def __init__(
        self, pictures: Sequence[Picture], classes: int, side: int, batch: int, seed: int
    ) -> None:
        height, width = pictures[0].image.shape
        self.full, self.window = (width, height), (min(side, width), min(side, height))
        self.batch, self.seed = batch, seed
        self.good = _by_group(p for p in pictures if not len(p.labels))
        by_class = [[p for p in pictures if c in p.labels] for c in range(classes)]
        self.bad = [_by_group(own) for own in by_class if own]
        small = ([p for p in own if self._fits(p)] for own in by_class)
        self.small = [_by_group(own) for own in small if own]

    def _fits(self, picture: Picture) -> bool:
        sides = picture.boxes[:, 2:] - picture.boxes[:, :2]
        return bool((sides < FITS * np.array(self.window)).all())

    def _draw(self, rng: np.random.Generator, whole: bool) -> Picture:
        bad = self.bad if whole else self.small
        if self.good and (rng.uniform() < GOOD or not bad):
            return _one_of(rng, self.good)
        picture = _one_of(rng, bad[int(rng.integers(len(bad)))])
        if self.good and picture.mask is not None and rng.uniform() < MOVED:
            if rng.uniform() < ELSEWHERE:
                picture = elsewhere(rng, picture)
            return transplant(rng, picture, _one_of(rng, self.good))
        return picture

    def __iter__(self) -> Iterator[Batch]:
        info = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self.seed, info.id if info else 0])
        cv2.setRNGSeed(int(rng.integers(2**31)))
        while True:
            whole = rng.uniform() < WHOLE or not self.small
            count = max(1, self.batch // 2) if whole else self.batch
            size = self.full if whole else self.window
            made = [vary(rng, self._draw(rng, whole), size) for _ in range(count)]
            yield pack(made)


def _by_group(pictures: Iterable[Picture]) -> list[list[Picture]]:
    groups: dict[str, list[Picture]] = defaultdict(list)
    for picture in pictures:
        groups[picture.group].append(picture)
    return list(groups.values())


def _one_of(rng: np.random.Generator, groups: list[list[Picture]]) -> Picture:
    group = groups[int(rng.integers(len(groups)))]
    return group[int(rng.integers(len(group)))]
