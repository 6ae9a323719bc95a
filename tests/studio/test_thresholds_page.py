"""The page Thresholds in a browser: a real label set, a real model, a handle that is moved."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from cell.products.loading import RECIPES
from cell.promotion.registry import Registry
from tests.hmi.conftest import until
from tests.promotion.test_verbs import labelled
from tests.studio.app import Unwritten
from tests.studio.test_models_page import reason_for

RECIPE = "own"


@pytest.fixture(scope="module")
def recipe(server: Any) -> Path:
    """A recipe that may be written, and labelled pictures for it; its file."""
    data = server.folder / "data"
    file = data / "recipes" / RECIPE / "recipe.yaml"
    file.parent.mkdir(parents=True)
    text = (RECIPES / "ball_screw" / "recipe.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace("name: ball_screw", f"name: {RECIPE}", 1), encoding="utf-8")
    labelled(data, test_share=0.5)
    return Path(file)


HANDLE = "document.querySelector('[data-test=\"threshold\"]')"


def at(studio: Any) -> float:
    """In one go: the page may draw it anew at any time."""
    return float(studio.browser.execute_script(f"return {HANDLE}?.value ?? -1"))


def measured(studio: Any, lang: str) -> None:
    """Have the set inspected, and wait for the curve."""
    studio.open(f"/studio/thresholds?recipe={RECIPE}", lang)
    until(lambda: studio.enabled("look-measure"), "a set can be inspected")
    studio.click("look-measure")
    until(lambda: studio.find("threshold"), "the curve is there", 200.0)


def settles(studio: Any, value: float) -> None:
    """The handle stands there, and the server knows."""
    until(lambda: at(studio) == pytest.approx(value, abs=0.011), f"at {value}, not {at(studio)}")
    until(lambda: f"→ {value:.2f}" in studio.text("class-Pitting"), "the class's button tells it")


def test_a_threshold_is_moved_by_finger_and_keys_and_counts_for_a_reason(
    studio: Any, recipe: Path, server: Any
) -> None:
    before = recipe.read_text(encoding="utf-8")
    studio.sign_in("boss", "admin")
    measured(studio, "ko")
    assert studio.axe() == []
    studio.shows("choice", "관문")
    measured(studio, "en")
    assert studio.axe() == []
    assert not studio.find("override"), "nothing is chosen yet"

    plot = studio.browser.find_element("css selector", ".tc-plot")
    studio.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", plot)
    box = studio.browser.execute_script(
        "const r = arguments[0].getBoundingClientRect(); return [r.x, r.y, r.width, r.height]", plot
    )
    middle = {"x": box[0] + box[2] * 0.75, "y": box[1] + box[3] / 2, "id": 1}
    for kind, points in (("touchStart", [middle]), ("touchEnd", [])):
        told = {"type": kind, "touchPoints": points}
        studio.browser.execute_cdp_cmd("Input.dispatchTouchEvent", told)
    until(lambda: at(studio) > 0.7, "the handle has come under the finger")
    settles(studio, found := at(studio))
    studio.browser.execute_script(f"{HANDLE}.focus()")
    studio.press("Left", "Left", "Left")
    settles(studio, found - 0.03)
    high = studio.browser.execute_script(f"return {HANDLE}.getBoundingClientRect().height")
    assert min(high, studio.find("cheapest")[0].rect["height"]) >= 44
    studio.shows("threshold-told", "Good parts rejected")

    reason_for(studio, "choice", "override").send_keys("tried on the line\n")
    until(lambda: recipe.read_text(encoding="utf-8") != before, "the recipe is written")
    studio.shows("versions", "tried on the line")
    with Registry(server.folder / "data", Unwritten()) as registry:
        (version,) = registry.thresholds(RECIPE)
    assert version.change.after["Pitting"] == pytest.approx(found - 0.03)
    assert (version.person, version.change.basis["label_set"]) == ("boss", "june")
    assert version.change.basis["target"]["review_cost"] == 0.3

    reason_for(studio, "versions", "back").send_keys("was not worth it\n")
    studio.shows("versions", "was not worth it")
    assert f"threshold: {version.change.before['Pitting']:g}" in recipe.read_text(encoding="utf-8")


def test_the_cheapest_is_taken_and_a_cost_changes_it(studio: Any, recipe: Path) -> None:
    assert recipe.exists()
    studio.sign_in("kim", "quality")
    measured(studio, "en")
    studio.click("cheapest")
    until(lambda: "→" in studio.text("class-Pitting"), "another threshold is chosen")
    assert not studio.find("override"), "that is an administrator's"
    studio.click("reset")
    until(lambda: "→" not in studio.text("class-Pitting"), "it is taken back")


def test_a_recipe_that_is_nowhere_is_said_not_to_be(studio: Any, recipe: Path) -> None:
    assert recipe.is_file()
    studio.sign_in("kim", "quality")
    studio.open("/studio/thresholds?recipe=nowhere", "ko")
    until(lambda: "'nowhere'이(가) 없습니다" in studio.text("no-recipe"), "it is told")
    studio.open(f"/studio/thresholds?recipe={RECIPE}", "ko")
    until(lambda: studio.find("recipe"), "the recipe")
    assert not studio.find("no-recipe")


def test_a_look_can_be_ended(studio: Any, recipe: Path) -> None:
    # Of another content than what was inspected before, whose result is kept.
    text = recipe.read_text(encoding="utf-8")
    recipe.write_text(re.sub(r"(?m)^version: .*$", "version: 9.9.9", text), encoding="utf-8")
    studio.sign_in("kim", "quality")
    studio.open(f"/studio/thresholds?recipe={RECIPE}")
    until(lambda: studio.enabled("look-measure"), "a set can be inspected")
    studio.click("look-measure")
    studio.click("end-measure")
    until(
        lambda: "ended before" in studio.browser.find_element("tag name", "body").text, "it is told"
    )
    until(lambda: studio.enabled("look-measure"), "it can be begun again")
