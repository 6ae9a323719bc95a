"""Engines agree with each other and with themselves, on the model that ships."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.package import ModelPackage
from vision.engines.base import Engine, Tensor
from vision.errors import EngineError, PluginError
from vision.nets.decode import decode
from vision.plugins import load_plugin, plugin_names

CPU_ENGINES = [
    ("onnxruntime", {}),
    ("openvino", {}),
    ("openvino", {"precision": "bf16"}),
]


def make(name: str, options: dict[str, Any], model: Path) -> Engine:
    if name == "openvino":
        pytest.importorskip("openvino")
    driver = load_plugin("inspection_cell.engines", name)
    engine: Engine = driver(driver.Config.model_validate(options), model)
    return engine


@pytest.mark.parametrize(("name", "options"), CPU_ENGINES)
def test_the_same_picture_twice_gives_the_same_bits(
    name: str, options: dict[str, Any], package: ModelPackage, batches: list[Tensor]
) -> None:
    engine = make(name, options, package.onnx)
    first = [engine.run(batch).copy() for batch in batches]
    again = [engine.run(batch).copy() for batch in reversed(batches)][::-1]
    other = make(name, options, package.onnx).run(batches[0])
    for one, two in zip(first, again, strict=True):
        assert np.array_equal(one, two)
    assert np.array_equal(first[0], other)


@pytest.mark.parametrize(("name", "options"), CPU_ENGINES[1:])
def test_openvino_agrees_with_onnx_runtime(
    name: str, options: dict[str, Any], package: ModelPackage, batches: list[Tensor]
) -> None:
    reference, engine = make("onnxruntime", {}, package.onnx), make(name, options, package.onnx)
    count = 0
    for batch in batches:
        boxes, scores, classes = decode(reference.run(batch), 0.26, 0.4)
        others = decode(engine.run(batch), 0.26, 0.4)
        assert others[2].tolist() == classes.tolist()
        assert np.abs(others[0] - boxes).max(initial=0.0) < 1.0
        assert np.abs(others[1] - scores).max(initial=0.0) < 0.02
        count += len(boxes)
    assert count >= 3


@pytest.mark.parametrize(("name", "options"), CPU_ENGINES[:2])
@pytest.mark.parametrize("kept", [0, 1000, 3_000_000])
def test_a_truncated_model_is_one_clear_error(
    name: str, options: dict[str, Any], kept: int, package: ModelPackage, tmp_path: Path
) -> None:
    path = tmp_path / "cut.onnx"
    path.write_bytes(package.onnx.read_bytes()[:kept])
    with pytest.raises(EngineError, match=r"cut\.onnx.*install the model package again"):
        make(name, options, path)


@pytest.mark.parametrize("name", ["onnxruntime", "openvino"])
def test_wrong_use_is_told(name: str, package: ModelPackage, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"none\.onnx is not there"):
        make(name, {}, tmp_path / "none.onnx")
    engine = make(name, {}, package.onnx)
    assert engine.input_shape == (1, 6, 640, 640)
    with pytest.raises(EngineError, match=r"takes \(1, 6, 640, 640\), got \(1, 3, 320, 320\)"):
        engine.run(np.zeros((1, 3, 320, 320), np.float32))
    engine.close()
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.run(np.zeros((1, 6, 640, 640), np.float32))


def test_openvino_computes_in_the_precision_that_was_asked_for(package: ModelPackage) -> None:
    openvino = pytest.importorskip("openvino")
    for precision, type_name in (("f32", "f32"), ("bf16", "bf16")):
        engine = make("openvino", {"precision": precision}, package.onnx)
        compiled = engine._request.get_compiled_model()  # type: ignore[attr-defined]
        assert compiled.get_property("INFERENCE_PRECISION_HINT") == getattr(
            openvino.Type, type_name
        )


ABSENT = {
    "openvino": ("openvino", r"OpenVINO is not installed.*pip install openvino"),
    "tensorrt": ("tensorrt_rtx", r"TensorRT is not installed.*pip install tensorrt-rtx"),
}


@pytest.mark.parametrize("name", ABSENT)
def test_a_missing_module_says_what_to_install(
    name: str, package: ModelPackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, words = ABSENT[name]
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setattr("vision.engines.trt_build.MODULES", ())
    driver = load_plugin("inspection_cell.engines", name)
    with pytest.raises(EngineError, match=words):
        driver(driver.Config(), package.onnx)


def test_a_runtime_without_cuda_says_what_to_install(package: ModelPackage) -> None:
    ort = pytest.importorskip("onnxruntime")
    if "CUDAExecutionProvider" in ort.get_available_providers():
        pytest.skip("this ONNX Runtime has CUDA")
    with pytest.raises(EngineError, match=r"has no CUDA.*install onnxruntime-gpu"):
        make("onnxruntime_cuda", {}, package.onnx)


def test_all_engines_are_on_offer() -> None:
    names = plugin_names("inspection_cell.engines")
    assert {"auto", "onnxruntime", "onnxruntime_cuda", "openvino", "tensorrt"} <= set(names)
    with pytest.raises(PluginError, match="No 'abacus'"):
        load_plugin("inspection_cell.engines", "abacus")
