"""YOLO sets as other tools and systems write them: found and read, or refused in words."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from tests.data.sets import HEIGHT, WIDTH, put, texture
from vision.lab.data.findings import Finding, Kind
from vision.lab.data.open import open_data, survey
from vision.lab.data.reading import Unlabelled
from vision.lab.data.types import DataError, DataSet

BOX = (38.4, 32.0, 57.6, 48.0)  # of '.5 .5 .2 .2' in 96 x 80 px


def write(root: Path, yaml: str, **files: str | bytes) -> None:
    """A picture with a defect and a good one, unless told otherwise: labels by their paths."""
    texts = {"labels/p0.txt": "0 .5 .5 .2 .2\n", "labels/p1.txt": "", **files}
    for name, text in {"data.yaml": yaml, **texts}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    for seed, name in enumerate(("images/p0.png", "images/p1.png")):
        put(root / name, texture(seed))


def read(root: Path, line: str | bytes, yaml: str = "") -> tuple[DataSet, list[Finding]]:
    write(root, f"names: [a, b]\ntrain: images\n{yaml}", **{"labels/p0.txt": line})
    data, found = survey(root)
    return data, [finding for finding in found if finding.kind is not Kind.EMPTY_LABEL]


POSE = "kpt_shape: [2, 3]"
READ: list[tuple[str, str, str, int, set[Kind]]] = [
    # line, more of data.yaml, class, told
    ("a number with a point", "1.0 .5 .5 .2 .2", "", 1, set()),
    ("numpy's savetxt", "1.000000000000000000e+00 5e-01 5e-01 2e-01 2e-01", "", 1, set()),
    ("a confidence", "0 .5 .5 .2 .2 .93", "", 0, {Kind.COLUMN}),
    ("a turned box", "0 .4 .4 .6 .4 .6 .6 .4 .6", "", 0, set()),
    ("a polygon and confidence", "0 .4 .4 .6 .4 .6 .6 .93", "", 0, {Kind.COLUMN}),
    ("key points", "0 .5 .5 .2 .2 .1 .1 2 .9 .9 1", POSE, 0, {Kind.COLUMN}),
    ("key points and confidence", "0 .5 .5 .2 .2 .1 .1 2 .9 .9 1 .93", POSE, 0, {Kind.COLUMN}),
    ("the same twice", "0 .5 .5 .2 .2\n0 .5 .5 .2 .2", "", 0, {Kind.BOX_TWICE}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "yaml", "label", "told"), [r[1:] for r in READ], ids=[r[0] for r in READ]
)
def test_a_line_in_any_notation_has_its_box(
    tmp_path: Path, line: str, yaml: str, label: int, told: set[Kind]
) -> None:
    data, found = read(tmp_path, line, yaml)
    np.testing.assert_allclose(data.samples[0].boxes, [BOX], atol=1e-3)
    assert data.samples[0].labels.tolist() == [label]
    assert {finding.kind for finding in found} == told
    assert not any(finding.lost for finding in found)


LOST: list[tuple[str, str | bytes, str, str]] = [
    ("half a class", "0.5 .5 .5 .2 .2", "", "line 1: '0.5"),
    ("an unknown class", "2 .5 .5 .2 .2", "", "class 2 is not 0..1"),
    ("a negative class", "-1 .5 .5 .2 .2", "", "class -1"),
    ("a huge class", "9" * 400 + " .5 .5 .2 .2", "", "line 1: '999"),
    ("three values", "0 .5 .5 .2", "", "neither 'class"),
    ("commas", "0,.5,.5,.2,.2", "", "neither 'class"),
    ("no number", "0 nan .5 .2 .2", "", "is empty"),
    ("no end", "0 .5 .5 inf .2", "", "is empty"),
    ("inside out", "0 .5 .5 -.2 .2", "", "is empty"),
    ("pixels", "0 48 40 19 16", "", "outside"),
    ("key points without their shape", "0 .5 .5 .2 .2 .1 .1 2 .9 .9 2", "", "neither 'class"),
    ("other key points", "0 .5 .5 .2 .2 .1 .1", POSE, "neither 'class"),
    ("another code page", "0 .5 .5 .2 .2 찍힘".encode("cp949"), "", "CP949"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "yaml", "words"), [m[1:] for m in LOST], ids=[m[0] for m in LOST])
def test_a_line_that_cannot_be_read_is_a_loss_and_stops_nothing(
    tmp_path: Path, line: str | bytes, yaml: str, words: str
) -> None:
    good = b"\n0 .25 .25 .1 .1"
    raw = line if isinstance(line, bytes) else line.encode()
    data, found = read(tmp_path, raw + good, yaml)
    assert [f.lost for f in found] == [True]
    assert words in found[0].text
    assert "\n" not in found[0].text
    assert "images/p1" in {sample.name for sample in data.samples}
    if "CP949" not in words:
        assert len(data.samples[0].boxes) == 1, "the line after it"
    assert [s.name for s in open_data(tmp_path, accept_losses=True).samples] == ["images/p1"]


def test_utf_16_is_read(tmp_path: Path) -> None:
    data, found = read(tmp_path, "1 .5 .5 .2 .2".encode("utf-16"))
    assert (data.samples[0].labels.tolist(), found) == ([1], [])


@pytest.mark.parametrize(
    ("names", "classes"),
    [
        ("[no, 010]", ("no", "010")),
        ("[yes, null]", ("yes", "null")),
        ("{0: on, 1: 1e3}", ("on", "1e3")),
        ("['[/]', '[red]']", ("[/]", "[red]")),
        ("[' dent', b]", ("dent", "b")),
        ("[" + unicodedata.normalize("NFD", "é") + ", b]", ("é", "b")),
        ("['a ', a]", ("a",)),
    ],
)
def test_classes_are_what_is_written(tmp_path: Path, names: str, classes: tuple[str, ...]) -> None:
    write(tmp_path, f"names: {names}\ntrain: images\n")
    data, found = survey(tmp_path)
    assert data.classes == classes
    told = {f.kind for f in found} - {Kind.EMPTY_LABEL}
    assert told == (set() if names.startswith(("[no", "[yes", "{", "['[")) else {Kind.CLASS_NAME})


@pytest.mark.parametrize(
    ("yaml", "words"),
    [
        ("names: {0: a, 0: b}", "second time"),
        ("names: [a]\nnames: [b]", "second time"),
        ("names: {0: a, 2: b}", "ids are not"),
        ("names: {a: 0}", "no whole number"),
        ("names: ['', b]", "no text or empty"),
        ("names: [[a], b]", "no text or empty"),
        ("names: [a]\ntrain: {a: b}", "no path"),
        ("names: [a]\nnc: 2", "nc is 2"),
        ("names: [a]\nnc: many", "no whole number"),
        ("names: [a]\nkpt_shape: [2]", "kpt_shape"),
    ],
)
def test_a_description_in_doubt_is_refused(tmp_path: Path, yaml: str, words: str) -> None:
    write(tmp_path, yaml)
    with pytest.raises(DataError, match=words):
        open_data(tmp_path)


def test_a_picture_without_a_label_is_not_good(tmp_path: Path) -> None:
    write(tmp_path, "names: [a]\ntrain: images\n")
    (tmp_path / "labels/p1.txt").unlink()
    with pytest.raises(DataError, match="1 picture has no label file: nobody said"):
        open_data(tmp_path)
    good = open_data(tmp_path, unlabelled=Unlabelled.GOOD)
    assert [(s.name, s.good) for s in good.samples] == [("images/p0", False), ("images/p1", True)]
    assert [f.kind for f in good.findings] == [Kind.NO_LABEL]
    assert len(open_data(tmp_path, unlabelled=Unlabelled.SKIP).samples) == 1
    (tmp_path / "labels/p0.txt").unlink()
    with pytest.raises(DataError, match="2 pictures have no label file"):
        open_data(tmp_path)


LAYOUTS: list[tuple[str, dict[str, str], str]] = [
    # files moved, data.yaml
    ("labels in capitals", {"labels/p0.txt": "labels/p0.TXT"}, "train: images"),
    ("a folder in capitals", {"labels": "Labels"}, "train: images"),
    ("both folders", {"labels": "LABELS", "images": "IMAGES"}, "train: images"),
    ("the entry in capitals", {}, "train: Images"),
    ("another machine", {}, "train: /home/x/set/images"),
    ("another system", {}, "train: C:\\set\\images"),
    ("one level too high", {}, "train: ../images"),
    ("a base", {}, "path: .\ntrain: images"),
    ("no entry", {}, ""),
    ("the same twice", {}, "train: images\nval: images\ntest:"),
    ("beside each other", {"labels/p0.txt": "images/p0.txt", "labels/p1.txt": "images/p1.txt",
                           "images": "all"}, "train: all"),
]  # fmt: skip


@pytest.mark.parametrize(("moves", "yaml"), [x[1:] for x in LAYOUTS], ids=[x[0] for x in LAYOUTS])
def test_labels_are_found_where_they_lie(tmp_path: Path, moves: dict[str, str], yaml: str) -> None:
    write(tmp_path, f"names: [a]\n{yaml}\n")
    for old, new in moves.items():
        (tmp_path / old).rename(tmp_path / new)
    samples = open_data(tmp_path).samples
    assert [len(sample.boxes) for sample in samples] == [1, 0]


def test_a_second_label_of_a_picture_is_a_loss(tmp_path: Path) -> None:
    write(tmp_path, "names: [a, b]\ntrain: images\n", **{"labels/p0.TXT": "1 .5 .5 .2 .2"})
    with pytest.raises(DataError, match=r"p0\.TXT: is a second label"):
        open_data(tmp_path)


def test_another_numbering_of_the_classes_is_a_loss(tmp_path: Path) -> None:
    write(tmp_path, "names: [a, b]\ntrain: images\n", **{"labels/classes.txt": "a\nb\n"})
    (tmp_path / "labels/._p0.txt").write_bytes(b"\0\5\x16\7")
    assert len(open_data(tmp_path).samples) == 2
    (tmp_path / "labels/classes.txt").write_text("b\na\n")
    with pytest.raises(DataError, match=r"lists b, a, but data\.yaml a, b"):
        open_data(tmp_path)


def test_a_name_in_another_form_is_found_and_said(tmp_path: Path) -> None:
    write(tmp_path, "names: [a]\ntrain: images\n")
    (tmp_path / "images/p0.png").rename(tmp_path / "images/부품.png")
    other = unicodedata.normalize("NFD", "부품")
    (tmp_path / "labels/p0.txt").rename(tmp_path / f"labels/{other}.txt")
    data, found = survey(tmp_path)
    assert {s.name: len(s.boxes) for s in data.samples} == {"images/p1": 0, "images/부품": 1}
    assert Kind.SPELLING in {f.kind for f in found}


@pytest.mark.parametrize("entry", ["images/valid", "../valid/images", "/x/valid"])
def test_a_folder_that_is_not_there_is_refused(tmp_path: Path, entry: str) -> None:
    write(tmp_path, f"names: [a]\ntrain: images\nval: {entry}\n")
    with pytest.raises(DataError, match=f"val: {entry} is not there"):
        open_data(tmp_path)


def test_folders_may_be_links(tmp_path: Path) -> None:
    """The label's place follows from the path as given, not from where its links lead."""
    write(tmp_path / "set", "names: [a]\ntrain: images/train\n")
    (tmp_path / "set/images").rename(tmp_path / "store")
    (tmp_path / "set/labels").rename(tmp_path / "kept")
    for kind, target in (("images", "store"), ("labels", "kept")):
        (tmp_path / "set" / kind).mkdir()
        os.symlink(tmp_path / target, tmp_path / "set" / kind / "train")
    os.symlink(tmp_path / "store", tmp_path / "store" / "loop")
    data = open_data(tmp_path / "set")
    assert [(s.name, len(s.boxes)) for s in data.samples] == [
        ("images/train/p0", 1), ("images/train/p1", 0),
    ]  # fmt: skip
    os.symlink("/nowhere.png", tmp_path / "store" / "p2.png")
    with pytest.raises(DataError, match="p2"):
        open_data(tmp_path / "set")


