"""YOLO: data.yaml, pictures under images/, a text file a picture under labels/.

A label's line is ``class cx cy w h`` or ``class x1 y1 x2 y2 x3 y3 ..`` (a polygon), in shares of
the picture. A picture without a text file is good. Pictures that Roboflow augmented from one source
(``<source>.rf.<hash>``) are one group.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from vision.data.findings import Kind
from vision.data.reading import Marked, Reading, corners, name_of, read_text
from vision.data.types import DataError, DataSet, Sample
from vision.pictures import find_pictures

LAYOUT = "data.yaml with names, images/ and labels/"


def recognise(root: Path) -> bool:
    """Whether the folder holds data.yaml."""
    return _file(root) is not None


def read(reading: Reading) -> DataSet:
    """Every picture in the folders that data.yaml names, or under images/. Group: see above."""
    root = reading.root
    file = _file(root)
    if file is None:
        raise DataError(f"{root}: no data.yaml; give the folder that holds it")
    content = _parse(file)
    classes = _classes(file, content)
    pictures = _pictures(root, file, content)
    samples = [
        sample
        for picture in reading.watch(pictures, "pictures")
        if (sample := _sample(reading, picture, classes)) is not None
    ]
    _strangers(reading, {_label_file(root, picture) for picture in pictures})
    return DataSet("yolo", root, classes, samples)


def _file(root: Path) -> Path | None:
    for name in ("data.yaml", "data.yml", "dataset.yaml"):
        if (root / name).is_file():
            return root / name
    return None


def _parse(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(read_text(file))
    except yaml.YAMLError as error:
        line = " ".join(str(error).split())
        raise DataError(f"{file}: {line}; mend the file") from None
    if not isinstance(content, dict) or "names" not in content:
        raise DataError(f"{file}: no 'names'; list the classes there, in the order of their ids")
    return content


def _classes(file: Path, content: dict[str, Any]) -> tuple[str, ...]:
    names = content["names"]
    if isinstance(names, dict):
        if sorted(names) != list(range(len(names))):
            raise DataError(f"{file}: names: ids are not 0..{len(names) - 1}; number them so")
        names = [names[i] for i in range(len(names))]
    if not isinstance(names, list) or not names:
        raise DataError(f"{file}: names: is no list of classes; list them in the order of ids")
    count = content.get("nc", len(names))
    if count != len(names):
        raise DataError(f"{file}: nc is {count}, but names has {len(names)}; make them agree")
    return tuple(map(str, names))


def _pictures(root: Path, file: Path, content: dict[str, Any]) -> list[Path]:
    """The pictures of train, val and test; a folder outside the root is looked for inside it."""
    named: list[str] = []
    for key in ("train", "val", "test"):
        value = content.get(key)
        named += value if isinstance(value, list) else [value] if value else []
    paths = [_inside(root, content.get("path"), entry) for entry in named]
    there = [path for path in paths if path is not None]
    if not there and (root / "images").is_dir():
        there = [root / "images"]
    pictures = sorted({p for path in there for p in _listed(root, path)})
    if not pictures:
        where = ", ".join(named) or "images/"
        raise DataError(f"{file}: no pictures in {where}; mend train, val, test in the file")
    return pictures


def _listed(root: Path, path: Path) -> list[Path]:
    """Pictures in a folder, or in a text file of paths, one a line."""
    if path.is_dir():
        return find_pictures(path)
    lines = [line.strip() for line in read_text(path).splitlines() if line.strip()]
    return [_inside(root, None, line) or root / line for line in lines]


def _inside(root: Path, base: object, entry: str) -> Path | None:
    """A path below the root, None if there is none. Exporters write paths of their own machine, or
    one level too high ('../train/images').
    """
    inside = Path(*[part for part in Path(entry).parts if part not in ("..", "/", ".")])
    tried = [root / str(base or "") / entry, root / entry, root / inside]
    for path in tried:
        if path.exists() and path.resolve().is_relative_to(root.resolve()):
            return root / path.resolve().relative_to(root.resolve())
    return None


def _strangers(reading: Reading, used: set[Path]) -> None:
    """Tell of label files that belong to no picture."""
    for folder in sorted({file.parent for file in used}):
        for file in sorted(folder.glob("*.txt")):
            if file not in used and file.name != "classes.txt":
                what = "belongs to no picture"
                reading.error(Kind.MISSING, file, what, "restore the picture or remove the label")


def _label_file(root: Path, picture: Path) -> Path:
    parts = list(picture.relative_to(root).with_suffix(".txt").parts)
    for at in range(len(parts) - 2, -1, -1):
        if parts[at] == "images":
            parts[at] = "labels"
            break
    return root.joinpath(*parts)


def _sample(reading: Reading, picture: Path, classes: tuple[str, ...]) -> Sample | None:
    name = name_of(picture, reading.root)
    group = name_of(picture, reading.root).partition(".rf.")[0]
    size = reading.size(picture, name)
    if size is None:
        return None
    file = _label_file(reading.root, picture)
    if not file.is_file():
        return Sample(name, picture, size, group)
    marks = _marks(reading, file, name, size, classes)
    boxes, labels = reading.boxes(file, name, size, marks)
    if not file.stat().st_size:
        what = "is empty: the part counts as good"
        reading.warning(Kind.EMPTY_LABEL, file, what, "label it if it is not", name)
    return Sample(name, picture, size, group, boxes, labels)


def _marks(
    reading: Reading, file: Path, name: str, size: tuple[int, int], classes: tuple[str, ...]
) -> Iterator[Marked]:
    height, width = size
    for number, line in enumerate(read_text(file).splitlines(), 1):
        if not line.strip():
            continue
        try:
            label, values = int(line.split()[0]), [float(v) for v in line.split()[1:]]
        except ValueError:
            label, values = -1, []
        polygon = len(values) >= 6 and len(values) % 2 == 0
        if len(values) != 4 and not polygon:
            raise DataError(
                f"{file}: line {number}: {line!r} is neither 'class cx cy w h' nor a polygon; "
                "export the labels again"
            )
        if not 0 <= label < len(classes):
            what = f"line {number}: class {label} is not 0..{len(classes) - 1}"
            reading.error(Kind.CLASS, file, what, "add it to names in data.yaml, or mend it", name)
            continue
        if polygon:
            x1, y1, x2, y2 = corners(list(zip(values[::2], values[1::2], strict=True)))
        else:
            cx, cy, w, h = values
            x1, y1, x2, y2 = cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2
        box = (x1 * width, y1 * height, x2 * width, y2 * height)
        yield Marked(f"line {number}", box, label)
