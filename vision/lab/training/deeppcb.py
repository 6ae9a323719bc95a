"""Reading the DeepPCB data set: pairs of images, labels, the split by board, a fingerprint.

Layout: ``PCBData/group<G>/<G>/<id>_{test,temp}.<webp|jpg|png>`` and labels in
``PCBData/group<G>/<G>_not/<id>.txt``, one ``x1 y1 x2 y2 class`` a line with classes 1..6.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vision.lab.data.types import DataError
from vision.pictures import UnreadableError, read_grey

Image = NDArray[np.uint8]
CLASSES = ("open", "short", "mousebite", "spur", "copper", "pin_hole")
SIZE = 640
SPLIT: dict[str, tuple[str, ...]] = {
    "train": ("00041", "13000", "20085", "92000"),
    "validation": ("77000",),
    "demo": ("44000", "50600"),
}


@dataclass(frozen=True)
class Pair:
    """One board with its golden sample; boxes [n, 4] xyxy in pixels, labels [n] in 0..5."""

    name: str
    board: Image
    golden: Image
    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]


def read_labels(path: Path) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Boxes [n, 4] xyxy px and classes [n] 0..5 of one label file."""
    rows: list[list[int]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        fields = line.replace(",", " ").split()
        if not fields:
            continue
        try:
            row = [int(field) for field in fields]
        except ValueError:
            row = []
        good = len(row) == 5 and row[0] < row[2] and row[1] < row[3] and 1 <= row[4] <= 6
        if not good:
            raise DataError(
                f"{path}: line {number} is {line!r}, not 'x1 y1 x2 y2 class' with class 1..6; "
                "restore the file from the upstream data set"
            )
        rows.append(row)
    table = np.asarray(rows, np.float32).reshape(-1, 5)
    return table[:, :4].clip(0, SIZE), table[:, 4].astype(np.int64) - 1


def read_image(path: Path) -> Image:
    """One grey image [640, 640]."""
    try:
        image = read_grey(path)
    except (UnreadableError, OSError) as error:
        raise DataError(f"{path}: {error}; restore it from the data set") from error
    if image.shape != (SIZE, SIZE):
        raise DataError(f"{path}: is {image.shape[1]}x{image.shape[0]}, expected 640x640")
    return image


def label_files(root: Path, groups: tuple[str, ...]) -> list[Path]:
    """Label files of some board groups, sorted; complains if a group is missing."""
    found: list[Path] = []
    for group in groups:
        folder = root / "PCBData" / f"group{group}" / f"{group}_not"
        files = sorted(folder.glob("*.txt"))
        if not files:
            raise DataError(
                f"{folder}: no label files; give --data the folder that holds PCBData/ "
                "of DeepPCB (github.com/tangsanli5201/DeepPCB)"
            )
        found += files
    return found


def image_path(label: Path, kind: str) -> Path:
    """Path of the 'test' (board) or 'temp' (golden) image that belongs to a label file."""
    stem = label.parent.parent / label.parent.name.removesuffix("_not") / f"{label.stem}_{kind}"
    for suffix in (".webp", ".jpg", ".png"):
        path = stem.with_name(stem.name + suffix)
        if path.exists():
            return path
    raise DataError(f"{stem}: no .webp, .jpg or .png image; restore it from the data set")


def load(root: Path, part: str, limit: int | None = None) -> list[Pair]:
    """All pairs of one part of the split ('train', 'validation', 'demo'), kept in memory."""
    pairs = []
    for label in label_files(root, SPLIT[part])[:limit]:
        boxes, labels = read_labels(label)
        board, golden = (read_image(image_path(label, kind)) for kind in ("test", "temp"))
        pairs.append(Pair(label.stem, board, golden, boxes, labels))
    return pairs


def fingerprint(root: Path, parts: tuple[str, ...] = ("train", "validation")) -> str:
    """SHA-256 over names and bytes of every label and image file of the given parts."""
    digest = hashlib.sha256()
    for part in parts:
        for label in label_files(root, SPLIT[part]):
            for path in (label, image_path(label, "test"), image_path(label, "temp")):
                digest.update(path.name.encode() + b"\0")
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
