"""labelme: a JSON beside each picture. What it is called stands in `flags`, its group in a key of
ours, which labelme keeps.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any

from cell.labels.exchange.format import Format, Holds, Placed
from cell.labels.label import Judgement, Shape, ShapeKind
from vision.lab.data.formats import labelme
from vision.lab.data.formats.labelme_file import NO_DEFECTS

_KINDS = {ShapeKind.BOX: "rectangle", ShapeKind.POLYGON: "polygon"}


def _write(placed: Sequence[Placed], _: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for one in placed:
        yield f"{one.stem}.json", json.dumps(_content(one), ensure_ascii=False, indent=2) + "\n"


def _content(one: Placed) -> dict[str, Any]:
    picture, judgement = one.labelled.picture, one.labelled.judgement
    return {
        "version": "5.5.0",
        "flags": {} if judgement is Judgement.DEFECTIVE else {judgement: True},
        "shapes": [_shape(shape) for shape in one.labelled.shapes],
        "imagePath": PurePosixPath(one.picture).name,
        "imageData": None,
        "imageHeight": picture.height,
        "imageWidth": picture.width,
        "group": picture.group,
    }


def _shape(shape: Shape) -> dict[str, Any]:
    return {
        "label": shape.class_name,
        "points": [list(point) for point in shape.points],
        "group_id": None,
        "description": "",
        "shape_type": _KINDS[shape.kind],
        "flags": {},
        "mask": None,
    }


LABELME = Format(
    "labelme",
    "labelme",
    "`NAME.jpg`, `NAME.json`",
    Holds(
        remarks="group stands in a key of ours, which labelme keeps; circles and masks become "
        "their box; lines and points are refused",
        not_classes=NO_DEFECTS,
    ),
    labelme.read,
    _write,
    home="",
    deep=True,
)
