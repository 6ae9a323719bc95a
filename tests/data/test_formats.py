"""Every format gives the same samples; what is broken is said with file, place and remedy."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.data.sets import CONTENT, HEIGHT, WIDTH, WRITERS, coco_content, mask_of, put, texture
from vision.lab.data.check import check
from vision.lab.data.findings import Corners, Kind
from vision.lab.data.formats import yolo
from vision.lab.data.marked import boxes_of
from vision.lab.data.open import detect_format, open_data, survey
from vision.lab.data.types import DataError
from vision.pictures import UnreadableError, orientation_of, size_of

ALIASES = {"open": "dent", "short": "scratch"}


def test_every_format_is_recognised_and_read_alike(source: tuple[str, Path]) -> None:
    name, root = source
    assert detect_format(root) == name
    data = open_data(root)
    assert data.format == name
    by_stem = {Path(sample.name).name: sample for sample in data.samples}
    assert set(by_stem) == set(CONTENT)
    for stem, defect in CONTENT.items():
        sample = by_stem[stem]
        assert sample.size == (HEIGHT, WIDTH)
        assert sample.image.is_file()
        assert sample.good == (defect is None)
        if defect is not None:
            class_name = data.classes[int(sample.labels[0])]
            assert ALIASES.get(class_name, class_name) == defect[0]
            np.testing.assert_allclose(sample.boxes, [defect[1]], atol=1e-3)
    together = by_stem["a"].group == by_stem["b"].group
    assert together == (name in {"deeppcb", "coco", "masks"})
    assert (by_stem["a"].golden is not None) == (name == "deeppcb")
    assert (by_stem["a"].mask is not None) == (name in {"masks", "mvtec"})


def test_a_sound_set_has_no_errors(source: tuple[str, Path]) -> None:
    data, told = survey(source[1])
    kinds = {finding.kind for finding in check(data, told)}
    assert kinds <= {Kind.EMPTY_LABEL, Kind.CLASS_EMPTY}


def test_group_by_takes_the_first_part_that_matches(tmp_path: Path) -> None:
    WRITERS["coco"](tmp_path)
    groups = [s.group for s in open_data(tmp_path, group_by=r"([xyz])|([ab])|[cd]").samples]
    assert groups == ["a", "b", "c", "d"]
    _, told = survey(tmp_path, group_by="([ab])")
    assert [(f.kind, f.samples) for f in told] == [(Kind.GROUP, ("c", "d"))]


def test_yolo_reads_lists_of_pictures_and_keeps_augmented_copies_together(tmp_path: Path) -> None:
    WRITERS["yolo"](tmp_path)
    for kind, suffix in (("images", "png"), ("labels", "txt")):
        folder = tmp_path / kind / "train"
        (folder / f"b.{suffix}").rename(folder / f"a.rf.9.{suffix}")
        (folder / f"a.{suffix}").rename(folder / f"a.rf.1.{suffix}")
    edit(tmp_path / "data.yaml", "../images/train", "list.txt")
    pictures = sorted((tmp_path / "images" / "train").iterdir())
    (tmp_path / "list.txt").write_text("".join(f"./images/train/{p.name}\n" for p in pictures))
    groups = [sample.group for sample in open_data(tmp_path).samples]
    assert groups == [f"images/train/{name}" for name in "aacd"]


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([b"", b"\xff\xd8\xff\xe1", b"\x89PNG\r\n\x1a\n", b"RIFF0000WEBPVP8X", b"BM"]),
    st.binary(max_size=80),
)
def test_no_bytes_break_the_header_reader(head: bytes, rest: bytes) -> None:
    with tempfile.NamedTemporaryFile(suffix=".img") as file:
        file.write(head + rest)
        file.flush()
        with contextlib.suppress(UnreadableError):
            height, width = size_of(Path(file.name))
            assert height > 0
            assert width > 0


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".bmp", ".tif"])
def test_sizes_are_read_from_headers(tmp_path: Path, suffix: str) -> None:
    assert size_of(put(tmp_path / f"x{suffix}", texture(1, 56, 128))) == (56, 128)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def coco(root: Path, change: Callable[[dict[str, list[dict[str, object]]]], object]) -> None:
    content = coco_content()
    change(content)
    (root / "instances.json").write_text(json.dumps(content))


def cut(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2])


PCB = "PCBData/group00001"
BROKEN: list[tuple[str, str, Callable[[Path], object], tuple[str, ...]]] = [
    # name, format, damage, words of the message
    ("class", "deeppcb", lambda r: edit(r / f"{PCB}/00001_not/a.txt", "36 2", "36 9"),
     ("a.txt: line 1: class 9", "restore")),
    ("class", "coco", lambda r: coco(r, lambda c: c["annotations"][1].update(category_id=8)),
     ("instances.json: annotations.1 (of b): category_id 8",)),
    ("class", "yolo", lambda r: edit(r / "labels/train/a.txt", "1 ", "5 "),
     ("a.txt: line 1: class 5",)),
    ("class", "labelme", lambda r: (r / "labels.txt").write_text("dent\n"),
     ("a.json: shapes.0: class 'scratch'", "labels.txt")),
    ("words", "deeppcb", lambda r: edit(r / f"{PCB}/00001_not/a.txt", "36 2", "36"),
     ("a.txt: line 1: '10 20 40 36' is not",)),
    ("words", "yolo", lambda r: edit(r / "labels/train/a.txt", "1 ", "scratch "),
     ("a.txt: line 1: 'scratch",)),
    ("gone", "deeppcb", lambda r: (r / f"{PCB}/00001/a_test.png").unlink(),
     ("a_test.jpg: is not there",)),
    ("gone", "deeppcb", lambda r: (r / f"{PCB}/00001/a_temp.png").unlink(),
     ("a_temp.jpg: is not there",)),
    ("gone", "coco", lambda r: (r / "images/a.png").unlink(), ("a.png: is not there",)),
    ("gone", "labelme", lambda r: (r / "a.jpg").unlink(), ("a.jpg: is not there",)),
    ("gone", "masks", lambda r: (r / "dent/Imgs/c.png").unlink(),
     ("c.jpg: has no mask dent/Imgs/c.png",)),
    ("gone", "mvtec", lambda r: (r / "ground_truth/dent/c_mask.png").unlink(),
     ("c.png: has no mask ground_truth/dent/c_mask.png",)),
    ("gone", "masks", lambda r: (r / "dent/Imgs/c.jpg").unlink(),
     ("c.png: has no mask beside it",)),
    ("size", "deeppcb", lambda r: put(r / f"{PCB}/00001/a_temp.png", texture(9, 40, 40)),
     ("a_temp.png: is 40x40, its picture 96x80",)),
    ("size", "coco", lambda r: put(r / "images/a.png", texture(9, 40, 40)),
     ("a.png: is 40x40, but instances.json says 96x80",)),
    ("size", "labelme", lambda r: put(r / "a.jpg", texture(9, 40, 40)),
     ("a.jpg: is 40x40, but a.json says 96x80",)),
    ("size", "masks", lambda r: put(r / "dent/Imgs/c.png", texture(9, 40, 40)),
     ("c.png: is 40x40, its picture 96x80",)),
    ("json", "coco", lambda r: cut(r / "instances.json"), ("instances.json: line 1 column",)),
    ("json", "labelme", lambda r: cut(r / "a.json"), ("a.json: line 1 column",)),
    ("json", "coco", lambda r: coco(r, lambda c: c["images"][0].pop("file_name")),
     ("instances.json: images.0.file_name: Field required",)),
    ("outside", "deeppcb", lambda r: edit(r / f"{PCB}/00001_not/a.txt", "10 20 40", "410 20 440"),
     ("a.txt: line 1: box 410 20 440 36 lies outside the 96x80",)),
    ("outside", "coco", lambda r: coco(r, lambda c: c["annotations"][0].update(bbox=[0, 90, 5, 5])),
     ("annotations.0 (of a): box 0 90 5 95 lies outside",)),
    ("empty", "deeppcb", lambda r: edit(r / f"{PCB}/00001_not/a.txt", "10 20 40", "40 20 40"),
     ("line 1: box 40 20 40 36 is empty",)),
    ("empty", "coco", lambda r: coco(r, lambda c: c["annotations"][0].update(bbox=[1, 1, -5, 5])),
     ("annotations.0 (of a): box 1 1 -4 6 is empty",)),
    ("shape", "labelme", lambda r: edit(r / "b.json", "rectangle", "line"),
     ("b.json: shapes.0: a line of 2 points has no area",)),
    ("picture", "coco", lambda r: (r / "images/a.png").write_bytes(b"no picture"),
     ("a.png: cannot be read as a picture",)),
    ("picture", "yolo", lambda r: (r / "images/train/a.png").write_bytes(b""),
     ("a.png: is an empty file",)),
    ("gone", "yolo", lambda r: (r / "images/train/a.png").unlink(),
     ("labels/train/a.txt: belongs to no picture",)),
    ("yaml", "yolo", lambda r: (r / "data.yaml").write_text("names: [a\n"), ("data.yaml:", "mend")),
    ("yaml", "yolo", lambda r: edit(r / "data.yaml", "nc: 2", "nc: 3"),
     ("data.yaml: nc is 3, but names has 2",)),
    ("image", "coco", lambda r: coco(r, lambda c: c["annotations"][0].update(image_id=99)),
     ("annotations.0: image_id 99 is not among the images",)),
    ("good", "masks", lambda r: put(r / "MT_Free/Imgs/d.png", np.full((80, 96), 255, np.uint8)),
     ("d.png: marks 1 areas on a good part",)),
    ("twice", "coco", lambda r: coco(r, lambda c: c["images"][1].update(file_name="a.png")),
     ("2 pictures have the name 'a'",)),
    ("csv", "masks", lambda r: edit(r / "groups.csv", "tile_group", "tile"),
     ("groups.csv: line 1: no columns",)),
    ("csv-two", "masks", lambda r: edit(r / "groups.csv", "tile_group", "tile_group,group"),
     ("groups.csv: line 1: has columns 'tile_group' and 'group'",)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "damage", "words"), [pytest.param(n, d, w, id=f"{n}-{k}") for k, n, d, w in BROKEN]
)
def test_what_is_broken_is_said_in_one_line(
    tmp_path: Path, name: str, damage: Callable[[Path], object], words: tuple[str, ...]
) -> None:
    WRITERS[name](tmp_path)
    damage(tmp_path)
    with pytest.raises(DataError) as told:
        open_data(tmp_path, name)
    message = str(told.value)
    assert "\n" not in message
    assert str(tmp_path) in message
    assert ";" in message, "no remedy"
    for word in words:
        assert word in message


def test_a_survey_goes_on_where_opening_ends(tmp_path: Path) -> None:
    WRITERS["coco"](tmp_path)
    content = coco_content()
    content["annotations"][0]["category_id"] = 8
    content["annotations"][1]["bbox"] = [50, 8, 80, 16]
    content["annotations"][2]["bbox"] = [500, 8, 80, 16]
    (tmp_path / "instances.json").write_text(json.dumps(content))
    (tmp_path / "images" / "d.png").unlink()
    data, told = survey(tmp_path)
    assert {s.name for s in data.samples} == {"a", "b", "c"}
    assert {f.kind for f in told} == {
        Kind.CLASS, Kind.BOX_CLIPPED, Kind.BOX_OUTSIDE, Kind.MISSING,
    }  # fmt: skip
    clipped = next(s for s in data.samples if s.name == "b")
    assert clipped.boxes.tolist() == [[50, 8, WIDTH, 24]]


def put_yolo_text(root: Path) -> None:
    """Labels as YOLO has them, without its data.yaml."""
    (root / "labels").mkdir()
    (root / "labels" / "a.txt").write_text("\n0 0.5 0.5 0.1 0.2\n")


def put_coco_below(root: Path) -> None:
    (root / "valid").mkdir()
    (root / "valid" / "_annotations.coco.json").write_text(json.dumps(coco_content()))


def put_coco(root: Path) -> None:
    (root / "instances.json").write_text(json.dumps(coco_content()))


def put_labelme(root: Path) -> None:
    shape = {"label": "dent", "points": [[1, 2], [9, 9]], "shape_type": "rectangle"}
    (root / "extra").mkdir()
    (root / "extra" / "a.json").write_text(json.dumps({"shapes": [shape], "imagePath": "a.png"}))


def put_masks(root: Path) -> None:
    for suffix in (".jpg", ".png"):
        put(root / "dent" / f"z{suffix}", mask_of("a"))


def put_yaml(root: Path) -> None:
    (root / "data.yaml").write_text("names: [dent, scratch]\n")


@pytest.mark.parametrize(
    ("source", "more", "second"),
    [
        ("coco", put_yolo_text, "yolo"), ("labelme", put_yolo_text, "yolo"),
        ("masks", put_yolo_text, "yolo"), ("mvtec", put_yolo_text, "yolo"),
        ("deeppcb", put_yolo_text, "yolo"), ("coco", put_yaml, "yolo"),
        ("yolo", put_coco, "coco"), ("yolo", put_coco_below, "coco"), ("masks", put_coco, "coco"),
        ("masks", put_labelme, "labelme"), ("mvtec", put_labelme, "labelme"),
        ("yolo", put_labelme, "labelme"), ("labelme", put_masks, "masks"),
        ("coco", put_masks, "masks"),
    ],
    indirect=["source"],
)  # fmt: skip
def test_labels_of_two_formats_are_not_guessed_between(
    source: tuple[str, Path], more: Callable[[Path], None], second: str
) -> None:
    name, root = source
    assert detect_format(root) == name
    more(root)
    with pytest.raises(DataError, match="holds labels of") as caught:
        open_data(root)
    said = str(caught.value)
    assert name in said
    assert second in said
    assert "--format" in said
    assert "\n" not in said
    if second != "masks":  # whose pictures are not labelled in the other format
        assert open_data(root, name).format == name
    if name == "coco":
        assert detect_format(root / "instances.json") == "coco"


@pytest.mark.parametrize(
    ("text", "is_label"),
    [
        ("0 0.5 0.5 0.1 0.2\n", True), ("1.0 .5 .5 1e-3 1.0 0.9", True),
        ("3 0.1 0.1 0.9 0.1 0.9 0.9 0.1 0.9\r\n", True), ("\r\n2\t0.5 0.5 1 1", True),
        ("1 2 30 40 3\n", False), ("the 0.5 0.5 0.1 0.2", False), ("0 0.5 0.5 0.1", False),
        ("0 12.5 0.5 0.1 0.2", False), ("0 0 1 0 1", False), ("", False),
        ("00041/00041000.jpg 00041_not/00041000.txt", False),
    ],
)  # fmt: skip
def test_a_line_of_yolo_is_known(tmp_path: Path, text: str, is_label: bool) -> None:
    (tmp_path / "a.txt").write_bytes(text.encode())
    assert yolo.lies_below(tmp_path) is is_label


@pytest.mark.parametrize(
    ("format", "words"),
    [
        ("auto", "in no known format"),
        ("coca", "no format 'coca'"),
        ("deeppcb", "no label files"),
        ("yolo", "no data.yaml"),
        ("coco", "COCO files here: none"),
        ("labelme", "no .json"),
        ("masks", "no folder of defects"),
        ("mvtec", "no folder of defects"),
    ],
)
def test_an_empty_folder_is_no_data_set(tmp_path: Path, format: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        open_data(tmp_path, format)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not there"):
        open_data(tmp_path / "x")


def test_exif_turns_are_seen(tmp_path: Path) -> None:
    path = put(tmp_path / "x.jpg", texture(1))
    tiff = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
    exif = b"Exif\0\0" + tiff
    raw = path.read_bytes()
    path.write_bytes(raw[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + raw[2:])
    assert orientation_of(path) == 6
    assert size_of(path) == (HEIGHT, WIDTH)
    path.with_suffix(".json").write_text('{"shapes": [], "imagePath": "x.jpg"}')
    told = [finding for finding in open_data(tmp_path).findings if "Exif" in finding.what]
    assert [(finding.file, finding.lost) for finding in told] == [(path, False)]
    turned = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert turned.shape == (WIDTH, HEIGHT), "which is why it is a finding"


def _areas(*boxes: tuple[int, int, int, int]) -> NDArray[np.bool_]:
    mask = np.zeros((200, 300), bool)
    for x1, y1, x2, y2 in boxes:
        mask[y1:y2, x1:x2] = True
    return mask


MASKS = (
    ("nothing", (), []),
    ("one", [(10, 10, 20, 30)], [(10, 10, 20, 30)]),
    ("far apart", [(10, 10, 20, 30), (30, 10, 40, 30)], [(10, 10, 20, 30), (30, 10, 40, 30)]),
    ("pieces of one", [(10, 10, 20, 30), (23, 10, 40, 30)], [(10, 10, 40, 30)]),
    ("a speck beside something large", [(10, 10, 60, 60), (200, 90, 203, 93)], [(10, 10, 60, 60)]),
    ("small alone", [(200, 90, 203, 93)], [(200, 90, 203, 93)]),
    ("small beside small", [(10, 10, 20, 20), (200, 90, 203, 93)],
     [(10, 10, 20, 20), (200, 90, 203, 93)]),
)  # fmt: skip


@pytest.mark.parametrize(("areas", "boxes"), [m[1:] for m in MASKS], ids=[m[0] for m in MASKS])
def test_boxes_of_a_mask(areas: Sequence[Corners], boxes: list[Corners]) -> None:
    assert boxes_of(_areas(*areas)) == boxes


def test_outlines_are_kept_as_they_were_drawn(tmp_path: Path) -> None:
    for name in ("coco", "yolo", "labelme"):
        root = tmp_path / name
        root.mkdir()
        WRITERS[name](root)
        for sample in open_data(root).samples:
            assert len(sample.outlines) == len(sample.boxes)
            for box, outlines in zip(sample.boxes, sample.outlines, strict=True):
                (outline,) = outlines
                xs, ys = zip(*outline, strict=True)
                np.testing.assert_allclose((min(xs), min(ys), max(xs), max(ys)), box, atol=0.001)
    polygons = {len(s.outlines[0][0]) for s in open_data(tmp_path / "yolo").samples if s.outlines}
    assert polygons == {2, 4}


@pytest.mark.parametrize("name", ["coco", "labelme"])
def test_what_nobody_can_judge_is_no_good_part(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path)
    file = tmp_path / ("instances.json" if name == "coco" else "d.json")
    content = json.loads(file.read_text())
    if name == "coco":
        content["images"][3]["judgement"] = "unusable"
    else:
        content["flags"] = {"unusable": True}
    file.write_text(json.dumps(content))
    data = open_data(tmp_path)
    assert [sample.name for sample in data.samples] == ["a", "b", "c"]
    assert any("unusable" in finding.text for finding in data.findings)
    (content["images"][0] if name == "coco" else content)["judgement"] = "good"
    if name == "coco":
        file.write_text(json.dumps(content))
        with pytest.raises(DataError, match="called 'good', but 1 shapes are drawn"):
            open_data(tmp_path)


def test_a_lost_mark_is_remembered_whatever_form_its_name_has(tmp_path: Path) -> None:
    """macOS writes names in another Unicode form."""
    WRITERS["labelme"](tmp_path)
    for suffix in (".jpg", ".json"):
        (tmp_path / f"a{suffix}").rename(tmp_path / f"a\u0308{suffix}")
    file = tmp_path / "a\u0308.json"
    content = json.loads(file.read_text())
    content["imagePath"] = "a\u0308.jpg"
    content["shapes"][0]["shape_type"] = "line"
    file.write_text(json.dumps(content))
    data = open_data(tmp_path, accept_losses=True)
    assert [sample.name for sample in data.samples] == ["b", "c", "d"]


def test_classes_txt_stands_for_data_yaml_where_the_format_is_said(tmp_path: Path) -> None:
    WRITERS["yolo"](tmp_path)
    (tmp_path / "data.yaml").unlink()
    with pytest.raises(DataError, match=r"no data\.yaml"):
        open_data(tmp_path, "yolo")
    (tmp_path / "classes.txt").write_text("dent\nscratch\n")
    data = open_data(tmp_path, "yolo")
    assert data.classes == ("dent", "scratch")
    assert sum(len(sample.boxes) for sample in data.samples) == 3
    (tmp_path / "classes.txt").write_text("\n")
    with pytest.raises(DataError, match="names no class"):
        open_data(tmp_path, "yolo")
