"""labelme files as its versions and relatives write them, on the picture that they are about."""

from __future__ import annotations

import base64
import json
import unicodedata
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.data.sets import HEIGHT, WIDTH, put, texture
from vision.lab.data.findings import Finding, Kind
from vision.lab.data.open import detect_format, open_data, survey
from vision.lab.data.reading import Unlabelled
from vision.lab.data.types import DataError, DataSet


def png(mark: tuple[int, int, int, int] | None, width: int = 11, height: int = 21) -> str:
    """A mask as labelme keeps it: a cut-out, in base64."""
    mask = np.zeros((height, width), np.uint8)
    if mark is not None:
        mask[mark[1] : mark[3], mark[0] : mark[2]] = 255
    return base64.b64encode(cv2.imencode(".png", mask)[1].tobytes()).decode()


def shape(kind: str, *points: tuple[float, float], **more: Any) -> dict[str, Any]:
    return {"label": "scratch", "shape_type": kind, "points": points, "flags": {}, **more}


def file(*shapes: dict[str, Any], image: str = "p0.png", **more: Any) -> dict[str, Any]:
    size = {"imageHeight": HEIGHT, "imageWidth": WIDTH}
    return {"shapes": shapes, "imagePath": image, "imageData": None, **size, **more}


RECTANGLE = shape("rectangle", (10, 10), (30, 20))
BOX = [10.0, 10.0, 30.0, 20.0]


def read(
    root: Path, files: dict[str, dict[str, Any] | str], *pictures: str
) -> tuple[DataSet, list[Finding]]:
    for seed, name in enumerate(pictures or ("p0.png",)):
        put(root / name, texture(seed))
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content)
        (root / name).write_text(text)
    return survey(root, "labelme")


