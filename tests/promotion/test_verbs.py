"""`cell model` from a frozen label set to a model that judges, with the ball-screw model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from cell.config import dump, load
from cell.config.labels import LabelsConfig
from cell.faces.cli.app import app
from cell.faces.cli.errors import UsageError
from cell.faces.cli.models_here import models_of
from cell.labels.book import LabelBook
from cell.labels.label import Judgement, Labelled, Picture, Shape
from cell.labels.values import Member, NewPicture, Said, Split
from cell.products.drawing import lot
from cell.products.listing import recipe_entries
from cell.products.loading import RECIPES
from cell.products.lookup import MODELS, find_recipe, load_model
from cell.promotion.errors import GateError, PromotionError
from cell.promotion.tuning import tune
from models.errors import ModelError
from models.ground.errors import UserError
from models.ground.text import read
from tests.models.test_package import network, package
from vision.lab.evaluation.thresholds import Target

SHIPPED = MODELS / "ball_screw"


def typed(*words: object, data: Path) -> str:
    """What the verb prints. Raises what it raises."""
    result = CliRunner().invoke(app, ["model", *map(str, words), "--data", str(data)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def candidate(folder: Path, **change: Any) -> Path:
    """The shipped model under another version."""
    shutil.copytree(SHIPPED, folder)
    card = json.loads((folder / "card.json").read_text()) | {"version": "2.0.0"} | change
    (folder / "card.json").write_text(json.dumps(card))
    return folder


def labelled(data: Path, test_share: float = 0.98) -> None:
    """A frozen set of pictures like the model's samples: pitted ones and, as is said, good ones."""
    book = LabelBook.open(data, LabelsConfig(validation_share=0.0, test_share=test_share))
    pitted = Said(Judgement.DEFECTIVE, (Shape.of_box("Pitting", 100, 60, 200, 160),))
    samples, locked = sorted((SHIPPED / "samples").iterdir()), 0
    for number in range(3 if test_share > 0.9 else 9):
        file = samples[number % 3]
        locked += lot("split", f"part-{number}") < test_share
        # Both shares get good and defective ones.
        good = number % 3 == 2 if test_share > 0.9 else (number + locked) % 2 == 0
        said = Said(Judgement.GOOD) if good else pitted
        if number > 2:
            pixels = np.array(cv2.imread(str(file), cv2.IMREAD_GRAYSCALE), np.uint8)
            pixels[:2, :2] = number
            file = data / f"{number}-{file.stem}.png"
            assert cv2.imwrite(str(file), pixels)
        book.bring_in(NewPicture(file, file.name, f"part-{number}"), said, "kim", 1)
    book.freeze("june", "kim", 2, only_settled=False)
    book.close()


def test_from_a_candidate_to_the_gate(tmp_path: Path) -> None:
    data = tmp_path / "data"
    labelled(data)
    typed("add", candidate(tmp_path / "new"), "--recipe", "ball_screw", data=data)
    rows = json.loads(typed("list", "--json", data=data))
    assert [(row["identity"][:16], row["state"]) for row in rows] == [
        ("ball_screw@1.1.0", "active"), ("ball_screw@2.0.0", "candidate"),
    ]  # fmt: skip
    said = typed("try", "ball_screw@2.0.0", "--set", "june", data=data)
    assert "3 pictures inspected" in said
    told = json.loads(typed("show", "ball_screw@2.0.0", "--json", data=data))
    gate = {one["what"]: one for one in told["gate"]["conditions"]}
    assert told["gate"]["outcome"] == "not yet"
    assert told["gate"]["looks"] == 1
    assert (gate["escapes"]["seen"], gate["reviews"]["seen"], gate["latency"]["seen"]) == (2, 1, 3)
    assert gate["escapes"]["missing"]["clean"] > 900
    with pytest.raises(GateError):
        typed("promote", "ball_screw@2.0.0", "--to", "active", "--why", "now", data=data)
    typed("promote", "ball_screw@2.0.0", "--to", "active", "--why", "now", "--override", data=data)
    assert "AGAINST THE GATE" in typed("show", "ball_screw@2.0.0", data=data)
    assert "2 models, all as they were" in typed("verify", data=data)
    back = typed("rollback", "ball_screw", "--why", "misses pits", "--refuse", data=data)
    assert "is refused" in back
    assert "refused, by override" in typed("list", data=data)


