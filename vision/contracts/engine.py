"""The rules of an inference engine. Subclass `EngineContract`: docs/extend.md."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from models.ground.contract import (
    check_nothing_stays,
    refused,
    require,
    timely,
)
from models.ground.contract_config import ConfigRules
from models.package import ModelPackage
from vision.contracts.network import SHAPE, pictures, write_package
from vision.engines.base import Engine, Tensor
from vision.engines.onnx import OnnxConfig, OnnxEngine
from vision.engines.selfcheck import MOST_BOX_PX, MOST_SCORE, verify
from vision.errors import EngineError

MANY = 300
MOST_GROWTH_MIB = 16.0


class EngineRig:
    """An engine by its class; `model` may be replaced for one that takes other networks."""

    driver: Any
    """The engine's class."""

    def config(self) -> Any:
        """Options with which it runs here."""
        return self.driver.Config()

    def model(self, folder: Path) -> Path:
        """The network's file of a model package that is written into `folder`."""
        return write_package(folder)

    def inputs(self, count: int) -> list[Tensor]:
        """Inputs of the model's shape, grey 0..1, each another one."""
        return pictures(count)


class EngineContract(ConfigRules):
    """What the cell relies on of an engine."""

    @pytest.fixture(scope="class")
    def model(self, tmp_path_factory: pytest.TempPathFactory, rig: EngineRig) -> Path:
        """The model that is run."""
        return rig.model(tmp_path_factory.mktemp("contract"))

    @pytest.fixture
    def engine(self, rig: EngineRig, model: Path) -> Iterator[Engine]:
        """The engine on that model; closed at the end."""
        made: Engine = rig.driver(rig.config(), model)
        yield made
        made.close()

    @pytest.fixture
    def reference(self, model: Path) -> Iterator[OnnxEngine]:
        """ONNX Runtime on the same model."""
        made = OnnxEngine(OnnxConfig(), model)
        yield made
        made.close()

    def test_it_has_a_name(self, engine: Engine) -> None:
        """`name` says engine, version, device and precision in one word.

        Why: it stands on each part's record, so that a verdict can be traced to what computed it.
        Do: set `self.name`, such as "myengine-2.1-cpu-f32"; no blanks.
        """
        name = engine.name
        require(isinstance(name, str) and name and len(name.split()) == 1, f"name is {name!r}")

    def test_it_tells_the_input_shape(self, engine: Engine, reference: OnnxEngine) -> None:
        """`input_shape` is (batch, channels, height, width) of the model, in whole numbers.

        Why: the cell cuts its pictures to it.
        Do: take an open batch size as 1.
        """
        shape = tuple(engine.input_shape)
        require(
            shape == reference.input_shape and all(isinstance(size, int) for size in shape),
            f"it tells {shape!r}, the model has {reference.input_shape}",
        )

    def test_the_output_is_the_models(
        self, rig: EngineRig, engine: Engine, reference: OnnxEngine
    ) -> None:
        """`run` gives a float32 array of the model's output shape.

        Why: the decoder reads boxes and scores out of it by their places.
        Do: hand the network's one output over as it is, with its batch axis.
        """
        batch = rig.inputs(1)[0]
        output, expected = engine.run(batch), reference.run(batch)
        require(isinstance(output, np.ndarray), f"it gives a {type(output).__name__}")
        require(output.dtype == np.float32, f"its type is {output.dtype}")
        require(
            output.shape == expected.shape, f"its shape is {output.shape}, not {expected.shape}"
        )

    def test_it_computes_what_onnx_runtime_computes(
        self, rig: EngineRig, engine: Engine, reference: OnnxEngine
    ) -> None:
        """Boxes agree with ONNX Runtime within 1 px, scores within 0.02.

        Why: thresholds were chosen with its scores; each start of the cell checks the same bounds.
        Do: ask your runtime for float32; look for a default that computes in fewer digits.
        """
        for batch in rig.inputs(4):
            self._agree(engine, reference, batch, "")

    def test_it_passes_the_models_own_check(self, engine: Engine, model: Path) -> None:
        """The self-check of a model package passes.

        Why: the cell runs it at each start, and does not start without.
        Do: see the rule before this one.
        """
        try:
            verify(engine, ModelPackage.load(model.parent))
        except EngineError as error:
            require(False, str(error))

    def test_the_same_picture_gives_the_same_answer(self, rig: EngineRig, engine: Engine) -> None:
        """The same input twice gives the same bits, whatever came in between.

        Why: a verdict that is looked at again must come out again.
        Do: choose algorithms that are deterministic; keep no state between calls.
        """
        one, other = rig.inputs(2)
        first = engine.run(one).copy()
        engine.run(other)
        require(np.array_equal(first, engine.run(one)), "the second answer differs")

    def test_the_input_is_not_altered(self, rig: EngineRig, engine: Engine) -> None:
        """`run` leaves its input as it is.

        Why: the caller writes the next part into the same array, and keeps what did not change.
        Do: copy the input to where your runtime reads it.
        """
        batch = rig.inputs(1)[0]
        before = batch.copy()
        engine.run(batch)
        require(np.array_equal(batch, before), "the input was written into")

    def test_what_changed_is_seen(
        self, rig: EngineRig, engine: Engine, reference: OnnxEngine
    ) -> None:
        """`changed=n` keeps what did not change of the same array, and of no other.

        Why: golden samples stay the same from part to part; another array in between, such as the
        self-check's, must not be taken for them.
        Do: use `vision.engines.base.Intake`, or copy the whole input each time.
        """
        mine, other = rig.inputs(2)
        engine.run(mine, 1)
        mine[:, :1] = other[:, :1]
        self._agree(engine, reference, mine, "the first channel was changed, changed=1", 1)
        mine[:, 1:] = other[:, 1:] * np.float32(0.5)
        self._agree(engine, reference, mine, "the others were changed, changed not given")
        engine.run(other)
        self._agree(engine, reference, mine, "another array came in between, changed=1", 1)

    def test_an_input_of_another_shape_is_refused(self, rig: EngineRig, engine: Engine) -> None:
        """An input of another shape raises EngineError; the next one is run as ever.

        Why: model package and recipe do not belong together, and people must be told so.
        Do: use `vision.engines.base.Intake`, which checks shape and type.
        """
        batch = rig.inputs(1)[0]
        before = engine.run(batch).copy()
        small = np.zeros((1, SHAPE[1], 8, 8), np.float32)
        refused(EngineError, lambda: engine.run(small), f"run of shape {small.shape}")
        require(np.array_equal(engine.run(batch), before), "afterwards it answers otherwise")

    def test_an_input_of_another_type_is_refused(self, rig: EngineRig, engine: Engine) -> None:
        """An input that is not float32 raises EngineError.

        Why: a cast would hide a picture in 0..255 that nobody scaled to 0..1.
        Do: use `vision.engines.base.Intake`, which checks shape and type.
        """
        for kind in (np.uint8, np.float64):
            batch: Any = rig.inputs(1)[0].astype(kind)
            refused(EngineError, lambda batch=batch: engine.run(batch), f"run of {batch.dtype}")  # type: ignore[misc]

    def test_a_model_that_is_not_there_is_told(self, rig: EngineRig, tmp_path: Path) -> None:
        """A file that is missing raises EngineError.

        Why: the start of the cell ends with this line.
        Do: check it first; name the file, and say that the package be installed again.
        """
        gone = tmp_path / "none.onnx"
        refused(EngineError, lambda: rig.driver(rig.config(), gone), "a model that is missing")

    def test_a_damaged_model_is_told(self, rig: EngineRig, model: Path, tmp_path: Path) -> None:
        """A file that is cut short raises EngineError.

        Why: a download that broke off must not look like a fault of the cell.
        Do: turn your runtime's own errors into EngineError, in one line.
        """
        cut = tmp_path / "cut.onnx"
        cut.write_bytes(model.read_bytes()[:100])
        refused(EngineError, lambda: rig.driver(rig.config(), cut), "a model that is cut short")

    def test_close_may_come_twice(self, rig: EngineRig, model: Path) -> None:
        """`close` may come twice, and `run` after it raises EngineError.

        Why: whoever gives up half-way closes what others close again.
        Do: set your session to None in `close`; use `vision.engines.base.require_open`.
        """
        engine: Engine = rig.driver(rig.config(), model)
        batch = rig.inputs(1)[0]
        engine.run(batch)
        engine.close()
        engine.close()
        refused(EngineError, lambda: engine.run(batch), "run after close")

    def test_two_of_them_do_not_disturb_each_other(
        self, rig: EngineRig, model: Path, engine: Engine, reference: OnnxEngine
    ) -> None:
        """Two engines in one process compute side by side.

        Why: while the cell changes its recipe, the next model is loaded beside the one that runs.
        Do: keep session and buffers in the object, not in the module.
        """
        one, other = rig.inputs(2)
        second: Engine = rig.driver(rig.config(), model)
        second.run(other)
        self._agree(engine, reference, one, "a second engine ran in between")
        second.close()
        self._agree(engine, reference, one, "a second engine was closed")

    def test_any_thread_may_call(self, rig: EngineRig, engine: Engine) -> None:
        """One call at a time, and not always from the thread that made it.

        Why: an engine is loaded in one thread and runs in another.
        Do: make your device's context current in each call, where it belongs to a thread.
        """
        batch = rig.inputs(1)[0]
        before = engine.run(batch).copy()
        there = timely(lambda: engine.run(batch).copy(), "run in another thread")
        require(np.array_equal(before, there), "another thread gets another answer")

    def test_memory_does_not_grow(self, rig: EngineRig, engine: Engine) -> None:
        """Running costs no more memory with each part.

        Why: a cell inspects a hundred thousand parts a day. The output may be one array that the
        next call writes over.
        Do: make input and output once, and bind them.
        """
        batch = rig.inputs(1)[0]
        for _ in range(50):
            engine.run(batch)
        process = psutil.Process()
        before = process.memory_info().rss
        for _ in range(MANY):
            engine.run(batch)
        grown = (process.memory_info().rss - before) / (1 << 20)
        require(grown < MOST_GROWTH_MIB, f"{MANY} runs took {grown:.0f} MiB more memory")

    def test_nothing_stays_behind(self, rig: EngineRig, model: Path) -> None:
        """After `close` no thread and no open file is left.

        Why: each change of the recipe loads a model and lets another one go.
        Do: end what your runtime started, in `close`.
        """
        batch = rig.inputs(1)[0]

        def life() -> None:
            engine: Engine = rig.driver(rig.config(), model)
            engine.run(batch)
            engine.close()

        check_nothing_stays(life)

    def test_it_is_in_time(self, rig: EngineRig, engine: Engine) -> None:
        """A run of the model takes less than 0.4 s, the time that a verdict has.

        Why: a part whose verdict comes late is rejected.
        Do: load and warm up in the constructor, not in the first `run`.
        """
        batch = rig.inputs(1)[0]
        took = []
        for _ in range(5):  # the best of five: a machine that is busy only ever adds
            began_s = time.monotonic()
            engine.run(batch)
            took.append(time.monotonic() - began_s)
        require(min(took) < 0.4, f"the fastest of five runs took {min(took):.2f} s")

    @staticmethod
    def _agree(
        engine: Engine, reference: OnnxEngine, batch: Tensor, when: str, changed: int | None = None
    ) -> None:
        expected = reference.run(batch).copy()
        found = engine.run(batch, changed)
        off = np.abs(found - expected)
        boxes, scores = float(off[:, :4].max()), float(off[:, 4:].max())
        require(
            boxes <= MOST_BOX_PX and scores <= MOST_SCORE,  # NaN is not
            f"boxes differ by up to {boxes:.2f} px, scores by up to {scores:.3f} {when}".strip(),
        )