def test_lists_of_paths_are_followed_or_refused(tmp_path: Path) -> None:
    lines = "./images/p0.png\r\n/home/x/set/images/p1.png\r\n"
    write(tmp_path, "names: [a]\ntrain: list.txt\n", **{"list.txt": lines})
    assert [len(s.boxes) for s in open_data(tmp_path).samples] == [1, 0]
    (tmp_path / "list.txt").write_text("images/p0.png\nimages/p7.png\n")
    with pytest.raises(DataError, match=r"line 2: images/p7\.png is not there"):
        open_data(tmp_path)
    (tmp_path / "list.txt").write_text("images/p1.png\n")
    data = open_data(tmp_path)
    assert [s.name for s in data.samples] == ["images/p1"]
    told = [f for f in data.findings if f.kind is Kind.NO_LABEL]
    assert ["none of the lists" in f.what for f in told] == [True]


def test_names_that_are_no_text_are_refused_in_one_line(tmp_path: Path) -> None:
    write(tmp_path, "names: [a]\ntrain: images\n")
    for kind, end in (("images", "png"), ("labels", "txt")):
        name = os.fsdecode("부품".encode("cp949"))
        (tmp_path / kind / f"p0.{end}").rename(tmp_path / kind / f"{name}.{end}")
    with pytest.raises(DataError, match="no text in UTF-8") as told:
        open_data(tmp_path)
    assert str(told.value).encode()
    assert (HEIGHT, WIDTH) == (80, 96)


