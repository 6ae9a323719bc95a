"""COCO files as other tools write them: every mark is read where it lies, or refused in words."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.data.sets import HEIGHT, WIDTH, put, texture
from vision.lab.data.findings import Finding, Kind
from vision.lab.data.formats.rle import box_of_runs
from vision.lab.data.open import detect_format, open_data, survey
from vision.lab.data.types import DataError, DataSet

BOX = [10.0, 20.0, 40.0, 36.0]
BBOX = [10, 20, 30, 16]
COLUMNS = [10 * HEIGHT + 20, *[16, HEIGHT - 16] * 29, 16, HEIGHT * WIDTH - 39 * HEIGHT - 36]
"""Run lengths, column after column, of what BOX holds."""
PACKED = "di0`0P2000000000000000000000000000000000000000000000000000000000\\[4"
"""The same as COCO's own program packs it."""
Content = dict[str, list[dict[str, Any]]]


def content(**mark: Any) -> Content:
    """A picture with one mark, and a good one."""
    note = {"id": 1, "image_id": 1, "category_id": 1, **mark}
    return {
        "images": [{"id": i, "file_name": f"p{i}.png"} for i in (1, 2)],
        "annotations": [note],
        "categories": [{"id": 1, "name": "scratch"}],
    }


def read(root: Path, what: Content | str, *names: str) -> tuple[DataSet, list[Finding]]:
    for seed, name in enumerate(names or ("p1.png", "p2.png")):
        put(root / name, texture(seed))
    text = what if isinstance(what, str) else json.dumps(what)
    (root / "instances.json").write_text(text)
    return survey(root)


MARKS: list[tuple[str, dict[str, Any]]] = [
    ("a box", {"bbox": BBOX}),
    ("a crowd's box", {"bbox": BBOX, "iscrowd": 1}),
    ("a crowd's run lengths",
     {"iscrowd": 1, "segmentation": {"size": [HEIGHT, WIDTH], "counts": COLUMNS}}),
    ("packed run lengths", {"segmentation": {"size": [HEIGHT, WIDTH], "counts": PACKED}}),
    ("a polygon", {"segmentation": [[10, 20, 40, 20, 40, 36]]}),
    ("a polygon without its list", {"segmentation": [10, 20, 40, 20, 40, 36]}),
    ("an empty box beside a polygon",
     {"bbox": [0, 0, 0, 0], "segmentation": [[10, 20, 40, 20, 40, 36]]}),
    ("a box much larger than its outline",
     {"bbox": BBOX, "iscrowd": 1, "segmentation": [[12, 22, 20, 22, 20, 30]]}),
    ("numbers with a point", {"bbox": BBOX, "image_id": 1.0, "category_id": 1.0}),
    ("numbers as text", {"bbox": BBOX, "image_id": "1", "category_id": "1"}),
    ("a box that is turned", {"bbox": BBOX, "attributes": {"rotation": 30.0}}),
    ("a box to be ignored", {"bbox": BBOX, "ignore": 1}),
    ("a box that was deleted", {"bbox": BBOX, "deleted": True}),
    ("a box that lies outside", {"bbox": BBOX, "attributes": {"outside": True}}),
    ("a box that counts", {"bbox": BBOX, "ignore": 0, "attributes": {"outside": False}}),
    ("a box that is not turned", {"bbox": BBOX, "attributes": {"rotation": 0.0}}),
]  # fmt: skip


@pytest.mark.parametrize("mark", [m for _, m in MARKS], ids=[name for name, _ in MARKS])
def test_a_mark_of_any_kind_has_its_box(tmp_path: Path, mark: dict[str, Any]) -> None:
    data, found = read(tmp_path, content(**mark))
    assert [s.boxes.tolist() for s in data.samples] == [[BOX], []]
    assert not any(finding.lost for finding in found)
    told = {finding.kind for finding in found}
    odd = mark.get("iscrowd") or mark.get("bbox") == [0, 0, 0, 0]
    more = mark.get("attributes", {})
    odd = odd or any([mark.get("ignore"), mark.get("deleted"), *more.values()])
    assert told == ({Kind.BOX_MEANING} if odd else set())


@pytest.mark.parametrize(
    ("counts", "box"),
    [
        ("di0`0P2000000000000000000000000000000000000000000000000000000000\\[4", (10, 20, 40, 36)),
        (
            "e^27X22N2O0O2N2O000O2O000O2O00000000000000000000000000000001N10001N10001N2N101N2Nlo1",
            (31, 31, 70, 50),
        ),
        ("f>c0gP7", (5, 0, 7, 80)),
    ],
)
def test_packed_run_lengths_as_pycocotools_packs_them(
    counts: str, box: tuple[int, int, int, int]
) -> None:
    found = box_of_runs({"size": [HEIGHT, WIDTH], "counts": counts})
    assert found == (tuple(map(float, box)), (HEIGHT, WIDTH))


