"""Model packages: the card vouches for every file and for the network's sizes, or is refused."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from models.anomaly import FeaturePackage
from models.files import files_of, main, seal
from models.package import CARD, ModelError, ModelPackage, next_version

SHIPPED = Path(__file__).parents[2] / "models"
HEIGHT, WIDTH, PLACES = 32, 64, 7


def network(
    shape: tuple[int | str, ...] = ("N", 6, PLACES),
    kind: int = TensorProto.FLOAT,
    takes: tuple[int | str, ...] = ("N", 1, HEIGHT, WIDTH),
) -> onnx.ModelProto:
    """Any picture -> one table of constants; only its face matters here."""
    sizes = [s if isinstance(s, int) else 1 for s in shape]
    dtype = helper.tensor_dtype_to_np_dtype(kind)
    table = numpy_helper.from_array(np.zeros(sizes, dtype), "table")
    graph = helper.make_graph(
        [helper.make_node("Identity", ["table"], ["detections"])],
        "g",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, list(takes))],
        [helper.make_tensor_value_info("detections", kind, list(shape))],
        [table],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


def card(**change: Any) -> dict[str, Any]:
    return {
        "name": "small", "version": "1", "classes": ["dent", "scratch"],
        "input": {"shape": ["N", 1, HEIGHT, WIDTH], "channels": ["board"]},
        "output": {"layout": "[N, 4 + classes, A]"},
        "thresholds": {"dent": 0.4, "scratch": 0.6}, "nms_iou": 0.5,
    } | change  # fmt: skip


def package(folder: Path, model: onnx.ModelProto | None = None, **change: Any) -> Path:
    """A package as an older program wrote it: the card vouches for the network's file alone."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "model.onnx"
    if model is not None or not file.exists():
        file.write_bytes((model or network()).SerializeToString())
    content = {"sha256": hashlib.sha256(file.read_bytes()).hexdigest()} | card(**change)
    (folder / CARD).write_text(json.dumps(content))
    return folder


def sealed(folder: Path) -> Path:
    package(folder)
    (folder / "README.md").write_text("small")
    (folder / "samples").mkdir()
    (folder / "samples" / "a.txt").write_text("a sample")
    seal(folder)
    return folder


