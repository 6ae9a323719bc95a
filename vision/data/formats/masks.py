"""Pictures in folders by class, a mask of the same name beside each; above 127 is defective.

Layout: ``<class>/Imgs/<id>.jpg`` with ``<id>.png``, or both straight in ``<class>/``. Folders whose
name ends in Free, Good, OK or Normal hold good parts. ``groups.csv`` with the columns ``file`` and
``tile_group`` (or ``group``) says which pictures show one physical part.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.data.findings import Corners, Kind
from vision.data.reading import Marked, Reading, name_of, read_text
from vision.data.types import DataError, DataSet, Sample
from vision.pictures import UnreadableError, is_picture, read_pixels, to_grey8

THRESHOLD = 127
GAP = 0.01  # of the picture's longer side: areas that lie closer are pieces of one defect
SPECK_PX, SPECK_SHARE = 25, 0.01  # smaller than both, the latter of the mask's largest: a slip
LAYOUT = "<class>/Imgs/<id>.jpg with mask <id>.png, groups.csv"
_GOOD = ("free", "good", "ok", "normal")


def recognise(root: Path) -> bool:
    """Whether some folder holds a picture and a mask of the same name."""
    for folder in _class_folders(root):
        masks = sorted(folder.glob("*.png"))[:20]
        if any(_picture_of(mask) is not None for mask in masks):
            return True
    return False


def read(reading: Reading) -> DataSet:
    """Every picture with its mask. Boxes: see `boxes_of`. Group: see above."""
    root = reading.root
    folders = _class_folders(root)
    bad = [f for f in folders if not is_good(_class_name(root, f))]
    classes = tuple(sorted({_class_name(root, folder) for folder in bad}))
    if not classes:
        raise DataError(f"{root}: no folder of defects; the layout is {LAYOUT}")
    groups = _groups(root)
    found = [(folder, picture) for folder in folders for picture in _pictures(folder)]
    samples = []
    for folder, picture in reading.watch(found, "masks"):
        name = name_of(picture, root)
        group = groups.get(picture.relative_to(root).as_posix(), name)
        if groups and group == name:
            what = "is not in groups.csv: it counts as a part of its own"
            reading.warning(Kind.GROUP, picture, what, "add its line", name)
        class_name = _class_name(root, folder)
        label = None if is_good(class_name) else classes.index(class_name)
        sample = masked_sample(reading, picture, picture.with_suffix(".png"), group, label)
        if sample is not None:
            samples.append(sample)
    return DataSet("masks", root, classes, samples)


def is_good(class_name: str) -> bool:
    """Whether a folder of this name holds good parts."""
    return class_name.lower().replace("-", "_").split("_")[-1] in _GOOD


def masked_sample(
    reading: Reading, picture: Path, mask: Path, group: str, label: int | None
) -> Sample | None:
    """A sample with the boxes of its mask; label None for a good part, whose mask may be absent."""
    name = name_of(picture, reading.root)
    size = reading.size(picture, name)
    if size is None:
        return None
    absent = mask == picture or not mask.is_file()
    if label is None and absent:
        return Sample(name, picture, size, group)
    if absent:
        where = mask.relative_to(reading.root) if mask != picture else "beside it"
        what, remedy = f"has no mask {where}", "restore the mask, or move the picture"
        reading.error(Kind.MASK, picture, what, remedy, name)
        return None
    if not reading.same_size(size, mask, Kind.MASK, name):
        return None
    try:
        boxes_found = mask_boxes(mask)
    except UnreadableError as error:
        reading.error(Kind.UNREADABLE, mask, str(error), "export the mask again", name)
        return None
    if label is None and boxes_found:
        what = f"marks {len(boxes_found)} areas on a good part"
        reading.error(Kind.MASK, mask, what, "move the picture to its class, or mend it", name)
        return None
    if label is not None and not boxes_found:
        what = "marks nothing on a part that its folder calls defective: it was left out"
        reading.warning(Kind.EMPTY_LABEL, mask, what, "draw the mask, or move the picture", name)
        return None
    marks = _marks(boxes_found, label or 0)
    boxes, labels = reading.boxes(mask, name, size, marks)
    return Sample(name, picture, size, group, boxes, labels, mask=mask)


def mask_boxes(mask: Path) -> list[Corners]:
    """Boxes around the defects of a mask file, see `boxes_of`. Raises UnreadableError."""
    return boxes_of(to_grey8(read_pixels(mask)) > THRESHOLD)


def boxes_of(marked: NDArray[np.bool_]) -> list[Corners]:
    """Boxes x1, y1, x2, y2 around the defects of a mask [h, w].

    A defect is an area (8 neighbours) with all areas no farther from it than 1 % of the longer
    side: brush strokes leave gaps. Specks beside something 100 times as large are no defect.
    """
    reach = int(np.ceil(GAP * max(marked.shape) / 2))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    joined = cv2.dilate(marked.astype(np.uint8), disc)
    count, names = cv2.connectedComponents(joined, connectivity=8)
    names[~marked] = 0
    areas = np.bincount(names.ravel(), minlength=count)[1:]
    boxes = []
    for number in np.flatnonzero(areas >= min(SPECK_PX, SPECK_SHARE * areas.max(initial=0))) + 1:
        x, y, w, h = cv2.boundingRect((names == number).astype(np.uint8))
        boxes.append((float(x), float(y), float(x + w), float(y + h)))
    return boxes


def _marks(boxes: list[Corners], label: int) -> Iterator[Marked]:
    for number, box in enumerate(boxes, 1):
        yield Marked(f"area {number}", box, label)


def _class_folders(root: Path) -> list[Path]:
    inner = [folder for folder in root.glob("*/Imgs") if folder.is_dir()]
    return sorted(inner or (f for f in root.glob("*") if f.is_dir() and not f.name.startswith(".")))


def _class_name(root: Path, folder: Path) -> str:
    return folder.relative_to(root).parts[0]


def _picture_of(mask: Path) -> Path | None:
    for suffix in (".jpg", ".jpeg", ".bmp", ".webp", ".JPG"):
        if mask.with_suffix(suffix).is_file():
            return mask.with_suffix(suffix)
    return None


def _pictures(folder: Path) -> list[Path]:
    """Pictures, not masks: a PNG is a picture only on its own, as in folders of good parts."""
    files = sorted(path for path in folder.iterdir() if is_picture(path))
    if any(path.suffix.lower() != ".png" for path in files):
        return [path for path in files if path.suffix.lower() != ".png"]
    return files


def _groups(root: Path) -> dict[str, str]:
    """Group of each file in groups.csv, nothing where there is no such file."""
    path = root / "groups.csv"
    if not path.is_file():
        return {}
    reader = csv.DictReader(read_text(path).splitlines())
    names = reader.fieldnames or ()
    column = "tile_group" if "tile_group" in names else "group"
    if "file" not in names or column not in names:
        raise DataError(f"{path}: line 1: no columns 'file' and 'tile_group'; name them so")
    groups = {}
    for row in reader:
        if not row["file"] or not row[column]:
            raise DataError(f"{path}: line {reader.line_num}: file or group is empty; fill it in")
        groups[row["file"]] = row[column]
    return groups
