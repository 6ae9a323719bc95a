"""Both languages say everything, with the same fields; the page asks for no unknown word."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

import cell.faces.hmi
from cell.client.following import UNDER_WAY
from cell.config.hmi import HmiConfig
from cell.control.ledger.observations import COMMANDS
from cell.faces.hmi.components.counts import ENTRIES
from cell.faces.hmi.components.recipe_form import REASONS
from cell.faces.hmi.components.shapes import STATES
from cell.faces.hmi.i18n import LANGUAGES, TEXTS, tr, tr_or

SOURCES = sorted(Path(cell.faces.hmi.__file__).parent.rglob("*.py"))
SAME_IN_BOTH = {"picture.caption"}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", TEXTS)
def test_both_languages(key: str) -> None:
    words = TEXTS[key]
    assert words.en.strip()
    assert words.ko.strip()
    assert fields(words.en) == fields(words.ko)
    if key not in SAME_IN_BOTH and key != "language.other":
        assert re.search("[가-힣]", words.ko), "not Korean"
        assert not re.search("[가-힣]", words.en), "not English"


def asked_for() -> set[str]:
    """Every key that stands in the code as a plain string."""
    keys = set()
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if called and node.func.id == "tr" and isinstance(node.args[0], ast.Constant):
                keys.add(node.args[0].value)
    return keys


def test_every_word_that_is_asked_for_is_there() -> None:
    assert asked_for()
    assert asked_for() <= TEXTS.keys()


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("state.{}", STATES),
        ("command.{}", COMMANDS),
        ("hint.{}", COMMANDS),
        ("count.{}", ENTRIES),
        ("process.{}", HmiConfig().processes),
        ("verdict.{}", ("pass", "reject", "review", "none")),
        ("alarm.priority.{}", (1, 2, 3)),
        ("change.{}", ("preparing", "prepared", "draining", "taking_up")),
        ("recipe.step.{}", UNDER_WAY),
        ("recipe.why.{}", REASONS),
        ("{}", ("recipe.prepare", "recipe.change_to", "recipe.say_who", "recipe.say_why")),
    ],
)
def test_composed_keys(pattern: str, names: object) -> None:
    missing = [n for n in names if pattern.format(n) not in TEXTS]  # type: ignore[attr-defined]
    assert not missing


@pytest.mark.parametrize("lang", LANGUAGES)
def test_names_that_plants_choose_are_shown_as_they_are(lang: str) -> None:
    assert tr_or("bin.my bin", "my bin", lang) == "my bin"
    assert "P1" in tr("verdict.part", lang, part="P1")
