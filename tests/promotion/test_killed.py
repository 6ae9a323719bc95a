"""Thresholds and promotions of programs that are killed on their way, or come at one moment: the
record and what the cell goes by agree after the next start.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from cell.config import CellConfig
from cell.config.labels import LabelsConfig
from cell.labels.book import LabelBook
from cell.products.lookup import find_recipe
from cell.promotion.registry import Registry
from cell.promotion.setting import file_of
from cell.promotion.states import State
from cell.promotion.trial_keeper import TrialKeeper
from models.registry.chosen import choices
from tests.hmi.conftest import ROOT
from tests.promotion.killed import STEPS
from tests.promotion.world import RECIPE, RULES, World, own_recipe, world

OWN = "own"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as opened:
        yield opened


@pytest.fixture
def config(place: World) -> CellConfig:
    return own_recipe(place.data, OWN)


def begin(place: World, to: float, step: str, what: str = "set") -> subprocess.Popen[str]:
    given = [sys.executable, "-m", "tests.promotion.killed", str(place.data), f"{to}", step, what]
    return subprocess.Popen(given, cwd=ROOT, stderr=subprocess.PIPE, text=True)


def start_anew(place: World) -> None:
    """What the page does at its start, and each second."""
    book = LabelBook.open(place.data, LabelsConfig())
    with Registry(place.data, place.audit) as registry:
        keeper = TrialKeeper(place.data, RULES, registry, book, place.tick)
        keeper.turn()
        assert keeper.problem == ""
        keeper.close()
    book.close()


def rests(config: CellConfig) -> list[str]:
    """What lies about beside the recipe's file, and in the registry's folder."""
    folders = (file_of(config, OWN).parent, Path(config.data_dir) / "registry")
    found = [one.name for folder in folders if folder.is_dir() for one in folder.iterdir()]
    return sorted(set(found) - {"recipe.yaml", "active.json", "packages"})


@pytest.mark.parametrize("step", STEPS)
def test_thresholds_are_on_record_and_in_the_recipe_or_in_neither(
    place: World, config: CellConfig, step: str
) -> None:
    before = find_recipe(config, OWN)
    process = begin(place, 0.7, step)
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL, "it died on its way"
    start_anew(place)
    now, versions = find_recipe(config, OWN), place.registry.thresholds(OWN)
    if step in ("noted", "ready"):
        assert (now, versions) == (before, [])
        assert choices(place.data) == {}
        assert place.log("thresholds.settled")[0].refused, "the log does not leave it at 'changed'"
    else:
        assert [one.change.recipe_version for one in versions] == [now.version]
        assert {now.threshold_of(name) for name in now.classes} == {0.7}
        assert choices(place.data)[OWN].version == now.version
    assert rests(config) == []
    # The next change goes on from there.
    again = begin(place, 0.6, "0", "set")
    assert again.communicate(timeout=120)[1] == ""
    now = find_recipe(config, OWN)
    assert {now.threshold_of(name) for name in now.classes} == {0.6}
    assert len(place.registry.thresholds(OWN)) == len(versions) + 1


def test_a_file_that_is_edited_before_the_next_start_keeps_its_edit(
    place: World, config: CellConfig
) -> None:
    begin(place, 0.7, "committed").communicate(timeout=120)
    file = file_of(config, OWN)
    edited = file.read_text().replace("version:", "# by hand\nversion:", 1)
    file.write_text(edited)
    start_anew(place)
    assert file.read_text() == edited
    assert "edited" in place.log("thresholds.settled")[0].refused
    assert rests(config) == []


@pytest.mark.parametrize("step", ["settled", "published"])
def test_a_promotion_that_is_on_record_reaches_the_cell(place: World, step: str) -> None:
    old, new = place.adopt(), place.add("2")
    process = begin(place, 0.0, step, "promote")
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL
    assert place.registry.fleet(RECIPE).active == new.fingerprint
    assert place.chosen() == {RECIPE: old.fingerprint}, "told to nobody yet"
    start_anew(place)
    assert place.chosen() == {RECIPE: new.fingerprint}
    assert place.registry.find(old.fingerprint).state is State.RETIRED


def test_of_programs_that_change_thresholds_at_one_moment_one_does(
    place: World, config: CellConfig
) -> None:
    at = f"{time.time() + 6.0}"  # whoever is not there by then comes later, and is refused as well
    values = (0.55, 0.6, 0.65, 0.7)
    programs = [begin(place, value, at) for value in values]
    said = [one.communicate(timeout=120)[1] for one in programs]
    versions, now = place.registry.thresholds(OWN), find_recipe(config, OWN)
    won = [value for value, one in zip(values, programs, strict=True) if one.returncode == 0]
    assert len(won) == len(versions) >= 1
    assert versions[-1].change.recipe_version == now.version == choices(place.data)[OWN].version
    last = versions[-1].change.after
    assert {now.threshold_of(name) for name in now.classes} == set(last.values())
    for one, two in pairwise(versions):
        assert two.change.before == one.change.after, "whoever came later had seen the one before"
    assert all("PromotionError" in words for words in said if words)
    assert rests(config) == []
