"""A labelled picture as training and measuring take it: grey, in the canonical size."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.lab.data.marked import read_mask
from vision.lab.data.types import DataError, Sample
from vision.pictures import UnreadableError, read_grey
from vision.types import Image


@dataclass(frozen=True)
class Picture:
    """A grey picture in the canonical size, boxes [n, 4] px in it, labels [n].

    mask: 255 where it is defective, in the same size; None where only boxes are known.
    """

    name: str
    image: Image
    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]
    group: str = ""
    mask: Image | None = None


def read(sample: Sample, size: tuple[int, int]) -> Picture:
    """The sample in the canonical (width, height). Raises DataError when it cannot be read."""
    image = _grey(sample.image)
    scale = np.array([size[0] / image.shape[1], size[1] / image.shape[0]] * 2, np.float32)
    boxes = (sample.boxes * scale).clip(0, np.tile(size, 2)).astype(np.float32)
    mask = None
    if sample.mask is not None and not sample.good:
        mask = _scaled(_mask(sample.mask), size)
    return Picture(sample.name, _scaled(image, size), boxes, sample.labels, sample.group, mask)


def _mask(path: Path) -> Image:
    try:
        return read_mask(path).values
    except (UnreadableError, OSError) as error:
        raise DataError(f"{path}: {error}; restore the mask") from None


def _grey(path: Path) -> Image:
    try:
        return read_grey(path)
    except (UnreadableError, OSError) as error:
        raise DataError(f"{path}: {error}; restore it or leave it out") from error


def _scaled(image: Image, size: tuple[int, int]) -> Image:
    way = cv2.INTER_AREA if size[0] < image.shape[1] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size, interpolation=way), np.uint8)
