"""Changing the recipe at the page: choose, confirm, follow; in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("selenium", reason="pip install selenium, and chromium with chromium-driver")
from cell.products import RECIPES, load_recipe
from cell.texts import for_ros, say
from tests.hmi.browsing import Page

PCB = load_recipe(RECIPES / "pcb").identity
ORDER = {"recipe": "ball_screw", "person": "demo", "reason": "Next order"}
REFUSAL = say("recipe.refused_by", node="robot", recipe="ball_screw", detail="it weighs 2 kg")
REFUSED = "the robot cannot work by recipe 'ball_screw': it weighs 2 kg"


@pytest.fixture
def asking(page: Page, fake_cell) -> Any:
    """The dialogue is open, its cell stands; closed again at the end."""
    page.shows("hint-recipe", "pcb")  # no change of before is followed any more
    page.click("recipe")
    page.until(lambda: page.covered("recipe-title"), "the dialogue is open")
    yield page
    fake_cell.order(state={"change": "", "recipe_next": ""})
    if page.covered("recipe-title"):
        page.click("recipe-cancel")
    page.until(lambda: not page.covered("recipe-title"), "the dialogue is closed")


def chosen(page: Page) -> None:
    page.click("recipe ball_screw")
    page.shows("recipe-confirm", "Say why")
    page.click("recipe-why-order")


def test_what_can_be_chosen(asking: Page) -> None:
    assert not asking.enabled("recipe-confirm")
    asking.shows("recipe-confirm", "Choose a recipe")
    asking.shows("recipe ball_screw", "60 × 24 × 30 mm")
    asking.shows("recipe pcb", "in use")
    asking.shows("recipe tile", "its model 'tile' is not here")
    enabled = {name: asking.enabled(f"recipe {name}") for name in ("ball_screw", "pcb", "tile")}
    assert enabled == {"ball_screw": True, "pcb": False, "tile": False}
    fetched = "return fetch('/recipe/ball_screw.jpg').then(r => r.headers.get('Content-Type'))"
    assert asking.browser.execute_script(fetched) == "image/jpeg"


def test_a_change_is_followed_to_its_end(asking: Page, fake_cell) -> None:
    chosen(asking)
    asking.click("recipe-confirm")
    assert fake_cell.call()["set_recipe"] == ORDER | {"drain": False, "prepare_only": False}
    asking.shows("recipe-what", f"{PCB} → ball_screw@9")
    asking.shows("setup", "preparing")
    fake_cell.order(state={"change": "taking_up", "recipe": "ball_screw@9"})
    asking.shows("hint-recipe", "taking up")
    fake_cell.order(state={"change": "", "recipe_next": ""})
    asking.shows("recipe-end", "ball_screw@9 is in use now")
    asking.shows("hint-recipe", "ball_screw")


BESIDE = """const [list, form] = ['.recipe-list', '.recipe-form']
    .map(name => document.querySelector(name).getBoundingClientRect());