@pytest.mark.parametrize(
    ("recipe", "change", "code"),
    [
        ("pcb", {}, "promotion.other_size"),
        (
            "ball_screw",
            {"classes": ["dent"], "thresholds": {"dent": 0.5}},
            "promotion.other_classes",
        ),
    ],
)
def test_a_candidate_for_another_recipe_is_refused(
    tmp_path: Path, recipe: str, change: dict[str, Any], code: str
) -> None:
    folder = candidate(tmp_path / "new", **change)
    with pytest.raises(PromotionError) as refused:
        typed("add", folder, "--recipe", recipe, data=tmp_path / "data")
    found = read(str(refused.value))
    assert found is not None
    assert found.code == code


def test_a_recipes_very_first_model_is_an_administrators_word(tmp_path: Path) -> None:
    """The tiles' model does not come with the cell."""
    recipe = find_recipe(load(None), "tile")
    width, height = recipe.canonical_px
    classes = sorted(recipe.classes)
    shape = {"shape": ["N", 1, height, width], "channels": ["board"]}
    folder = package(
        tmp_path / "tile",
        network(("N", 4 + len(classes), 7), takes=("N", 1, height, width)),
        classes=classes,
        input=shape,
        thresholds=dict.fromkeys(classes, 0.5),
    )
    data = tmp_path / "data"
    typed("add", folder, "--recipe", "tile", data=data)
    with pytest.raises(PromotionError):
        typed("promote", "small@1", "--to", "active", "--why", "first", data=data)
    assert "is active" in typed(
        "promote", "small@1", "--to", "active", "--why", "first", "--override", data=data
    )
    places = load(None, {"data_dir": str(data)})
    loaded = load_model(places, recipe)
    assert loaded is not None
    assert loaded.identity.startswith("small@1#")
    assert not next(one for one in recipe_entries(places) if one.name == "tile").problem


def test_what_a_training_left_beside_its_package_is_taken(tmp_path: Path) -> None:
    folder = candidate(tmp_path / "job" / "package")
    left = {
        "package": "package", "recipe": "ball_screw", "label_set": "june", "fingerprint": "ab" * 32,
        "job": 7, "parents": ["ball_screw@1.1.0#12345678"], "by": "kim", "at_ns": 1,
    }  # fmt: skip
    beside = folder.parent / "candidate.json"
    beside.write_text(json.dumps(left))
    data = tmp_path / "data"
    typed("add", folder, "--recipe", "ball_screw", data=data)
    told = json.loads(typed("show", "ball_screw@2.0.0", "--json", data=data))
    assert told["origin"] == {
        "label_set": "june", "fingerprint": "ab" * 32, "job": "7",
        "parents": ["ball_screw@1.1.0#12345678"],
    }  # fmt: skip
    beside.write_text(json.dumps(left | {"recipe": "pcb"}))
    with pytest.raises(PromotionError):
        typed("add", folder, "--recipe", "ball_screw", data=data)


