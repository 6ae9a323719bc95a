"""A label set as what training and evaluation read: a data set, split as it was frozen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from cell.labels.values import Member
from vision.lab.data.split import Split, named_groups
from vision.lab.data.types import DataSet, Sample

FORMAT = "labels"


def data_set(members: Iterable[Member], root: Path, classes: Sequence[str]) -> Split:
    """The set's pictures with their boxes (of a polygon, the box around it), dealt to `train`,
    `validation` and `test` as they were frozen. root: the data folder; classes: all that occur.

    Raises DataError for a set that names no class of a box.
    """
    chosen = list(members)
    names = Counter(one.labelled.picture.name for one in chosen)
    samples = [_sample(one, classes, names[one.labelled.picture.name] > 1) for one in chosen]
    groups: dict[str, list[str]] = {}
    for one, sample in zip(chosen, samples, strict=True):
        groups.setdefault(one.split, []).append(sample.group)
    return named_groups(DataSet(FORMAT, root, tuple(classes), samples), groups)


def _sample(member: Member, classes: Sequence[str], twice: bool) -> Sample:
    of, shapes = member.labelled.picture, member.labelled.shapes
    boxes = np.array([shape.box for shape in shapes], np.float32).reshape(-1, 4)
    labels = np.array([classes.index(shape.class_name) for shape in shapes], np.int64)
    name = f"{of.sha256[:12]}-{of.name}" if twice else of.name
    return Sample(name, member.file, (of.height, of.width), of.group, boxes, labels)