LOST: list[tuple[str, dict[str, Any], str]] = [
    ("box and outline apart", {"bbox": BBOX, "segmentation": [[50, 50, 70, 50, 70, 60]]},
     "different places"),
    ("corners written as a size", {"bbox": [60, 50, 90, 70],
                                   "segmentation": [[60, 50, 90, 50, 90, 70]]}, "two corners"),
    ("shares of the picture", {"bbox": [0.1, 0.25, 0.3, 0.2]}, "within the first pixel"),
    ("five numbers", {"bbox": [*BBOX, 30]}, "not four numbers"),
    ("text", {"bbox": ["a", 1, 1, 1]}, "not four numbers"),
    ("neither", {}, "neither bbox nor polygon"),
    ("a mask that marks nothing",
     {"segmentation": {"size": [HEIGHT, WIDTH], "counts": [HEIGHT * WIDTH]}}, "marks nothing"),
    ("a mask of another picture",
     {"segmentation": {"size": [WIDTH, HEIGHT], "counts": COLUMNS}}, "it is for 80x96 px"),
    ("run lengths cut off",
     {"segmentation": {"size": [HEIGHT, WIDTH], "counts": PACKED[:9]}}, "cover"),
    ("an unknown picture", {"image_id": 7, "bbox": BBOX}, "image_id 7 is not among"),
    ("an unknown class", {"category_id": 7, "bbox": BBOX}, "category_id 7 is not among"),
    ("no number", {"bbox": [float("nan"), 1, 2, 3]}, "is empty"),
    ("no end", {"bbox": [float("inf"), 1, 2, 3]}, "is empty"),
    ("no computer's number", {"bbox": [10**400, 1, 2, 3]}, "is empty"),
]  # fmt: skip


@pytest.mark.parametrize(("mark", "words"), [m[1:] for m in LOST], ids=[m[0] for m in LOST])
def test_a_mark_that_cannot_be_read_is_a_loss(
    tmp_path: Path, mark: dict[str, Any], words: str
) -> None:
    data, found = read(tmp_path, content(**mark))
    assert [len(s.boxes) for s in data.samples] == [0, 0]
    assert any(f.lost and words in f.what for f in found)
    with pytest.raises(DataError, match="--accept-losses"):
        open_data(tmp_path)
    kept = [s.name for s in open_data(tmp_path, accept_losses=True).samples]
    assert kept == (["p1", "p2"] if "image_id" in mark else ["p2"]), "not good for want of a box"


NAMES: list[tuple[str, str, str, str]] = [
    # name in the file, file, name of the sample
    ("separators of Windows", "images\\p2.png", "images/p2.png", "images/p2"),
    ("up and down", "..\\images\\p2.png", "images/p2.png", "../images/p2"),
    ("another machine", "C:\\x\\images\\p2.png", "images/p2.png", "C:/x/images/p2"),
    ("another machine's root", "/home/x/p2.png", "p2.png", "/home/x/p2"),
    ("another case", "P2.PNG", "p2.png", "P2"),
    ("another form", unicodedata.normalize("NFD", "é.png"), "é.png", "é"),
]


@pytest.mark.parametrize(
    ("said", "file", "name"), [n[1:] for n in NAMES], ids=[n[0] for n in NAMES]
)
def test_a_picture_is_found_by_any_spelling(
    tmp_path: Path, said: str, file: str, name: str
) -> None:
    what = content(bbox=BBOX)
    what["images"][1]["file_name"] = said
    data, found = read(tmp_path, what, "p1.png", file)
    assert [s.name for s in data.samples] == ["p1", name]
    assert data.samples[1].image.resolve() == (tmp_path / file).resolve()
    assert not any(finding.lost for finding in found)


def test_two_spellings_on_disk_are_not_guessed_between(tmp_path: Path) -> None:
    what = content(bbox=BBOX)
    what["images"][1]["file_name"] = "P2.png"
    _, found = read(tmp_path, what, "p1.png", "p2.png", "p2.PNG")
    assert any(f.lost and "spelled like" in f.what for f in found)


@pytest.mark.parametrize("name", ["", ".", "..", "p2\0.png", "x" * 5000 + ".png", "images/"])
def test_a_name_of_no_file_is_said(tmp_path: Path, name: str) -> None:
    what = content(bbox=BBOX)
    what["images"][1]["file_name"] = name
    data, found = read(tmp_path, what)
    assert [s.name for s in data.samples] == ["p1"]
    assert [f.kind for f in found] == [Kind.MISSING] or [f.kind for f in found] == [Kind.UNREADABLE]
    assert all("\n" not in f.text and "\0" not in f.text for f in found)


