"""What a data set holds, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vision.lab.data.split import Split
from vision.lab.data.types import DataSet, Sample


@dataclass(frozen=True)
class BoxSizes:
    """Sides and areas of one class's boxes [px, px^2]: 5th, 50th and 95th percentile."""

    width: tuple[float, float, float]
    height: tuple[float, float, float]
    area: tuple[float, float, float]


@dataclass(frozen=True)
class ClassCount:
    """One class: boxes, pictures and groups that have it, and its boxes' sizes (None without)."""

    name: str
    boxes: int
    pictures: int
    groups: int
    sizes: BoxSizes | None


@dataclass(frozen=True)
class Counts:
    """Some samples, counted. sizes: (height, width) to number of pictures."""

    pictures: int
    good: int
    groups: int
    boxes: int
    classes: tuple[ClassCount, ...]
    sizes: dict[tuple[int, int], int]
    by_group: dict[str, int]


@dataclass(frozen=True)
class Stats:
    """A whole data set, and its splits by name if there are any."""

    whole: Counts
    splits: dict[str, Counts]


def stats_of(data: DataSet, split: Split | None = None) -> Stats:
    """Count a data set and each of its splits."""
    names = () if split is None else split.names
    splits = {name: count(data.classes, split.of(name)) for name in names} if split else {}
    return Stats(count(data.classes, data.samples), splits)


def count(classes: Sequence[str], samples: Sequence[Sample]) -> Counts:
    """Count some samples of a data set with these classes."""
    return Counts(
        pictures=len(samples),
        good=sum(sample.good for sample in samples),
        groups=len({sample.group for sample in samples}),
        boxes=sum(len(sample.boxes) for sample in samples),
        classes=tuple(_class(name, i, samples) for i, name in enumerate(classes)),
        sizes=dict(Counter(sample.size for sample in samples).most_common()),
        by_group=dict(sorted(Counter(sample.group for sample in samples).items())),
    )


def _class(name: str, index: int, samples: Sequence[Sample]) -> ClassCount:
    having = [sample for sample in samples if index in sample.labels]
    boxes = [sample.boxes[sample.labels == index] for sample in having]
    number = sum(map(len, boxes))
    return ClassCount(
        name=name,
        boxes=number,
        pictures=len(having),
        groups=len({sample.group for sample in having}),
        sizes=_sizes(np.concatenate(boxes)) if number else None,
    )


def _sizes(boxes: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> BoxSizes:
    sides = boxes[:, 2:] - boxes[:, :2]
    columns = (sides[:, 0], sides[:, 1], sides.prod(axis=1))
    low_mid_high = [tuple(float(v) for v in np.percentile(c, (5, 50, 95))) for c in columns]
    width, height, area = ((p[0], p[1], p[2]) for p in low_mid_high)
    return BoxSizes(width, height, area)