CORNERS = ((10, 10), (20, 30))
SHAPES: list[tuple[str, dict[str, Any], list[float], bool]] = [
    # shape, box, whether a word is said
    ("mask", shape("mask", *CORNERS, mask=png((2, 3, 6, 8))), [12, 13, 16, 18], False),
    ("mask without its pixels", shape("mask", *CORNERS, mask=None), [10, 10, 21, 31], True),
    ("mask with damage", shape("mask", *CORNERS, mask="AAAA"), [10, 10, 21, 31], True),
    ("rotation", shape("rotation", (20, 10), (30, 20), (20, 30), (10, 20)), [10, 10, 30, 30], True),
    ("oriented", shape("oriented_rectangle", (20, 10), (30, 20), (20, 30), (10, 20)),
     [10, 10, 30, 30], True),
    ("from below", shape("rectangle", (30, 20), (10, 10)), BOX, False),
    ("from the right", shape("rectangle", (30, 10), (10, 20)), BOX, False),
    ("four corners", shape("rectangle", (10, 10), (30, 10), (30, 20), (10, 20)), BOX, False),
    ("circle", shape("circle", (30, 30), (30, 40)), [20, 20, 40, 40], False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("drawn", "box", "said"), [s[1:] for s in SHAPES], ids=[s[0] for s in SHAPES]
)
def test_every_area_has_its_box(
    tmp_path: Path, drawn: dict[str, Any], box: list[float], said: bool
) -> None:
    data, found = read(tmp_path, {"p0.json": file(drawn)})
    assert data.samples[0].boxes.tolist() == [box]
    assert [f.kind for f in found] == ([Kind.BOX_MEANING] if said else [])


LOST: list[tuple[dict[str, Any], str]] = [
    (shape("linestrip", (1, 1), (5, 5), (9, 1)), "a linestrip of 3 points"),
    (shape("point", (1, 1)), "a point of 1 points"),
    (shape("polygon", (1, 1), (float("nan"), 1), (9, 9)), "is no number"),
    (shape("line", (1, 1), (5, 5)), "a line of 2 points"),
    (shape("polygon", (1, 1), (5, 5)), "it needs 3"),
    (shape("rectangle", (1, 1)), "it needs 2"),
    (shape("mask", *CORNERS, mask=png(None)), "marks nothing"),
    (shape("mask", (10, 10), (60, 30), mask=png((2, 3, 6, 8))), "11x21 px, but its corners 51x21"),
    (shape("rectangle", (1, float("nan")), (5, 5)), "is no number"),
]


@pytest.mark.parametrize(("drawn", "words"), LOST)
def test_what_has_no_area_is_a_loss(tmp_path: Path, drawn: dict[str, Any], words: str) -> None:
    _, found = read(tmp_path, {"p0.json": file(drawn)})
    assert [f.lost for f in found] == [True]
    assert words in found[0].what
    with pytest.raises(DataError, match="--accept-losses"):
        open_data(tmp_path, "labelme")


def test_sorted_keys_are_recognised(tmp_path: Path) -> None:
    text = json.dumps(file(RECTANGLE, imageData="A" * 10_000), sort_keys=True)
    data, _ = read(tmp_path, {"p0.json": text})
    assert detect_format(tmp_path) == "labelme"
    assert data.samples[0].boxes.tolist() == [BOX]


CAMERAS = ("images/cam1/p0.png", "images/cam2/p0.png")
PLACES: list[tuple[str, str, str, tuple[str, ...], str | None]] = [
    # JSON, imagePath, pictures, the one that is meant
    ("none", "p0.json", "", ("p0.png", "p1.png"), "p0.png"),
    ("Windows", "p0.json", "D:\\x\\p0.png", ("p0.png",), "p0.png"),
    ("another machine", "p0.json", "/home/x/p0.png", ("p0.png",), "p0.png"),
    ("beside", "json/p0.json", "..\\images\\p0.png", ("images/p0.png",), "images/p0.png"),
    ("by its name", "json/p0.json", "p0.png", ("images/p0.png",), "images/p0.png"),
    ("another case", "p0.json", "P0.PNG", ("p0.png",), "p0.png"),
    ("folders alike", "json/cam1/p0.json", "p0.png", CAMERAS, CAMERAS[0]),
    ("by its path", "json/p0.json", "D:/x/cam2/p0.png", CAMERAS, CAMERAS[1]),
    ("either", "json/p0.json", "p0.png", CAMERAS, None),
    ("the other camera's", "json/cam1/p0.json", "p0.png", CAMERAS[1:], None),
    ("no file", "p0.json", "..", ("q.png",), None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "said", "pictures", "meant"), [p[1:] for p in PLACES], ids=[p[0] for p in PLACES]
)
def test_labels_lie_on_their_own_picture_or_on_none(
    tmp_path: Path, name: str, said: str, pictures: tuple[str, ...], meant: str | None
) -> None:
    data, found = read(tmp_path, {name: file(RECTANGLE, image=said)}, *pictures)
    assert [str(s.image.relative_to(tmp_path)) for s in data.samples] == ([meant] if meant else [])
    lost = {f.kind for f in found if f.lost} - {Kind.NO_LABEL}
    assert lost == (set() if meant else {Kind.MISSING})


def test_two_files_of_one_picture_are_not_both_right(tmp_path: Path) -> None:
    _, found = read(tmp_path, {"a.json": file(RECTANGLE), "p0.json": file()})
    assert any(f.lost and "2 pictures have the name 'p0'" in f.what for f in found)


@pytest.mark.parametrize(
    ("content", "lost"),
    [
        (file(flags={"scratch": True}), True),
        (file(flags={"scratch": False}), False),
        (file(flags={"good": True}), False),
        (file(RECTANGLE, flags={"good": True}), True),
    ],
)
def test_flags_are_heard(tmp_path: Path, content: dict[str, Any], lost: bool) -> None:
    _, found = read(tmp_path, {"p0.json": content})
    assert any(finding.lost for finding in found) == lost


def test_a_class_in_two_forms_is_one_and_every_shape_counts(tmp_path: Path) -> None:
    other = unicodedata.normalize("NFD", "é") + " "
    drawn = [{**RECTANGLE, "label": "é", "group_id": 1},
             {**shape("rectangle", (50, 10), (60, 20)), "label": other, "group_id": 1}]  # fmt: skip
    data, found = read(tmp_path, {"p0.json": file(*drawn)})
    assert data.classes == ("é",)
    assert data.samples[0].labels.tolist() == [0, 0]
    assert [f.kind for f in found] == [Kind.CLASS_NAME]
    (tmp_path / "labels.txt").write_text(unicodedata.normalize("NFD", "é\n"))
    assert open_data(tmp_path).samples[0].labels.tolist() == [0, 0]


@pytest.mark.parametrize("text", ["", "{", '{"shapes": [', '{"shapes": [{}], "imagePath": "a"}'])
def test_one_damaged_file_stops_no_survey(tmp_path: Path, text: str) -> None:
    sound = file(RECTANGLE, image="p1.png")
    data, found = read(tmp_path, {"p0.json": text, "p1.json": sound}, "p0.png", "p1.png")
    assert [s.name for s in data.samples] == ["p1"]
    assert any(f.lost for f in found), "p0 is no good part"


def test_a_picture_without_a_file_is_not_good(tmp_path: Path) -> None:
    read(tmp_path, {"p0.json": file(RECTANGLE)}, "p0.png", "p9.png")
    with pytest.raises(DataError, match=r"has no \.json"):
        open_data(tmp_path)
    data = open_data(tmp_path, unlabelled=Unlabelled.GOOD)
    assert [(s.name, s.good) for s in data.samples] == [("p0", False), ("p9", True)]


@pytest.mark.parametrize("listed", [False, True])
def test_what_is_not_to_be_judged_is_no_class(tmp_path: Path, listed: bool) -> None:
    aside = RECTANGLE | {"label": "__ignore__"}
    if listed:
        (tmp_path / "labels.txt").write_text("__ignore__\n_background_\nscratch\n")
    files = {"p0.json": file(aside, RECTANGLE), "p1.json": file(aside, image="p1.png")}
    data, found = read(tmp_path, files, "p0.png", "p1.png")
    assert data.classes == ("scratch",)
    assert [sample.boxes.tolist() for sample in data.samples] == [[BOX], []]
    assert [one.kind for one in found] == [Kind.IGNORED, Kind.IGNORED, Kind.EMPTY_LABEL]
    assert not any(one.lost for one in found)