return [list.bottom <= form.top, document.scrollingElement.scrollWidth <= innerWidth]"""


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 800), (1920, 1080)])
def test_the_dialogue_fits(asking: Page, width: int, height: int) -> None:
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 700}
    asking.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        asking.until(lambda: asking.browser.execute_script("return innerWidth") == width, "size")
        assert asking.browser.execute_script(BESIDE) == [True, True]
        asking.click("recipe-why-order")
    finally:
        asking.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.parametrize("drain", [True, False])
def test_parts_are_let_through_or_it_is_only_prepared(asking: Page, fake_cell, drain: bool) -> None:
    fake_cell.order(state={"state": "running", "on_belt": 3})
    asking.shows("recipe-drain", "3 on the belt")
    chosen(asking)
    if not drain:
        asking.click("recipe-drain")
    words = "Change to ball_screw" if drain else "Only prepare ball_screw"
    asking.shows("recipe-confirm", words)
    asking.click("recipe-confirm")
    asked = fake_cell.call()["set_recipe"]
    assert asked == ORDER | {"drain": drain, "prepare_only": not drain}
    fake_cell.order(state={"change": "draining" if drain else "prepared"})
    told = ("recipe-steps", "3 on the belt") if drain else ("recipe-end", "is prepared")
    asking.shows(*told)


def test_why_a_change_failed_is_told(asking: Page, fake_cell) -> None:
    chosen(asking)
    asking.click("recipe-confirm")
    fake_cell.call()
    asking.shows("setup", "preparing")
    fake_cell.order(state={"change": "", "recipe_next": "", "change_message": for_ros(REFUSAL)})
    asking.shows("recipe-end", f"Not changed: {REFUSED} · {PCB} stays in use")


def test_an_answer_that_comes_after_the_changes_end_changes_nothing(
    asking: Page, fake_cell
) -> None:
    fake_cell.order(slow_s=1.0, state={"state": "running", "on_belt": 3})
    asking.shows("recipe-drain", "3 on the belt")
    chosen(asking)
    asking.click("recipe-drain")
    asking.click("recipe-confirm")
    fake_cell.call()
    asking.shows("setup", "preparing")
    fake_cell.order(state={"change": "prepared"})
    asking.shows("recipe-end", "is prepared")
    asking.until(lambda: asking.enabled("recipe-confirm"), "the answer has come")
    fake_cell.order(state={"change": "", "recipe_next": ""})
    asking.click("recipe-cancel")
    asking.until(lambda: not asking.covered("recipe-title"), "the dialogue is closed")
    asking.click("recipe")
    asking.until(lambda: asking.covered("recipe ball_screw"), "recipes can be chosen")


def test_a_refused_order_leaves_the_choice_open(asking: Page, fake_cell) -> None:
    fake_cell.order(refuse=for_ros(say("refused.recipe.no_reason")))
    chosen(asking)
    asking.click("recipe-confirm")
    fake_cell.call()
    asking.shows("recipe-trouble", "needs a reason")
    assert asking.enabled("recipe-confirm")


def test_somebody_elses_change_is_shown_and_noted(page: Page, fake_cell) -> None:
    fake_cell.order(state={"change": "preparing", "recipe_next": "ball_screw@9"})
    page.shows("hint-recipe", "preparing")
    page.shows("setup", f"{PCB} → ball_screw@9 · preparing")
    page.click("recipe")
    page.shows("recipe-what", "ball_screw@9")
    page.click("recipe-cancel")
    page.until(lambda: not page.covered("recipe-title"), "the dialogue is closed")
    fake_cell.order(state={"change": "", "recipe_next": "", "change_message": for_ros(REFUSAL)})
    page.until(lambda: REFUSED in page.browser.page_source, "its end is told")


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ({"state": "faulted"}, "the cell is faulted: remove the cause, reset"),
        ({"state": "purge_required"}, "what lies on the belt is unknown"),
        ({"state": "stopped", "on_belt": 2}, "The belt must stand empty"),
    ],
)
def test_a_button_that_cannot_be_used_says_why(
    page: Page, fake_cell, state: dict[str, Any], why: str
) -> None:
    fake_cell.order(state=state)
    page.shows("hint-recipe", why)
    assert not page.enabled("recipe")


WIDE = {"class_name": "Pitting", "score": 0.9}
EDGES = """const p = document.querySelector('.picture-svg image').getBoundingClientRect();
const m = document.querySelector('.picture-svg .mark').getBoundingClientRect();
return [(m.right - p.left) / p.width, (m.bottom - p.top) / p.height, p.width / p.height]"""


def test_outlines_lie_on_a_view_of_any_size(page: Page, fake_cell, tmp_path: Path) -> None:
    view = tmp_path / "view.jpg"
    cv2.imwrite(str(view), np.full((200, 500), 128, np.uint8))
    box = {"x_min": 440.0, "y_min": 150.0, "x_max": 490.0, "y_max": 190.0}
    size = {"canonical_width": 500, "canonical_height": 200}
    seen = {"trigger": 52, "ok": True, "view": str(view), "defects": [WIDE | box], **size}
    fake_cell.order(inspect=seen | {"recipe": "ball_screw@1.0.1"})
    page.shows("picture-caption", "#52")
    right, bottom, shape = page.browser.execute_script(EDGES)
    assert (right, bottom, shape) == pytest.approx((490 / 500, 190 / 200, 2.5), abs=0.05)


SIZES = """const sizes = [];
window[Object.keys(window).find(key => key.startsWith('scene_'))].traverse(o => {
    const p = o.geometry?.parameters;
    if (p && p.depth) sizes.push([p.width, p.height, p.depth].map(side => side.toFixed(3)).join());
});
return sizes"""


@pytest.mark.parametrize(
    ("recipe", "size"), [("ball_screw@1", "0.060,0.024,0.030"), ("pcb@1", "0.108,0.108,0.006")]
)
def test_parts_are_drawn_as_large_as_the_recipes(
    page: Page, fake_cell, recipe: str, size: str
) -> None:
    lying = {"part": "P1", "state": "inspected", "x": -0.5}
    fake_cell.order(state={"recipe": recipe, "parts": [lying]})
    page.until(lambda: page.browser.execute_script(SIZES).count(size) == 2, f"{size} is drawn")