def change(change: Callable[[Content], object]) -> Content:
    made = content(bbox=BBOX)
    change(made)
    return made


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (change(lambda c: c["images"][1].update(id=1)), "image id 1 stands 2 times"),
        (change(lambda c: c["images"][1].update(id="1")), "image id 1 stands 2 times"),
        (change(lambda c: c["images"][1].update(file_name="p1.png")), "name 'p1'"),
        (change(lambda c: c["images"][1].update(file_name="./p1.png", name="b")), "labelled 2"),
    ],
)
def test_what_stands_twice_is_a_loss(tmp_path: Path, what: Content, words: str) -> None:
    _, found = read(tmp_path, what)
    assert any(f.lost and words in f.text for f in found)


def test_numbers_of_marks_that_stand_twice_are_said(tmp_path: Path) -> None:
    what = content(bbox=BBOX)
    what["annotations"].append({"id": 1, "image_id": 2, "category_id": 1, "bbox": BBOX})
    data, found = read(tmp_path, what)
    assert [s.boxes.tolist() for s in data.samples] == [[BOX], [BOX]]
    assert [f.kind for f in found] == [Kind.IDS]


def test_two_ids_of_one_class_are_one_class(tmp_path: Path) -> None:
    what = content(bbox=BBOX)
    what["categories"].append({"id": 2, "name": "scratch "})
    what["annotations"].append({"id": 2, "image_id": 2, "category_id": 2, "bbox": BBOX})
    data, found = read(tmp_path, what)
    assert data.classes == ("scratch",)
    assert [s.labels.tolist() for s in data.samples] == [[0], [0]]
    assert [f.kind for f in found] == [Kind.CLASS_NAME]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (json.dumps(content(bbox=BBOX)).replace('"bbox"', '"category_id": 2, "bbox"'), "twice"),
        (json.dumps(content(bbox=BBOX)).replace("[10,", "[" * 100_000), "nested too deeply"),
        (json.dumps(content(bbox=BBOX)).replace("[10,", f"[1{'0' * 5000},"), "too long"),
        (json.dumps(content(image_id=True)), "true and false"),
        (json.dumps(change(lambda c: c["categories"].append({"id": 1, "name": "b"}))), "id 1"),
        (json.dumps(change(lambda c: c["categories"][0].update(name=" "))), "has no name"),
        (json.dumps(content(bbox=BBOX)).replace("scratch", "\\ud800"), "has no name"),
    ],
)
def test_a_file_that_two_programs_would_read_differently_is_refused(
    tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(DataError, match=words) as told:
        read(tmp_path, text)
    assert "\n" not in str(told.value)


def test_the_order_of_keys_does_not_matter(tmp_path: Path) -> None:
    what = content(bbox=BBOX)
    what["annotations"] = [
        {"id": i, "image_id": 1, "category_id": 1, "bbox": [i % 50, 0, 9, 9]} for i in range(3000)
    ]
    read(tmp_path, dict(sorted(what.items())))
    assert detect_format(tmp_path) == "coco"
    (tmp_path / "instances.json").write_bytes(json.dumps(what).encode("utf-16"))
    assert detect_format(tmp_path) == "coco"
    assert len(open_data(tmp_path).samples) == 2


def test_the_same_box_twice_counts_once_and_is_said(tmp_path: Path) -> None:
    what = content(bbox=BBOX)
    what["annotations"].append({**what["annotations"][0], "id": 2})
    data, found = read(tmp_path, what)
    assert [s.boxes.tolist() for s in data.samples] == [[BOX], []]
    assert [f.kind for f in found] == [Kind.BOX_TWICE]


def test_scores_of_a_detector_are_said(tmp_path: Path) -> None:
    data, found = read(tmp_path, content(bbox=BBOX, score=0.41))
    assert [s.boxes.tolist() for s in data.samples] == [[BOX], []]
    assert [f.kind for f in found] == [Kind.COLUMN]


@pytest.mark.parametrize(
    ("files", "groups"),
    [
        (("a_jpg.rf.0f.png", "a_jpg.rf.1f.png"), ["a_jpg", "a_jpg"]),
        (("train/a_jpg.rf.0f.png", "valid/a_jpg.rf.1f.png"), ["train/a_jpg", "train/a_jpg"]),
        (("set.rf.1/a.png", "set.rf.1/b.png"), ["set.rf.1/a", "set.rf.1/b"]),
    ],
)
def test_copies_of_one_source_are_one_group(
    tmp_path: Path, files: tuple[str, str], groups: list[str]
) -> None:
    what = content(bbox=BBOX)
    for image, file in zip(what["images"], files, strict=True):
        image["file_name"] = file
    data, _ = read(tmp_path, what, *files)
    assert [sample.group for sample in data.samples] == groups


def test_all_pictures_missing_names_the_pictures(tmp_path: Path) -> None:
    (tmp_path / "instances.json").write_text(json.dumps(content(bbox=BBOX)))
    with pytest.raises(DataError, match=r"p1\.png: is not there"):
        open_data(tmp_path)
    data, found = survey(tmp_path)
    assert (len(data.samples), len(found)) == (0, 2)
