"""What cannot be read or written as it is meant is refused in one line, or told."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from cell.labels.exchange.errors import ExchangeError
from cell.labels.exchange.exporting import export
from cell.labels.exchange.importing import Imported, Options, reading
from cell.labels.exchange.table import FORMATS
from cell.labels.label import Judgement, LabelError, Shape, ShapeKind
from cell.texts import render
from models.ground.errors import UserError
from tests.exchange.drawn import sound_set
from vision.lab.data.reading import Unlabelled

XML = '<annotations><image id="0" name="a.png" width="40" height="30">{}</image></annotations>'
BOX = '<box label="dent" xtl="1" ytl="2" xbr="9" ybr="8"/>'


def take(source: Path, format: str, **options: object) -> Imported:
    with reading(source, format, Options(**options)) as found:  # type: ignore[arg-type]
        return found


def line_of(source: Path, format: str, **options: object) -> str:
    """The one line that refuses a source."""
    with pytest.raises(UserError) as caught:
        take(source, format, **options)
    line = render(str(caught.value), "en")
    assert "\n" not in line
    return line


def beside(folder: Path, name: str, text: str) -> Path:
    """A label file for the picture a.png of 40 x 30 px."""
    folder.mkdir(exist_ok=True)
    cv2.imwrite(str(folder / "a.png"), np.full((30, 40), 90, np.uint8))
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_class_that_is_left_out_makes_no_part_good(tmp_path: Path) -> None:
    other = '<box label="rust" xtl="11" ytl="2" xbr="19" ybr="8"/>'
    both = take(
        beside(tmp_path / "both", "a.xml", XML.format(BOX + other)), "cvat", left_out=["dent"]
    )
    (item,) = both.items
    assert [shape.class_name for shape in item.labelled.shapes] == ["rust"]
    lone = take(beside(tmp_path / "lone", "a.xml", XML.format(BOX)), "cvat", left_out=["dent"])
    assert not lone.items
    assert any("nothing else is outlined on 1 pictures" in one.what for one in lone.warnings)


def regions(*results: dict[str, object], **task: object) -> str:
    whole = {"data": {"image": "/data/upload/3/1a2b3c4d-a.png"}}
    return json.dumps([whole | {"annotations": [{"result": list(results)}]} | task])


def region(kind: str = "rectanglelabels", **value: object) -> dict[str, object]:
    content = {"x": 10, "y": 10, "width": 50, "height": 50, "rotation": 0, kind: ["dent"]}
    size = {"original_width": 40, "original_height": 30}
    return {"type": kind, "value": content | value} | size


CVAT = {
    "cut off": (XML.format(BOX)[:-20], "line 1 column"),
    "entities": ('<!DOCTYPE a [<!ENTITY b "c">]>' + XML.format(BOX), "entities or a document type"),
    "a document type": ("<!DOCTYPE annotations>" + XML.format(BOX), "entities or a document type"),
    "another root": ("<annotation/>", "not <annotations>"),
    "a video": ("<annotations><track/></annotations>", "tracks of a video"),
    "a polyline": (XML.format('<polyline label="a" points="1,2;3,4"/>'), "'polyline' is not read"),
    "a word": (XML.format(BOX.replace('"9"', '"nine"')), "xbr is 'nine', not a number"),
    "no number": (XML.format(BOX.replace('"9"', '"nan"')), "xbr is 'nan', not a number"),
    "a missing side": (XML.format('<box label="a" xtl="1"/>'), "ytl is '', not a number"),
    "no label": (XML.format(BOX.replace("dent", " ")), "has no label"),
    "outside": (XML.format(BOX.replace('"1"', '"100"').replace('"9"', '"120"')), "lies outside"),
    "another size": (XML.format(BOX).replace('"40"', '"41"'), "says 41x30"),
    "size in words": (XML.format(BOX).replace('"40"', '"many"'), "are no numbers"),
    "another picture": (XML.format(BOX).replace("a.png", "b.png"), "'b.png' is not in"),
    "no picture": (XML.format(BOX).replace('name="a.png"', ""), "names no picture"),
    "good, with a box": (XML.format(BOX + '<tag label="good"/>'), "but 1 shapes are drawn"),
    "both": (XML.format('<tag label="unusable"/><tag label="good"/>'), "called both"),
    "a class alone": (XML.format('<tag label="dent"/>'), "but nothing is drawn"),
    "not labelled": (XML.format(""), "nobody said that it is good"),
    "two points": (XML.format('<polygon label="a" points="1,2;3,4"/>'), "fewer than three points"),
}  # fmt: skip
LABEL_STUDIO = {
    "cut off": (regions(region())[:-5], "line 1 column"),
    "one task": (json.dumps({"data": {}}), "no list of tasks"),
    "JSON_MIN": (json.dumps([{"image": "a.png", "label": []}]), "annotations.json: tasks.0.data"),
    "key twice": ('[{"data": {}, "data": {}}]', "stands twice"),
    "no picture": (regions(region(), data={"text": "x"}), "names no picture"),
    "another picture": (regions(region(), data={"image": "s3://b/c.png"}), "is not in"),
    "two annotations": (regions(annotations=[{"result": []}] * 2), "has 2 annotations"),
    "brush": (regions(region("brushlabels", rle=[1])), "'brushlabels' is not read"),
    "no label": (regions(region(rectanglelabels=[])), "without a label"),
    "turned picture": (regions(region() | {"image_rotation": 90}), "turned by 90 degrees"),
    "a word": (regions(region(x="ten")), "'ten' where a number should be"),
    "endless": (regions(region(x=1e400)), "inf"),
    "outside": (regions(region(x=200)), "lies outside"),
    "another size": (regions(region() | {"original_width": 50}), "says 50x30"),
    "two points": (regions(region("polygonlabels", points=[[1, 2], [3, 4]])), "fewer than three"),
    "good, with a box": (
        regions(region(), {"type": "choices", "value": {"choices": ["Good"]}}), "1 shapes are drawn"
    ),
    "skipped": (regions(annotations=[{"result": [], "was_cancelled": True}]), "nobody said"),
}  # fmt: skip


@pytest.mark.parametrize("what", CVAT)
def test_cvat_files_that_cannot_be_taken(tmp_path: Path, what: str) -> None:
    text, words = CVAT[what]
    assert words in line_of(beside(tmp_path / "in", "annotations.xml", text), "cvat")


@pytest.mark.parametrize("what", LABEL_STUDIO)
def test_label_studio_files_that_cannot_be_taken(tmp_path: Path, what: str) -> None:
    text, words = LABEL_STUDIO[what]
    assert words in line_of(beside(tmp_path / "in", "annotations.json", text), "label-studio")


SHAPES = {
    "turned box": (
        "cvat", "annotations.xml",
        XML.format('<box label="a" xtl="10" ytl="10" xbr="20" ybr="14" rotation="90"/>'),
        ((17, 7), (17, 17), (13, 17), (13, 7)),
    ),
    "ellipse": (
        "cvat", "annotations.xml", XML.format('<ellipse label="a" cx="9" cy="8" rx="3" ry="2"/>'),
        ((6, 6), (12, 10)),
    ),
    "mask": (
        "cvat", "annotations.xml",
        XML.format('<mask label="a" rle="1,2" left="3" top="4" width="5" height="6"/>'),
        ((3, 4), (8, 10)),
    ),
    "box in percent": ("label-studio", "a.json", regions(region()), ((4, 3), (24, 18))),
    "turned box in percent": (
        "label-studio", "a.json", regions(region(x=50, width=25, rotation=90)),
        ((20, 3), (20, 13), (5, 13), (5, 3)),
    ),
    "ellipse in percent": (
        "label-studio", "a.json",
        regions(region("ellipselabels", x=50, y=50, radiusX=10, radiusY=20)), ((16, 9), (24, 21)),
    ),
    "polygon that leaves its picture": (
        "cvat", "annotations.xml", XML.format('<polygon label="a" points="-10,10;10,0;10,20"/>'),
        ((0, 15), (0, 5), (10, 0), (10, 20)),
    ),
    "labelme's turned box": (
        "labelme", "a.json",
        json.dumps({"imagePath": "a.png", "shapes": [{
            "label": "a", "shape_type": "rotation", "points": [[5, 5], [9, 9], [7, 11], [3, 7]]}]}),
        ((5, 5), (9, 9), (7, 11), (3, 7)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", SHAPES)
def test_shapes_of_other_kinds_come_in_as_the_table_says(tmp_path: Path, what: str) -> None:
    format, name, text, points = SHAPES[what]
    (item,) = take(beside(tmp_path / "in", name, text), format).items
    (shape,) = item.labelled.shapes
    np.testing.assert_allclose(shape.points, points, atol=0.001)
    assert shape.kind is (ShapeKind.BOX if len(points) == 2 else ShapeKind.POLYGON)


def test_two_outlines_in_one_box_are_two(tmp_path: Path) -> None:
    upper, lower = "1,1;9,1;9,9", "1,1;9,9;1,9"
    shapes = "".join(f'<polygon label="a" points="{p}"/>' for p in (upper, lower, lower))
    found = take(beside(tmp_path / "in", "annotations.xml", XML.format(shapes)), "cvat")
    assert len(found.items[0].labelled.shapes) == 2
    assert "is there already" in found.warnings[0].text


def test_an_outline_of_several_polygons_becomes_one_shape_each_and_is_told(tmp_path: Path) -> None:
    parts = [[1, 1, 9, 1, 9, 9], [20, 20, 29, 20, 29, 29]]
    note = {"image_id": 1, "category_id": 1, "segmentation": parts, "bbox": [1, 1, 28, 28]}
    content = {"images": [{"id": 1, "file_name": "a.png"}], "annotations": [note]}
    content |= {"categories": [{"id": 1, "name": "dent"}]}
    found = take(beside(tmp_path / "in", "a.json", json.dumps(content)), "coco")
    assert [len(shape.points) for shape in found.items[0].labelled.shapes] == [3, 3]
    assert "has 2 parts" in found.warnings[0].text


def test_pictures_without_a_label_are_good_only_where_it_is_said(tmp_path: Path) -> None:
    folder = beside(tmp_path / "in", "annotations.xml", XML.format(""))
    (item,) = take(folder, "cvat", unlabelled=Unlabelled.GOOD).items
    assert item.labelled.judgement is Judgement.GOOD
    assert "holds no labelled picture" in line_of(folder, "cvat", unlabelled=Unlabelled.SKIP)


def test_a_picture_that_lost_a_mark_is_left_out_and_does_not_become_good(tmp_path: Path) -> None:
    items = sound_set(tmp_path)
    for format in ("cvat", "label-studio"):
        folder = export(items, tmp_path / format, format).target
        file = next(path for path in folder.iterdir() if path.stem == "annotations")
        text = file.read_text().replace("<box ", "<cuboid ").replace('s": ["긁힘"]', 's": []')
        file.write_text(text)
        assert line_of(folder, format)
        found = take(folder, format, accept_losses=True)
        assert [i.labelled.picture.name for i in found.items] == [
            f"part-{n}.png" for n in (1, 2, 3)
        ]


CLASSES: list[tuple[dict[str, object], str | list[str]]] = [
    ({}, ["dent", "긁힘"]),
    ({"classes": {"긁힘": "scratch"}}, ["dent", "scratch"]),
    ({"classes": {"긁힘": "dent"}}, ["dent", "dent"]),
    ({"known": {"scratch", "dent"}, "classes": {"긁힘": "scratch"}}, ["dent", "scratch"]),
    ({"known": {"scratch", "dent"}}, "--class 긁힘=NAME"),
    ({"known": set()}, "not known here: dent, 긁힘"),
    ({"classes": {"rust": "dent"}}, "no class is called rust there (dent, 긁힘)"),
]


@pytest.mark.parametrize(("options", "wanted"), CLASSES)
def test_classes_are_called_as_here(
    tmp_path: Path, options: dict[str, object], wanted: str | list[str]
) -> None:
    target = export(sound_set(tmp_path), tmp_path / "out", "coco").target
    if isinstance(wanted, str):
        assert wanted in line_of(target, "coco", **options)
        return
    found = take(target, "coco", **options)
    assert sorted(s.class_name for i in found.items for s in i.labelled.shapes) == sorted(wanted)


def test_one_picture_twice_is_told_or_refused(tmp_path: Path) -> None:
    folder = export(sound_set(tmp_path), tmp_path / "out", "labelme").target
    for suffix in (".png", ".json"):
        shutil.copyfile(folder / f"part-0{suffix}", folder / f"zz{suffix}")
    text = (folder / "zz.json").read_text().replace("part-0", "zz")
    (folder / "zz.json").write_text(text)
    found = take(folder, "labelme")
    assert len(found.items) == 4
    assert any("the same picture as" in warning.text for warning in found.warnings)
    (folder / "zz.json").write_text(text.replace("긁힘", "dent"))
    assert "with another label" in line_of(folder, "labelme")


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("damage", ["cut", "16 bit", "gone", "another size"])
def test_pictures_are_read_as_everywhere(tmp_path: Path, format: str, damage: str) -> None:
    folder = export(sound_set(tmp_path), tmp_path / "out", format).target
    picture = next(folder.rglob("part-0.png"))
    raw = picture.read_bytes()
    picture.unlink()
    if damage == "cut":
        picture.write_bytes(raw[: len(raw) - 20])
    elif damage == "16 bit":
        cv2.imwrite(str(picture), np.full((20, 30), 9, np.uint16))
    elif damage == "another size":
        cv2.imwrite(str(picture), np.full((4, 4), 9, np.uint8))
    if damage == "another size" and format.startswith("yolo"):
        return  # says no size
    assert "part-0" in line_of(folder, format)


def test_a_source_that_is_not_there_or_of_no_known_format(tmp_path: Path) -> None:
    assert "is not there" in line_of(tmp_path / "nothing", "coco")
    assert "choose one of coco, yolo-detect" in line_of(tmp_path, "voc")


WRONG: dict[str, tuple[Callable[[Path], object], str]] = {
    "a folder in use": (lambda target: (target / "x").mkdir(parents=True), "is there already"),
    "a file": (lambda target: target.write_text("mine"), "is there already"),
    "a link": (lambda target: target.symlink_to("nowhere"), "is there already"),
    "no folder": (lambda target: (target.parent.rmdir(), target.parent.write_text("")), "written"),
}


@pytest.mark.parametrize("name", ["out", "out.zip", "out.tar.gz"])
@pytest.mark.parametrize("what", WRONG)
def test_targets_that_are_taken_stay_as_they_are(tmp_path: Path, what: str, name: str) -> None:
    make, words = WRONG[what]
    (tmp_path / "to").mkdir()
    target = tmp_path / "to" / name
    make(target)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ExchangeError) as caught:
        export(sound_set(tmp_path), target, "coco")
    assert words in render(str(caught.value), "en")
    left = [path for path in sorted(tmp_path.rglob("*")) if path.suffix != ".png"]
    assert left == before


@pytest.mark.parametrize("name", ["out", "out.zip", "out.tar.gz"])
def test_nothing_is_left_of_an_export_that_fails(tmp_path: Path, name: str) -> None:
    items = sound_set(tmp_path)
    items[-1].file.write_bytes(items[0].file.read_bytes())
    before = sorted(tmp_path.iterdir())
    with pytest.raises(ExchangeError, match=r"exchange\.other_picture"):
        export(items, tmp_path / name, "coco")
    items[-1].file.unlink()
    with pytest.raises(ExchangeError, match=r"exchange\.picture_gone"):
        export(items, tmp_path / name, "coco")
    assert sorted(tmp_path.iterdir()) == before[:-1]


def test_labels_that_are_not_sound_do_not_go_out(tmp_path: Path) -> None:
    item = sound_set(tmp_path)[0]
    outside = replace(item.labelled, shapes=(Shape.of_box("a", 0, 0, 99, 9),))
    with pytest.raises(LabelError, match=r"label\.outside"):
        export([replace(item, labelled=outside)], tmp_path / "out", "coco")
    aside = replace(item.labelled, shapes=(Shape.of_box("__ignore__", 0, 0, 9, 9),))
    with pytest.raises(ExchangeError, match=r"exchange\.class"):
        export([replace(item, labelled=aside)], tmp_path / "out", "labelme")
    unusable = replace(item.labelled, judgement=Judgement.UNUSABLE, shapes=())
    with pytest.raises(ExchangeError, match=r"exchange\.nothing"):
        export([replace(item, labelled=unusable)], tmp_path / "out", "yolo-detect")


def test_what_is_lost_is_counted(tmp_path: Path) -> None:
    items = sound_set(tmp_path)
    lost = {name: export(items, tmp_path / name, name).lost for name in FORMATS}
    told = {name: [render(text, "en") for text in texts] for name, texts in lost.items()}
    assert {name for name, texts in told.items() if texts} == {"yolo-detect", "yolo-segment"}
    assert [text.split()[0] for text in told["yolo-detect"]] == ["1", "1", "3"]
    assert "polygon became its box" in told["yolo-detect"][1]
    assert "box became a polygon" in told["yolo-segment"][1]


def coco_of(*notes: dict[str, object], **image: object) -> str:
    """A COCO file of the picture a.png."""
    content: dict[str, object] = {"images": [{"id": 1, "file_name": "a.png", **image}]}
    content["annotations"] = [{"image_id": 1, "category_id": 1, **note} for note in notes]
    return json.dumps(content | {"categories": [{"id": 1, "name": "dent"}]})


TURNED = '<ellipse label="a" cx="20" cy="15" rx="6" ry="2" rotation="{}"/>'


@pytest.mark.parametrize(
    ("degrees", "box"), [(0, (14, 13, 26, 17)), (90, (18, 9, 22, 21)), (450, (18, 9, 22, 21))]
)
def test_the_box_of_a_turned_ellipse_holds_it(
    tmp_path: Path, degrees: int, box: tuple[float, ...]
) -> None:
    value = {"x": 50, "y": 50, "radiusX": 15, "radiusY": 100 / 15, "rotation": degrees}
    for name, text, format in (
        ("a.xml", XML.format(TURNED.format(degrees)), "cvat"),
        ("a.json", regions(region("ellipselabels", **value)), "label-studio"),
    ):
        (item,) = take(beside(tmp_path / format, name, text), format).items
        np.testing.assert_allclose(item.labelled.shapes[0].box, box, atol=0.001)


def test_a_list_of_pictures_says_of_none_that_it_is_good(tmp_path: Path) -> None:
    folder = beside(tmp_path / "in", "image_info_test.json", coco_of())
    assert "nobody said that it is good" in line_of(folder, "coco")
    (item,) = take(folder, "coco", unlabelled=Unlabelled.GOOD).items
    assert item.labelled.judgement is Judgement.GOOD
    said = beside(tmp_path / "said", "instances.json", coco_of(judgement="good"))
    assert take(said, "coco").items[0].labelled.judgement is Judgement.GOOD


PEERS = {
    "a detector's results": ("coco", "a.json", "[]", "is a list"),
    "two pictures in a task": (
        "label-studio", "a.json",
        regions(region() | {"to_name": "left"}, region() | {"to_name": "right"}), "left, right",
    ),
    "a polygon that is open": (
        "label-studio", "a.json",
        regions(region("polygonlabels", points=[[1, 2], [30, 4], [5, 60]], closed=False)),
        "is not closed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", PEERS)
def test_what_other_tools_mean_otherwise_is_refused(tmp_path: Path, what: str) -> None:
    format, name, text, words = PEERS[what]
    source = beside(tmp_path / "in", name, text)
    assert words in line_of(source / name if format == "coco" else source, format)


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    box = BOX.replace("/>", '><attribute name="depth">2</attribute></box>')
    note = {"bbox": [1, 2, 8, 6], "keypoints": [1, 2, 2]}
    pose = "names: [dent]\nkpt_shape: [1, 3]\n"
    line = "0 0.5 0.5 0.2 0.2 0.4 0.4 2\n"
    for format, name, text in (
        ("cvat", "a.xml", XML.format(box)), ("coco", "a.json", coco_of(note)),
        ("yolo-detect", "data.yaml", pose),
    ):  # fmt: skip
        folder = beside(tmp_path / format, name, text)
        if format == "yolo-detect":
            for place, file in (("images", "a.png"), ("labels", "a.txt")):
                (folder / place).mkdir()
                (folder / file).write_text(line) if file == "a.txt" else None
                (folder / file).rename(folder / place / file)
        assert any("left out" in one.text for one in take(folder, format).warnings), format


def test_pictures_of_any_part_of_coco_are_found(tmp_path: Path) -> None:
    note = {"bbox": [1, 2, 8, 6]}
    folder = beside(tmp_path / "annotations", "person_keypoints_val2017.json", coco_of(note))
    (tmp_path / "images" / "val2017").mkdir(parents=True)
    (folder / "a.png").rename(tmp_path / "images" / "val2017" / "a.png")
    assert len(take(folder / "person_keypoints_val2017.json", "coco").items) == 1
