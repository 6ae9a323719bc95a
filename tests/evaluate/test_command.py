"""`cell evaluate` and `cell thresholds` on four real pairs, and on what people get wrong."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from cell.faces.cli.main import main
from cell.lab.applying import next_version
from cell.products.loading import load_recipe
from cell.products.lookup import MODELS

from .conftest import NAMES, picture_of, replace_picture

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The console script: exit code, output, errors."""

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["cell", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "200")
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else int(code is not None)), out, err

    return call


def test_figures_of_four_pairs(run: Run, pairs: Path, config: Path, tmp_path: Path) -> None:
    report, html = tmp_path / "out.json", tmp_path / "out.html"
    code, out, err = run(
        "evaluate", "--data", pairs, "--config", config, "--report", report, "--html", html
    )
    assert (code, err) == (0, "")
    assert "escapes" in out
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["images"] == 4
    assert told["map50"] > 0.7
    assert told["as_run"]["map50"] <= 1.0
    assert 0.3 < told["map50_95"] < told["map50"] <= 1.0
    assert told["deeppcb_ap"] > 0.7
    assert told["deeppcb_f"] > 0.5
    parts = told["parts"]
    assert (parts["defective"], parts["escapes"], parts["good"]) == (4, 0, 4)
    assert parts["escape_rate_95"] == [0.0, pytest.approx(0.6024, abs=1e-3)]
    assert told["recipe"].startswith("pcb@")
    assert len(told["data"]["fingerprint_sha256"]) == 64
    assert told["command"].startswith("cell evaluate --data")
    assert sum(map(sum, told["confusion"]["counts"])) >= told["data"]["defects"]
    page = html.read_text(encoding="utf-8")
    assert page.count("<svg") == 13
    assert "data:image/webp;base64," in page
    assert not re.search(r"""(src|href)=["'](?!data:)""", page)


def test_one_group_of_it(run: Run, pairs: Path, config: Path, tmp_path: Path) -> None:
    report = tmp_path / "out.json"
    code, _, _ = run(
        "evaluate", "--data", pairs, "--config", config, "--groups", "50600", "--report", report,
        "--detections-only",
    )  # fmt: skip
    assert code == 0
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["images"] == 1
    assert "parts" not in told


def test_the_same_figures_whatever_the_library_holds(
    run: Run, pairs: Path, config: Path, tmp_path: Path
) -> None:
    """The data's golden pictures are the recipe's here: they are not taken for look-alikes."""
    report = tmp_path / "out.json"
    run("evaluate", "--data", pairs, "--config", config, "--report", report, "--limit", 2)
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["not_inspected"] == []
    assert told["data"]["pictures"] == 2


@pytest.mark.parametrize("verb", ["evaluate", "thresholds"])
def test_what_the_recipe_ignores_is_no_defect(
    run: Run, pairs: Path, config: Path, verb: str
) -> None:
    recipe = Path(yaml.safe_load(config.read_text())["recipes"]) / "pcb" / "recipe.yaml"
    most = "regions: {most: {kind: ignore, polygon: [[0, 0], [640, 0], [640, 630], [0, 630]]}}\n"
    recipe.write_text(recipe.read_text(encoding="utf-8") + most, encoding="utf-8")
    code, _, err = run(verb, "--data", pairs, "--config", config, "--limit", 2)
    assert code == 2
    words = "has no defective parts (2 labelled so are good by the recipe's rules)"
    assert words in " ".join(err.split())


def wrong_size(pairs: Path) -> Path:
    return replace_both(pairs, np.full((700, 700), 90, np.uint8))


def wrong_depth(pairs: Path) -> Path:
    return replace_picture(picture_of(pairs, NAMES[0]), np.full((640, 640), 30000, np.uint16))


def replace_both(pairs: Path, image: np.ndarray) -> Path:
    replace_picture(picture_of(pairs, NAMES[0], "temp"), image)
    return replace_picture(picture_of(pairs, NAMES[0]), image)


def unknown_class(pairs: Path) -> Path:
    file = next(pairs.rglob(f"{NAMES[0]}.txt"))
    file.write_text("10 10 40 40 9\n", encoding="utf-8")
    return file


