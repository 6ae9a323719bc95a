"""Label Studio's JSON: a list of tasks, regions in percent of the picture, choices for the whole.

Pictures are named as Label Studio serves local files (`/data/local-files/?d=`), from the folder of
the export on. `labelling.xml` is the configuration of a project that these labels fit.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from cell.labels.exchange.format import Format, Holds, Placed
from cell.labels.exchange.label_studio_reading import read
from cell.labels.label import Judgement, Picture, Shape, ShapeKind

_FILE = "annotations.json"
_CONFIGURATION = "labelling.xml"


def _write(placed: Sequence[Placed], classes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    tasks = [_task(number, one) for number, one in enumerate(placed, 1)]
    yield _FILE, json.dumps(tasks, ensure_ascii=False) + "\n"
    yield _CONFIGURATION, _configuration(classes)


def _task(number: int, one: Placed) -> dict[str, Any]:
    picture, judgement = one.labelled.picture, one.labelled.judgement
    regions = [_region(f"{number}-{n}", shape, picture)
               for n, shape in enumerate(one.labelled.shapes)]  # fmt: skip
    whole: dict[str, Any] = {"from_name": "judgement", "to_name": "image", "type": "choices"}
    whole |= {"id": f"{number}-whole", **_size(picture), "value": {"choices": [judgement]}}
    address = f"/data/local-files/?d={quote(one.picture)}"
    return {
        "id": number,
        "data": {"image": address, "group": picture.group},
        "annotations": [{"result": [*regions, whole], "was_cancelled": False}],
    }


def _size(picture: Picture) -> dict[str, Any]:
    return {"original_width": picture.width, "original_height": picture.height, "image_rotation": 0}


def _region(key: str, shape: Shape, picture: Picture) -> dict[str, Any]:
    if shape.kind is ShapeKind.BOX:
        x1, y1, x2, y2 = shape.box
        (x, y), (w, h) = _percent((x1, y1), picture), _percent((x2 - x1, y2 - y1), picture)
        kind = "rectanglelabels"
        value: dict[str, Any] = {"x": x, "y": y, "width": w, "height": h, "rotation": 0}
    else:
        points = [_percent(point, picture) for point in shape.points]
        kind, value = "polygonlabels", {"points": points, "closed": True}
    names = {"from_name": "polygon" if kind == "polygonlabels" else "box", "to_name": "image"}
    region = {"id": key, "type": kind, "value": value | {kind: [shape.class_name]}}
    return region | names | _size(picture)


def _percent(point: tuple[float, float], picture: Picture) -> list[float]:
    return [100 * point[0] / picture.width, 100 * point[1] / picture.height]


def _configuration(classes: tuple[str, ...]) -> str:
    labels = "".join(f"\n    <Label value={quoteattr(name)}/>" for name in classes)
    choices = "".join(f"\n    <Choice value={quoteattr(one)}/>" for one in Judgement)
    return (
        "<View>\n"
        '  <Image name="image" value="$image" zoom="true"/>\n'
        f'  <RectangleLabels name="box" toName="image">{labels}\n  </RectangleLabels>\n'
        f'  <PolygonLabels name="polygon" toName="image">{labels}\n  </PolygonLabels>\n'
        f'  <Choices name="judgement" toName="image">{choices}\n  </Choices>\n'
        "</View>\n"
    )


LABEL_STUDIO = Format(
    "label-studio",
    "Label Studio JSON",
    f"`{_FILE}`, `{_CONFIGURATION}`, `images/`",
    Holds(
        remarks="coordinates in percent; group stands in the task's data; turned rectangles become "
        "polygons, ellipses their box; brush strokes and key points are refused, and so are tasks "
        "with several annotations unless one is marked as ground truth"
    ),
    read,
    _write,
    named_from_home=True,
)
