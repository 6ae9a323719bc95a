"""YOLO: data.yaml, pictures under images/, a text file a picture under labels/.

The label of ``../images/../x.png`` is ``../labels/../x.txt``, by the path as it is given: the last
folder called images counts, and folders may be links. A good part has an empty label file. Pictures
that Roboflow augmented from one source (``<source>.rf.<hash>``) are one group.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path, PureWindowsPath

from vision.data.findings import Kind
from vision.data.formats.yolo_lines import Lines, marks
from vision.data.formats.yolo_yaml import FILES, Described, describe
from vision.data.names import alike, normal, source_of
from vision.data.pictures import is_picture
from vision.data.places import Places, files_below, parts_of, pictures_below
from vision.data.reading import Reading, name_of
from vision.data.texts import read_text
from vision.data.types import DataError, DataSet, Sample

LAYOUT = "data.yaml with names, images/ and labels/"
_NO_LABELS = ("classes.txt", "readme.txt", "notes.txt")


def recognise(root: Path) -> bool:
    """Whether the folder holds data.yaml."""
    return _file(root) is not None


def read(reading: Reading) -> DataSet:
    """Every picture in the folders that data.yaml names, or under images/. Group: see above."""
    root = reading.root
    file = _file(root)
    if file is None:
        raise DataError(f"{root}: no data.yaml; give the folder that holds it")
    described = describe(file)
    pictures, folders, lists = _pictures(reading, file, described)
    wanted = {picture: _label_of(root, picture) for picture in pictures}
    labels = {p: reading.find(file, p, name_of(p, root)) for p, file in wanted.items()}
    bare = [(p, name_of(p, root)) for p, label in labels.items() if label is None]
    keep_bare = reading.not_labelled(bare, "label file", "an empty one")
    samples = [
        sample
        for picture in reading.watch(pictures, "pictures")
        if (labels[picture] is not None or keep_bare)
        and (sample := _sample(reading, picture, labels[picture], described)) is not None
    ]
    used = {label for label in labels.values() if label is not None} | set(lists)
    places = list(dict.fromkeys([*folders, *(file.parent for file in wanted.values())]))
    _strangers(reading, places, used, {alike(str(file)) for file in wanted.values()})
    _other_order(reading, [root, *places], described.classes)
    return DataSet("yolo", root, described.classes, samples)


def _file(root: Path) -> Path | None:
    places = Places()
    for name in FILES:
        for path in places.spelled_alike(root / name):
            if path.is_file():
                return path
    return None


def _pictures(
    reading: Reading, file: Path, described: Described
) -> tuple[list[Path], list[Path], list[Path]]:
    """The pictures of train, val and test, the folders where their labels lie, and the lists."""
    root = reading.root
    pictures: set[Path] = set()
    labels: list[Path] = []
    lists: list[Path] = []
    by_place: dict[Path, str] = {}
    for key, entry in described.named:
        place = _inside(reading, [described.base], entry, file)
        if place is not None and by_place.setdefault(place, entry) != entry:
            what = f"{key}: {entry} leads to {place}, as does {by_place[place]}"
            reading.error(Kind.MISSING, file, what, "mend the entry or remove it")
        elif place is None:
            what = f"{key}: {entry} is not there, or not inside {root}"
            remedy = "mend the entry or remove it; pictures and labels lie in this folder"
            reading.error(Kind.MISSING, file, what, remedy)
        elif place.is_dir():
            pictures.update(pictures_below(place))
            labels.append(_label_of(root, place / "x").parent)
        else:
            pictures.update(_listed(reading, place))
            lists.append(place)
    images = reading.find(root / "images", file)
    if not described.named and images is not None:
        pictures.update(pictures_below(images))
        labels.append(_label_of(root, images / "x").parent)
    return sorted(pictures), labels, lists


def _listed(reading: Reading, file: Path) -> list[Path]:
    """Pictures in a text file of paths, one a line."""
    found = []
    text = reading.attempt(partial(read_text, file), file) or ""
    for number, line in enumerate(text.splitlines(), 1):
        entry = line.strip()
        if not entry:
            continue
        place = _inside(reading, [name_of(file, reading.root).rpartition("/")[0]], entry, file)
        if place is None or not place.is_file():
            what = f"line {number}: {entry} is not there, or not inside {reading.root}"
            reading.error(Kind.MISSING, file, what, "restore the picture or remove the line")
        else:
            found.append(place)
    return found


def _inside(reading: Reading, bases: Sequence[str], entry: str, file: Path) -> Path | None:
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


def _label_of(root: Path, picture: Path) -> Path:
    parts = list(picture.relative_to(root).with_suffix(".txt").parts)
    for at in range(len(parts) - 2, -1, -1):
        if parts[at].lower() == "images":
            parts[at] = "labels"
            break
    return root.joinpath(*parts)


def _strangers(reading: Reading, folders: list[Path], used: set[Path], taken: set[str]) -> None:
    """Tell of label files that belong to no picture that was read, or are its second one.

    taken: where labels were looked for, in the form that is `alike`.
    """
    there: set[Path] = set()
    for folder in dict.fromkeys(folders):
        for place in reading.places.spelled_alike(folder):
            files = list(place.iterdir()) if place == reading.root else files_below(place)
            there.update(p for p in files if p.suffix.lower() == ".txt" and p.is_file())
    there = {file for file in there if not file.name.startswith(".")}
    for file in sorted(there - used):
        if alike(str(file)) in taken:
            what = "is a second label of a picture that has one"
            reading.error(Kind.SPELLING, file, what, "keep the right one")
        elif _has_picture(reading.root, file):
            what = "its picture is in none of the lists, and was not read"
            reading.warning(Kind.NO_LABEL, file, what, "add the picture to a list to use it")
        elif file.name.lower() not in _NO_LABELS:
            what = "belongs to no picture"
            reading.error(Kind.MISSING, file, what, "restore the picture or remove the label")


def _other_order(reading: Reading, folders: list[Path], classes: tuple[str, ...]) -> None:
    """Tell of a classes.txt, such as labelImg keeps, that numbers the classes in another way."""
    for folder in dict.fromkeys(folders):
        file = folder / "classes.txt"
        text = reading.attempt(partial(read_text, file), file) if file.is_file() else None
        names = [line.strip() for line in (text or "").splitlines() if line.strip()]
        if names and [normal(name) for name in names] != [normal(name).strip() for name in classes]:
            what = f"lists {', '.join(names[:5])}, but data.yaml {', '.join(classes[:5])}"
            remedy = "see which of the two the labels were drawn by, and make them agree"
            reading.error(Kind.CLASS, file, what, remedy)


def _has_picture(root: Path, label: Path) -> bool:
    """Whether a picture lies where the label's should."""
    parts = list(label.relative_to(root).parts)
    for at in range(len(parts) - 2, -1, -1):
        if parts[at].lower() == "labels":
            parts[at] = "images"
            break
    place = root.joinpath(*parts)
    same = place.parent.glob(f"{glob.escape(place.stem)}.*")
    return any(is_picture(path) for path in same)


def _sample(
    reading: Reading, picture: Path, file: Path | None, described: Described
) -> Sample | None:
    name = name_of(picture, reading.root)
    group = source_of(name)
    size = reading.size(picture, name)
    if size is None:
        return None
    if file is None:
        return Sample(name, picture, size, group)
    text = reading.attempt(partial(read_text, file), file, name)
    if text is None:
        return None
    lines = Lines(reading, file, name, size, described)
    boxes, labels = reading.boxes(file, name, size, marks(lines, text))
    if not text.strip():
        what = "is empty: the part counts as good"
        reading.warning(Kind.EMPTY_LABEL, file, what, "label it if it is not", name)
    return Sample(name, picture, size, group, boxes, labels)
