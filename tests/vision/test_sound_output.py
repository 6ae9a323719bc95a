"""An output that cannot be detections is an engine's error: not inspected, and never a pass."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tiny_model

from calibration.camera import CameraModel
from models.package import ModelPackage
from vision.engines.base import Tensor
from vision.errors import EngineError
from vision.inspect.golden import Golden
from vision.inspect.inspector import Inspector
from vision.inspect.part import PartGeometry
from vision.nets.decode import Floats, require_sound

ROWS, PLACES = 10, 4


def sound() -> Floats:
    """Four boxes of 8 px, the first with a score."""
    output = np.zeros((1, ROWS, PLACES), np.float32)
    output[0, 2:4] = 8.0
    output[0, 4, 0] = 0.9
    return output


def put(value: float, *place: int) -> Floats:
    output = sound()
    output[place] = value
    return output


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (put(float("nan"), 0, 4, 1), "not finite"),
        (put(float("inf"), 0, 0, 1), "not finite"),
        (put(-float("inf"), 0, 3, 0), "not finite"),
        (put(37.0, 0, 5, 2), "scores from 0 to 37"),
        (put(1.01, 0, 5, 2), "must lie in 0 to 1"),
        (put(-0.2, 0, 5, 2), "scores from -0.2 to 0.9"),
        (put(40.0, 0, 0, 0), "right or lower edge lies before"),
        (put(-5.0, 0, 3, 0), "right or lower edge lies before"),
        (sound().transpose(0, 2, 1), r"\(1, 4, 10\), its card needs \(1, 10, places\)"),
        (sound()[:, :-1], "its card needs"),
        (sound()[0], "its card needs"),
        (np.concatenate([sound()] * 2), "its card needs"),
    ],
)
def test_what_is_no_detection_is_refused(output: Floats, words: str) -> None:
    with pytest.raises(EngineError, match=words):
        require_sound(output, ROWS - 4, 0.1, "the engine")


@pytest.mark.parametrize(
    "output",
    [
        sound(),
        put(1.0005, 0, 5, 2),  # a half-precision engine's 1
        put(-0.0005, 0, 5, 2),
        put(40.0, 0, 0, 1),  # a box that scores nothing may be anything
        put(8.5, 0, 0, 0),  # an edge rounded beyond the other
    ],
)
def test_rounding_is_no_fault(output: Floats) -> None:
    require_sound(output, ROWS - 4, 0.1, "the engine")


class Answering:
    """An engine that answers what it was given."""

    name = "answering"
    input_shape = (1, 2, tiny_model.SIZE, tiny_model.SIZE)

    def __init__(self, output: Floats) -> None:
        self._output = output

    def run(self, batch: Tensor, changed: int | None = None) -> Tensor:  # noqa: ARG002
        return self._output

    def close(self) -> None:
        """Nothing to release."""


def test_the_inspector_does_not_pass_it(tmp_path: Path) -> None:
    package = ModelPackage.load(tiny_model.write_package(tmp_path / "m"))
    rng = np.random.default_rng(1)
    view = rng.integers(0, 255, (40, 40), np.uint8).repeat(16, 0).repeat(16, 1)
    part, camera = PartGeometry((0.1, 0.1), 0.001, 0.0), None
    assert isinstance(camera, CameraModel | None)
    for output in (put(2.0, 0, 4, 0), sound().transpose(0, 2, 1)):
        inspector = Inspector(package, Answering(output), None, camera, part)
        with pytest.raises(EngineError, match="nothing was inspected"):
            inspector.inspect_view(view, Golden("own", view))