def no_goldens(pairs: Path) -> Path:
    picture_of(pairs, NAMES[0], "temp").unlink()
    return Path(f"{NAMES[0]}_temp")


@pytest.mark.parametrize("spoil", [wrong_size, wrong_depth, unknown_class, no_goldens])
def test_data_that_cannot_be_used(
    run: Run, pairs: Path, config: Path, tmp_path: Path, spoil: Callable[[Path], Path]
) -> None:
    named = spoil(pairs)
    report = tmp_path / "out.json"
    code, _, err = run("evaluate", "--data", pairs, "--config", config, "--report", report)
    assert code == 2
    assert named.name in err
    assert err.count("\n") == 1
    assert not report.exists()
    assert not [file for file in tmp_path.iterdir() if file.name.startswith(".out")]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--groups", "99999"), "99999"),
        (("--split", "dress-rehearsal"), "dress-rehearsal"),
        (("--format", "paper"), "paper"),
        (("--recipe", "pizza"), "pizza"),
        (("--engine", "steam"), "steam"),
        (("--report", "/nowhere/out.json"), "/nowhere"),
    ],
)
def test_what_is_not_there(
    run: Run, pairs: Path, config: Path, arguments: tuple[str, ...], words: str
) -> None:
    code, _, err = run("evaluate", "--data", pairs, "--config", config, *arguments)
    assert code == 2
    assert words in err


@pytest.mark.parametrize("honest", [True, False])
def test_a_model_that_was_cut_short(run: Run, pairs: Path, config: Path, honest: bool) -> None:
    """honest: the card describes the cut file."""
    models = config.parent / "models"
    shutil.copytree(MODELS / "pcb", models / "pcb")
    onnx, card = models / "pcb" / "model.onnx", models / "pcb" / "card.json"
    onnx.write_bytes(onnx.read_bytes()[:100_000])
    if honest:
        told = json.loads(card.read_text(encoding="utf-8"))
        told["sha256"] = hashlib.sha256(onnx.read_bytes()).hexdigest()
        card.write_text(json.dumps(told), encoding="utf-8")
    tree = yaml.safe_load(config.read_text(encoding="utf-8"))
    config.write_text(yaml.safe_dump(tree | {"models": str(models)}), encoding="utf-8")
    code, _, err = run("evaluate", "--data", pairs, "--config", config)
    assert code == 2
    assert "model.onnx" in err
    assert err.count("\n") == 1


def coco_without_good(folder: Path, pairs: Path, name: str) -> Path:
    """One defective picture without a golden picture, as COCO."""
    image = picture_of(pairs, NAMES[0])
    target = folder / image.name
    folder.mkdir()
    shutil.copy(image, target)
    told = {
        "images": [{"id": 1, "file_name": target.name, "width": 640, "height": 640}],
        "categories": [{"id": 1, "name": name}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [9, 9, 30, 30]}],
    }
    file = folder / "boxes.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    return file


def test_no_good_parts(run: Run, pairs: Path, config: Path, tmp_path: Path) -> None:
    file = coco_without_good(tmp_path / "coco", pairs, "open")
    code, _, err = run("evaluate", "--data", file, "--config", config)
    assert code == 2
    assert "no good parts" in err
    assert run("evaluate", "--data", file, "--config", config, "--detections-only")[0] == 0


def test_classes_that_the_model_does_not_know(
    run: Run, pairs: Path, config: Path, tmp_path: Path
) -> None:
    file = coco_without_good(tmp_path / "coco", pairs, "dent")
    code, _, err = run("evaluate", "--data", file, "--config", config)
    assert code == 2
    assert "'dent'" in err


