"""The engine on a GPU that misbehaves: one clear error, nothing left behind, no crash in order."""

from __future__ import annotations

import gc
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.engines.stand_in import SHAPE, StandInDriver, StandInTensorRt, install
from vision.engines.cuda import Device
from vision.engines.plan import read_plan, write_plan
from vision.engines.tensorrt import TensorRtConfig, TensorRtEngine
from vision.engines.trt_context import Context
from vision.errors import EngineError

Stand = tuple[StandInDriver, StandInTensorRt, list[Path]]


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Stand:
    return install(monkeypatch)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"network")
    return path


def opened(model: Path, **options: Any) -> TensorRtEngine:
    return TensorRtEngine(TensorRtConfig(cache=model.parent / "cache", **options), model)


@pytest.mark.parametrize("cuda_graph", [True, False])
def test_it_runs_and_gives_everything_back_in_order(
    stand: Stand, model: Path, cuda_graph: bool
) -> None:
    driver = stand[0]
    engine = opened(model, cuda_graph=cuda_graph)
    assert engine.name.endswith("-graph") == cuda_graph
    for factor in (1, 3):
        batch = np.arange(24, dtype=np.float32).reshape(SHAPE) * factor
        assert np.array_equal(engine.run(batch), 2 * batch)
    engine.close()
    engine.close()
    gc.collect()
    assert not driver.left
    assert driver.gone == ["context", "engine", "runtime"]
    with pytest.raises(EngineError, match="is closed"):
        engine.run(batch)


@pytest.mark.parametrize(
    ("call", "answer", "words"),
    [
        ("create_execution_context", None, "no memory left"),
        ("create_execution_context", TypeError("incompatible arguments"), "does not work with"),
        ("deserialize_cuda_engine", RuntimeError("bad magic"), "cannot load the engine"),
        ("set_tensor_address", False, "does not take the memory"),
        ("execute_async_v3", False, "failed to run"),
        ("execute_async_v3", RuntimeError("myelin"), "does not work with"),
        ("get_tensor_dtype", "f16", "needs one float32 input"),
        ("get_tensor_shape", (1, 3, -1, 640), "not \\(N, C, H, W\\)"),
    ],
)
def test_what_tensorrt_refuses_is_one_error_and_leaves_nothing(
    stand: Stand, model: Path, call: str, answer: Any, words: str
) -> None:
    driver, trt, _ = stand
    trt.answers[call] = answer
    with pytest.raises(EngineError, match=words):
        opened(model)
    assert not driver.left


@pytest.mark.parametrize(
    "call", ["cuStreamCreate", "cuMemAlloc_v2", "cuMemAllocHost_v2", "cuStreamSynchronize"]
)
def test_what_the_driver_refuses_leaves_nothing(stand: Stand, model: Path, call: str) -> None:
    driver = stand[0]
    driver.faults[call] = 2
    with pytest.raises(EngineError, match=f"refused {call}"):
        opened(model)
    assert not driver.left


@pytest.mark.parametrize(
    "call",
    ["cuStreamBeginCapture_v2", "cuStreamEndCapture", "cuGraphInstantiateWithFlags",
     "cuGraphLaunch"],
)  # fmt: skip
def test_it_runs_on_without_a_graph_that_cannot_be_recorded(
    stand: Stand, model: Path, call: str, caplog: pytest.LogCaptureFixture
) -> None:
    driver = stand[0]
    driver.faults[call] = 901
    if call == "cuStreamEndCapture":  # a failed recording has ended, too
        driver._cuStreamBeginCapture = lambda *_: None  # type: ignore[method-assign]
    engine = opened(model)
    assert not engine.name.endswith("-graph")
    assert "runs without a CUDA graph" in caplog.text
    batch = np.ones(SHAPE, np.float32)
    assert np.array_equal(engine.run(batch), 2 * batch)
    engine.close()
    assert not driver.left


def test_an_error_that_stays_does_not_stop_the_closing(
    stand: Stand, model: Path, caplog: pytest.LogCaptureFixture
) -> None:
    driver = stand[0]
    engine = opened(model)
    driver.sticky = 700
    with pytest.raises(EngineError, match="700"):
        engine.run(np.ones(SHAPE, np.float32))
    with caplog.at_level(logging.WARNING):
        engine.close()
    for call in ("cuGraphExecDestroy", "cuMemFree_v2", "cuMemFreeHost", "cuStreamDestroy_v2",
                 "cuDevicePrimaryCtxRelease_v2"):  # fmt: skip
        assert f"refused {call}" in caplog.text


def test_a_kept_engine_that_does_not_load_is_built_anew(
    stand: Stand, model: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _, trt, built = stand
    trt.__version__ = "10.8.0"
    opened(model).close()
    trt.__version__ = "10.9.0"
    opened(model).close()
    assert "version 10.8.0, needed 10.9.0" in caplog.text
    assert len(built) == 2
    built.clear()
    opened(model).close()
    assert not built
    kept = next((model.parent / "cache").glob("*.plan"))
    key = _key(kept)
    write_plan(kept, key, b"stale")
    opened(model).close()
    assert len(built) == 1
    assert read_plan(kept, key) == b"plan"


def _key(path: Path) -> Any:
    import json

    from vision.engines.plan import MAGIC, PlanKey

    header = json.loads(path.read_bytes()[len(MAGIC) :].partition(b"\n")[0])
    header.pop("sha256")
    return PlanKey(**header)


def test_kernels_that_tensorrt_rtx_compiles_are_kept(stand: Stand, tmp_path: Path) -> None:
    driver, trt, _ = stand
    device, seen = Device(0), list[Any]()

    class Compiled:
        def deserialize(self, content: bytes) -> bool:
            seen.append(content)
            return content == b"kernels"

        def serialize(self) -> bytes:
            return b"kernels"

    raw = SimpleNamespace(set_device_memory=lambda address, size: seen.append((address, size)))
    config = SimpleNamespace(
        set_execution_context_allocation_strategy=seen.append,
        create_runtime_cache=Compiled,
        set_runtime_cache=lambda _: None,
    )
    engine = SimpleNamespace(
        create_runtime_config=lambda: config,
        create_execution_context=lambda _: raw,
        device_memory_size_v2=256,
    )
    trt.IRuntimeCache = Compiled  # type: ignore[attr-defined]
    trt.ExecutionContextAllocationStrategy = SimpleNamespace(  # type: ignore[attr-defined]
        USER_MANAGED="user"
    )
    for kept in (None, b"kernels", b"another driver's"):
        path = tmp_path / "some.kernels"
        if kept is not None:
            path.write_bytes(kept)
        seen.clear()
        context = Context(trt, engine, device, path)
        assert seen[0] == "user"
        assert seen[-1][1] == 256
        context.keep()
        context.close()
        assert path.read_bytes() == b"kernels"
        assert (kept in seen) == (kept is not None)
    device.close()
    assert not driver.left
