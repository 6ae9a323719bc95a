"""Reads Label Studio's JSON, as projects of any configuration export it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cell.labels.exchange.foreign import mark, not_labelled, only_file
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
from vision.lab.data.findings import Kind
from vision.lab.data.formats.judged import is_unusable
from vision.lab.data.names import printable, source_of
from vision.lab.data.reading import Marked, Reading, name_of
from vision.lab.data.saying import fault, told
from vision.lab.data.texts import model_of, read_json
from vision.lab.data.types import DataSet, Sample
from vision.pictures import SUFFIXES

_REMEDY = told(
    "do.export_label_studio", "not an export of Label Studio's kind JSON: export it again as JSON"
)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where something stands: file, task, name of its picture; and the classes of the file."""

    reading: Reading
    file: Path
    task: str
    name: str
    classes: tuple[str, ...]


def read(reading: Reading) -> DataSet:
    """Every task with a picture. Group: `group` of the task's data, else each picture its own."""
    path = only_file(reading.root, ".json")
    content = read_json(path)
    if not isinstance(content, list):
        raise fault(
            path,
            told("file.no_tasks", "is no list of tasks"),
            told("do.export_json", "export it again as JSON"),
        )
    tasks = model_of(path, {"tasks": content}, File, _REMEDY).tasks
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
        at = _Place(reading, path, place, name, classes)
        sample = _sample(at, picture, task, said)
        if sample is not None:
            samples.append(sample)
    samples += not_labelled(
        reading,
        bare,
        told("file.lacks.annotation", "annotation"),
        told("file.good.submit", "submit one without regions"),
    )
    return DataSet("label-studio", reading.root, classes, samples)


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
        what = told(
            "file.predictions",
            "{place}: has predictions of a model, which were left out",
            place=place,
        )
        reading.warning(
            Kind.COLUMN,
            path,
            what,
            told("do.accept_predictions", "accept them in the tool if they are right"),
            name,
        )
    given = [one for one in task.annotations if not one.skipped]
    true = [one for one in given if one.truth]
    chosen = true if len(true) == 1 else given
    if len(chosen) > 1:
        what = told(
            "file.annotations",
            "{place}: has {count} annotations, and which one holds is not known",
            place=place,
            count=len(chosen),
        )
        reading.error(
            Kind.LABEL,
            path,
            what,
            told("do.ground_truth", "mark one as ground truth, or remove the rest"),
            name,
        )
    return chosen[0] if chosen else None


def _sample(at: _Place, picture: Path, task: Task, annotation: Annotation) -> Sample | None:
    reading, path, name = at.reading, at.file, at.name
    said = next(((r.height, r.width) for r in annotation.result if r.width and r.height), None)
    remedy = told("do.export_picture", "export the labels again for this picture")
    size = reading.labelled_size(picture, name, path, said or (None, None), remedy)
    if size is None:
        return None
    regions = list(enumerate(annotation.result))
    on = sorted({region.on for _, region in regions if region.type in KINDS})
    if len(on) > 1:
        what = told(
            "file.regions_on",
            "{task}: has regions on several pictures ({names}), of which one is read",
            task=at.task,
            names=", ".join(on),
        )
        reading.error(
            Kind.LABEL, path, what, told("do.task_each", "make a task of each picture"), name
        )
        return None
    marks = [one for number, region in regions for one in _marks(at, number, region, size)]
    drawn = reading.boxes(path, name, size, marks)
    words = [word for _, region in regions if region.type == "choices" for word in _choices(region)]
    unusable = is_unusable(reading, path, name, words, len(marks))
    group = task.data.get("group")
    return Sample(
        name, picture, size, group if isinstance(group, str) else source_of(name),
        drawn.boxes, drawn.labels, outlines=drawn.outlines, unusable=unusable,
    )  # fmt: skip


def _choices(region: Region) -> list[str]:
    chosen = region.value.get("choices")
    return [one for one in chosen if isinstance(one, str)] if isinstance(chosen, list) else []


def _marks(at: _Place, number: int, region: Region, size: tuple[int, int]) -> Iterator[Marked]:
    reading, path, name, place = at.reading, at.file, at.name, f"{at.task} result {number}"
    if region.type in NO_SHAPES:
        return
    if region.type not in KINDS:
        what = told(
            "file.region_kind",
            "{place}: a region of the kind {type} is not read",
            place=place,
            type=repr(printable(region.type)),
        )
        reading.error(
            Kind.SHAPE, path, what, told("do.draw_shape", "draw a rectangle or a polygon"), name
        )
        return
    labels = _labels(region)
    if not labels:
        what = told("file.region_no_class", "{place}: a region without a label", place=place)
        reading.error(
            Kind.CLASS, path, what, told("do.choose_class", "choose its label in the tool"), name
        )
    if region.turned:
        what = told(
            "file.turned_picture",
            "{place}: was drawn on a picture turned by {turned} degrees",
            place=place,
            turned=f"{region.turned:g}",
        )
        reading.error(
            Kind.SHAPE,
            path,
            what,
            told("do.draw_stored", "draw it on the picture as it is stored"),
            name,
        )
        return
    try:
        found = outlined(region, size)
    except ValueError as error:
        reading.error(
            Kind.SHAPE,
            path,
            told("file.at", "{place}: {what}", place=place, what=error.args[0]),
            told("do.draw_again", "draw it again"),
            name,
        )
        return
    for label in labels:
        yield mark(reading, path, place, name, found, at.classes.index(label))
