"""Each fault of a label file has a code of its own: one input for each, said in both languages."""

from __future__ import annotations

import ast
import base64
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from cell.labels.exchange.convert import labels_of
from cell.labels.exchange.table import format_of
from cell.texts import render
from vision.lab.data.findings import Finding
from vision.lab.data.open import in_plain_form
from vision.lab.data.reading import Reading, Unlabelled, unwatched
from vision.lab.data.saying import Told, words_of
from vision.lab.data.types import DataError

ROOT = Path(__file__).parents[2]
Files = dict[str, str | None]
"""Paths and what stands there: None is a picture of 40 x 30 px."""
A: Files = {"a.png": None}


def cvat(body: str = "", **head: str) -> Files:
    said = {"name": "a.png", "width": "40", "height": "30"} | head
    attributes = " ".join(f'{key}="{value}"' for key, value in said.items())
    return A | {"a.xml": f"<annotations><image {attributes}>{body}</image></annotations>"}


def shape(tag: str = "box", inside: str = "", **more: str) -> str:
    places = {
        "box": {"xtl": "1", "ytl": "2", "xbr": "9", "ybr": "8"},
        "ellipse": {"cx": "9", "cy": "8", "rx": "3", "ry": "2"},
        "mask": {"left": "3", "top": "4", "width": "5", "height": "6"},
    }
    said = {"label": "dent", **places.get(tag, {}), **more}
    attributes = " ".join(f'{key}="{value}"' for key, value in said.items())
    return f"<{tag} {attributes}>{inside}</{tag}>"


def region(kind: str = "rectanglelabels", **more: Any) -> dict[str, Any]:
    value = {"x": 10, "y": 10, "width": 50, "height": 50, kind: ["dent"]} | more.pop("value", {})
    return {"type": kind, "value": value, "original_width": 40, "original_height": 30} | more


def studio(*regions: dict[str, Any], **more: Any) -> Files:
    task = {"data": {"image": "a.png"}, "annotations": [{"result": list(regions)}]} | more
    return A | {"a.json": json.dumps([task])}


POLYGON = {"points": [[1, 2], [30, 4], [5, 60]]}
SQUARE = [1, 2, 9, 2, 9, 8, 1, 8]
OTHER = {"id": 2, "file_name": "b.png"}
TWICE = {"id": 1, "file_name": "a.png"}


def coco(*notes: dict[str, Any], **more: Any) -> Files:
    marked = [{"image_id": 1, "category_id": 1} | note for note in notes]
    content = {"images": [TWICE], "annotations": marked, "categories": [{"id": 1, "name": "dent"}]}
    return A | {"a.json": json.dumps(content | more)}


GOOD = {"judgement": "good"}
BOX = {"bbox": [1, 2, 8, 6]}


def runs(size: Any = (30, 40), counts: Any = (40, 10, 1150)) -> dict[str, Any]:
    return {"segmentation": {"size": size, "counts": counts}}


def yolo(line: str | None = "0 .5 .5 .2 .2\n", data: str = "names: [dent]\n", **more: str) -> Files:
    files: Files = {"data.yaml": data, "images/a.png": None}
    if line is not None:
        files["labels/a.txt"] = line
    return files | {key.replace("__", "/").replace("_txt", ".txt"): v for key, v in more.items()}


def labelme(*shapes: dict[str, Any], **more: Any) -> Files:
    drawn = [{"label": "dent", "points": [[1, 2], [9, 2], [9, 8]]} | one for one in shapes]
    return A | {"a.json": json.dumps({"imagePath": "a.png", "shapes": drawn} | more)}


def png(value: int, width: int = 3) -> str:
    encoded = cv2.imencode(".png", np.full((3, width), value, np.uint8))[1]
    return base64.b64encode(encoded.tobytes()).decode()


