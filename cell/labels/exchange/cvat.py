"""CVAT for images 1.1: one XML beside the pictures. What a picture is called stands in a tag, which
carries its group as an attribute.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Tree
from xml.etree.ElementTree import Element

from cell.labels.exchange.cvat_file import NO_SHAPES, images, outlined
from cell.labels.exchange.foreign import mark, not_labelled, only_file
from cell.labels.exchange.format import Format, Holds, Placed
from cell.labels.exchange.pictures import Pictures
from cell.labels.label import Judgement, Shape, ShapeKind
from vision.lab.data.findings import Kind
from vision.lab.data.formats.judged import is_unusable
from vision.lab.data.names import source_of
from vision.lab.data.outlines import is_below
from vision.lab.data.reading import Marked, Reading, name_of
from vision.lab.data.saying import told
from vision.lab.data.types import DataSet, Sample

_FILE = "annotations.xml"
_LABELS = "labels.json"
_GROUP = "group"
_HOME = "images"
_SIDE = {"height", "width"}


def _read(reading: Reading) -> DataSet:
    path = only_file(reading.root, ".xml")
    pictures = Pictures(reading)
    classes: dict[str, int] = {}
    samples, bare, described = [], [], 0
    for number, image in enumerate(reading.watch(list(images(path)), "pictures")):
        written = "/".join(filter(None, (image.get("subset"), image.get("name"))))
        place = f"image {image.get('id', number)}"
        picture = _exported(pictures.folder, written) or pictures.find(written, path, place)
        if picture is None:
            continue
        name = name_of(picture, pictures.folder)
        described += sum(len(shape) > 0 for shape in image if shape.tag not in NO_SHAPES)
        if not len(image):
            bare.append((picture, name))
            continue
        sample = _sample(reading, path, image, name, picture, classes)
        if sample is not None:
            samples.append(sample)
    _tell_attributes(reading, path, described)
    samples += not_labelled(
        reading,
        bare,
        told("file.lacks.shape", "shape and tag"),
        told("file.good.tag", "a tag called good"),
    )
    return DataSet("cvat", reading.root, tuple(classes), samples)


def _exported(folder: Path, written: str) -> Path | None:
    """Where the tool's own exports have a picture: names begin below `images`."""
    place = folder / _HOME / written
    return place if is_below(place, folder / _HOME) and place.is_file() else None


def _tell_attributes(reading: Reading, path: Path, described: int) -> None:
    if described:
        what = told(
            "file.attributes",
            "{described} shapes have attributes, which were left out",
            described=described,
        )
        reading.warning(
            Kind.COLUMN,
            path,
            what,
            told("do.label_attributes", "make a label of what counts as a class"),
        )


def _sample(
    reading: Reading, path: Path, image: Element, name: str, picture: Path, classes: dict[str, int]
) -> Sample | None:
    said = {key: image.get(key, "") for key in _SIDE}
    if any(not text.isascii() or not text.isdigit() or len(text) > 9 for text in said.values()):
        what = told(
            "file.cvat_size", "image {name}: its width and height are no numbers", name=name
        )
        reading.error(
            Kind.SIZE, path, what, told("do.export_labels", "export the labels again"), name
        )
        return None
    height_width, remedy = (
        (int(said["height"]), int(said["width"])),
        told("do.export_labels", "export the labels again"),
    )
    size = reading.labelled_size(picture, name, path, height_width, remedy)
    if size is None:
        return None
    marks = list(_marks(reading, path, image, name, classes))
    drawn = reading.boxes(path, name, size, marks)
    tags = image.findall("tag")
    words = [tag.get("label", "") for tag in tags]
    unusable = is_unusable(reading, path, name, words, len(image) - len(tags))
    groups = [a.text or "" for t in tags for a in t.iter("attribute") if a.get("name") == _GROUP]
    return Sample(
        name, picture, size, groups[0] if groups else source_of(name),
        drawn.boxes, drawn.labels, outlines=drawn.outlines, unusable=unusable,
    )  # fmt: skip


