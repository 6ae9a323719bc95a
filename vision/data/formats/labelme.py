"""labelme: a JSON a picture, beside it or in a folder of its own; polygons and rectangles.

Classes are those in ``labels.txt`` or ``classes.txt`` at the root, else all that occur, by name.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

from pydantic import BaseModel, ConfigDict, Field

from vision.data.findings import Kind
from vision.data.reading import Marked, Reading, corners, name_of, read_model, read_text
from vision.data.types import DataError, DataSet, Sample
from vision.pictures import find_pictures

LAYOUT = "a labelme .json for each picture (shapes, imagePath)"
_AREAS = ("polygon", "rectangle", "circle")


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    label: str
    points: list[tuple[float, float]]
    shape_type: str = "polygon"


class _File(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    shapes: list[_Shape]
    image_path: str = Field(alias="imagePath")
    height: int | None = Field(None, alias="imageHeight")
    width: int | None = Field(None, alias="imageWidth")


def recognise(root: Path) -> bool:
    """Whether one of the first JSON files below the folder is labelme's."""
    for number, path in enumerate(root.rglob("*.json")):
        with path.open("rb") as file:
            head = file.read(1 << 12)
        if b'"shapes"' in head or b'"imagePath"' in head:
            return True
        if number >= 20:
            break
    return False


def read(reading: Reading) -> DataSet:
    """Every picture with a JSON. Each picture is a group of its own."""
    files = sorted(reading.root.rglob("*.json"))
    if not files:
        raise DataError(f"{reading.root}: no .json; give the folder that holds labelme's files")
    remedy = "not a labelme file: save it again or remove it"
    contents = [(path, read_model(path, _File, remedy)) for path in reading.watch(files, "labels")]
    classes = _classes(reading.root, [content for _, content in contents])
    pictures = find_pictures(reading.root)
    by_file = {picture.name: picture for picture in pictures}
    samples, used = [], set()
    for path, content in reading.watch(contents, "pictures"):
        picture = _picture(path, content, by_file)
        used.add(picture)
        sample = _sample(reading, path, picture, content, classes)
        if sample is not None:
            samples.append(sample)
    for picture in (p for p in pictures if p not in used):
        what = "has no .json and was left out"
        reading.warning(Kind.NO_LABEL, picture, what, "label it; a good part needs no shapes")
    return DataSet("labelme", reading.root, classes, samples)


def _classes(root: Path, contents: list[_File]) -> tuple[str, ...]:
    for name in ("labels.txt", "classes.txt"):
        if (root / name).is_file():
            lines = [line.strip() for line in read_text(root / name).splitlines()]
            return tuple(n for n in lines if n and n not in ("__ignore__", "_background_"))
    return tuple(sorted({shape.label for content in contents for shape in content.shapes}))


def _picture(path: Path, content: _File, by_file: dict[str, Path]) -> Path:
    """The picture that the JSON names, beside it or anywhere below the root."""
    said = PureWindowsPath(content.image_path)
    beside = path.parent / said.as_posix()
    if beside.is_file():
        return Path(os.path.normpath(beside))
    return by_file.get(said.name, beside)


def _sample(
    reading: Reading, path: Path, picture: Path, content: _File, classes: tuple[str, ...]
) -> Sample | None:
    inside = picture.is_relative_to(reading.root)
    name = name_of(picture if inside else path, reading.root)
    said = (content.height, content.width)
    size = reading.labelled_size(picture, name, path, said, "label this picture again")
    if size is None:
        return None
    boxes, labels = reading.boxes(path, name, size, _marks(reading, path, name, content, classes))
    if not content.shapes:
        what = "has no shapes: the part counts as good"
        reading.warning(Kind.EMPTY_LABEL, path, what, "label it if it is not", name)
    return Sample(name, picture, size, name, boxes, labels)


def _marks(
    reading: Reading, path: Path, name: str, content: _File, classes: tuple[str, ...]
) -> Iterator[Marked]:
    for number, shape in enumerate(content.shapes):
        place = f"shapes.{number}"
        if shape.label not in classes:
            what = f"{place}: class {shape.label!r} is not in the list of classes"
            reading.error(Kind.CLASS, path, what, "add it to labels.txt, or mend it", name)
        elif shape.shape_type not in _AREAS or len(shape.points) < 2:
            what = f"{place}: a {shape.shape_type} of {len(shape.points)} points has no area"
            reading.error(Kind.SHAPE, path, what, "draw a polygon or a rectangle", name)
        else:
            points = shape.points
            if shape.shape_type == "circle":
                (x, y), edge = points[0], points[1]
                r = math.dist((x, y), edge)
                points = [(x - r, y - r), (x + r, y + r)]
            yield Marked(place, corners(points), classes.index(shape.label))
