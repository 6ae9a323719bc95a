"""Discs from end to end: taught from the camera's pictures of good ones, then inspected."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from calibration.cell import load_calibration
from calibration.geometry import Pose2D
from cell.config import load
from cell.faces.cli.app import app
from cell.products import VerdictKind, judge
from cell.products.inspector import InspectionSetup, build_inspector
from cell.texts import render
from twin.config import TwinConfig
from twin.discs import DiscLibrary
from twin.render import PlacedPart, Scene, render_frame, true_camera
from twin.stills import stills

MEASURES = ("--diameter-mm", "80", "--thickness-mm", "3", "--rim-mm", "1")


def teach(good: Path, recipes: Path, *more: str) -> BaseException | None:
    words = ("teach", "--recipe", "disc", "--good", str(good), "--recipes", str(recipes), *more)
    done = CliRunner().invoke(app, words)
    return None if done.exit_code == 0 else done.exception


@pytest.fixture(scope="module")
def setup(tmp_path_factory: pytest.TempPathFactory) -> InspectionSetup:
    """The inspector of a recipe that `cell teach` has written."""
    good = tmp_path_factory.mktemp("good")
    for part, picture in stills(DiscLibrary(), TwinConfig(seed=3), 24, defective=False):
        cv2.imwrite(str(good / f"{part.picture}.png"), picture)
    recipes = tmp_path_factory.mktemp("recipes")
    assert teach(good, recipes, *MEASURES) is None
    return build_inspector(load(None, {"recipes": str(recipes)}), "disc")


def test_the_recipe_says_that_the_part_is_round(setup: InspectionSetup) -> None:
    part = setup.recipe.part
    assert (part.shape, part.size_m, part.thickness_m, part.inset_m) == (
        "disc", (0.08, 0.08), 0.003, 0.001
    )  # fmt: skip
    assert setup.recipe.canonical_px == (640, 640)


def test_good_discs_stay_below_defective_ones_and_defects_are_found_where_they_are(
    setup: InspectionSetup,
) -> None:
    camera = load_calibration(load(None).calibration).camera.model()
    scene = Scene(true_camera(camera, 0.3, 8), 8)
    library, worst, least = DiscLibrary(), 0.0, 1.0
    for number in range(6):
        for defects in (0, 1):
            part = library.part(90_000 + number, defects)
            pose = Pose2D(-1.0 + 0.001 * number, 0.003, 0.0)
            picture = render_frame(scene, [PlacedPart(part, pose)], 0.1 * number, 0.2, number)
            found, view = setup.complete.inspect_frame(picture)
            assert view.shape == (640, 640)
            assert found.pose is not None
            assert np.hypot(found.pose.x - pose.x, found.pose.y - pose.y) < 2e-4
            score = max((d.score for d in found.detections), default=0.0)
            if not defects:
                worst = max(worst, score)
                continue
            least = min(least, score)
            assert judge(setup.recipe, found.detections).kind is VerdictKind.REJECT
            box, seen = part.defects[0][1], max(found.detections, key=lambda d: d.score).box
            x, y = (
                640 / 624 * (a + b) / 2 for a, b in ((box.x_min, box.x_max), (box.y_min, box.y_max))
            )
            assert seen.x_min - 40 <= x <= seen.x_max + 40
            assert seen.y_min - 40 <= y <= seen.y_max + 40
    assert worst < least


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ((*MEASURES, "--size-mm", "80x80"), "are both given"),
        (("--diameter-mm", "70", "--thickness-mm", "3"), r"\.png: .*(area|measures|not round)"),
        ((*MEASURES, "--canonical", "500x500"), "must be multiples of 16 px"),
    ],
)
def test_what_cannot_be_taught_is_refused(
    more: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    (tmp_path / "good").mkdir()
    _, picture = next(stills(DiscLibrary(), TwinConfig(seed=4), 1, defective=False))
    cv2.imwrite(str(tmp_path / "good" / "one.png"), picture)
    error = teach(tmp_path / "good", tmp_path / "recipes", *more)
    assert error is not None
    assert re.search(words, render(str(error))), error
