"""Where pictures and labels of a YOLO data set lie, by their paths as they are given."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from pathlib import Path, PureWindowsPath

from vision.lab.data.places import parts_of
from vision.lab.data.reading import Reading
from vision.pictures import is_picture


def path_below(reading: Reading, bases: Sequence[str], entry: str, file: Path) -> Path | None:
    """A path below the root as it is written, None if there is none. Exporters write paths of
    their own machine, with its separators, or one level too high (`../train/images`).
    """
    root = reading.root
    for base in (*bases, ""):
        place = _below(root, Path(base) / entry)
        if place is not None and (found := reading.find(place, file)) is not None:
            return found
    parts = parts_of(entry)
    of_this_folder = not PureWindowsPath(entry).root and not PureWindowsPath(entry).drive
    for start in range(1 if of_this_folder else len(parts)):
        found = reading.find(root.joinpath(*parts[start:]), file)
        if found is not None:
            return found
    return None


def _below(root: Path, written: Path) -> Path | None:
    """A path by its words, and not as links lead; None if it leaves the root."""
    if written.is_absolute():
        whole = Path(os.path.abspath(root))
        if not written.is_relative_to(whole):
            return None
        written = written.relative_to(whole)
    inside = os.path.normpath(written)
    return None if inside.startswith("..") else root / inside


def label_of(root: Path, picture: Path) -> Path:
    """Where a picture's label lies: the last folder called images becomes labels."""
    parts = list(picture.relative_to(root).with_suffix(".txt").parts)
    for at in range(len(parts) - 2, -1, -1):
        if parts[at].lower() == "images":
            parts[at] = "labels"
            break
    return root.joinpath(*parts)


def has_picture(root: Path, label: Path) -> bool:
    """Whether a picture lies where the one of a label should."""
    parts = list(label.relative_to(root).parts)
    for at in range(len(parts) - 2, -1, -1):
        if parts[at].lower() == "labels":
            parts[at] = "images"
            break
    place = root.joinpath(*parts)
    same = place.parent.glob(f"{glob.escape(place.stem)}.*")
    return any(is_picture(path) for path in same)
