"""What verbs write: never over what they read, refused before the work, readable by others."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import cv2
import pytest

from cell.faces.cli.app import run_verb
from cell.faces.cli.errors import UsageError
from cell.products.loading import RECIPES
from cell.products.lookup import MODELS
from models.ground.writing import WriteError
from tests.data.sets import write_coco

SAMPLE = MODELS / "ball_screw" / "samples" / "KGT1-S-075-A02_crop_0.webp"
SCREW = ("--recipe", "ball_screw")


def inspect(picture: Path, overlay: Path) -> int:
    return run_verb(["inspect", str(picture), *SCREW, "--overlay", str(overlay)])


def content(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def same(folder: Path) -> Path:
    return folder / "a.webp"


def link(folder: Path) -> Path:
    (folder / "link.webp").symlink_to("a.webp")
    return folder / "link.webp"


def hard_link(folder: Path) -> Path:
    os.link(folder / "a.webp", folder / "hard.webp")
    return folder / "hard.webp"


@pytest.mark.parametrize("name", [same, link, hard_link])
def test_an_overlay_does_not_replace_the_picture(
    tmp_path: Path, name: Callable[[Path], Path]
) -> None:
    (tmp_path / "a.webp").write_bytes(SAMPLE.read_bytes())
    overlay = name(tmp_path)
    before = content(tmp_path)
    with pytest.raises(WriteError, match="is an input"):
        inspect(tmp_path / "a.webp", overlay)
    assert content(tmp_path) == before


def test_an_overlay_does_not_replace_a_golden_sample() -> None:
    golden = next((RECIPES / "pcb" / "goldens").glob("*.webp"))
    before = golden.read_bytes()
    with pytest.raises(WriteError, match="is an input"):
        run_verb(["inspect", str(SAMPLE), "--recipe", "pcb", "--overlay", str(golden)])
    assert golden.read_bytes() == before


@pytest.mark.parametrize("name", ["seen.txt", "seen", "seen.webp.bak", "seen.gif"])
def test_an_overlay_of_no_picture_format_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"\.png, \.webp"):
        inspect(SAMPLE, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["seen.PNG", "seen.jpg", "seen.webp"])
def test_an_overlay_is_a_picture_that_others_can_read(tmp_path: Path, name: str) -> None:
    before = os.umask(0o022)
    try:
        assert inspect(SAMPLE, tmp_path / name) == 1
    finally:
        os.umask(before)
    assert cv2.imread(str(tmp_path / name)).shape == (256, 640, 3)
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o644
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    "words",
    [
        ["data", "split", "SET", "--out", "SET/instances.json"],
        ["data", "split", "SET/instances.json", "--out", "SET/instances.json"],
        ["data", "split", "SET/instances.json", "--out", "SET/images/a.png"],
        ["data", "check", "SET", "--report", "SET/images/a.png"],
        ["data", "check", "SET", "--report", "SET/images"],
        ["data", "check", "SET", "--report", "SET/no/check.html"],
        ["evaluate", *SCREW, "--data", "SET", "--report", "SET/instances.json"],
        ["evaluate", *SCREW, "--data", "SET/instances.json", "--html", "SET/images/a.png"],
        ["evaluate", *SCREW, "--data", "SET", "--report", "SET/x", "--html", "SET/x"],
    ],
)
def test_what_is_read_is_not_written_over(tmp_path: Path, words: list[str]) -> None:
    write_coco(tmp_path)
    before = content(tmp_path)
    with pytest.raises(WriteError):
        run_verb([word.replace("SET", str(tmp_path)) for word in words])
    assert content(tmp_path) == before


def test_a_split_and_a_page_in_the_data_s_folder_are_made_again(tmp_path: Path) -> None:
    write_coco(tmp_path)
    out, page = tmp_path / "split.json", tmp_path / "check.html"
    words = ["data", "split", str(tmp_path / "instances.json"), "--out", str(out)]
    words += ["--shares", "train=0.5,test=0.5"]
    for _ in range(2):
        assert run_verb(words) == 0
        assert (
            run_verb(["data", "check", str(tmp_path / "instances.json"), "--report", str(page)])
            == 0
        )
    assert set(json.loads(out.read_text())) >= {"version", "groups"}
    assert page.read_text().startswith("<!doctype html>")


def test_a_report_does_not_take_the_place_of_the_journal(tmp_path: Path) -> None:
    words = ["run", "--parts", "1", "--headless", "--data", str(tmp_path)]
    with pytest.raises(UsageError, match="the cell's own"):
        run_verb([*words, "--report", str(tmp_path / "journal.db")])
    assert list(tmp_path.iterdir()) == []
