"""A few real board pairs, laid out as DeepPCB is, and a recipe that may be changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import pytest
import yaml

from cell.config.load import DEMO
from cell.products.loading import RECIPES

GOLDENS = RECIPES / "pcb" / "goldens"
BOARDS = Path(__file__).parents[2] / "twin" / "boards" / "pcb"
NAMES = ("44000062", "44000065", "44000070", "50600009")


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """Four pairs in DeepPCB's layout."""
    root = tmp_path / "data"
    for name in NAMES:
        group = name[:5]
        home = root / "PCBData" / f"group{group}"
        (home / group).mkdir(parents=True, exist_ok=True)
        (home / f"{group}_not").mkdir(exist_ok=True)
        shutil.copy(BOARDS / f"{name}.webp", home / group / f"{name}_test.webp")
        shutil.copy(GOLDENS / f"{name}.webp", home / group / f"{name}_temp.webp")
        shutil.copy(BOARDS / f"{name}.txt", home / f"{group}_not" / f"{name}.txt")
    return root


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The demo cell with recipes of its own."""
    recipes = tmp_path / "recipes"
    (recipes / "pcb" / "goldens").mkdir(parents=True)
    shutil.copy(RECIPES / "pcb" / "recipe.yaml", recipes / "pcb")
    for name in NAMES:
        shutil.copy(GOLDENS / f"{name}.webp", recipes / "pcb" / "goldens")
    tree = yaml.safe_load(DEMO.read_text(encoding="utf-8"))
    for key in ("calibration", "models"):
        if tree.get(key) is not None:
            tree[key] = str((DEMO.parent / tree[key]).resolve())
    tree["recipes"] = str(recipes)
    file = tmp_path / "cell.yaml"
    file.write_text(yaml.safe_dump(tree), encoding="utf-8")
    return file


def picture_of(root: Path, name: str, kind: str = "test") -> Path:
    """One picture of the pairs."""
    return next(root.rglob(f"{name}_{kind}.*"))


def replace_picture(file: Path, image: object, suffix: str = ".png") -> Path:
    """Put another picture in a picture's place."""
    file.unlink()
    new = file.with_suffix(suffix)
    assert cv2.imwrite(str(new), image)
    return new
