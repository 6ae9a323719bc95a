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


def reason_for(studio: Any, within: str, name: str) -> Any:
    """Press a button until a reason is asked for, and give the field."""
    script = (
        "const [within, name] = arguments;"
        "if (document.activeElement?.dataset.test === `why-${name}`) return true;"
        'document.querySelector(`[data-test="${within}"] [data-test="${name}"]`)?.click();'
        "return false"
    )
    until(lambda: studio.browser.execute_script(script, within, name), "a reason is asked for")
    return studio.browser.switch_to.active_element


def test_what_is_missing_is_shown_and_a_reason_is_asked_for(
    studio: Any, registry: Registry
) -> None:
    studio.sign_in("kim", "quality")
    waits = registry.models()[-1]
    card = f"model-{waits.short}"
    for lang, against in (("ko", "관문에 반함"), ("en", "against the gate")):
        studio.open("/studio/models", lang)
        studio.shows(card, "985")
        studio.shows(f"recipe-{waits.recipe}", against)
    assert not studio.find("override"), "that is an administrator's"
    assert not studio.find("promote"), "the gate does not let it through"
    assert studio.axe() == []
    field = reason_for(studio, card, "refuse")
    field.send_keys("\n")
    until(
        lambda: "Say why" in studio.browser.find_element("tag name", "body").text, "it is asked for"
    )
    field.send_keys("misses burrs\n")
    until(
        lambda: registry.fleet(waits.recipe).states[waits.fingerprint] is State.REFUSED,
        "it is refused",
    )
    last = registry.events(waits.recipe, waits.fingerprint)[-1]
    assert (last.person, last.why) == ("kim", "misses burrs")
    before = registry.fleet(waits.recipe).before
    reason_for(studio, f"recipe-{waits.recipe}", "back").send_keys("lets burrs through\n")
    until(lambda: registry.fleet(waits.recipe).active == before, "the one before judges")


def test_an_operator_is_told_that_it_is_not_for_him(studio: Any) -> None:
    studio.sign_in("lee", "operator")
    studio.open("/studio/models")
    until(lambda: studio.find("forbidden"), "he is told")