def external(folder: Path, value: float, location: str = "weights.bin") -> Path:
    """A package whose table lies in a file of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    model = network()
    model.graph.initializer[0].CopyFrom(
        numpy_helper.from_array(np.full((1, 6, PLACES), value, np.float32), "table")
    )
    onnx.save(
        model, str(folder / "model.onnx"),
        save_as_external_data=True, location=location, size_threshold=0,
    )  # fmt: skip
    return package(folder)


def refusal(folder: Path) -> str:
    with pytest.raises(ModelError) as caught:
        ModelPackage.load(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", ["pcb", "ball_screw"])
def test_shipped_packages_list_all_their_files(name: str) -> None:
    package = ModelPackage.load(SHIPPED / name)
    assert package.card.files is not None
    assert {*package.card.files, package.card.file} == files_of(SHIPPED / name)


def test_the_feature_network_lists_all_its_files() -> None:
    assert FeaturePackage.load().card.files is not None


def change(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes() + b" ")


def link(folder: Path) -> None:
    (folder.parent / "elsewhere").write_bytes((folder / "README.md").read_bytes())
    (folder / "README.md").unlink()
    (folder / "README.md").symlink_to(folder.parent / "elsewhere")


def link_folder(folder: Path) -> None:
    shutil.move(folder / "samples", folder.parent / "samples")
    (folder / "samples").symlink_to(folder.parent / "samples")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (change("model.onnx"), "model.onnx is not the file that its card describes"),
        (change("README.md"), "README.md is not the file that its card describes"),
        (change("samples/a.txt"), "a.txt is not the file that its card describes"),
        (lambda f: (f / "README.md").unlink(), "['README.md'] belong to the package and are miss"),
        (lambda f: (f / "model.onnx").unlink(), "['model.onnx'] belong to the package"),
        (lambda f: (f / "model.onnx.data").write_bytes(b"x"), "['model.onnx.data'] are not on"),
        (lambda f: (f / "samples" / "b").write_bytes(b"x"), "['samples/b'] are not on"),
        (link, "README.md is no plain file"),
        (link_folder, "samples is no plain file"),
    ],
)
def test_the_card_vouches_for_every_file(
    tmp_path: Path, damage: Callable[[Path], None], words: str
) -> None:
    folder = sealed(tmp_path / "small")
    assert ModelPackage.load(folder).identity.startswith("small@1#")
    damage(folder)
    assert words in refusal(folder)


def test_weights_in_a_file_of_their_own_are_vouched_for(tmp_path: Path) -> None:
    folder, other = external(tmp_path / "a", 0.25), external(tmp_path / "b", 0.75)
    assert "keeps weights in ['weights.bin'], which its card does not vouch" in refusal(folder)
    assert main([str(folder)]) == 0
    assert ModelPackage.load(folder).card.files is not None
    shutil.copy(other / "weights.bin", folder / "weights.bin")
    assert "weights.bin is not the file that its card describes" in refusal(folder)
    (folder / "weights.bin").unlink()
    assert "are missing" in refusal(folder)


@pytest.mark.parametrize("location", ["../weights.bin", "/tmp/weights.bin", "", "sub/../w.bin"])
def test_weights_outside_the_folder_are_refused(tmp_path: Path, location: str) -> None:
    folder = external(tmp_path / "a", 0.25)
    model = onnx.load(str(folder / "model.onnx"), load_external_data=False)
    for entry in model.graph.initializer[0].external_data:
        if entry.key == "location":
            entry.value = location
    (tmp_path / "weights.bin").write_bytes((folder / "weights.bin").read_bytes())
    package(folder, model)
    seal(folder)
    assert f"keeps weights in [{location!r}]" in refusal(folder)


def test_weights_in_a_branch_are_found(tmp_path: Path) -> None:
    away = numpy_helper.from_array(np.zeros(4, np.float32), "w")
    away.ClearField("raw_data")
    away.data_location = TensorProto.EXTERNAL
    away.external_data.add(key="location", value="w.bin")
    node = helper.make_node("Constant", [], ["w"], value=away)
    branch = helper.make_graph([node], "b", [], [helper.make_tensor_value_info("w", 1, [4])])
    model = network()
    model.graph.node.append(
        helper.make_node("If", ["c"], ["x"], then_branch=branch, else_branch=branch)
    )
    assert "keeps weights in ['w.bin']" in refusal(package(tmp_path, model))


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (network(("N", PLACES, 6)), "its last two axes are exchanged"),
        (network(("N", 4, PLACES)), "its card needs one float32 output ['any', 6, 'any']"),
        (network(("N", 7, PLACES)), "its card needs one float32 output"),
        (network((6, PLACES)), "its card needs one float32 output"),
        (network(kind=TensorProto.FLOAT16), "not float32"),
        (network(takes=("N", 1, WIDTH, HEIGHT)), "its card needs one float32 input"),
        (network(takes=("N", 3, HEIGHT, WIDTH)), "its card needs one float32 input"),
        (network(takes=("N", HEIGHT, WIDTH)), "its card needs one float32 input"),
    ],
)
def test_a_network_of_other_sizes_is_refused(
    tmp_path: Path, model: onnx.ModelProto, words: str
) -> None:
    assert words in refusal(package(tmp_path, model))


def test_two_outputs_and_no_model_are_refused(tmp_path: Path) -> None:
    model = network()
    model.graph.output.append(helper.make_tensor_value_info("more", 1, [1]))
    assert "detections [" in refusal(package(tmp_path, model))
    (tmp_path / "model.onnx").write_bytes(b"no model" * 50)
    assert "is no ONNX model" in refusal(package(tmp_path))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"classes": ["dent", "dent"]}, "named twice"),
        ({"classes": ["é", "e\u0301"]}, "named twice"),
        ({"classes": ["dent", ""]}, "empty"),
        ({"classes": ["dent", " scratch"]}, "blanks at its ends"),
        ({"classes": []}, "classes"),
        ({"thresholds": {"dent": 0.5, "scratch": 0.5, "stain": 0.5}}, "and no other"),
        ({"thresholds": {"dent": float("inf"), "scratch": 0.5}}, "finite"),
        ({"thresholds": {"dent": float("nan"), "scratch": 0.5}}, "finite"),
        ({"thresholds": {"dent": True, "scratch": 0.5}}, "thresholds.dent"),
        ({"thresholds": {"dent": "0.5", "scratch": 0.5}}, "thresholds.dent"),
        ({"thresholds": {"dent": 1.0, "scratch": 0.5}}, "thresholds.dent"),
        ({"nms_iou": True}, "nms_iou"),
        ({"nms_across_classes": 1}, "nms_across_classes"),
        ({"name": 7}, "name"),
        ({"file": ""}, "beside the card"),
        ({"file": ".."}, "beside the card"),
        ({"input": {"shape": [0, 1, 32, 64], "channels": ["board"]}}, "input.shape.0"),
        ({"input": {"shape": ["N", 1, 32, 64.0], "channels": ["board"]}}, "input.shape.3"),
        ({"input": {"shape": ["N", 1, 32, 64], "channels": ["golden"]}}, "must hold 'board'"),
        (
            {"input": {"shape": ["N", 2, 32, 64], "channels": ["board", "golden_high_2px"]}},
            "need 'golden' among them",
        ),
    ],
)
def test_cards_that_make_no_sense_are_refused(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    assert words in refusal(package(tmp_path, **change))


def test_a_card_with_a_key_twice_is_refused(tmp_path: Path) -> None:
    folder = package(tmp_path)
    text = (folder / CARD).read_text()
    (folder / CARD).write_text(text[:-1] + ', "nms_iou": 0.9}')
    assert "'nms_iou' stands twice" in refusal(folder)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, "1.0.0"),
        ("1.0.0", "1.0.1"),
        ("1.9", "1.10"),
        ("7", "8"),
        ("3rc9b", "3rc10b"),
        ("beta", "beta-2"),
    ],
)
def test_a_package_that_replaces_another_has_a_higher_version(
    tmp_path: Path, before: str | None, after: str
) -> None:
    if before is not None:
        package(tmp_path, version=before)
    assert next_version(tmp_path) == after


def test_a_package_that_cannot_be_read_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="another folder"):
        next_version(tmp_path)
