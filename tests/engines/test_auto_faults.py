"""What one engine does wrong never keeps `auto` or the search for a builder from the others."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from models.package import ModelPackage
from vision.engines import auto, half, trt_build
from vision.engines.auto import AutoConfig, AutoEngine, Candidate
from vision.engines.base import Tensor
from vision.errors import EngineError


class Fragile:
    """Passes the self-check, fails from the second timed run on, if at all."""

    input_shape = (1, 6, 640, 640)

    def __init__(self, name: str, runs: int) -> None:
        self.name, self.left, self.closed = name, runs, False

    def run(self, batch: Tensor, changed: int | None = None) -> Tensor:  # noqa: ARG002
        self.left -= 1
        if self.left < 0:
            raise EngineError(f"{self.name}: the GPU fell off")
        return batch

    def close(self) -> None:
        self.closed = True


def test_an_engine_that_fails_while_it_is_timed_is_left_out_and_closed(
    monkeypatch: pytest.MonkeyPatch, package: ModelPackage, tmp_path: Path
) -> None:
    made = {"steady": Fragile("steady", 99), "fragile": Fragile("fragile", 1)}
    monkeypatch.setattr(auto, "candidates", lambda _: [Candidate(name, {}) for name in made])
    monkeypatch.setattr(auto, "open_engine", lambda name, *_: made[name])
    engine = AutoEngine(AutoConfig(cache=tmp_path), package.onnx)
    assert engine.name == "steady"
    assert "fell off" in engine.refused["fragile"]
    assert (made["steady"].closed, made["fragile"].closed) == (False, True)


def test_where_all_fail_all_are_closed(
    monkeypatch: pytest.MonkeyPatch, package: ModelPackage, tmp_path: Path
) -> None:
    made = {name: Fragile(name, 1) for name in ("one", "two")}
    monkeypatch.setattr(auto, "candidates", lambda _: [Candidate(name, {}) for name in made])
    monkeypatch.setattr(auto, "open_engine", lambda name, *_: made[name])
    with pytest.raises(EngineError, match="fell off"):
        AutoEngine(AutoConfig(cache=tmp_path), package.onnx)
    assert all(engine.closed for engine in made.values())


@pytest.mark.parametrize(
    ("there", "found"),
    [
        ({"tensorrt": "10.9.0", "tensorrt_rtx": "1.7.1"}, "tensorrt"),
        ({"tensorrt": None, "tensorrt_rtx": "1.7.1"}, "tensorrt_rtx"),  # it does not load
        ({"tensorrt": "8.6.1", "tensorrt_rtx": "1.7.1"}, "tensorrt_rtx"),
        ({"tensorrt": "8.6.1"}, "8.6.1 is too old"),
        ({"tensorrt": None}, "does not load"),
    ],
)
def test_a_broken_builder_does_not_hide_the_other(
    monkeypatch: pytest.MonkeyPatch, there: dict[str, str | None], found: str
) -> None:
    def module(name: str, *_: Any) -> Any:
        if there[name] is None:
            raise EngineError(f"{name} does not load")
        return SimpleNamespace(__name__=name, __version__=there[name])

    monkeypatch.setattr(trt_build.importlib.util, "find_spec", there.__contains__)
    monkeypatch.setattr(trt_build, "optional_module", module)
    if found in trt_build.MODULES:
        assert trt_build.find_builder().__name__ == found
        return
    with pytest.raises(EngineError, match=found):
        trt_build.find_builder()


def test_boxes_are_decoded_in_full_precision(package: ModelPackage) -> None:
    onnx = pytest.importorskip("onnx")
    small = onnx.load_from_string(half.half_model(package.onnx))
    exact = set(half._behind_convolutions(small.graph))
    types = {v.name: v.data_type for v in small.graph.initializer}
    used = [types[n] for node in small.graph.node if node.name in exact for n in node.input
            if n in types]  # fmt: skip
    assert used
    assert onnx.TensorProto.FLOAT16 not in used
    assert onnx.TensorProto.FLOAT16 in types.values()
