"""Label Studio's JSON: a list of tasks, regions in percent of the picture, choices for the whole.

Pictures are named as Label Studio serves local files (`/data/local-files/?d=`), from the folder of
the export on. `labelling.xml` is the configuration of a project that these labels fit.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from cell.labels.exchange.format import Format, Holds, Placed
from cell.labels.exchange.label_studio_file import (
    KINDS,
    NO_SHAPES,
    Annotation,
    File,
    Region,
    Task,
    outlined,
)
from cell.labels.exchange.pictures import Pictures
from cell.labels.label import Judgement, Picture, Shape, ShapeKind
from vision.lab.data.findings import Kind
from vision.lab.data.formats.judged import is_unusable
from vision.lab.data.names import printable, source_of
from vision.lab.data.reading import Marked, Reading, corners, name_of
from vision.lab.data.texts import model_of, read_json
from vision.lab.data.types import DataError, DataSet, Sample
from vision.pictures import SUFFIXES

_FILE = "annotations.json"
_CONFIGURATION = "labelling.xml"
_REMEDY = "not an export of Label Studio's kind JSON: export it again as JSON"


def _read(reading: Reading) -> DataSet:
    path = _only(reading.root)
    content = read_json(path)
    if not isinstance(content, list):
        raise DataError(f"{path}: is no list of tasks; export it again as JSON")
    tasks = model_of(path, {"tasks": content}, File, _REMEDY).tasks
    if content and all(isinstance(one, dict) and "data" not in one for one in content):
        raise DataError(f"{path}: is of the kind JSON_MIN; export it again as JSON")
    classes = tuple(sorted({name for task in tasks for name in _classes(task)}))
    pictures = Pictures(reading)
    samples, bare = [], []
    for number, task in reading.watch(list(enumerate(tasks)), "pictures"):
        place = f"task {number}"
        picture = pictures.find(_address(task), path, place)
        if picture is None:
            continue
        name = name_of(picture, pictures.folder)
        said = _said(reading, path, place, name, task)
        if said is None:
            bare.append((picture, name))
            continue
        sample = _sample(reading, path, place, name, picture, task, said, classes)
        if sample is not None:
            samples.append(sample)
    if reading.not_labelled(bare, "annotation", "submit one without regions"):
        sizes = [(picture, name, reading.size(picture, name)) for picture, name in bare]
        samples += [Sample(n, p, size, source_of(n)) for p, n, size in sizes if size is not None]
    return DataSet("label-studio", reading.root, classes, samples)


def _only(root: Path) -> Path:
    if root.is_file():
        return root
    found = sorted(path for path in root.glob("*.json") if path.is_file())
    if len(found) != 1:
        names = ", ".join(path.name for path in found[:5]) or "none"
        raise DataError(f"{root}: JSON files here: {names}; give the path of the one you mean")
    return found[0]


def _classes(task: Task) -> Iterator[str]:
    for annotation in task.annotations:
        for region in annotation.result:
            yield from _labels(region)


def _labels(region: Region) -> list[str]:
    labels = region.value.get(region.type) if region.type in KINDS else None
    return [one for one in labels if isinstance(one, str)] if isinstance(labels, list) else []


def _address(task: Task) -> str:
    """Where the picture is: what is called `image`, else the one address of a picture."""
    texts = {key: value for key, value in task.data.items() if isinstance(value, str)}
    if "image" in texts:
        return texts["image"]
    return next((v for v in texts.values() if v.lower().endswith(SUFFIXES)), "")


def _said(reading: Reading, path: Path, place: str, name: str, task: Task) -> Annotation | None:
    """The annotation that counts, None where there is none; tells of several."""
    if task.predictions:
        what = f"{place}: has predictions of a model, which were left out"
        reading.warning(Kind.COLUMN, path, what, "accept them in the tool if they are right", name)
    given = [one for one in task.annotations if not one.skipped]
    true = [one for one in given if one.truth]
    chosen = true if len(true) == 1 else given
    if len(chosen) > 1:
        what = f"{place}: has {len(chosen)} annotations, and which one holds is not known"
        reading.error(Kind.LABEL, path, what, "mark one as ground truth, or remove the rest", name)
    return chosen[0] if chosen else None


def _sample(
    reading: Reading, path: Path, place: str, name: str, picture: Path, task: Task,
    annotation: Annotation, classes: tuple[str, ...],
) -> Sample | None:  # fmt: skip
    said = next(((r.height, r.width) for r in annotation.result if r.width and r.height), None)
    remedy = "export the labels again for this picture"
    size = reading.labelled_size(picture, name, path, said or (None, None), remedy)
    if size is None:
        return None
    regions = list(enumerate(annotation.result))
    marks = [mark for number, region in regions
             for mark in _marks(reading, path, f"{place} result {number}", name, size, region,
                                classes)]  # fmt: skip
    drawn = reading.boxes(path, name, size, marks)
    words = [word for _, region in regions if region.type == "choices" for word in _choices(region)]
    unusable = is_unusable(reading, path, f"{name}", words, len(marks))
    group = task.data.get("group")
    return Sample(
        name, picture, size, group if isinstance(group, str) else source_of(name),
        drawn.boxes, drawn.labels, outlines=drawn.outlines, unusable=unusable,
    )  # fmt: skip


def _choices(region: Region) -> list[str]:
    chosen = region.value.get("choices")
    return [one for one in chosen if isinstance(one, str)] if isinstance(chosen, list) else []


def _marks(
    reading: Reading, path: Path, place: str, name: str, size: tuple[int, int], region: Region,
    classes: tuple[str, ...],
) -> Iterator[Marked]:  # fmt: skip
    if region.type in NO_SHAPES:
        return
    if region.type not in KINDS:
        what = f"{place}: a region of the kind {printable(region.type)!r} is not read"
        reading.error(Kind.SHAPE, path, what, "draw a rectangle or a polygon", name)
        return
    labels = _labels(region)
    if not labels:
        what = f"{place}: a region without a label"
        reading.error(Kind.CLASS, path, what, "choose its label in the tool", name)
    if region.turned:
        what = f"{place}: was drawn on a picture turned by {region.turned:g} degrees"
        reading.error(Kind.SHAPE, path, what, "draw it on the picture as it is stored", name)
        return
    try:
        found = outlined(region, size)
    except ValueError as error:
        reading.error(Kind.SHAPE, path, f"{place}: {error}", "draw it again", name)
        return
    box = corners(found.points)
    if found.note:
        what = f"{place}: {found.note}"
        reading.warning(Kind.BOX_MEANING, path, what, "see whether the box fits", name, box)
    outlines = (found.points,) if len(found.points) > 2 else ()
    for label in labels:
        yield Marked(place, box, classes.index(label), outlines)


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
    _read,
    _write,
    named_from_home=True,
)
