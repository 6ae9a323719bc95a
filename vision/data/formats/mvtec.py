"""The MVTec layout: ``train/good``, ``test/<defect>``, ``ground_truth/<defect>/<id>_mask.png``.

Each picture is a group of its own: the layout does not say which show the same part.
"""

from __future__ import annotations

from pathlib import Path

from vision.data.formats.masks import is_good, masked_sample
from vision.data.reading import Reading, name_of
from vision.data.types import DataError, DataSet, Sample
from vision.pictures import find_pictures

LAYOUT = "train/good/, test/<defect>/, ground_truth/<defect>/<id>_mask.png (or good/ beside them)"


def recognise(root: Path) -> bool:
    """Whether the folder holds ground_truth/."""
    return (root / "ground_truth").is_dir()


def read(reading: Reading) -> DataSet:
    """Every picture below train/ and test/, or in the class folders beside ground_truth/."""
    root = reading.root
    homes = [home for home in (root / "train", root / "test") if home.is_dir()] or [root]
    folders = sorted(
        f for h in homes for f in h.glob("*") if f.is_dir() and f.name != "ground_truth"
    )
    classes = tuple(sorted({folder.name for folder in folders if not is_good(folder.name)}))
    if not classes:
        raise DataError(f"{root}: no folder of defects; the layout is {LAYOUT}")
    found = [(folder.name, picture) for folder in folders for picture in find_pictures(folder)]
    samples = [
        sample
        for class_name, picture in reading.watch(found, "masks")
        if (sample := _sample(reading, class_name, picture, classes)) is not None
    ]
    return DataSet("mvtec", root, classes, samples)


def _sample(
    reading: Reading, class_name: str, picture: Path, classes: tuple[str, ...]
) -> Sample | None:
    label = None if is_good(class_name) else classes.index(class_name)
    folder = reading.root / "ground_truth" / class_name
    masks = [folder / f"{picture.stem}{end}" for end in ("_mask.png", ".png")]
    mask = next((m for m in masks if m.is_file()), masks[0])
    return masked_sample(reading, picture, mask, name_of(picture, reading.root), label)
