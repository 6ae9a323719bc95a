"""`cell recipe list|show|check`: what is said of good recipes and of broken ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from cell.faces.cli.app import app
from cell.faces.cli.errors import UsageError
from cell.products.loading import RecipeError
from cell.products.lookup import RECIPES
from cell.texts import render
from models.ground.written import parse_yaml, write_yaml

SCREW: dict[str, Any] = parse_yaml((RECIPES / "ball_screw" / "recipe.yaml").read_text())


def asked(*words: str) -> Result:
    return CliRunner().invoke(app, ["recipe", *words], env={"COLUMNS": "300"})


def written(folder: Path, name: str, /, **other: Any) -> Path:
    """A folder of recipes with one that is the ball screw's but for `other`."""
    (folder / name).mkdir(parents=True)
    part = {"part": SCREW["part"] | other.pop("part", {})}
    data = SCREW | {"name": name} | other | part
    (folder / name / "recipe.yaml").write_text(write_yaml(data))
    return folder


def test_list_tells_all_and_marks_the_configured() -> None:
    told = json.loads(asked("list", "--json").stdout)
    entries = {entry["name"]: entry for entry in told}
    assert [name for name, entry in entries.items() if entry["configured"]] == ["pcb"]
    assert entries["ball_screw"]["part"] == "60 x 24 x 30"
    assert "its model 'tile' is not here: cell train" in entries["tile"]["problem"]
    table = asked("list").stdout
    assert "tile cannot be used" in table
    assert "Ball screw, a length of its thread" in table


def test_names_that_look_like_markup_are_shown_as_they_are(tmp_path: Path) -> None:
    written(tmp_path, "plain", product="[red]plate[/red] :warning:")
    (tmp_path / "[bold]odd").mkdir()
    (tmp_path / "[bold]odd" / "recipe.yaml").write_text("name: x")
    told = asked("list", "--recipes", str(tmp_path)).stdout
    assert "[red]plate[/red] :warning:" in told
    assert "[bold]odd cannot be used:" in told
    assert "[red]plate[/red]" in asked("show", "plain", "--recipes", str(tmp_path)).stdout


def test_show_gives_units_and_json() -> None:
    told = asked("show", "ball_screw").stdout
    for words in ("Part: Thickness", "0.03 m", "640, 256 px", "Classes: Pitting", "bin scrap"):
        assert words in told
    data = json.loads(asked("show", "ball_screw", "--json").stdout)
    assert (data["canonical_px"], data["part"]["size_m"]) == ([640, 256], [0.06, 0.024])


def test_what_is_not_there_is_said_with_what_is() -> None:
    for verb in ("show", "check"):
        error = asked(verb, "nothing").exception
        assert isinstance(error, RecipeError)
        assert "there is: ball_screw, " in render(str(error))


def test_a_folder_without_recipes_is_refused(tmp_path: Path) -> None:
    error = asked("list", "--recipes", str(tmp_path)).exception
    assert isinstance(error, UsageError)
    assert str(tmp_path) in str(error)


def test_check_passes_what_the_cell_can_take() -> None:
    done = asked("check", "ball_screw")
    assert done.exit_code == 0
    assert "refused" not in done.stdout
    for what in (
        "model",
        "canonical size",
        "classes",
        "bins",
        "belt",
        "camera view",
        "stations",
        "arm",
    ):
        assert f"ok      {what}: " in done.stdout


@pytest.mark.parametrize(
    ("other", "refused"),
    [
        ({"default_bin": "elsewhere"}, {"bins": "use one of review, rework, scrap"}),
        ({"model": "none"}, {"model": "install the model again"}),
        ({"canonical_px": [320, 128]}, {"canonical size": "write canonical_px: [640, 256]"}),
        ({"classes": {"pitting": {"bin": "scrap"}}, "priority": ["pitting"]},
         {"classes": "add a rule for each"}),
        ({"part": {"size_m": [0.06, 0.31]}},
         {"belt": "along, across", "camera view": "mount the camera higher"}),
        ({"part": {"size_m": [0.8, 0.024]}},
         {"camera view": "mount the camera higher", "stations": "at most"}),
        ({"part": {"mass_kg": 0.7}}, {"arm": "the cup holds 0.5 kg"}),
        ({"part": {"grip_m": [0.0, 0.005]}}, {"arm": "move part.grip_m"}),
        ({"review_threshold": 2}, {"recipe": "review_threshold"}),
        ({"name": "other"}, {"together": "its folder's name is"}),
        ({"goldens": "pictures"}, {"together": "would not be used"}),
    ],
)  # fmt: skip
def test_check_names_each_mistake_with_its_remedy(
    other: dict[str, Any], refused: dict[str, str], tmp_path: Path
) -> None:
    written(tmp_path, "plate", **other)
    done = asked("check", "plate", "--recipes", str(tmp_path), "--json")
    found = {one["what"]: one for one in json.loads(done.stdout) if one["level"] == "bad"}
    assert (done.exit_code, set(found)) == (2, set(refused))
    for what, words in refused.items():
        assert words in f"{found[what]['found']}; {found[what]['remedy']}"
    lines = asked("check", "plate", "--recipes", str(tmp_path)).stdout.splitlines()
    assert sum(line.startswith("refused ") for line in lines) == len(refused)


REGIONS = {
    "end": {"kind": "ignore", "polygon": [[0, 0], [60, 0], [60, 256], [0, 256]]},
    "나사산": {
        "kind": "inspect", "classes": ["Pitting"],
        "polygon": [[100, 40], [600, 40], [600, 220], [100, 220]],
    },
}  # fmt: skip


@pytest.mark.parametrize("given", [False, True])
def test_check_draws_the_regions_on_the_view(given: bool, tmp_path: Path) -> None:
    written(tmp_path, "plate", regions=REGIONS)
    out, on = tmp_path / "seen.png", tmp_path / "view.png"
    cv2.imwrite(str(on), np.full((256, 640), 128, np.uint8))
    more = ("--picture", str(on)) if given else ()
    done = asked("check", "plate", "--recipes", str(tmp_path), "--draw", str(out), *more)
    assert done.exit_code == 0
    assert "regions: 1 end (ignore); 2 나사산 (inspect, Pitting)" in done.stdout
    assert (str(on) in done.stdout) is given
    seen = cv2.imread(str(out))
    assert seen.shape == (256, 640, 3)
    assert np.ptp(seen[130, 100].astype(int)) > 50  # a coloured line
    if given:
        assert (seen[5, 300] == 128).all()
        assert (seen[:, 5:55] != 128).any(axis=(0, 2)).all()  # hatched


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--picture", "view.png"), "say with --draw"),
        (("--draw", "seen.txt"), "pictures are written as"),
        (("--draw", "view.png", "--picture", "view.png"), "view.png"),
        (("--draw", "seen.png", "--picture", "small.png"), "small.png is 64 x 64 px"),
        (("--draw", "seen.png", "--picture", "none.png"), "none.png"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    more: tuple[str, ...], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, "plate")
    monkeypatch.chdir(tmp_path)
    for name, size in (("view.png", (256, 640)), ("small.png", (64, 64))):
        cv2.imwrite(name, np.full(size, 128, np.uint8))
    error = asked("check", "plate", "--recipes", str(tmp_path), *more).exception
    assert words in str(error)
    assert not Path("seen.png").exists()
