"""Pictures in folders by class, a mask of the same name beside each; see `vision.lab.data.marked`.

Layout: ``<class>/Imgs/<id>.jpg`` with ``<id>.png``, or both straight in ``<class>/``. Folders whose
name ends in Free, Good, OK or Normal hold good parts. ``groups.csv`` with the columns ``file`` and
``tile_group`` (or ``group``) says which pictures show one physical part.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from vision.lab.data.findings import Kind
from vision.lab.data.formats.masked import is_good, masked_sample
from vision.lab.data.groups import read_groups
from vision.lab.data.names import alike, source_of
from vision.lab.data.places import Places, pictures_below
from vision.lab.data.reading import Reading, name_of
from vision.lab.data.types import DataError, DataSet
from vision.pictures import is_picture

LAYOUT = "<class>/Imgs/<id>.jpg with mask <id>.png, groups.csv"


def recognise(root: Path) -> bool:
    """Whether some folder holds a picture and a mask of the same name."""
    if not root.is_dir():
        return False
    for _, folder in _class_folders(root, Places()):
        files = sorted(path for path in folder.iterdir() if is_picture(path))
        if any(masks for _, masks in _pairs(files[:200])):
            return True
    return False


def read(reading: Reading) -> DataSet:
    """Every picture with its mask. Group: see above."""
    root = reading.root
    folders = _class_folders(root, reading.places)
    classes = tuple(sorted({name for name, _ in folders if not is_good(name)}))
    if not classes:
        raise DataError(f"{root}: no folder of defects; the layout is {LAYOUT}")
    groups = read_groups(reading)
    found = [
        (name, picture, masks)
        for name, folder in folders
        for picture, masks in _pictures(reading, name, folder)
    ]
    samples = []
    for class_name, picture, masks in reading.watch(found, "masks"):
        name = name_of(picture, root)
        group = groups.of(picture) or source_of(name)
        if groups.known and groups.of(picture) is None:
            what = "is not in groups.csv: it counts as a part of its own"
            reading.warning(Kind.GROUP, picture, what, "add its line", name)
        if len(masks) > 1:
            what = f"{' and '.join(mask.name for mask in masks)} may both be its mask"
            reading.error(Kind.MASK, picture, what, "keep one of them", name)
            continue
        label = None if is_good(class_name) else classes.index(class_name)
        wanted = picture.with_suffix(".png")
        sample = masked_sample(reading, picture, masks, wanted, group, label)
        if sample is not None:
            samples.append(sample)
    groups.tell_unused()
    _tell_loose(reading, folders)
    return DataSet("masks", root, classes, samples)


def _tell_loose(reading: Reading, folders: list[tuple[str, Path]]) -> None:
    """Tell of pictures that lie in no folder of a class."""
    inside = {path for _, folder in folders for path in pictures_below(folder)}
    loose = [path for path in pictures_below(reading.root) if path not in inside]
    if loose:
        what = f"{len(loose)} pictures lie in no folder of a class and were not read"
        remedy = f"move {loose[0].name} and its like to their classes, or elsewhere"
        reading.warning(Kind.NO_LABEL, loose[0], what, remedy)


def _class_folders(root: Path, places: Places) -> list[tuple[str, Path]]:
    """Folders with pictures by class; those of a class lie in its Imgs/ or straight in it."""
    found = []
    for folder in sorted(f for f in root.iterdir() if f.is_dir() and not f.name.startswith(".")):
        inner = [path for path in places.spelled_alike(folder / "Imgs") if path.is_dir()]
        for place in inner or [folder]:
            if pictures_below(place):
                found.append((folder.name, place))
    return found


def _pictures(reading: Reading, name: str, folder: Path) -> list[tuple[Path, list[Path]]]:
    """Pictures with their masks. A PNG on its own is a picture in a folder of such alone."""
    pairs = _pairs(pictures_below(folder))
    mixed = any(picture.suffix.lower() != ".png" for picture, _ in pairs)
    kept = []
    for picture, masks in pairs:
        if mixed and not masks and picture.suffix.lower() == ".png" and is_good(name):
            what = "is a mask without its picture, or a picture among such of another kind"
            reading.error(Kind.MASK, picture, what, "restore the picture, or export all alike")
        else:
            kept.append((picture, masks))
    return kept


def _pairs(files: list[Path]) -> list[tuple[Path, list[Path]]]:
    """Pictures, and the PNG of the same name beside each that is its mask."""
    by_name: dict[tuple[Path, str], list[Path]] = defaultdict(list)
    for path in files:
        by_name[path.parent, alike(path.stem)].append(path)
    pairs = []
    for group in by_name.values():
        pictures = [path for path in group if path.suffix.lower() != ".png"]
        masks = [path for path in group if path.suffix.lower() == ".png"]
        pairs += [(picture, masks) for picture in pictures]
        pairs += [] if pictures else [(mask, []) for mask in masks]
    return sorted(pairs)
