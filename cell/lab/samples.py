"""Which labelled pictures are measured, and whether the recipe can be measured on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vision.errors import InspectionError
from vision.lab.data.names import normal
from vision.lab.data.split import Split, load_split, named_groups
from vision.lab.data.types import DataError, DataSet, Sample
from vision.lab.training.deeppcb import SPLIT as DEEPPCB
from vision.pictures import read_picture
from vision.types import Image


@dataclass(frozen=True)
class Selection:
    """What of a data set is measured; None: all of it. limit: so many, spread evenly.

    split: name of a split in split_file; DeepPCB has its own by board groups and needs no file.
    """

    split: str | None = None
    split_file: Path | None = None
    groups: tuple[str, ...] | None = None
    limit: int | None = None


def select(data: DataSet, chosen: Selection) -> list[Sample]:
    """The samples that are measured.

    Raises DataError for a split or group that is not there, or when nothing is left.
    """
    samples = list(data.samples)
    if chosen.split is not None:
        samples = _split(data, chosen).of(chosen.split)
    elif chosen.split_file is not None:
        raise DataError(f"{chosen.split_file}: say which of its splits with --split")
    if chosen.groups is not None:
        there = {sample.group for sample in samples}
        wanted = [normal(group) for group in chosen.groups]
        unknown = [group for group in wanted if group not in there]
        if unknown:
            listed = ", ".join(sorted(there)[:12]) + (", ..." if len(there) > 12 else "")
            raise DataError(
                f"{data.root}: no group {', '.join(map(repr, unknown))}; there is: {listed}"
            )
        samples = [sample for sample in samples if sample.group in wanted]
    if chosen.limit is not None and chosen.limit < len(samples):
        kept = np.linspace(0, len(samples) - 1, chosen.limit).round().astype(int)
        samples = [samples[index] for index in kept]
    if not samples:
        raise DataError(f"{data.root}: nothing is left to measure; choose another split or group")
    return samples


def _split(data: DataSet, chosen: Selection) -> Split:
    if chosen.split_file is not None:
        return load_split(chosen.split_file, data)
    there = {sample.group for sample in data.samples}
    if data.format == "deeppcb" and there == {g for groups in DEEPPCB.values() for g in groups}:
        return named_groups(data, DEEPPCB)
    raise DataError(
        f"{data.root}: which pictures are in split {chosen.split!r} is not known: give the file "
        "that it was made with as --split-file"
    )


def class_table(data: DataSet, classes: Sequence[str]) -> NDArray[np.int64] | None:
    """The model's index of each class of the data; None for a model without classes, and for masks
    of classes that are not its own: pictures and pixels can still be ranked.

    Classes that no box has do not count. Raises DataError for a class of the labels that the model
    does not know.
    """
    known = {normal(name): index for index, name in enumerate(classes)}
    used = {int(label) for sample in data.samples for label in sample.labels}
    unknown = [n for i, n in enumerate(data.classes) if n not in known and (i in used or not used)]
    masks = any(sample.mask is not None for sample in data.samples)
    if not classes or (unknown and masks and not any(name in known for name in data.classes)):
        return None
    if unknown:
        raise DataError(
            f"{data.root}: class {unknown[0]!r} of the data is none of the model's "
            f"({', '.join(classes)}): rename or remove it in the labels"
        )
    return np.asarray([known.get(name, -1) for name in data.classes], np.int64)


def read_canonical(path: Path, canonical: tuple[int, int], *, resize: bool) -> Image:
    """A picture as the recipe inspects it, Mono8 of canonical (width, height).

    Raises DataError for what is no picture, has another depth or, without `resize`, another size.
    """
    try:
        image = read_picture(path)
    except InspectionError as error:
        raise DataError(str(error)) from error
    height, width = image.shape
    if (width, height) == canonical:
        return image
    if not resize:
        raise DataError(
            f"{path}: is {width} x {height} px, the recipe inspects {canonical[0]} x "
            f"{canonical[1]} px; rectify it first, or give --resize to scale it"
        )
    if (width - height) * (canonical[0] - canonical[1]) < 0:
        raise DataError(
            f"{path}: is {width} x {height} px, the recipe inspects {canonical[0]} x "
            f"{canonical[1]} px: the picture lies turned by a quarter; turn it and its labels"
        )
    return scaled(image, canonical)


def scaled(image: Image, size: tuple[int, int]) -> Image:
    """The picture at another (width, height)."""
    import cv2

    shrinking = size[0] < image.shape[1]
    way = cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size, interpolation=way), np.uint8)
