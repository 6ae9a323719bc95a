"""Thresholds written into recipe files: numbers change, everything else stays."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cell.lab.applying import apply_thresholds, next_version, with_thresholds_set
from cell.products.loading import RECIPES, RecipeError, load_recipe

OWN = re.compile(r", threshold: [\d.]+, label: \{.*?\}")
PCB = OWN.sub("", (RECIPES / "pcb" / "recipe.yaml").read_text(encoding="utf-8"))
CLASSES = load_recipe(RECIPES / "pcb").classes
VERSION = load_recipe(RECIPES / "pcb").version


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("open: {bin: scrap}", "open: {bin: scrap, threshold: 0.61}"),
        ("open: {bin: scrap, threshold: 0.7}", "open: {bin: scrap, threshold: 0.61}"),
        ("open: {threshold: 0.7, bin: scrap}", "open: {threshold: 0.61, bin: scrap}"),
        ("open:\n    bin: scrap", "open:\n    bin: scrap\n    threshold: 0.61"),
        ("open:\n    threshold: .7 # old\n    bin: scrap",
         "open:\n    threshold: 0.61 # old\n    bin: scrap"),
        ("open: {bin: scrap, label: {en: cut}}",
         "open: {bin: scrap, label: {en: cut}, threshold: 0.61}"),
        ("open:\n    bin: scrap\n    label:\n      ko: 단선\n      en: cut",
         "open:\n    threshold: 0.61\n    bin: scrap\n    label:\n      ko: 단선\n      en: cut"),
        ("open:\n    bin: scrap\n    label: {en: cut} # b",
         "open:\n    bin: scrap\n    label: {en: cut} # b\n    threshold: 0.61"),
        ("open:\n    bin: scrap  # why", "open:\n    bin: scrap  # why\n    threshold: 0.61"),
    ],
)  # fmt: skip
def test_only_the_number_changes(old: str, new: str) -> None:
    text = PCB.replace("open: {bin: scrap}", old)
    wanted = PCB.replace("open: {bin: scrap}", new).replace(
        f"version: {VERSION}", f"version: {next_version(VERSION)}"
    )
    assert with_thresholds_set(text, {"open": 0.61}, "recipe") == wanted


def test_the_review_band_gives_way(tmp_path: Path) -> None:
    file = tmp_path / "recipe.yaml"
    file.write_text(PCB, encoding="utf-8")
    recipe = apply_thresholds(file, dict.fromkeys(CLASSES, 0.4) | {"short": 0.12})
    assert load_recipe(file) == recipe
    assert recipe.review_threshold == 0.12
    assert (recipe.threshold_of("short"), recipe.threshold_of("open")) == (0.12, 0.4)
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    "text",
    [
        PCB.replace("open: {bin: scrap}", "open: &same {bin: scrap}").replace(
            "short: {bin: scrap}", "short: *same"
        ),
        PCB.replace("  open: {bin: scrap}\n", "").replace("open, ", ""),
    ],
)
def test_what_cannot_be_edited_stays(tmp_path: Path, text: str) -> None:
    file = tmp_path / "recipe.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError):
        apply_thresholds(file, {"open": 0.61, "short": 0.6})
    assert file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("version", "following"),
    [("1.0.0", "1.0.1"), ("1.9", "1.10"), ("7", "8"), ("a", "a.1"), ("2b", "3b")],
)
def test_versions_count_up(version: str, following: str) -> None:
    assert next_version(version) == following
