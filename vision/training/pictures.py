"""Training on single pictures without a golden sample: tiles, screws, castings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.utils.data import IterableDataset

from vision.data.types import DataError, Sample
from vision.nets.decode import decode
from vision.nets.litenet import LiteNet
from vision.training.detect import Runner
from vision.training.metrics import Found, coco
from vision.training.runner import torch_runner
from vision.training.samples import MAX_BOXES, Batch, turn
from vision.types import Image

NMS_IOU = 0.5
GOOD = 0.25  # share of pictures without a defect in a batch
LEAST_VISIBLE = 0.4  # a defect that is cut off by more is no label


@dataclass(frozen=True)
class Picture:
    """A grey picture in the canonical size, boxes [n, 4] px in it, labels [n]."""

    name: str
    image: Image
    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]


def read(sample: Sample, side: int) -> Picture:
    """The sample as a square canonical picture. Raises DataError when it cannot be read."""
    image = cv2.imread(str(sample.image), cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise DataError(f"{sample.image}: cannot be read as a picture; restore it or leave it out")
    height, width = image.shape
    square = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
    scale = np.array([side / width, side / height] * 2, np.float32)
    boxes = (sample.boxes * scale).clip(0, side).astype(np.float32)
    return Picture(sample.name, np.asarray(square, np.uint8), boxes, sample.labels)


def vary(
    rng: np.random.Generator, picture: Picture
) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.int64]]:
    """One random view: images [1, S, S], boxes [n, 4] px, labels [n]."""
    side = picture.image.shape[0]
    zoom = np.exp(rng.uniform(-0.2, 0.35, 2))
    shift = rng.uniform(-0.12, 0.12, 2) * side
    matrix = np.array([[zoom[0], 0, 0], [0, zoom[1], 0]])
    matrix[:, 2] = side / 2 * (1 - zoom) + shift
    image = cv2.warpAffine(picture.image, matrix, (side, side), borderMode=cv2.BORDER_REFLECT_101)
    boxes = picture.boxes * np.tile(zoom, 2) + np.tile(matrix[:, 2], 2)
    clipped = boxes.clip(0, side)
    full = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    seen = np.prod((clipped[:, 2:] - clipped[:, :2]).clip(0), axis=1)
    kept = seen > LEAST_VISIBLE * full
    grey = image.astype(np.float32)
    grey = 255.0 * (grey / 255.0) ** np.exp(rng.uniform(-0.35, 0.35))
    grey = (grey - grey.mean()) * rng.uniform(0.7, 1.4) + grey.mean() + rng.uniform(-30, 30)
    if rng.uniform() < 0.3:
        grey = cv2.GaussianBlur(grey, (0, 0), rng.uniform(0.3, 1.2))
    grey = grey + rng.normal(0, rng.uniform(0, 5), grey.shape)
    images = np.clip(grey, 0, 255).astype(np.uint8)[None]
    images, moved = turn(images, clipped[kept].astype(np.float32), int(rng.integers(8)))
    return images, moved, picture.labels[kept]


class Views(IterableDataset[Batch]):
    """Endless batches of random views; defective pictures of all classes equally often."""

    def __init__(self, pictures: Sequence[Picture], classes: int, batch: int, seed: int) -> None:
        self.good = [p for p in pictures if not len(p.labels)]
        self.bad = [[p for p in pictures if c in p.labels] for c in range(classes)]
        self.bad = [some for some in self.bad if some]
        self.batch, self.seed = batch, seed

    def _draw(self, rng: np.random.Generator) -> Picture:
        if self.good and rng.uniform() < GOOD:
            return self.good[int(rng.integers(len(self.good)))]
        some = self.bad[int(rng.integers(len(self.bad)))]
        return some[int(rng.integers(len(some)))]

    def __iter__(self) -> Iterator[Batch]:
        info = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self.seed, info.id if info else 0])
        while True:
            made = [vary(rng, self._draw(rng)) for _ in range(self.batch)]
            images = np.stack([images for images, _, _ in made])
            boxes = np.zeros((self.batch, MAX_BOXES, 4), np.float32)
            labels = np.zeros((self.batch, MAX_BOXES), np.int64)
            real = np.zeros((self.batch, MAX_BOXES), np.bool_)
            for i, (_, box, label) in enumerate(made):
                n = min(len(box), MAX_BOXES)
                boxes[i, :n], labels[i, :n], real[i, :n] = box[:n], label[:n], True
            yield (
                torch.from_numpy(images), torch.from_numpy(boxes),
                torch.from_numpy(labels), torch.from_numpy(real),
            )  # fmt: skip


def found_in(run: Runner, pictures: Sequence[Picture]) -> list[Found]:
    """Detections of at least 0.01, suppressed within each class, next to the truth."""
    found = []
    for picture in pictures:
        output = run((picture.image[None, None] / 255.0).astype(np.float32))
        boxes, scores, classes = decode(output, 0.01, NMS_IOU, across_classes=False)
        found.append(Found(boxes, scores, classes, picture.boxes, picture.labels))
    return found


class PictureJob:
    """Single pictures of one product, resized to squares of `side` px."""

    kind = "pictures"

    def __init__(
        self,
        classes: tuple[str, ...],
        train: Sequence[Sample],
        validation: Sequence[Sample],
        side: int = 256,
    ) -> None:
        self.classes, self.crop = classes, side
        self.train = [read(sample, side) for sample in train]
        self.valid = [read(sample, side) for sample in validation]
        if not any(len(p.labels) for p in self.train):
            raise DataError("no training picture has a defect: label some, or use `cell teach`")
        self.pictures = sum(1 for p in self.train if len(p.labels))

    def network(self, width: int) -> nn.Module:
        """A LiteNet that begins with ImageNet features."""
        net = LiteNet(len(self.classes), 2 * width)
        net.body.load_imagenet()
        return net

    def batches(self, batch: int, seed: int) -> IterableDataset[Batch]:
        """Random views."""
        return Views(self.train, len(self.classes), batch, seed)

    def score(self, net: nn.Module, device: torch.device) -> dict[str, float]:
        """Average precision on the validation pictures."""
        run = torch_runner(net, device, half=False, side=self.crop)
        result = coco(found_in(run, self.valid), self.classes)
        result["value"] = result["mAP50"]
        return result