def test_a_changed_package_is_found(tmp_path: Path) -> None:
    data = tmp_path / "data"
    typed("add", candidate(tmp_path / "new"), "--recipe", "ball_screw", data=data)
    rows = json.loads(typed("list", "--json", data=data))
    file = data / "registry" / "packages" / rows[1]["fingerprint"] / "README.md"
    file.chmod(0o644)
    file.write_text("other")
    told = json.loads(typed("verify", "--json", data=data))
    assert [one["subject"] for one in told["findings"]] == [rows[1]["identity"]]
    with pytest.raises(ModelError, match=r"README\.md"):
        typed(
            "promote", "ball_screw@2.0.0", "--to", "active", "--why", "now", "--override",
            data=data,
        )  # fmt: skip


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the shipped model and a candidate."""
    folder = tmp_path_factory.mktemp("waiting")
    typed("add", candidate(folder / "new"), "--recipe", "ball_screw", data=folder / "data")
    return folder / "data"


@pytest.mark.parametrize(
    "words",
    [
        ["show", "nobody"],
        ["rollback", "ball_screw", "--why", "bad"],
        ["try", "ball_screw@1.1.0", "--set", "june"],
        ["try", "ball_screw@2.0.0", "--set", "june"],
        ["promote", "ball_screw@2.0.0", "--to", "shadow", "--why", "x", "--override"],
        ["promote", "ball_screw@1.1.0", "--to", "active", "--why", "x"],
        ["promote", "ball_screw", "--to", "shadow", "--why", "x"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_said_in_one_line(waiting: Path, words: list[str]) -> None:
    with pytest.raises(UserError) as refused:
        typed(*words, data=waiting)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("split", "good", "code"),
    [
        ((Split.TRAIN, Split.VALIDATION), (True, False), "promotion.one_share"),
        ((Split.TRAIN, Split.TRAIN, Split.TEST), (True, True, False), "promotion.one_kind"),
    ],
)
def test_thresholds_need_both_shares_and_both_kinds(
    split: tuple[Split, ...], good: tuple[bool, ...], code: str
) -> None:
    target = load(None), "ball_screw"
    members = [
        Member(
            Labelled(Picture("0" * 64, "p", 640, 256, "p"), Judgement.GOOD if g else
                     Judgement.DEFECTIVE),
            Path("p"), s, 1,
        )
        for s, g in zip(split, good, strict=True)
    ]  # fmt: skip
    with pytest.raises(PromotionError, match=code):
        tune(*target, members, Target(), lambda jobs, _: jobs)


def test_thresholds_are_not_written_around_the_gate(tmp_path: Path) -> None:
    data, cell = with_own_recipe(tmp_path)
    typed("add", candidate(tmp_path / "new"), "--recipe", "ball_screw", *cell, data=data)
    config = load(tmp_path / "cell.yaml").model_copy(update={"data_dir": data})
    dump(config, tmp_path / "cell.yaml")
    words = ["thresholds", "--recipe", "ball_screw", "--data", str(tmp_path), "--apply"]
    result = CliRunner().invoke(app, [*words, *map(str, cell)])
    assert isinstance(result.exception, UsageError)
    assert "cell model thresholds" in str(result.exception)


def test_the_gate_is_tried_by_simulation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cell.promotion.simulation.RATES", (0.05,))
    monkeypatch.setattr("cell.faces.cli.verbs.bench_gate.CLAIMS", ((2.0, 0.02),))
    result = CliRunner().invoke(app, ["bench", "gate", "--trials", "200", "--json"])
    assert result.exit_code == 0
    told = json.loads(result.output)
    bad, equal, better = (told["candidates"][n : n + 3] for n in (0, 3, 6))
    assert all(row["passed"] <= 0.05 for row in bad)
    assert all(row["passed"] == 1.0 for row in (*equal, *better))
    assert told["costs"][0]["clean"] == 245


def test_without_models_there_is_nothing_to_list(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        typed("list", data=tmp_path)


def with_own_recipe(tmp_path: Path) -> tuple[Path, list[object]]:
    """A data folder with labels, and options for a cell with recipes that may be written."""
    recipes = tmp_path / "recipes"
    shutil.copytree(RECIPES / "ball_screw", recipes / "ball_screw")
    config = load(None).model_copy(update={"recipes": recipes})
    dump(config, tmp_path / "cell.yaml")
    data = tmp_path / "data"
    labelled(data, test_share=0.5)
    return data, ["--config", tmp_path / "cell.yaml"]


def test_thresholds_are_versions_that_pass_the_same_gate(tmp_path: Path) -> None:
    data, cell = with_own_recipe(tmp_path)
    file = tmp_path / "recipes" / "ball_screw" / "recipe.yaml"
    before = file.read_text()
    words = ["thresholds", "ball_screw", "--set", "june", "--rounds", 20, *cell]
    with pytest.raises(GateError):
        typed(*words, "--apply", "--why", "cheaper", data=data)
    assert file.read_text() == before
    typed(*words, "--apply", "--override", "--why", "cheaper", data=data)
    after = file.read_text()
    assert after != before
    typed("thresholds", "ball_screw", "--back", "--why", "dearer", *cell, data=data)
    rows = json.loads(typed("thresholds", "ball_screw", "--json", *cell, data=data))
    assert [(row["way"], row["why"]) for row in rows] == [
        ("override", "cheaper"), ("rollback", "dearer"),
    ]  # fmt: skip
    assert rows[0]["change"]["before"] == rows[1]["change"]["after"]
    assert rows[0]["change"]["basis"]["label_set"] == "june"
    assert len(rows[0]["change"]["basis"]["curve"]) == 91
    assert [one["what"] for one in rows[0]["decision"]["conditions"]] == [
        "escapes", "false_rejects", "reviews",
    ]  # fmt: skip
    assert "0.46" in file.read_text()


def test_what_was_never_there_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    assert "no thresholds on record" in typed("thresholds", "pcb", data=tmp_path)
    assert json.loads(typed("thresholds", "pcb", "--json", data=tmp_path)) == []
    for words in (("thresholds", "pcb", "--set", "june"), ("thresholds", "pcb", "--back")):
        with pytest.raises(UsageError, match="no models on record"):
            typed(*words, data=tmp_path)
    assert not list(tmp_path.iterdir())


def test_an_empty_list_says_how_the_first_model_comes_in(tmp_path: Path) -> None:
    with models_of(tmp_path, None, make=True):
        pass
    assert "no model is on record: `cell model add`" in typed("list", data=tmp_path)
    assert "no model is on record for pcb" in typed("list", "--recipe", "pcb", data=tmp_path)
    assert json.loads(typed("list", "--json", data=tmp_path)) == []
