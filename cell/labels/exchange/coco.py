"""COCO instances: one JSON beside the pictures; boxes, and polygons as `segmentation`.

Beyond the standard an image carries `name`, `group` and `judgement`, which other tools pass over.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from cell.labels.exchange.format import DIGITS, Format, Holds, Placed
from cell.labels.label import Shape, ShapeKind
from vision.lab.data.formats import coco

_FILE = "instances.json"


def _write(placed: Sequence[Placed], classes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    ids = {name: number for number, name in enumerate(classes, 1)}
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, one in enumerate(placed, 1):
        images.append(_image(number, one))
        for shape in one.labelled.shapes:
            annotation = _annotation(shape, ids[shape.class_name])
            annotations.append({"id": len(annotations) + 1, "image_id": number} | annotation)
    categories = [{"id": number, "name": name} for name, number in ids.items()]
    content = {"images": images, "annotations": annotations, "categories": categories}
    yield _FILE, json.dumps(content, ensure_ascii=False) + "\n"


def _image(number: int, one: Placed) -> dict[str, Any]:
    picture = one.labelled.picture
    size = {"width": picture.width, "height": picture.height}
    ours = {"name": one.stem, "group": picture.group, "judgement": one.labelled.judgement}
    return {"id": number, "file_name": one.picture} | size | ours


def _annotation(shape: Shape, category: int) -> dict[str, Any]:
    x1, y1, x2, y2 = shape.box
    polygon = shape.kind is ShapeKind.POLYGON
    return {
        "category_id": category,
        "bbox": [x1, y1, round(x2 - x1, DIGITS), round(y2 - y1, DIGITS)],
        "segmentation": [[value for point in shape.points for value in point]] if polygon else [],
        "area": round(_area(shape) if polygon else (x2 - x1) * (y2 - y1), DIGITS),
        "iscrowd": 0,
    }


def _area(shape: Shape) -> float:
    """Of a polygon [px²], by the shoelace formula."""
    ends = (*shape.points[1:], shape.points[0])
    pairs = zip(shape.points, ends, strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2


COCO = Format(
    "coco",
    "COCO instances",
    f"`{_FILE}`, `images/`",
    Holds(
        remarks="group and unusable stand in fields of ours (`group`, `judgement`), which other "
        "tools pass over; an outline of several polygons becomes one shape each; masks (run "
        "lengths) and crowds become their box; a box within the first pixel is refused on the way "
        "in, since it may be shares"
    ),
    coco.read,
    _write,
)
