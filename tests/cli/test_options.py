"""An option that has no effect where it stands is refused in one line."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from cell.config import CellConfig
from cell.config.load import DEMO, ConfigError, dump, load
from cell.faces.cli.app import app
from cell.faces.cli.errors import UsageError
from cell.faces.cli.verbs import bench_faults, bench_inspect, evaluate, train
from cell.faces.cli.verbs import run as run_verb
from cell.products.loading import RecipeError
from cell.products.lookup import RECIPES
from models.ground.written import parse_yaml, write_yaml

SAMPLE = Path(__file__).parents[2] / "models/ball_screw/samples/KGT1-S-075-A02_crop_0.webp"


def goes_on(*_: object, **__: object) -> NoReturn:
    raise AssertionError("it was not refused")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("run --no-twin --seed 3", "--seed has no effect without the twin"),
        ("run --no-twin --pitch 0.5 --defective 0.1", "--pitch, --defective have no effect"),
        ("run --no-twin --host 127.0.0.2", "--host has no effect without the twin"),
        ("run --no-twin --report r.json", "--report has no effect without the twin"),
        ("run --headless --parts 3 --port 9000", "--port has no effect without the operator's"),
        ("bench inspect --precision bf16", "--precision has no effect without --engine"),
        ("bench faults --all --minutes 3", "--minutes has no effect beside --all"),
        ("bench faults --list --json", "--json has no effect beside --list"),
    ],
)
def test_an_option_without_effect_is_refused(
    arguments: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name in ((run_verb, "load"), (bench_inspect, "load"), (bench_faults, "plan")):
        monkeypatch.setattr(module, name, goes_on)
    error = CliRunner().invoke(app, arguments.split()).exception
    assert isinstance(error, UsageError), error
    assert words in str(error)
    assert "\n" not in str(error)


def test_an_engine_that_has_nothing_to_run_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate, "measure", goes_on)
    data = parse_yaml((RECIPES / "ball_screw" / "recipe.yaml").read_text())
    del data["model"]
    data |= {"anomaly": "taught", "classes": {"anomaly": {"bin": "scrap"}}, "name": "plate"}
    (tmp_path / "plate").mkdir()
    (tmp_path / "plate" / "recipe.yaml").write_text(write_yaml(data | {"priority": ["anomaly"]}))
    arguments = ["evaluate", "--data", str(tmp_path), "--recipe", "plate", "--recipes",
                 str(tmp_path), "--engine", "openvino"]  # fmt: skip
    error = CliRunner().invoke(app, arguments).exception
    assert isinstance(error, UsageError), error
    assert "--engine has no effect with recipe 'plate'" in str(error)


def test_a_reference_that_nothing_is_compared_with_is_refused(tmp_path: Path) -> None:
    golden = tmp_path / "golden.png"
    cv2.imwrite(str(golden), np.full((256, 640), 90, np.uint8))
    arguments = ["inspect", str(SAMPLE), "--recipe", "ball_screw", "--reference", str(golden)]
    error = CliRunner().invoke(app, arguments).exception
    assert isinstance(error, UsageError), error
    assert "'ball_screw' compares with no golden sample" in str(error)


def test_an_engine_in_the_configuration_is_the_one_that_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = parse_yaml(DEMO.read_text(encoding="utf-8")) | {"inspector": {"engine": "auto"}}
    tree["calibration"] = str((DEMO.parent / tree["calibration"]).resolve())
    (tmp_path / "cell.yaml").write_text(write_yaml(tree))
    used: list[str] = []

    def measure(cell: CellConfig, *_: object) -> NoReturn:
        used.append(cell.inspector.engine)
        raise UsageError("seen")

    monkeypatch.setattr(evaluate, "measure", measure)
    words = ["evaluate", "--data", str(tmp_path), "--config", str(tmp_path / "cell.yaml")]
    for more in ([], ["--engine", "openvino"]):
        CliRunner().invoke(app, [*words, *more])
    assert used == ["auto", "openvino"]


@pytest.mark.parametrize(
    ("name", "words"), [("../x", "is no recipe name"), ("broken", "recipe.yaml")]
)
def test_training_does_not_pass_over_a_recipe_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    (tmp_path / "recipe.yaml").write_text("name: broken", encoding="utf-8")
    if name == "broken":
        monkeypatch.setattr(train, "recipe_folder", lambda *_: tmp_path)
    torch = SimpleNamespace(Settings=dict, Trainer=None)
    monkeypatch.setitem(sys.modules, "vision.lab.training.loop", torch)
    done = CliRunner().invoke(app, ["train", "--recipe", name, "--data", str(tmp_path)])
    assert isinstance(done.exception, RecipeError)
    assert words in str(done.exception)


def test_a_twin_that_the_cell_would_not_find_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "cell.yaml"
    dump(load(None, {"data_dir": str(tmp_path / "data")}), file)
    words = ["run", "--config", str(file), "--host", "127.0.0.45", "--data", str(tmp_path / "d")]
    error = CliRunner().invoke(app, words).exception
    assert isinstance(error, UsageError), error
    assert "--host 127.0.0.45: moves the twin alone" in str(error)
    assert "robot.arm.options.host 127.0.0.1" in str(error)


def test_a_piece_of_a_configuration_says_what_a_whole_one_begins_with(tmp_path: Path) -> None:
    """As the sections in the documentation, saved as a file."""
    file = tmp_path / "cell.yaml"
    file.write_text("quality: {time_zone: Asia/Seoul, run_time_s: 4.0}\n")
    with pytest.raises(ConfigError, match=r"'name' is missing.*begin with .*demo\.yaml"):
        load(file)