def _marks(
    reading: Reading, path: Path, image: Element, name: str, classes: dict[str, int]
) -> Iterator[Marked]:
    for number, shape in enumerate(image):
        if shape.tag in NO_SHAPES:
            continue
        place = f"image {name} shape {number}"
        try:
            found = outlined(shape)
        except ValueError as error:
            remedy = told("do.draw_shape", "draw a rectangle or a polygon")
            reading.error(
                Kind.SHAPE,
                path,
                told("file.at", "{place}: {what}", place=place, what=error.args[0]),
                remedy,
                name,
            )
            continue
        if not shape.get("label", "").strip():
            what = told("file.no_class", "{place}: has no label", place=place)
            reading.error(
                Kind.CLASS,
                path,
                what,
                told("do.choose_class", "choose its label in the tool"),
                name,
            )
            continue
        label = classes.setdefault(shape.get("label", ""), len(classes))
        yield mark(reading, path, place, name, found, label)


def _write(placed: Sequence[Placed], classes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    root = Tree.Element("annotations")
    Tree.SubElement(root, "version").text = "1.1"
    labels = Tree.SubElement(Tree.SubElement(Tree.SubElement(root, "meta"), "task"), "labels")
    for entry in _labels(classes):
        label = Tree.SubElement(labels, "label")
        Tree.SubElement(label, "name").text = entry["name"]
        Tree.SubElement(label, "type").text = entry["type"]
    for number, one in enumerate(placed):
        _add(root, number, one)
    Tree.indent(root)
    yield _FILE, Tree.tostring(root, "unicode", xml_declaration=True) + "\n"
    yield _LABELS, json.dumps(_labels(classes), ensure_ascii=False, indent=2) + "\n"


def _labels(classes: tuple[str, ...]) -> list[dict[str, Any]]:
    """The labels of a project that these annotations fit, as CVAT's editor of raw labels takes."""
    group = {"name": _GROUP, "input_type": "text", "mutable": False, "values": [""]}
    drawn = [{"name": name, "type": "any", "attributes": []} for name in classes]
    return drawn + [{"name": one, "type": "tag", "attributes": [group]} for one in Judgement]


def _add(root: Element, number: int, one: Placed) -> None:
    picture = one.labelled.picture
    size = {"width": str(picture.width), "height": str(picture.height)}
    name = one.picture.removeprefix(f"{_HOME}/")  # as the tool's tasks call it
    image = Tree.SubElement(root, "image", {"id": str(number), "name": name} | size)
    for shape in one.labelled.shapes:
        _add_shape(image, shape)
    tag = {"label": str(one.labelled.judgement), "source": "manual"}
    attribute = Tree.SubElement(Tree.SubElement(image, "tag", tag), "attribute", name=_GROUP)
    attribute.text = picture.group


def _add_shape(image: Element, shape: Shape) -> None:
    common = {"label": shape.class_name, "source": "manual", "occluded": "0"}
    if shape.kind is ShapeKind.BOX:
        corners_ = zip(("xtl", "ytl", "xbr", "ybr"), shape.box, strict=True)
        place = {key: repr(value) for key, value in corners_}
    else:
        place = {"points": ";".join(f"{x!r},{y!r}" for x, y in shape.points)}
    Tree.SubElement(image, shape.kind.value, common | place | {"z_order": "0"})


CVAT = Format(
    "cvat",
    "CVAT for images 1.1",
    f"`{_FILE}`, `{_LABELS}`, `images/`",
    Holds(
        remarks="good and unusable are tags, group is an attribute of the tag; turned boxes become "
        "polygons, ellipses and masks their box; polylines, points, cuboids and skeletons are "
        "refused, and so are tracks of a video"
    ),
    _read,
    _write,
    named_from_home=True,
)