@pytest.mark.parametrize("name", ["labels/p0.txt", "data.yaml", "images/p0.png", "stray.json"])
def test_a_pipe_among_the_files_is_refused_and_not_waited_for(tmp_path: Path, name: str) -> None:
    write(tmp_path, "names: [a, b]\ntrain: images\n")
    (tmp_path / name).unlink(missing_ok=True)
    os.mkfifo(tmp_path / name)
    if name == "stray.json":
        assert len(open_data(tmp_path).samples) == 2
        return
    with pytest.raises(DataError, match=r"is not a file|no known format|is not there"):
        open_data(tmp_path)


def test_a_label_without_an_end_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "names: [a, b]\ntrain: images\n")
    (tmp_path / "labels" / "p0.txt").unlink()
    (tmp_path / "labels" / "p0.txt").symlink_to("/dev/zero")
    with pytest.raises(DataError, match=r"p0\.txt: is not a file"):
        open_data(tmp_path)


@pytest.mark.parametrize(
    ("line", "lost", "told"),
    [
        ("vla: images", True, "vla: images is there, but 'vla' is no key that is read"),
        ("kpt_shapes: [2, 3]", False, "'kpt_shapes' is no key that is read"),
        ("10: x", False, "'10' is no key that is read"),
        ("download: https://x.y/z.zip", False, ""),
    ],
)
def test_a_key_that_is_not_read_is_said(tmp_path: Path, line: str, lost: bool, told: str) -> None:
    _, found = read(tmp_path, "0 .5 .5 .2 .2", line)
    assert [finding.lost for finding in found] == ([lost] if told else [])
    assert all(told in finding.text for finding in found)