def test_masks_rank_pictures_and_pixels(
    run: Run, pairs: Path, config: Path, tmp_path: Path
) -> None:
    """A set with masks and good pictures, whose classes are not the model's."""
    root, name = tmp_path / "tiles", NAMES[0]
    (root / "scratch").mkdir(parents=True)
    (root / "good").mkdir()
    board = cv2.imread(str(picture_of(pairs, name)), cv2.IMREAD_GRAYSCALE)
    golden = cv2.imread(str(picture_of(pairs, name, "temp")), cv2.IMREAD_GRAYSCALE)
    mask = np.zeros_like(board)
    for line in next(pairs.rglob(f"{name}.txt")).read_text(encoding="utf-8").splitlines():
        x1, y1, x2, y2, _ = map(int, line.split())
        mask[y1:y2, x1:x2] = 255
    cv2.imwrite(str(root / "scratch" / "1.jpg"), board)
    cv2.imwrite(str(root / "scratch" / "1.png"), mask)
    cv2.imwrite(str(root / "good" / "2.jpg"), golden)
    report = tmp_path / "out.json"
    code, out, err = run(
        "evaluate", "--data", root, "--config", config, "--report", report,
        "--html", tmp_path / "out.html",
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert "scratch" in out
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["image_auroc"] == 1.0
    assert told["pixel_auroc"] > 0.9
    assert told["pixel_ap"] > 0.5
    assert "map50" not in told
    code, _, err = run("evaluate", "--data", root, "--config", config, "--detections-only")
    assert code == 2
    assert "no detections to count: leave --detections-only out" in err


def test_thresholds_reach_the_recipe(run: Run, pairs: Path, config: Path) -> None:
    file = config.parent / "recipes" / "pcb" / "recipe.yaml"
    before = file.read_text(encoding="utf-8")
    version = load_recipe(file).version
    arguments = ("thresholds", "--data", pairs, "--config", config, "--rounds", 20, "--json")
    code, out, _ = run(*arguments)
    assert code == 0
    assert file.read_text(encoding="utf-8") == before
    code, out, err = run(*arguments, "--apply", "--escape-cost", 50, "--false-reject-cost", 1)
    assert code == 0
    assert f"pcb@{next_version(version)}" in err.replace("\n", "")
    told, recipe = json.loads(out), load_recipe(file)
    for name, row in told["classes"].items():
        assert recipe.threshold_of(name) == pytest.approx(row["chosen"])
        assert row["low"] <= row["high"]
    assert "# Worst first" in file.read_text(encoding="utf-8")


def test_a_taught_recipe(run: Run, tmp_path: Path) -> None:
    """Anomalies alone: heat maps rank pictures and pixels, and the anomaly threshold is chosen."""
    rng = np.random.default_rng(2)
    good, root = tmp_path / "taught", tmp_path / "tiles"
    for folder in (good, root / "good", root / "blob"):
        folder.mkdir(parents=True)
    stripes = np.tile(np.repeat([60, 150], 8), (128, 8)).astype(np.float32)

    def tile(spot: bool) -> np.ndarray:
        image = stripes + rng.normal(0, 4, stripes.shape)
        if spot:
            cv2.circle(image, (60, 70), 14, 255, -1)
        return image.clip(0, 255).astype(np.uint8)

    for number in range(12):
        cv2.imwrite(str(good / f"{number}.png"), tile(spot=False))
    mask = cv2.circle(np.zeros((128, 128), np.uint8), (60, 70), 14, 255, -1)
    for number in range(3):
        cv2.imwrite(str(root / "good" / f"g{number}.jpg"), tile(spot=False))
        cv2.imwrite(str(root / "blob" / f"b{number}.jpg"), tile(spot=True))
        cv2.imwrite(str(root / "blob" / f"b{number}.png"), mask)
    recipes, report = tmp_path / "taught-recipes", tmp_path / "out.json"
    code, _, err = run(
        "teach", "--recipe", "tile", "--good", good, "--recipes", recipes, "--side", 128
    )
    assert code == 0, err
    common = ("--recipe", "tile", "--recipes", recipes, "--data", root)
    code, _, err = run("evaluate", *common, "--report", report, "--html", tmp_path / "out.html")
    assert (code, err) == (0, "")
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["image_auroc"] == 1.0
    assert told["pixel_auroc"] > 0.9
    assert told["pixel_score"] == "anomaly map"
    assert told["parts"]["escapes"] == 0
    code, out, _ = run("thresholds", *common, "--rounds", 20, "--json", "--apply")
    assert code == 0
    chosen = json.loads(out)["classes"]["anomaly"]["chosen"]
    assert load_recipe(recipes / "tile").threshold_of("anomaly") == pytest.approx(chosen)
