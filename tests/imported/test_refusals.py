"""What cannot be taken is refused in one line that says what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from onnx import TensorProto

from models.errors import ModelError
from tests.imported.drawn import write_export
from vision.lab.importing.classes import Kept
from vision.lab.importing.package import Origin, stage
from vision.nets.imported.export import Export
from vision.nets.imported.network import network_of

BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no metadata": ({"task": None}, r"has no metadata of ultralytics .*yolo export"),
    "another task": ({"task": "pose"}, r"task 'pose', the cell takes detect, segment, obb, cl"),
    "names that are no names": ({"told_names": "__import__('os')"}, r"metadata 'names' are"),
    "names with a hole": (
        {"told_names": "{0: 'a', 2: 'b'}"},
        r"not a name for each class from 0 on",
    ),
    "no names": ({"told_names": "{}"}, r"has 0 classes"),
    "more names than the head": (
        {"told_names": "['a', 'b', 'c']"},
        r"output is \[1, 6, 96\], detect",
    ),
    "another head": ({"output": [1, 9, 96]}, r"gives \[1, 6, places\] or \[1, objects, 6\]"),
    "RT-DETR, whose boxes are shares": (
        {"head": "RTDETRDecoder", "once": True},
        r"is an RT-DETR: only the YOLO families",
    ),
    "dynamic": ({"batch": "N"}, r"is \['\?', 3, 64, 96\], of no fixed size: .* dynamic=False"),
    "two pictures": ({"batch": 2}, r"takes 2 pictures at a time, .* batch=1"),
    "four channels": ({"channels": 4, "fold": True}, r"pictures of 1 or 3 channels"),
    "half": ({"kind": TensorProto.FLOAT16}, r"images is not float32 \(was it exported with half"),
}


@pytest.mark.parametrize("case", BAD)
def test_an_export_is_refused(case: str, tmp_path: Path) -> None:
    given, words = BAD[case]
    file = write_export(tmp_path / "best.onnx", **given)
    with pytest.raises(ModelError, match=words) as refused:
        Export.read(file)
    assert str(refused.value).startswith(f"{file}")
    assert "\n" not in str(refused.value)


def test_a_file_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    file = write_export(tmp_path / "best.onnx")
    file.write_bytes(file.read_bytes()[:900])
    with pytest.raises(ModelError, match=r"best\.onnx is no ONNX model"):
        Export.read(file)


def test_what_was_imported_before_is_refused(tmp_path: Path) -> None:
    made = network_of(Export.read(write_export(tmp_path / "a.onnx")), (96, 64), (0, 1))
    again = tmp_path / "b.onnx"
    again.write_bytes(made.SerializeToString())
    with pytest.raises(ModelError, match="was imported before"):
        Export.read(again)


@pytest.mark.parametrize(
    ("task", "canonical", "words"),
    [
        ("detect", (96, 80), r"takes 96 x 64 px, .* 96 x 80 px: export .* imgsz=96,96"),
        ("classify", (64, 64), r"classifies pictures of 96 x 64 px: .* not 64 x 64 px"),
    ],
)
def test_a_view_that_does_not_fit_is_refused(
    task: str, canonical: tuple[int, int], words: str, tmp_path: Path
) -> None:
    export = Export.read(write_export(tmp_path / "best.onnx", task))
    with pytest.raises(ModelError, match=words):
        network_of(export, canonical, (1,))


def test_an_operator_that_the_engine_lacks_leaves_nothing(tmp_path: Path) -> None:
    export = Export.read(write_export(tmp_path / "best.onnx", operator="Odd"))
    kept = Kept.of(export, {})
    origin = Origin(export, kept, (96, 64), dict.fromkeys(kept.names, 0.25))
    with pytest.raises(ModelError, match=r"best\.onnx cannot be run by the cell's engine"):
        stage(tmp_path / "models" / "odd", origin, "", None)
    assert not list((tmp_path / "models").iterdir())


def test_scores_that_are_no_numbers_leave_nothing(tmp_path: Path) -> None:
    export = Export.read(write_export(tmp_path / "best.onnx", gains=(float("nan"), 1.0)))
    kept = Kept.of(export, {})
    origin = Origin(export, kept, (96, 64), dict.fromkeys(kept.names, 0.25))
    with pytest.raises(ModelError, match=r"best\.onnx cannot be run .* not finite"):
        stage(tmp_path / "models" / "nan", origin, "", None)
    assert not list((tmp_path / "models").iterdir())


@pytest.mark.parametrize(
    ("task", "names", "renamed", "words"),
    [
        ("detect", ("a", "b"), {"c": "d"}, r"has no class 'c', it has a, b: correct --classes"),
        ("detect", ("a", "b"), {"a": "b"}, r"two classes would be called 'b'"),
        ("detect", ("a", "b"), {"a": "", "b": ""}, r"no class is left"),
        ("detect", (" a", "b"), {}, r"the name ' a' is empty or has blanks"),
        ("classify", ("a", "b"), {}, r"always names one of a, b: .* --classes NAME="),
    ],
)
def test_classes_that_cannot_be_kept(
    task: str, names: tuple[str, str], renamed: dict[str, str], words: str, tmp_path: Path
) -> None:
    export = Export.read(write_export(tmp_path / "best.onnx", task, names=names))
    with pytest.raises(ModelError, match=words):
        Kept.of(export, renamed)
