"""The MVTec layout: ``train/good``, ``test/<defect>``, ``ground_truth/<defect>/<id>_mask.png``.

Masks are matched by their path below the defect's folder; MVTec LOCO has a folder of masks for each
picture, ``ground_truth/<defect>/<id>/000.png``. Each picture is a group of its own: the layout does
not say which show the same part.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from vision.lab.data.findings import Kind
from vision.lab.data.formats.masked import is_good, masked_sample
from vision.lab.data.names import alike, source_of
from vision.lab.data.places import Places, pictures_below
from vision.lab.data.reading import Reading, name_of
from vision.lab.data.types import DataError, DataSet, Sample

LAYOUT = "train/good/, test/<defect>/, ground_truth/<defect>/<id>_mask.png (or good/ beside them)"
_HOMES = ("train", "validation", "test")
_Masks = dict[str, list[Path]]


def recognise(root: Path) -> bool:
    """Whether the folder holds ground_truth/."""
    return any(path.is_dir() for path in Places().spelled_alike(root / "ground_truth"))


def read(reading: Reading) -> DataSet:
    """Every picture below train/ and test/, or in the class folders beside ground_truth/."""
    root = reading.root
    truth = reading.find(root / "ground_truth", root)
    homes = [home for name in _HOMES if (home := reading.find(root / name, root)) is not None]
    homes = [home for home in homes if home.is_dir()] or [root]
    folders = sorted(f for h in homes for f in h.glob("*") if f.is_dir() and f != truth)
    folders = [folder for folder in folders if not folder.name.startswith(".")]
    classes = tuple(sorted({folder.name for folder in folders if not is_good(folder.name)}))
    if not classes:
        raise DataError(f"{root}: no folder of defects; the layout is {LAYOUT}")
    masks = {} if truth is None else _masks(truth)
    used: set[Path] = set()
    found = [(folder, picture) for folder in folders for picture in pictures_below(folder)]
    samples = [
        sample
        for folder, picture in reading.watch(found, "masks")
        if (sample := _sample(reading, folder, picture, classes, masks, used)) is not None
    ]
    _strangers(reading, homes, folders, masks, used)
    return DataSet("mvtec", root, classes, samples)


def _masks(truth: Path) -> dict[str, _Masks]:
    """Masks by class, and there by the path of the picture that they may belong to."""
    found: dict[str, _Masks] = {}
    for folder in sorted(f for f in truth.glob("*") if f.is_dir()):
        mine = found.setdefault(alike(folder.name), defaultdict(list))
        for mask in pictures_below(folder):
            place = mask.relative_to(folder)
            mine[alike(place.with_suffix("").as_posix())].append(mask)
            if place.parent.name:
                mine[alike(f"{place.parent.as_posix()}/")].append(mask)
    return found


def _sample(
    reading: Reading,
    folder: Path,
    picture: Path,
    classes: tuple[str, ...],
    masks: dict[str, _Masks],
    used: set[Path],
) -> Sample | None:
    name = name_of(picture, reading.root)
    label = None if is_good(folder.name) else classes.index(folder.name)
    place = picture.relative_to(folder).with_suffix("")
    here = masks.get(alike(folder.name), {})
    keys = (f"{place.as_posix()}_mask", place.as_posix(), f"{place.as_posix()}/")
    key = next((key for key in keys if here.get(alike(key))), "")
    mine = here.get(alike(key), [])
    used.update(mine)
    if len(mine) > 1 and not key.endswith("/"):
        what = f"{' and '.join(mask.name for mask in mine)} may both be its mask"
        reading.error(Kind.MASK, picture, what, "keep one of them", name)
        return None
    wanted = reading.root / "ground_truth" / folder.name / f"{place.as_posix()}_mask.png"
    return masked_sample(reading, picture, mine, wanted, source_of(name), label)


def _strangers(
    reading: Reading,
    homes: list[Path],
    folders: list[Path],
    masks: dict[str, _Masks],
    used: set[Path],
) -> None:
    """Tell of masks that belong to no picture, and of pictures in no folder of a class."""
    every = sorted({mask for mine in masks.values() for found in mine.values() for mask in found})
    for mask in every:
        if mask not in used:
            what = "belongs to no picture"
            reading.error(Kind.MISSING, mask, what, "restore the picture or remove the mask")
    inside = {picture for folder in folders for picture in pictures_below(folder)}
    for home in homes:
        for picture in pictures_below(home) if home != reading.root else ():
            if picture not in inside:
                what = "lies in no folder of a class"
                reading.error(Kind.NO_LABEL, picture, what, "move it to its class, or to good/")
    loose = set(pictures_below(reading.root)) - inside - set(every)
    loose -= {picture for home in homes if home != reading.root for picture in pictures_below(home)}
    if loose:
        what = f"{len(loose)} pictures lie beside train/, validation/ and test/ and were not read"
        remedy = "move them there if they belong to the data"
        reading.warning(Kind.NO_LABEL, min(loose), what, remedy)
