"""YOLO: data.yaml, a text file a picture, shares of the picture's size. Boxes or polygons: the
trainers that read this format want all lines of a set to be of one kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from cell.labels.exchange.format import Format, Holds, Placed
from cell.labels.label import Picture, Shape, ShapeKind
from models.ground.written import write_yaml
from vision.lab.data.formats import yolo
from vision.lab.data.formats.yolo_paths import label_of

_NO_CLASS = "defect"
"""The one class of a set in which nothing is drawn: trainers want one."""


def _write(placed: Sequence[Placed], classes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    index = {name: number for number, name in enumerate(classes)}
    names = list(classes) or [_NO_CLASS]
    yield "data.yaml", write_yaml({"train": "images", "val": "images", "names": names})
    for one in placed:
        shapes = one.labelled.shapes
        lines = [_line(index[s.class_name], s, one.labelled.picture) for s in shapes]
        place = label_of(Path(), Path(one.picture))
        yield place.as_posix(), "".join(f"{line}\n" for line in lines)


def _line(number: int, shape: Shape, picture: Picture) -> str:
    size = (picture.width, picture.height)
    if shape.kind is ShapeKind.BOX:
        x1, y1, x2, y2 = shape.box
        values: tuple[float, ...] = ((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1)
    else:
        values = tuple(value for point in shape.points for value in point)
    shares = (f"{value / size[place % 2]:.9f}" for place, value in enumerate(values))
    return f"{number} {' '.join(shares)}"


_ONE_SPLIT = "train and val name the same pictures: deal them before training"

YOLO_DETECT = Format(
    "yolo-detect",
    "YOLO, boxes",
    "`data.yaml`, `images/`, `labels/`",
    Holds(polygons=False, unusable=False, groups=False, remarks=_ONE_SPLIT),
    yolo.read,
    _write,
    named_from_home=True,
)
YOLO_SEGMENT = Format(
    "yolo-segment",
    "YOLO, polygons",
    "`data.yaml`, `images/`, `labels/`",
    Holds(boxes=False, unusable=False, groups=False, remarks=_ONE_SPLIT),
    yolo.read,
    _write,
    named_from_home=True,
)
