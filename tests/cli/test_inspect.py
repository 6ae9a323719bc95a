"""`cell inspect` on real board images and on nonsense."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from cell.cli.app import app
from cell.recipe.loading import RECIPES

GOLDENS = RECIPES / "pcb" / "goldens"
BOARDS = Path(__file__).parents[2] / "twin" / "boards" / "pcb"
BOARD = "44000062"


def invoke(*arguments: object) -> tuple[int, str, BaseException | None]:
    result = CliRunner().invoke(app, ["inspect", *map(str, arguments)])
    error = None if isinstance(result.exception, SystemExit) else result.exception
    return result.exit_code, result.stdout, error


def test_a_board_with_defects_is_rejected_and_its_golden_sample_named(tmp_path: Path) -> None:
    overlay = tmp_path / "seen.png"
    code, out, error = invoke(BOARDS / f"{BOARD}.webp", "--json", "--overlay", overlay)
    assert error is None
    assert code == 1
    answer = json.loads(out)
    assert answer["verdict"] == "reject"
    assert answer["golden"] == BOARD
    assert len(answer["defects"]) >= 1
    assert cv2.imread(str(overlay)).shape == (640, 640, 3)


def test_a_golden_sample_passes_against_itself() -> None:
    golden = GOLDENS / f"{BOARD}.webp"
    code, out, error = invoke(golden, "--reference", golden)
    assert error is None
    assert code == 0
    assert "pass" in out


def picture(folder: Path, height: int, width: int) -> Path:
    file = folder / f"{width}x{height}.png"
    cv2.imwrite(str(file), np.full((height, width), 128, np.uint8))
    return file


def garbage(folder: Path) -> Path:
    file = folder / "garbage.png"
    file.write_bytes(b"\x89PNG no picture at all")
    return file


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: folder / "nowhere.png", "nowhere.png"),
        (garbage, "garbage.png"),
        (lambda folder: picture(folder, 480, 640), "640 x 480"),
        (lambda folder: picture(folder, 1200, 1920), "part"),
    ],
)
def test_pictures_that_cannot_be_inspected(tmp_path: Path, make: object, words: str) -> None:
    code, _, error = invoke(make(tmp_path))  # type: ignore[operator]
    assert code != 0
    assert error is not None
    assert words in str(error)
    assert "\n" not in str(error)


def test_a_golden_sample_of_another_board_is_refused() -> None:
    other = next(g for g in sorted(GOLDENS.glob("*.webp")) if g.stem != BOARD)
    code, _, error = invoke(BOARDS / f"{BOARD}.webp", "--reference", other)
    assert code != 0
    assert "another board" in str(error)


def test_an_unknown_recipe_lists_those_there_are() -> None:
    code, _, error = invoke(BOARDS / f"{BOARD}.webp", "--recipe", "nuts")
    assert code != 0
    assert "there is: ball_screw, pcb, tile" in str(error)