MASK = {"shape_type": "mask", "points": [[1, 1], [3, 3]]}
LINE = "0 .5 .5 .2 .2\n"
CASES: dict[str, tuple[str, Files]] = {
    "file.attributes": ("cvat", cvat(shape(inside='<attribute name="a">1</attribute>'))),
    "file.cvat_size": ("cvat", cvat(shape(), width="many")),
    "file.at": ("cvat", cvat(shape("polyline"))),
    "file.shape_kind": ("cvat", cvat(shape("polyline"))),
    "file.no_class": ("cvat", cvat(shape(label=" "))),
    "file.ellipse": ("cvat", cvat(shape("ellipse"))),
    "file.mask": ("cvat", cvat(shape("mask"))),
    "file.few_points": ("cvat", cvat(shape("polygon", points="1,2;3,4"))),
    "file.point_xy": ("cvat", cvat(shape("polygon", points="1;2;3"))),
    "file.no_number": ("cvat", cvat(shape(xtl="one"))),
    "file.cvat_root": ("cvat", A | {"a.xml": "<annotation/>"}),
    "file.cvat_tracks": ("cvat", A | {"a.xml": "<annotations><track/></annotations>"}),
    "file.no_xml": ("cvat", A | {"a.xml": "<annotations>"}),
    "file.entities": ("cvat", A | {"a.xml": "<!DOCTYPE a><annotations/>"}),
    "file.cannot_read": ("cvat", A | {"a.xml": '<?xml version="1.0" encoding="utf-32"?><a/>'}),
    "file.no_picture": ("cvat", cvat(shape(), name="")),
    "file.several_pictures": (
        "cvat", cvat(shape(), name="b.png") | {"x/b.png": None, "y/b.png": None}
    ),
    "file.picture_not_in": ("cvat", cvat(shape(), name="b.png")),
    "file.which_file": ("cvat", A | {"a.xml": "", "b.xml": ""}),
    "file.bare_one": ("cvat", cvat()),
    "file.nobody_said_it": ("cvat", cvat()),
    "file.lacks.shape": ("cvat", cvat()),
    "file.good.tag": ("cvat", cvat()),
    "file.called_both": ("cvat", cvat('<tag label="good"/><tag label="unusable"/>')),
    "file.called_drawn": ("cvat", cvat(shape() + '<tag label="good"/>')),
    "file.called_not_drawn": ("cvat", cvat('<tag label="dent"/>')),
    "file.box_empty": ("cvat", cvat(shape(xbr="1"))),
    "file.box_outside": ("cvat", cvat(shape(xtl="100", xbr="120"))),
    "file.box": ("cvat", cvat(shape(xtl="100", xbr="120"))),
    "file.box_twice": ("cvat", cvat(shape() + shape())),
    "file.box_clipped": ("cvat", cvat(shape(xbr="50"))),
    "file.other_size": ("cvat", cvat(shape(), width="41")),
    "file.no_tasks": ("label-studio", A | {"a.json": "{}"}),
    "file.predictions": ("label-studio", studio(region(), predictions=[{}])),
    "file.annotations": ("label-studio", studio(annotations=[{"result": []}] * 2)),
    "file.regions_on": ("label-studio", studio(region(to_name="a"), region(to_name="b"))),
    "file.region_kind": ("label-studio", studio(region("brushlabels"))),
    "file.region_no_class": ("label-studio", studio(region(value={"rectanglelabels": []}))),
    "file.turned_picture": ("label-studio", studio(region(image_rotation=90))),
    "file.where_number": ("label-studio", studio(region(value={"x": "ten"}))),
    "file.point_no_xy": (
        "label-studio", studio(region("polygonlabels", value={"points": [1, 2, 3]}))
    ),
    "file.open_polygon": (
        "label-studio", studio(region("polygonlabels", value=POLYGON | {"closed": False}))
    ),
    "file.no_mark": ("label-studio", studio()),
    "file.lacks.annotation": ("label-studio", studio(annotations=[])),
    "file.good.submit": ("label-studio", studio(annotations=[])),
    "file.no_json": ("label-studio", A | {"a.json": "["}),
    "file.nested": ("label-studio", A | {"a.json": "[" * 200_000}),
    "file.key_twice": ("label-studio", A | {"a.json": '[{"a": 1, "a": 2}]'}),
    "file.long_number": ("label-studio", A | {"a.json": "9" * 5000}),
    "file.gone": ("coco", coco(BOX) | {"a.png": ""}),
    "file.parts": ("coco", coco({"segmentation": [SQUARE, [20, 20, 29, 20, 29, 29]]})),
    "file.same_picture": ("coco", coco(images=[TWICE | {"judgement": "good"},
                                               OTHER | {"judgement": "good"}]) | {"b.png": None}),
    "file.other_spelling": ("coco", coco(BOX, images=[TWICE | {"file_name": "A.png"}])),
    "file.other_form": ("coco", coco(BOX, images=[TWICE | {"file_name": "e\u0301.png"}])
                        | {"\u00e9.png": None}),
    "file.spelled_like": ("coco", coco(BOX, images=[TWICE | {"file_name": "B.png"}])
                          | {"b.png": None, "B.PNG": None}),
    "file.picture_outside": ("coco", coco(BOX, images=[TWICE | {"file_name": "../up.png"}])
                             | {"../up.png": None}),
    "file.link_outside": ("coco", coco(BOX) | {"a.png": "-> ../up.png", "../up.png": None}),
    "file.same_name": ("coco", coco(images=[TWICE | GOOD | {"name": "x"}, OTHER | {"name": "x"}])
                       | {"b.png": None}),
    "file.names_case": ("coco", coco(images=[TWICE | GOOD | {"name": "x"}, OTHER | {"name": "X"}])
                        | {"b.png": None}),
    "file.labelled_twice": ("coco", coco(images=[TWICE | GOOD | {"name": "x"}, TWICE | {"id": 2}])),
    "file.class_no_name": ("coco", coco(BOX, categories=[{"id": 1, "name": " "}])),
    "file.class_read_as": ("coco", coco(BOX, categories=[{"id": 1, "name": "dent "}])),
    "file.classes_case": (
        "coco", coco(BOX, categories=[{"id": 1, "name": "dent"}, {"id": 2, "name": "Dent"}])
    ),
    "file.coco_list": ("coco a.json", A | {"a.json": "[]"}),
    "file.coco_files": ("coco", A),
    "file.below": ("coco", {"train/a.json": "{}"}),
    "file.good.judgement": ("coco", coco()),
    "file.category_twice": ("coco", coco(categories=[{"id": 1, "name": "dent"}] * 2)),
    "file.image_unknown": ("coco", coco(BOX | {"image_id": 7})),
    "file.ids_twice": ("coco", coco(BOX | {"id": 1}, {"bbox": [3, 3, 4, 4], "id": 1})),
    "file.scores": ("coco", coco(BOX | {"score": 0.5})),
    "file.key_points": ("coco", coco(BOX | {"keypoints": [1, 2, 2]})),
    "file.image_twice": ("coco", coco(BOX, images=[TWICE, TWICE])),
    "file.names_no_file": ("coco", coco(BOX, images=[TWICE | {"file_name": ".."}])),
    "file.category_unknown": ("coco", coco(BOX | {"category_id": 7})),
    "file.bbox_numbers": ("coco", coco({"bbox": [1, 2]})),
    "file.bbox_shares": ("coco", coco({"bbox": [0.1, 0.1, 0.2, 0.2]})),
    "file.crowd": ("coco", coco(BOX | {"iscrowd": 1})),
    "file.set_aside": ("coco", coco(BOX | {"ignore": 1})),
    "file.attribute_turn": ("coco", coco(BOX | {"attributes": {"rotation": 30}})),
    "file.no_outline": ("coco", coco({})),
    "file.bbox_empty": ("coco", coco({"bbox": [1, 2, 0, 0], "segmentation": [SQUARE]})),
    "file.bbox_corners": (
        "coco", coco({"bbox": [10, 10, 20, 20], "segmentation": [[10, 10, 20, 10, 20, 20]]})
    ),
    "file.bbox_elsewhere": ("coco", coco({"bbox": [20, 20, 5, 5], "segmentation": [SQUARE]})),
    "file.bbox_differs": ("coco", coco({"bbox": [1, 2, 30, 25], "segmentation": [SQUARE]})),
    "file.segmentation": ("coco", coco({"segmentation": 7})),
    "file.no_polygons": ("coco", coco({"segmentation": 7})),
    "file.polygon_turns": ("coco", coco({"segmentation": [[1, 2, 3]]})),
    "file.mask_size": ("coco", coco(runs((10, 10), (40, 10, 50)))),
    "file.marks_nothing": ("coco", coco(runs(counts=(1200,)))),
    "file.rle_size": ("coco", coco(runs((1,)))),
    "file.rle_counts": ("coco", coco(runs(counts=(-1,)))),
    "file.rle_cover": ("coco", coco(runs(counts=(7,)))),
    "file.rle_text": ("coco", coco(runs(counts="!"))),
    "file.rle_end": ("coco", coco(runs(counts="P"))),
    "file.no_yaml": ("yolo-detect", A),
    "file.lacks.label": ("yolo-detect", yolo(None)),
    "file.good.empty": ("yolo-detect", yolo(None)),
    "file.bare_many": ("yolo-detect", yolo(None) | {"images/b.png": None}),
    "file.nobody_said": ("yolo-detect", yolo(None) | {"images/b.png": None}),
    "file.taken_as_good": ("yolo-detect good", yolo(None)),
    "file.left_out": ("yolo-detect skip", yolo(None)),
    "file.entry_same": (
        "yolo-detect", yolo(data="names: [dent]\ntrain: images\nval: x/../images\n")
    ),
    "file.entry_gone": ("yolo-detect", yolo(data="names: [dent]\ntrain: nothing\n")),
    "file.key_there": ("yolo-detect", yolo(data="names: [dent]\ntrain: images\nvla: images\n")),
    "file.key_unread": ("yolo-detect", yolo(data="names: [dent]\nodd: 1\n")),
    "file.line_gone": ("yolo-detect", yolo(data="names: [dent]\ntrain: t.txt\n", t_txt="b.png\n")),
    "file.second_label": ("yolo-detect", yolo() | {"labels/A.txt": LINE}),
    "file.not_listed": (
        "yolo-detect",
        yolo(data="names: [dent]\ntrain: t.txt\n", t_txt="images/a.png\n")
        | {"images/b.png": None, "labels/b.txt": LINE},
    ),
    "file.label_alone": ("yolo-detect", yolo(labels__b_txt=LINE)),
    "file.other_order": ("yolo-detect", yolo(classes_txt="scratch\n")),
    "file.empty_label": ("yolo-detect", yolo("")),
    "file.no_yolo_line": ("yolo-detect", yolo("0 one two\n")),
    "file.class_number": ("yolo-detect", yolo("7 .5 .5 .2 .2\n")),
    "file.lines_posed": (
        "yolo-detect", yolo("0 .5 .5 .2 .2 .4 .4 2\n", "names: [dent]\nkpt_shape: [1, 3]\n")
    ),
    "file.lines_confident": ("yolo-detect", yolo("0 .5 .5 .2 .2 .9\n")),
    "file.no_file": ("yolo-detect", yolo(None) | {"labels/a.txt/x": ""}),
    "file.unreadable": ("yolo-detect", yolo(data="names: [a\n")),
    "file.yaml_no_names": ("yolo-detect", yolo(data="nc: 1\n")),
    "file.no_classes": ("yolo-detect", A | {"classes.txt": "\n"}),
    "file.yaml_no_path": ("yolo-detect", yolo(data="names: [dent]\ntrain: {a: b}\n")),
    "file.yaml_ids": ("yolo-detect", yolo(data="names: {1: dent}\n")),
    "file.yaml_no_list": ("yolo-detect", yolo(data="names: dent\n")),
    "file.yaml_class_empty": ("yolo-detect", yolo(data="names: ['']\n")),
    "file.yaml_nc": ("yolo-detect", yolo(data="names: [dent]\nnc: 2\n")),
    "file.yaml_kpt": ("yolo-detect", yolo(data="names: [dent]\nkpt_shape: [2]\n")),
    "file.yaml_number": ("yolo-detect", yolo(data="names: [dent]\nnc: two\n")),
    "file.no_json_here": ("labelme", A),
    "file.no_labelme": ("labelme", labelme({}) | {"b.json": "{}"}),
    "file.good.no_shapes": ("labelme", labelme({}) | {"b.png": None}),
    "file.ignored": ("labelme", labelme({"label": "__ignore__"})),
    "file.class_not_listed": ("labelme", labelme({}) | {"labels.txt": "scratch\n"}),
    "file.image_path_several": (
        "labelme", labelme({}, imagePath="z/b.png") | {"x/b.png": None, "y/b.png": None}
    ),
    "file.image_path_odd": ("labelme", labelme({}, imagePath="a.json")),
    "file.image_path_empty": ("labelme", labelme({}, imagePath="")),
    "file.image_path_none": ("labelme", labelme({}, imagePath="") | {"a.png": "", "a.jpg": ""}),
    "file.no_area": ("labelme", labelme({"shape_type": "line"})),
    "file.no_area_needs": ("labelme", labelme({"points": [[1, 2]]})),
    "file.point_no_number": ("labelme", labelme({"points": [[1, 2], [3, 4], [1e400, 2]]})),
    "file.turned_box": (
        "labelme", labelme({"shape_type": "rotation", "points": [[5, 5], [9, 9], [7, 11]]})
    ),
    "file.mask_unreadable": ("labelme", labelme(MASK | {"mask": "?"})),
    "file.mask_nothing": ("labelme", labelme(MASK | {"mask": png(0)})),
    "file.mask_corners": ("labelme", labelme(MASK | {"mask": png(1, 9)})),
    "file.name_no_text": ("labelme", {"\udcff.png": None} | {
        "\udcff.json": labelme({}, imagePath="")["a.json"]}),
}  # fmt: skip
ELSEWHERE = {
    "file.exif",  # tests/data/test_orientation.py
    "file.no_text",  # a file that may not be read
    "file.large_value",  # no value is known that the reader does not refuse before
}


