"""Built TensorRT engines: what keeps one from being run, and, where TensorRT is there, building.

Running one needs a GPU; `test_it_agrees_on_a_gpu` does so where there is one.
"""

from __future__ import annotations

import ctypes
import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

from models.package import ModelPackage
from vision.engines.half import half_model
from vision.engines.onnx import OnnxConfig, OnnxEngine
from vision.engines.plan import ANY_GPU, PlanKey, read_plan, write_plan
from vision.engines.selfcheck import verify
from vision.engines.tensorrt import TensorRtConfig, TensorRtEngine
from vision.engines.trt_build import MODULES, main
from vision.errors import EngineError

KEY = PlanKey("ab" * 32, "tensorrt_rtx", "1.7.1", "NVIDIA RTX 4060", "8.9", "f32")
BUILDER = any(importlib.util.find_spec(name) for name in MODULES)


def has_driver() -> bool:
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    return True


def test_a_kept_engine_comes_back_whole(tmp_path: Path) -> None:
    path = tmp_path / KEY.file_name()
    write_plan(path, KEY, b"engine\n" * 100)
    assert read_plan(path, KEY) == b"engine\n" * 100
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    write_plan(path, replace(KEY, gpu=ANY_GPU), b"x")
    assert read_plan(path, KEY) == b"x"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"version": "1.8.0"}, r"version 1\.7\.1, needed 1\.8\.0"),
        ({"gpu": "NVIDIA RTX 5090"}, "GPU NVIDIA RTX 4060, needed NVIDIA RTX 5090"),
        ({"compute": "12.0"}, r"compute capability 8\.9, needed 12\.0"),
        ({"model_sha256": "cd" * 32}, "model abab.*, needed cdcd"),
        ({"precision": "fp16"}, "precision f32, needed fp16"),
        ({"builder": "tensorrt"}, "builder tensorrt_rtx, needed tensorrt"),
    ],
)
def test_an_engine_built_for_something_else_is_refused(
    tmp_path: Path, change: dict[str, str], words: str
) -> None:
    path = tmp_path / "some.plan"
    write_plan(path, KEY, b"engine")
    with pytest.raises(EngineError, match=rf"some\.plan does not serve here.*{words}.*build it"):
        read_plan(path, replace(KEY, **change))


def test_damaged_engines_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "some.plan"
    write_plan(path, KEY, b"engine" * 1000)
    content = path.read_bytes()
    for broken in (b"", content[:40], content[:-1], content[:-1] + b"?", b"PK" + content):
        path.write_bytes(broken)
        with pytest.raises(EngineError, match="damaged or no engine"):
            read_plan(path, KEY)
    with pytest.raises(EngineError, match="cannot be read"):
        read_plan(tmp_path / "none.plan", KEY)


def test_half_precision_keeps_the_answer(package: ModelPackage, tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    path = tmp_path / "half.onnx"
    path.write_bytes(half_model(package.onnx))
    assert path.stat().st_size < 0.6 * package.onnx.stat().st_size
    found = verify(OnnxEngine(OnnxConfig(), path), package)
    assert found is not None
    assert found.accepted


@pytest.mark.skipif(not importlib.util.find_spec("tensorrt_rtx"), reason="no TensorRT-RTX here")
@pytest.mark.parametrize("precision", ["f32", "fp16"])
def test_engines_are_built_without_a_gpu(
    package: ModelPackage, tmp_path: Path, precision: str
) -> None:
    out = tmp_path / "built.plan"
    asked = [str(package.onnx), "--compute", "8.9", "--precision", precision, "--out", str(out)]
    assert main(asked) == 0
    assert out.stat().st_size > 2_000_000
    asked[2] = "9.0"
    assert main(asked) == 2


@pytest.mark.skipif(not importlib.util.find_spec("tensorrt_rtx"), reason="no TensorRT-RTX here")
def test_a_truncated_model_is_not_built(package: ModelPackage, tmp_path: Path) -> None:
    cut = tmp_path / "cut.onnx"
    cut.write_bytes(package.onnx.read_bytes()[:1_000_000])
    assert main([str(cut), "--compute", "8.9", "--out", str(tmp_path / "x.plan")]) == 2


@pytest.mark.skipif(not BUILDER or has_driver(), reason="needs TensorRT without a GPU")
def test_a_machine_without_a_gpu_says_so(package: ModelPackage) -> None:
    with pytest.raises(EngineError, match="no usable NVIDIA driver"):
        TensorRtEngine(TensorRtConfig(), package.onnx)


@pytest.mark.skipif(not BUILDER or not has_driver(), reason="needs TensorRT and a GPU")
@pytest.mark.parametrize("precision", ["f32", "fp16"])
@pytest.mark.parametrize("cuda_graph", [False, True])
def test_it_agrees_on_a_gpu(
    package: ModelPackage, tmp_path: Path, precision: str, cuda_graph: bool
) -> None:
    config = TensorRtConfig.model_validate(
        {"precision": precision, "cache": tmp_path, "cuda_graph": cuda_graph}
    )
    engine = TensorRtEngine(config, package.onnx)
    assert verify(engine, package) is not None
    engine.close()
    engine.close()
