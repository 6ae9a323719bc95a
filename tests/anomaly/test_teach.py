"""Teaching on made-up textures: scratches are found, good parts pass, nothing is half written."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from cell.faces.cli.app import app
from cell.products.loading import RECIPES, load_recipe, with_thresholds
from cell.products.lookup import anomalies_beside_a_detector
from cell.products.recipe import Recipe
from cell.texts import render
from models.anomaly import AnomalyPackage, FeaturePackage
from models.package import ModelError
from tests.anomaly import textures
from vision.anomaly.detector import ANOMALY, AnomalyDetector, regions
from vision.anomaly.input import as_input
from vision.anomaly.memory import Floats, Memory, farthest
from vision.engines.onnx import OnnxConfig, OnnxEngine
from vision.inspect.raw import Heat
from vision.lab.teaching.graph import patch_graph
from vision.lab.teaching.scales import Scales, hold_out
from vision.lab.teaching.teach import PatchReader, Settings, Taught, teach
from vision.lab.teaching.threshold import bound
from vision.types import Box, Detection, Image

QUICK = Settings(side=192, memory=600)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return textures.write_good(tmp_path_factory.mktemp("pictures") / "good", 20)


@pytest.fixture(scope="module")
def recipes(good: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of recipes with one that was taught by the command."""
    folder = tmp_path_factory.mktemp("recipes")
    code, _, error = cell(
        "teach", "--recipe", "plate", "--good", good, "--recipes", folder, "--side", 192
    )
    assert error is None
    assert code == 0
    return folder


def cell(*arguments: object) -> tuple[int, str, BaseException | None]:
    result = CliRunner().invoke(app, [*map(str, arguments)])
    error = None if isinstance(result.exception, SystemExit) else result.exception
    return result.exit_code, result.stdout, error


def taught(count: int = 12) -> Taught:
    return teach([textures.good(seed) for seed in range(count)], FeaturePackage.load(), QUICK)


def known_heat(lesson: Taught, picture: Image) -> Floats:
    """The heat map that teaching's own arithmetic gives."""
    size = (lesson.input_shape[3], lesson.input_shape[2])
    graph, grid = patch_graph(FeaturePackage.load(), QUICK.taps, size, QUICK.equalise, QUICK.pools)
    return lesson.known.heat(PatchReader(graph, size).read(picture), grid)


def detector(recipes: Path, model: str = "anomaly-1") -> AnomalyDetector:
    package = AnomalyPackage.load(recipes / "plate" / model)
    return AnomalyDetector(package, OnnxEngine(OnnxConfig(), package.onnx))


def test_a_scratch_is_found_where_it_is(recipes: Path, tmp_path: Path) -> None:
    picture, overlay = tmp_path / "part.png", tmp_path / "seen.png"
    cv2.imwrite(str(picture), textures.scratched(99, (60, 100)))
    code, out, error = cell(
        "inspect", picture, "--recipe", "plate", "--recipes", recipes, "--json",
        "--overlay", overlay,
    )  # fmt: skip
    assert error is None
    assert code == 1
    answer = json.loads(out)
    assert answer["verdict"] == "reject"
    assert answer["model"].startswith("plate@1#")
    worst = answer["defects"][0]
    assert worst["class_name"] == ANOMALY
    assert worst["score"] > 0.5
    box = worst["box"]
    assert box["x_min"] <= 60 <= box["x_max"]
    assert box["y_min"] <= 100 <= box["y_max"]
    assert len(worst["outline"]) >= 3
    drawn = cv2.imread(str(overlay))
    assert drawn.shape[:2] == textures.SIZE[::-1]
    assert (drawn[..., 0] != drawn[..., 2]).any()


def test_good_parts_that_were_not_taught_pass(recipes: Path) -> None:
    taught_model = detector(recipes)
    scores = [taught_model.heat(textures.good(seed)).score for seed in range(100, 120)]
    assert sum(score >= 0.5 for score in scores) <= 2  # at least 95 % pass, 90 % sure


def test_the_network_gives_what_teaching_computed(recipes: Path) -> None:
    lesson = taught()
    seen = textures.scratched(7)
    expected = known_heat(lesson, seen)
    assert lesson.output_shape == (1, 1, *expected.shape)
    again = taught()
    assert again.model.SerializeToString() == lesson.model.SerializeToString()
    assert again.bound == lesson.bound
    path = recipes / "same.onnx"
    path.write_bytes(lesson.model.SerializeToString())
    engine = OnnxEngine(OnnxConfig(), path)
    found = engine.run(as_input(seen, (lesson.input_shape[3], lesson.input_shape[2])))
    np.testing.assert_allclose(found[0, 0], expected, atol=2e-3)


