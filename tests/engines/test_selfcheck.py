"""The self-check refuses engines that compute something else; `auto` chooses among the others."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.package import ModelError, ModelPackage
from models.selfcheck import FILE, LARGEST_BYTES, SelfCheck
from vision.engines import auto, opening
from vision.engines.auto import AutoConfig, AutoEngine, Candidate
from vision.engines.base import Tensor
from vision.engines.onnx import OnnxConfig, OnnxEngine
from vision.engines.selfcheck import (
    Found,
    between,
    clear_floor,
    load_check,
    measure,
    verify,
    write_selfcheck,
)
from vision.errors import EngineError


class Skewed(OnnxEngine):
    """The real engine with an error in its arithmetic."""

    def __init__(self, model: Path, box_px: float = 0.0, score: float = 0.0) -> None:
        super().__init__(OnnxConfig(), model)
        self.name = "skewed"
        self._error = np.full((1, 10, 1), score, np.float32)
        self._error[:, :4] = box_px

    def run(self, batch: Tensor, changed: int | None = None) -> Tensor:
        return super().run(batch, changed) + self._error


def test_the_shipped_check_passes_where_it_was_not_written(package: ModelPackage) -> None:
    assert (package.folder / FILE).stat().st_size < LARGEST_BYTES
    check = load_check(package)
    assert len(check.scores) >= 3
    assert check.scores.min() > 0.5
    found = verify(OnnxEngine(OnnxConfig(), package.onnx), package)
    assert found is not None
    assert found.box_px < 0.01
    assert found.score < 1e-4


@pytest.mark.parametrize(
    ("scores", "floor"),
    [
        ([], 0.3),
        ([0.2, 0.9], 0.3),
        ([0.28, 0.36], 0.225),
        (np.arange(0.06, 0.96, 0.04), 1.0),  # a weak model: no floor is clear of them all
    ],
)
def test_the_floor_keeps_away_from_every_score(scores: list[float], floor: float) -> None:
    assert clear_floor(np.asarray(scores, np.float32)) == pytest.approx(floor, abs=0.01)


@pytest.mark.parametrize(
    ("box_px", "score", "words"),
    [
        (1.5, 0.0, r"skewed does not compute.*up to 1\.50 px \(allowed 1\.0\), scores by up to 0"),
        (0.0, -0.03, r"boxes differ by up to 0\.00 px.*scores by up to 0\.030 \(allowed 0\.02\)"),
        (400.0, 0.0, r"boxes differ by up to 400\.00 px"),
        (0.0, -0.9, r"scores by up to 0\.9"),
        (0.0, float("nan"), r"scores by up to nan"),
    ],
)
def test_an_engine_that_disagrees_is_refused_with_both_numbers(
    box_px: float, score: float, words: str, package: ModelPackage
) -> None:
    with pytest.raises(EngineError, match=words):
        verify(Skewed(package.onnx, box_px, score), package)


def test_small_differences_are_accepted(package: ModelPackage) -> None:
    found = measure(Skewed(package.onnx, 0.4, 0.01), package, load_check(package))
    assert found.accepted
    assert found.box_px == pytest.approx(0.4, abs=0.01)
    assert found.score == pytest.approx(0.01, abs=1e-3)


def test_a_check_is_written_for_a_new_package(copy: ModelPackage) -> None:
    (copy.folder / FILE).unlink()
    engine = OnnxEngine(OnnxConfig(), copy.onnx)
    assert verify(engine, copy) is None
    with pytest.raises(EngineError, match=r"selfcheck\.npz.*are missing"):
        AutoEngine(AutoConfig(cache=copy.folder), copy.onnx)
    written = write_selfcheck(copy.folder)
    assert np.array_equal(SelfCheck.load(copy.folder).sample, written.sample)
    assert verify(engine, copy) is not None


def test_damaged_and_foreign_checks_are_told(copy: ModelPackage) -> None:
    path = copy.folder / FILE
    check, content = load_check(copy), path.read_bytes()
    for broken in (b"", b"no archive", content[: len(content) // 2]):
        path.write_bytes(broken)
        with pytest.raises(ModelError, match=r"selfcheck\.npz is damaged"):
            load_check(copy)
    replace(check, model_sha256="0" * 64).save(copy.folder)
    with pytest.raises(ModelError, match="belongs to another network"):
        load_check(copy)


def test_options_that_an_engine_does_not_have_are_named(package: ModelPackage) -> None:
    with pytest.raises(EngineError, match=r"'onnxruntime' are not usable \(speed: is not a key"):
        opening.open_engine("onnxruntime", {"speed": 9}, package)


def test_auto_measures_once_and_remembers(
    package: ModelPackage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("openvino")
    first = AutoEngine(AutoConfig(cache=tmp_path), package.onnx)
    assert first.name.startswith(("onnxruntime", "openvino"))
    assert set(first.milliseconds) == {"onnxruntime", "openvino f32"}
    assert "tensorrt f32" in first.refused
    assert first.input_shape == (1, 6, 640, 640)
    record = next(tmp_path.glob("choice-*.json"))
    monkeypatch.setattr(auto, "RUNS", 0)  # a second measurement would choose by infinity
    again = AutoEngine(AutoConfig(cache=tmp_path), package.onnx)
    assert (again.name, again.milliseconds) == (first.name, first.milliseconds)
    monkeypatch.undo()
    record.write_text("{")
    assert AutoEngine(AutoConfig(cache=tmp_path), package.onnx).milliseconds
    assert json.loads(record.read_text())["choice"]


def test_auto_takes_the_faster_one_and_no_liar(
    package: ModelPackage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Quick(OnnxEngine):
        """Right answers, quickly: those of the last new picture."""

        def run(self, batch: Tensor, changed: int | None = None) -> Tensor:
            if not np.array_equal(batch, self._intake.array):
                super().run(batch, changed)
            return self._output

    class Liar(Skewed):
        Config = OnnxConfig

        def __init__(self, _: OnnxConfig, model: Path) -> None:
            super().__init__(model, box_px=3.0)

    drivers = {"plain": OnnxEngine, "liar": Liar, "quick": Quick}
    monkeypatch.setattr(opening, "load_plugin", lambda _, name: drivers[name])
    monkeypatch.setattr(auto, "candidates", lambda _: [Candidate(name, {}) for name in drivers])
    chosen = AutoEngine(AutoConfig(cache=tmp_path), package.onnx)
    assert isinstance(chosen._engine, Quick)
    assert "3.00 px" in chosen.refused["liar"]
    del drivers["plain"], drivers["quick"]
    with pytest.raises(EngineError, match=r"No engine here can run .*liar: skewed does not"):
        AutoEngine(AutoConfig(cache=tmp_path / "new"), package.onnx)


def found(*rows: tuple[float, float]) -> Found:
    """Boxes of 40 px, each (left edge, score)."""
    boxes = [[left, 0.0, left + 40.0, 40.0] for left, _ in rows]
    return Found(
        np.asarray(boxes, np.float32), np.asarray([s for _, s in rows], np.float32),
        np.zeros(len(rows), np.int64),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("here", "box_px", "score"),
    [
        ([(0, 0.9), (0, 0.5)], 0.0, 0.0),
        ([(0, 0.5), (0, 0.9)], 0.0, 0.0),  # two boxes at one place, in another order
        ([(0, 0.9)], 0.0, 0.2),  # one is not there: its height over the floor
        ([(0, 0.9), (0, 0.9)], 0.0, 0.4),
        ([(3, 0.9), (0, 0.5)], 3.0, 0.0),
    ],
)
def test_detections_are_compared_one_to_one(
    here: list[tuple[float, float]], box_px: float, score: float
) -> None:
    off = between(found((0, 0.9), (0, 0.5)), found(*here), 0.3)
    assert (off.box_px, off.score) == pytest.approx((box_px, score), abs=1e-6)


def test_a_check_belongs_to_a_card(copy: ModelPackage) -> None:
    write_selfcheck(copy.folder)
    card = copy.folder / "card.json"
    content = json.loads(card.read_text())
    card.write_text(json.dumps(content | {"thresholds": dict.fromkeys(content["classes"], 0.2)}))
    load_check(ModelPackage.load(copy.folder))
    card.write_text(json.dumps(content | {"settle": False}))
    with pytest.raises(ModelError, match="was made with another card"):
        load_check(ModelPackage.load(copy.folder))
