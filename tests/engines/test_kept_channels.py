"""What an engine has already is not given to it again, and never taken for another's."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from tests.engines.stand_in import SHAPE, StandInDriver, StandInSession, install
from vision.engines import onnx_cuda
from vision.engines.base import Engine, Intake
from vision.engines.onnx import OnnxConfig, OnnxEngine
from vision.engines.onnx_cuda import OnnxCudaConfig, OnnxCudaEngine
from vision.engines.openvino import OpenVinoConfig, OpenVinoEngine
from vision.engines.tensorrt import TensorRtConfig, TensorRtEngine
from vision.errors import EngineError


def doubling(folder: Path) -> Path:
    """A network that doubles its input."""
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, SHAPE) for n in ("in", "out")]
    twice = helper.make_node("Add", ["in", "in"], ["out"])
    graph = helper.make_graph([twice], "twice", [ends[0]], [ends[1]])
    path = folder / "model.onnx"
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    made.ir_version = 8
    onnx.save(made, path)
    return path


def sessions(monkeypatch: pytest.MonkeyPatch, driver: StandInDriver, graph: bool = True) -> None:
    """Have sessions made on the stand-in GPU; a graph may be refused."""

    def opened(_model: Path, _threads: int, providers: list[Any]) -> StandInSession:
        if providers[0][1]["enable_cuda_graph"] == "1" and not graph:
            raise EngineError("This session cannot use the graph")
        return StandInSession(driver, providers[0][1])

    monkeypatch.setattr(onnx_cuda, "open_session", opened)
    monkeypatch.setattr(
        onnxruntime, "get_available_providers", lambda: ["CUDAExecutionProvider"], raising=True
    )


Maker = Callable[[], Engine]


@pytest.fixture(
    params=["onnxruntime", "openvino", "onnxruntime_cuda", "tensorrt", "tensorrt-graph"]
)
def engine(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Engine]:
    model = doubling(tmp_path)
    if request.param == "openvino":
        pytest.importorskip("openvino")
    if request.param in ("onnxruntime", "openvino"):
        of: dict[str, Maker] = {
            "onnxruntime": lambda: OnnxEngine(OnnxConfig(), model),
            "openvino": lambda: OpenVinoEngine(OpenVinoConfig(), model),
        }
        made = of[request.param]()
    else:
        driver, _, _ = install(monkeypatch)
        if request.param == "onnxruntime_cuda":
            sessions(monkeypatch, driver)
            made = OnnxCudaEngine(OnnxCudaConfig(), model)
        else:
            graph = request.param.endswith("graph")
            config = TensorRtConfig(cache=tmp_path / "cache", cuda_graph=graph)
            made = TensorRtEngine(config, model)
    yield made
    made.close()


def test_only_what_changed_is_taken_from_the_same_array(engine: Engine) -> None:
    batch = np.arange(24, dtype=np.float32).reshape(SHAPE)
    assert np.array_equal(engine.run(batch, 1), 2 * batch), "all of it, the first time"
    before = batch.copy()
    batch += 100
    told = engine.run(batch, 1)
    assert np.array_equal(told[:, :1], 2 * batch[:, :1])
    assert np.array_equal(told[:, 1:], 2 * before[:, 1:]), "was kept"
    assert np.array_equal(engine.run(batch), 2 * batch)


def test_another_array_in_between_is_never_mistaken(engine: Engine) -> None:
    mine = np.ones(SHAPE, np.float32)
    engine.run(mine)
    engine.run(np.full(SHAPE, 7, np.float32))
    assert np.array_equal(engine.run(mine, 1), 2 * mine)


def test_pictures_of_a_larger_batch_are_all_taken() -> None:
    intake = Intake(np.zeros((2, 3, 4, 5), np.float32), Path("model.onnx"))
    batch = np.ones((2, 3, 4, 5), np.float32)
    assert [intake.take(batch, 1), intake.take(batch, 1)] == [3, 3]


@pytest.mark.parametrize("graph", [True, False])
def test_a_gpu_that_failed_is_given_everything_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, graph: bool
) -> None:
    driver, _, _ = install(monkeypatch)
    sessions(monkeypatch, driver, graph)
    engine = OnnxCudaEngine(OnnxCudaConfig(), doubling(tmp_path))
    assert engine.name.endswith("-graph") == graph
    batch = np.ones(SHAPE, np.float32)
    engine.run(batch)
    batch += 1
    driver.session_fault = RuntimeError("CUDA failure 700")
    with pytest.raises(EngineError, match="CUDA failure 700"):
        engine.run(batch)
    driver.session_fault = None
    assert np.array_equal(engine.run(batch, 1), 2 * batch)
    engine.close()
    engine.close()
    gc.collect()
    assert not driver.left
    with pytest.raises(EngineError, match="is closed"):
        engine.run(batch)


def test_a_session_without_the_gpu_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver, _, _ = install(monkeypatch)
    sessions(monkeypatch, driver)
    monkeypatch.setattr(StandInSession, "get_providers", lambda _: ["CPUExecutionProvider"])
    with pytest.raises(EngineError, match="cannot use GPU 0"):
        OnnxCudaEngine(OnnxCudaConfig(), doubling(tmp_path))
    gc.collect()
    assert not driver.left