def test_a_good_part_lit_from_the_other_side_is_less_odd(monkeypatch: pytest.MonkeyPatch) -> None:
    def lit(seed: int) -> Image:
        ramp = np.arange(textures.SIZE[0]) % 48  # bright edges towards the light, shade behind them
        return np.clip(textures.good(seed) + ramp, 0, 255).astype(np.uint8)

    pictures = [lit(seed) for seed in range(12)]
    other = np.ascontiguousarray(lit(50)[:, ::-1])
    hottest = []
    for most in (0, len(pictures)):
        monkeypatch.setattr("vision.lab.teaching.teach.MIRRORED", most)
        lesson = teach(pictures, FeaturePackage.load(), replace(QUICK, by_place=False))
        hottest.append(known_heat(lesson, other).max() / lesson.bound.threshold)
    assert hottest[1] < hottest[0]


def test_teaching_again_makes_a_new_version_and_keeps_the_old(recipes: Path, good: Path) -> None:
    file = recipes / "plate" / "recipe.yaml"
    data = yaml.safe_load(file.read_text())
    data["classes"][ANOMALY]["bin"] = "rework"
    file.write_text(yaml.safe_dump(data))
    code, out, error = cell(
        "teach", "--recipe", "plate", "--good", good, "--recipes", recipes, "--side", 192
    )
    assert error is None
    assert code == 0
    told = re.search(r"good parts score (\S+) to (\S+), anomalies begin at (\S+)", out)
    assert told is not None
    least, most, begin = map(float, told.groups())
    assert 0.0 < least < most <= begin == 0.5  # as an inspection tells scores
    after = yaml.safe_load(file.read_text())
    assert (after["version"], after["anomaly"]) == ("taught-2", "anomaly-2")
    assert after["classes"][ANOMALY]["bin"] == "rework"  # what a person changed stays
    first, second = (detector(recipes, f"anomaly-{n}").model.card for n in (1, 2))
    assert (first.version, second.version) == ("1", "2")
    assert first.threshold == second.threshold
    assert not list((recipes / "plate").glob(".*"))


def test_nothing_that_is_passed_on_shows_a_part(recipes: Path) -> None:
    names = {str(path.relative_to(recipes)) for path in recipes.rglob("*") if path.is_file()}
    assert "plate-anomaly-1-heat.png" in names
    assert cv2.imread(str(recipes / "plate-anomaly-1-heat.png")) is not None
    inside = {Path(name).name for name in names if name.startswith("plate/")}
    assert inside == {"recipe.yaml", "card.json", "model.onnx", "LICENSE"}


def test_a_truncated_package_is_refused(recipes: Path, tmp_path: Path) -> None:
    source, copy = recipes / "plate" / "anomaly-1", tmp_path / "plate" / "anomaly-1"
    copy.mkdir(parents=True)
    for name in ("card.json", "LICENSE"):
        shutil.copy(source / name, copy / name)
    (copy / "model.onnx").write_bytes((source / "model.onnx").read_bytes()[:-1000])
    with pytest.raises(ModelError, match=r"model\.onnx is not the file that its card describes"):
        AnomalyPackage.load(copy)
    (copy / "card.json").write_text("{")
    with pytest.raises(ModelError, match=r"card\.json is not usable .*; teach again"):
        AnomalyPackage.load(copy)


def small(folder: Path) -> None:
    cv2.imwrite(str(folder / "small.png"), textures.good(50)[:-10])


def black(folder: Path) -> None:
    cv2.imwrite(str(folder / "black.png"), np.zeros((160, 192), np.uint8))


def broken(folder: Path) -> None:
    (folder / "broken.png").write_bytes(b"\x89PNG no picture at all")


@pytest.mark.parametrize(
    ("count", "spoil", "words"),
    [
        (3, None, "3 different good pictures are too few"),
        (0, None, "holds no pictures"),
        (12, small, "pictures of 2 sizes (12 of 192 x 160 px, 1 of 192 x 150 px)"),
        (12, broken, "broken.png: cannot be read as a picture"),
        (12, black, "black.png: The picture is black"),
    ],
)
def test_what_cannot_be_taught(tmp_path: Path, count: int, spoil: object, words: str) -> None:
    folder = textures.write_good(tmp_path / "good", count)
    if spoil is not None:
        spoil(folder)  # type: ignore[operator]
    code, _, error = cell("teach", "--recipe", "x", "--good", folder, "--recipes", tmp_path / "r")
    assert code != 0
    assert words in render(str(error))
    assert "\n" not in str(error)
    assert not (tmp_path / "r").exists()


def test_a_named_defect_covers_its_heat() -> None:
    grid = np.full((10, 10), 0.5, np.float32)
    grid[2:4, 2:4] = 2.0
    grid[7, 7] = 1.0
    heat = Heat(grid, 1.0, (100, 100))
    found = regions(heat, 0.45)
    assert [round(one.score, 2) for one in found] == [0.67, 0.5]
    assert found[0].box == Box(20.0, 20.0, 40.0, 40.0)
    known = Detection("scratch", 0.9, 22.0, 22.0, 38.0, 38.0)
    assert [one.x_min for one in regions(heat, 0.45, [known])] == [70.0]


