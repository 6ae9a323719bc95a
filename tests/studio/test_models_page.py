"""The page Models in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cell.promotion.model import Offer, Origin
from cell.promotion.registry import Registry
from cell.promotion.states import State
from tests.hmi.conftest import until
from tests.models.test_package import package
from tests.promotion.world import ADMIN, RULES
from tests.studio.app import Unwritten

NEVER = 10**18


@pytest.fixture
def registry(server: Any, tmp_path: Path) -> Iterator[Registry]:
    """One that was let through against the gate, one that waits; anew for each test."""
    with Registry(server.folder / "data", Unwritten()) as made:
        versions = [f"{tmp_path.name}-{number}" for number in range(3)]
        recipe = versions[0]
        origin = Origin("june", "ab" * 32, "7")
        offers = [Offer(recipe, package(tmp_path / v, version=v), origin) for v in versions]
        made.adopt(offers[0], ADMIN, NEVER)
        models = [made.admit(offer, ADMIN, NEVER + n) for n, offer in enumerate(offers[1:])]
        made.promote(models[0], State.ACTIVE, ADMIN, NEVER, why="x", rules=RULES, override=True)
        yield made


def press(studio: Any, within: str, name: str) -> None:
    script = (
        "const e = document.querySelector(`[data-test=\"${arguments[0]}\"]`);"
        "if (e) { const b = e.querySelector(`[data-test=\"${arguments[1]}\"]`); if (b) b.click();"
        "return !!b } return false"
    )
    until(lambda: studio.browser.execute_script(script, within, name), f"{name} can be pressed")


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_what_is_missing_is_shown_and_a_reason_is_asked_for(
    studio: Any, registry: Registry, lang: str
) -> None:
    studio.sign_in("kim", "quality")
    studio.open("/studio/models", lang)
    waits = registry.models()[-1]
    card = f"model-{waits.short}"
    studio.shows(card, "985")
    studio.shows(f"recipe-{waits.recipe}", {"en": "against the gate", "ko": "관문에 반함"}[lang])
    assert not studio.find("override"), "that is an administrator's"
    assert not studio.find("promote"), "the gate does not let it through"
    assert studio.axe() == []
    press(studio, card, "refuse")
    until(lambda: studio.browser.switch_to.active_element.tag_name == "input", "a reason is asked")
    field = studio.browser.switch_to.active_element
    field.send_keys("\n")
    told = {"en": "Say why", "ko": "이유를 적으세요"}[lang]
    until(lambda: told in studio.browser.find_element("tag name", "body").text, "it is asked for")
    field.send_keys("misses burrs\n")
    until(
        lambda: registry.fleet(waits.recipe).states[waits.fingerprint] is State.REFUSED,
        "it is refused",
    )
    last = registry.events(waits.recipe, waits.fingerprint)[-1]
    assert (last.person, last.why) == ("kim", "misses burrs")
    before = registry.fleet(waits.recipe).before
    press(studio, f"recipe-{waits.recipe}", "back")
    until(lambda: studio.browser.switch_to.active_element.tag_name == "input", "a reason is asked")
    studio.browser.switch_to.active_element.send_keys("lets burrs through\n")
    until(lambda: registry.fleet(waits.recipe).active == before, "the one before judges")


def test_an_operator_is_told_that_it_is_not_for_him(studio: Any) -> None:
    studio.sign_in("lee", "operator")
    studio.open("/studio/models")
    until(lambda: studio.find("forbidden"), "he is told")
