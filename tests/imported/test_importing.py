"""From a network's file to a recipe that inspects with it."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from cell.config import load
from cell.faces.cli.app import app
from cell.products.inspector import build_inspector
from cell.products.loading import RecipeError
from models.errors import ModelError
from models.ground.errors import UserError
from models.package import ModelPackage
from models.selfcheck import SelfCheck
from tests.imported.conftest import view
from tests.imported.drawn import write_export
from vision.engines.onnx import OnnxConfig, OnnxEngine
from vision.engines.selfcheck import load_check, measure, verify


def brought(config: Path, file: Path, *words: str, recipe: str = "mine") -> str:
    """What `cell model import` says. Raises what it raises."""
    line = ["model", "import", str(file), "--recipe", recipe, "--config", str(config), *words]
    result = CliRunner().invoke(app, line)
    if isinstance(result.exception, UserError):
        raise result.exception
    assert result.exit_code == 0, result.exception
    return " ".join(result.output.split())


def card_of(config: Path, name: str = "mine") -> dict[str, Any]:
    file = config.parent / "data" / "models" / name / "card.json"
    return dict(json.loads(file.read_text(encoding="utf-8")))


def test_a_new_recipe_inspects_with_it(config: Path, pictures: Path, tmp_path: Path) -> None:
    file = write_export(tmp_path / "best.onnx")
    told = brought(config, file, "--pictures", str(pictures))
    assert "AGPL-3.0" in told
    assert "nobody has chosen them" in told
    assert "holds no detection" not in told
    card = card_of(config)
    assert card["licence"].startswith("AGPL-3.0 License")
    assert card["thresholds_chosen"] is False
    assert card["thresholds_from"].startswith("not chosen")
    assert (card["settle"], card["nms_iou"], card["version"]) == (False, 0.7, "1.0.0")
    assert card["imported"]["stride"] == "32"
    checked = CliRunner().invoke(app, ["recipe", "check", "mine", "--config", str(config)])
    assert "nobody has chosen those of scratch, pit" in " ".join(checked.output.split())
    setup = build_inspector(load(config), "mine")
    inspection, _ = setup.complete.inspect_view(view(4, 2))
    assert inspection.detections[0].class_name == "scratch"
    assert inspection.detections[0].score == pytest.approx(1.0, abs=1e-5)
    assert inspection.detections[0].box.x_min == pytest.approx(31.0)
    brought(config, write_export(tmp_path / "next.onnx", gains=(0.9, 0.1)))
    assert card_of(config)["version"] == "1.0.1"


def test_a_classifier_gives_each_defect_its_score(config: Path, tmp_path: Path) -> None:
    names = ("good", "dent", "scratch")
    file = write_export(tmp_path / "best.onnx", "classify", names=names, gains=(1.0, 0.9, 0.8))
    brought(config, file, "--classes", "good=")
    setup = build_inspector(load(config), "mine")
    bright = np.random.default_rng(1).integers(150, 230, (64, 96), dtype=np.uint8)
    found = setup.complete.inspect_view(bright)[0].detections
    assert [defect.class_name for defect in found] == ["dent", "scratch"]
    assert (found[0].x_min, found[0].x_max, found[0].y_max) == (0, 96, 64)


def test_boxes_end_at_the_edge_of_the_view(config: Path, tmp_path: Path) -> None:
    brought(config, write_export(tmp_path / "best.onnx"))
    setup = build_inspector(load(config), "mine")
    found = setup.complete.inspect_view(view(0, 0))[0].detections[0]
    assert (found.x_min, found.y_min, found.x_max) == pytest.approx((0.0, 1.0, 9.0))


@pytest.mark.parametrize("once", [False, True], ids=["places", "once"])
def test_the_check_is_of_the_users_pictures(
    once: bool, config: Path, pictures: Path, tmp_path: Path
) -> None:
    file = write_export(tmp_path / "best.onnx", once=once, gains=(1.0, 0.9))
    brought(config, file, "--pictures", str(pictures))
    package = ModelPackage.load(tmp_path / "data" / "models" / "mine")
    check = load_check(package)
    assert len(check.scores) == 1
    shown = {cv2.imread(str(one), 0).tobytes() for one in pictures.iterdir()}
    assert check.picture.tobytes() in shown
    assert len(check.cells) == 0 if once else len(check.cells) > 10
    engine = OnnxEngine(OnnxConfig(), package.onnx)
    assert verify(engine, package)

    class Turned(OnnxEngine):
        """Rows in another order, as engines sort equal scores."""

        def run(self, batch: Any, changed: int | None = None) -> Any:
            return super().run(batch, changed)[:, :, ::-1].copy()

    off = measure(Turned(OnnxConfig(), package.onnx), package, check)
    assert off.accepted is once, "only objects given once have no place of their own"


def test_a_recipe_that_is_there_keeps_its_rules(config: Path, tmp_path: Path) -> None:
    file = write_export(tmp_path / "best.onnx", names=("a", "b"))
    brought(config, file)
    before = (tmp_path / "data" / "recipes" / "mine" / "recipe.yaml").read_bytes()
    other = write_export(tmp_path / "other.onnx", names=("x", "b"))
    with pytest.raises(ModelError, match=r"\(x, b\) are not those of the recipe 'mine' \(a, b\)"):
        brought(config, other)
    assert card_of(config)["version"] == "1.0.0"
    brought(config, other, "--classes", "x=a")
    assert card_of(config)["version"] == "1.0.1"
    assert (tmp_path / "data" / "recipes" / "mine" / "recipe.yaml").read_bytes() == before
    for word, value in (("--canonical", "64x64"), ("--like", "pcb"), ("--size-mm", "10x10")):
        with pytest.raises(RecipeError, match=f"'mine' is there already.*leave {word} out"):
            brought(config, file, word, value)


def test_a_recipe_like_another(config: Path, tmp_path: Path) -> None:
    file = write_export(tmp_path / "best.onnx", names=("open", "dent"), size=(640, 640))
    brought(config, file, "--like", "pcb")
    recipe = build_inspector(load(config), "mine").recipe
    assert recipe.part.size_m == (0.108, 0.108)
    assert recipe.classes["open"].label is not None
    assert recipe.classes["dent"].bin == "scrap"
    with pytest.raises(RecipeError, match=r"comes with the cell.*--recipe my_pcb --like pcb"):
        brought(config, file, recipe="pcb")


def test_labelled_pictures_choose_the_thresholds(
    config: Path, pictures: Path, tmp_path: Path
) -> None:
    (pictures / "data.yaml").write_text("path: .\ntrain: images\nnames: [scratch, pit]\n")
    (pictures / "images").mkdir()
    (pictures / "labels").mkdir()
    for number in range(3):
        grey = view(2 + number, 3, level=200 - 10 * number)
        grey[40:48, 80:88] = 110  # no defect
        cv2.imwrite(str(pictures / "images" / f"{number}.png"), grey)
        row = f"0 {(8 * (2 + number) + 4) / 96} {28 / 64} {10 / 96} {6 / 64}"
        (pictures / "labels" / f"{number}.txt").write_text(row)
    file = write_export(tmp_path / "best.onnx")
    told = brought(config, file, "--data", str(pictures))
    chosen = card_of(config)["thresholds"]["scratch"]
    assert 110 / 255 < chosen < 180 / 255 + 0.01
    assert "by the best F-score" in told
    assert card_of(config)["thresholds_chosen"] is True
    assert build_inspector(load(config), "mine").recipe.threshold_of("scratch") == chosen


def test_weights_are_exported_elsewhere(config: Path, tmp_path: Path) -> None:
    """A `.pt` is handed to the user's Python, here a stand-in for one, and never read."""
    ready = write_export(tmp_path / "ready.onnx")
    weights = tmp_path / "best.pt"
    weights.write_bytes(b"cos\nsystem\n(S'touch ran'\ntR.")  # a pickle that carries code
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\necho "exporting $4 $5"\ncp {ready} "${{4%.pt}}.onnx"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    brought(config, weights, "--python", str(program), "--canonical", "90x60")
    assert card_of(config)["input"]["shape"] == [1, 1, 60, 90]
    program.write_text(
        "#!/bin/sh\necho \"ModuleNotFoundError: No module named 'ultralytics'\"\nexit 1\n"
    )
    with pytest.raises(ModelError, match=r"No module named 'ultralytics'\): give the Python of"):
        brought(config, weights, "--python", str(program), recipe="other")
    assert not Path("ran").exists()


def test_without_ultralytics_one_line_says_how(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "best.pt").write_bytes(b"x")
    with pytest.raises(ModelError, match=r"not on the PATH: give the Python .* yolo export"):
        brought(config, tmp_path / "best.pt")


def test_a_check_without_detections_is_told(config: Path, tmp_path: Path) -> None:
    told = brought(config, write_export(tmp_path / "best.onnx", gains=(0.01, 0.01)))
    assert "the self-check holds no detection" in told
    assert len(SelfCheck.load(tmp_path / "data" / "models" / "mine").scores) == 0
    assert np.isfinite(card_of(config)["thresholds"]["pit"])