def test_the_bound_covers_what_it_promises() -> None:
    rng = np.random.default_rng(5)
    below, assured = [], 0
    for _ in range(400):
        limit = bound(rng.uniform(0.0, 1.0, 20).astype(np.float32))
        below.append(min(limit.threshold, 1.0))
        assured += limit.threshold >= limit.assured
    assert limit.coverage == pytest.approx(20 / 21)
    assert np.mean(below) == pytest.approx(20 / 21, abs=0.01)
    assert assured / 400 == pytest.approx(0.9, abs=0.04)


def test_farthest_points_cover_every_cluster() -> None:
    rng = np.random.default_rng(2)
    centres = rng.normal(0.0, 10.0, (8, 5))
    crowd = np.concatenate([centres[:1]] * 500 + [centres])
    points = (crowd + rng.normal(0.0, 0.1, crowd.shape)).astype(np.float32)
    chosen = points[farthest(points, 8, 1)]
    assert all(np.linalg.norm(chosen - centre, axis=1).min() < 1.0 for centre in centres)
    memory = Memory.of(points[None], 8, 1)
    assert memory.distances(memory.patches[:1] / memory.scale + memory.mean)[0] < 1e-2


def test_scales_are_told_in_units_of_what_good_pictures_reach() -> None:
    rng = np.random.default_rng(4)
    good = rng.normal(0.0, 1.0, (12, 1, 2, 36, 6)).astype(np.float32)
    good[:, :, 1] *= 50.0  # what one scale's numbers mean is its own affair
    held_out = hold_out(good, (6, 6), 4, 64, 1)
    known = Scales.of(good, held_out, 64, 1)
    assert [len(memory.patches) for memory in known.memories] == [64, 16]
    assert 0.5 < float(np.median(held_out.scores)) < 1.1
    for scale in range(2):
        odd = good[0, 0].copy()
        odd[scale, 14] = 1000.0
        heat = known.heat(odd, (6, 6))
        assert np.unravel_index(heat.argmax(), heat.shape) == (2, 2)
        assert heat.max() > 2.0


def test_beside_a_detector_good_boards_are_not_doubtful(tmp_path: Path) -> None:
    """The detector's review band begins lower than what is normal for an anomaly model."""
    goldens = RECIPES / "pcb" / "goldens"
    shutil.copytree(RECIPES / "pcb", tmp_path / "pcb")
    few = tmp_path / "few"
    few.mkdir()
    for file in sorted(goldens.glob("*.webp"))[:12]:
        shutil.copy(file, few)
    code, _, error = cell(
        "teach", "--recipe", "pcb", "--good", few, "--recipes", tmp_path, "--side", 192
    )
    assert error is None
    assert code == 0
    recipe = yaml.safe_load((tmp_path / "pcb" / "recipe.yaml").read_text())
    assert (recipe["model"], recipe["anomaly"]) == ("pcb", "anomaly-1")
    assert recipe["classes"][ANOMALY] == {
        "bin": "review",
        "label": {"ko": "이상", "en": "anomaly"},
        "threshold": 0.5,
        "review_threshold": 0.5,  # of twelve parts only the one that is rejected stands out
        "min_area_px": 0.0,
        "max_count": 0,
    }
    board = sorted(few.glob("*.webp"))[0]
    code, out, error = cell("inspect", board, "--recipe", "pcb", "--recipes", tmp_path, "--json")
    assert error is None
    answer = json.loads(out)
    assert answer["verdict"] == "pass"
    assert "+pcb@1#" in answer["model"]


@pytest.mark.parametrize(
    ("threshold", "own", "begins"),
    [(None, None, 0.45), (0.3, None, 0.3), (0.9, None, 0.45), (0.6, 0.5, 0.5), (0.3, 0.2, 0.2)],
)
def test_where_doubt_begins_beside_a_detector(
    threshold: float | None, own: float | None, begins: float
) -> None:
    rule = {"bin": "review"} | {"threshold": threshold, "review_threshold": own}
    data = load_recipe(RECIPES / "ball_screw").model_dump() | {"anomaly": "taught-1"}
    data["classes"] |= {ANOMALY: rule}
    recipe = Recipe.model_validate(data | {"priority": ["Pitting", ANOMALY]})
    whole = with_thresholds(recipe, {"Pitting": 0.5, ANOMALY: 0.5}, "r")
    assert anomalies_beside_a_detector(whole).review_threshold_of(ANOMALY) == begins


def test_a_threshold_that_no_score_reaches_finds_nothing() -> None:
    assert regions(Heat(np.full((4, 4), 1e6, np.float32), 1.0, (40, 40)), 1.0) == ()