def lay(folder: Path, files: Files) -> None:
    for number, (name, text) in enumerate(files.items()):
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            picture = np.full((30, 40), 90 + number, np.uint8)
            picture = np.full_like(picture, 90) if name == "b.png" else picture
            place.write_bytes(cv2.imencode(".png", picture)[1].tobytes())
        elif text.startswith("-> "):
            place.unlink(missing_ok=True)
            place.symlink_to(text[3:])
        elif text or name.endswith((".txt", "x")):
            place.write_text(text, encoding="utf-8")


def found_in(root: Path, format: str, unlabelled: Unlabelled) -> list[Any]:
    """Everything that is said of a source: findings, or the fault that ends the reading."""
    findings: list[Finding] = []
    reading = Reading(root, findings.append, unwatched, unlabelled, within=root)
    try:
        data = in_plain_form(format_of(format).read(reading), findings)
        labels_of(data, findings, unwatched)
    except DataError as error:
        findings.append(error.parts)  # type: ignore[arg-type]
    return findings


def codes(words: str) -> Iterator[str]:
    """The code of a sentence, and those of the sentences in it."""
    if isinstance(words, Told):
        yield words.code
        for value in words.values.values():
            yield from codes(value) if isinstance(value, str) else ()


@pytest.mark.parametrize("code", CASES)
def test_a_fault_has_its_code_and_is_said_in_korean(tmp_path: Path, code: str) -> None:
    kind, files = CASES[code]
    form, *more = kind.split()
    folder = tmp_path / "in"
    folder.mkdir()
    lay(folder, files)
    root = folder / more[0] if more and "." in more[0] else folder
    told = Unlabelled(more[0]) if more and "." not in more[0] else Unlabelled.REFUSE
    found = found_in(root, form, told)
    sentences = [(one.what, one.remedy) if isinstance(one, Finding) else one[1:] for one in found]
    assert code in {found for pair in sentences for words in pair for found in codes(words)}
    assert all(isinstance(remedy, Told) for _, remedy in sentences)
    for finding in found:
        if isinstance(finding, Finding):
            english, korean = (render(words_of(finding), lang) for lang in ("en", "ko"))
            assert english == finding.text
            assert re.search("[가-힣]", korean)
    shutil.rmtree(os.fsencode(folder))


def test_every_code_has_an_input() -> None:
    used = set()
    for room in ("cell/labels/exchange", "vision/lab/data"):
        for file in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "told" and node.args:
                    used.add(ast.literal_eval(node.args[0]))
    faults = {code for code in used if code.startswith("file.")}
    assert faults == CASES.keys() | ELSEWHERE
