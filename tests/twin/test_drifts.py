"""What drifts in the twin: lamp, lens, guide, and the mix of defects."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from calibration.cell import load_calibration
from calibration.geometry import Pose2D
from tests.twin.twin_process import RunningTwin
from twin.catalogue import load_libraries
from twin.config import TwinConfig
from twin.faults import Ramp
from twin.line import Y_SPREAD
from twin.render import PlacedPart, Scene, render_frame
from twin.render.optics import CLEAR, Seeing


def test_a_ramp_goes_evenly_and_turns_from_where_it_is() -> None:
    up = Ramp().to(0.4, 10.0, 20.0)
    assert [up.at(t) for t in (0.0, 10.0, 20.0, 30.0, 99.0)] == pytest.approx([0, 0, 0.2, 0.4, 0.4])
    back = up.to(0.0, 20.0, 10.0)
    assert back.at(20.0) == pytest.approx(0.2)
    assert back.at(25.0) == pytest.approx(0.1)
    assert up.to(0.0, 20.0, 0.0).at(20.0) == 0.0


def test_a_picture_under_less_light_and_out_of_focus() -> None:
    config = TwinConfig(seed=3)
    site = load_calibration(config.calibration_file)
    scene = Scene(site.camera.model(), 3)
    part = load_libraries(config)["pcb"].draw(np.random.default_rng(1), False)
    placed = [PlacedPart(part, Pose2D(site.stations.camera_x, 0.0, 0.1))]

    def seen(seeing: Seeing) -> tuple[float, float]:
        picture = render_frame(scene, placed, 0.5, 0.2, 4, seeing)
        smooth = cv2.GaussianBlur(picture, (0, 0), 1.0)  # without the sensor's noise
        return float(picture.mean()), float(cv2.Laplacian(smooth, cv2.CV_32F).std())

    mean, edges = seen(CLEAR)
    dark, _ = seen(Seeing(light=0.7))
    same, soft = seen(Seeing(blur_px=1.5))
    assert dark == pytest.approx(0.7 * mean, rel=0.02)
    assert same == pytest.approx(mean, rel=0.02)
    assert soft < 0.85 * edges
    assert seen(CLEAR) == (mean, edges), "nothing of it stays"


def test_boards_have_defects_of_the_kinds_that_are_asked_for() -> None:
    library = load_libraries(TwinConfig())["pcb"]
    library.kinds = ("pin_hole", "copper")  # type: ignore[attr-defined]
    random = np.random.default_rng(2)
    drawn = [library.draw(random, True) for _ in range(40)]
    assert all(part.defects for part in drawn)
    assert {name for part in drawn for name, _ in part.defects} == {"pin_hole", "copper"}


def test_faults_of_a_running_twin(start_twin: Callable[..., RunningTwin]) -> None:
    """Parts lie where the moved guide brings them; other values are refused."""
    twin = start_twin(parts=1, faults=[{"name": "parts_shifted", "by_m": 0.02}])
    (part,) = twin.state()["riding"] or [{"y": 0.02}]
    assert abs(part["y"] - 0.02) <= Y_SPREAD
    for name, wrong in (("light_falls", "share"), ("out_of_focus", "blur_px")):
        twin.ask("fault", name=name)
        with pytest.raises(AssertionError):
            twin.ask("fault", name=name, **{wrong: 99.0})
