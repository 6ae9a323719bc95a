"""The ONNX engine and the model package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import tiny_model
from onnx import TensorProto, helper

from models.package import ModelError, ModelPackage
from vision.engines.onnx import OnnxConfig, OnnxEngine
from vision.errors import EngineError, PluginError
from vision.plugins import load_plugin


def test_the_engine_runs_the_package(package_folder: Path) -> None:
    package = ModelPackage.load(package_folder)
    assert package.identity == "tiny@1"
    assert package.scores() == [0.25] * 6
    engine = OnnxEngine(OnnxConfig(), package.onnx)
    assert engine.input_shape[1:] == package.card.input.shape[1:]
    images = np.zeros(engine.input_shape, np.float32)
    images[0, 0, 64:96, 32:64] = 1.0
    for _ in range(2):
        output = engine.run(images)
        assert output.shape == (1, 10, 400)
        hit = int(output[0, 8].argmax())
        assert output[0, :4, hit].tolist() == [32, 64, 64, 96]
        assert output[0, 8, hit] == pytest.approx(1.0)
    engine.close()
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.run(images)


def test_wrong_batch_names_both_shapes(package_folder: Path) -> None:
    engine = OnnxEngine(OnnxConfig(), package_folder / "model.onnx")
    with pytest.raises(EngineError, match=r"takes \(1, 2, 640, 640\), got \(1, 3, 320, 320\)"):
        engine.run(np.zeros((1, 3, 320, 320), np.float32))


def test_an_unscaled_picture_is_no_batch(package_folder: Path) -> None:
    engine = OnnxEngine(OnnxConfig(), package_folder / "model.onnx")
    with pytest.raises(EngineError, match=r"takes float32 with grey 0\.\.1, got uint8"):
        engine.run(np.full(engine.input_shape, 255, np.uint8))


@pytest.mark.parametrize("kept", [0, 10, 5000])
def test_a_truncated_model_is_one_clear_error(
    package_folder: Path, tmp_path: Path, kept: int
) -> None:
    path = tmp_path / "cut.onnx"
    path.write_bytes((package_folder / "model.onnx").read_bytes()[:kept])
    with pytest.raises(EngineError, match=r"cut\.onnx.*install the model package again"):
        OnnxEngine(OnnxConfig(), path)


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"none\.onnx is not there"):
        OnnxEngine(OnnxConfig(), tmp_path / "none.onnx")


@pytest.mark.parametrize(
    ("kind", "shape"), [(TensorProto.FLOAT, [1, "n"]), (TensorProto.INT64, [1, 4])]
)
def test_models_of_another_kind_are_refused(tmp_path: Path, kind: int, shape: list[Any]) -> None:
    values = [helper.make_tensor_value_info(name, kind, shape) for name in ("a", "b")]
    graph = helper.make_graph(
        [helper.make_node("Identity", ["a"], ["b"])], "g", values[:1], values[1:]
    )
    path = tmp_path / "other.onnx"
    opset = [helper.make_opsetid("", 18)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=10), str(path))
    with pytest.raises(EngineError, match="one float32 input of fixed size"):
        OnnxEngine(OnnxConfig(), path)


INPUT = {"shape": ["N", 2, 640, 640], "channels": ["board", "golden"]}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sha256": "0" * 64}, "damaged or was exchanged"),
        ({"classes": ["open", "open"]}, "named twice"),
        ({"thresholds": {"open": 0.5}}, "every class once"),
        ({"nms_iou": 7}, "nms_iou"),
        ({"file": "../model.onnx"}, "beside the card"),
        ({"file": "other.onnx"}, r"other\.onnx cannot be read"),
        ({"input": {"shape": [1, 3, 64, 64], "channels": ["board", "golden"]}}, "do not fit"),
        ({"input": INPUT | {"range": [0, 255]}}, "range .* is not what the cell gives"),
        ({"input": INPUT | {"dtype": "uint8"}}, "input.dtype"),
        ({"input": INPUT | {"name": "pictures"}}, "no 'pictures', it has 'images' there"),
        ({"output": {"name": "boxes"}}, "no 'boxes', it has 'detections' there"),
        ({"output": {"shape": ["N", 9, 400]}}, "output.shape .* does not fit 6 classes"),
        ({"output": {"shape": ["N", 10, 401]}}, "its output is detections"),
        # What nobody would read.
        ({"nms_iuo": 0.9}, "nms_iuo: is not a key that is known here"),
        ({"review_threshold": 0.9}, "review_threshold: is not a key that is known here"),
        ({"input": INPUT | {"mean": [0.5]}}, "input.mean: is not a key that is known here"),
        ({"output": {"scale": 2}}, "output.scale: is not a key that is known here"),
    ],
)
def test_faulty_cards_name_the_fault(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    folder = tiny_model.write_package(tmp_path, **change)
    with pytest.raises(ModelError, match=words) as caught:
        ModelPackage.load(folder)
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_card_says_what_people_want_to_know(tmp_path: Path) -> None:
    said = {
        "created": "2026-11-22", "task": "boards", "bytes": 12, "data": {"images": 3},
        "training": {"seed": 1}, "metrics": {"mAP50": 0.9}, "notes": {"asked by": "line 4"},
        "input": INPUT | {"name": "images", "dtype": "float32", "range": [0, 1]},
        "output": {"name": "detections", "dtype": "float32", "shape": ["N", 10, 400]},
    }  # fmt: skip
    card = ModelPackage.load(tiny_model.write_package(tmp_path, **said)).card
    assert card.notes == {"asked by": "line 4"}


def test_missing_and_broken_cards(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="No model package"):
        ModelPackage.load(tmp_path)
    (tmp_path / "card.json").write_text(json.dumps({"name": "x"})[:-3])
    with pytest.raises(ModelError, match="not usable"):
        ModelPackage.load(tmp_path)


def test_plugins_that_are_not_there_say_what_is() -> None:
    with pytest.raises(PluginError, match=r"No 'nosuch' in inspection_cell\.engines; there is: "):
        load_plugin("inspection_cell.engines", "nosuch")
    assert load_plugin("console_scripts", "pytest") is not None
