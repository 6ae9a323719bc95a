"""What an address asks for is what is shown and handed out, or it is told."""

from __future__ import annotations

from math import ceil

import pytest

from cell.config import load
from cell.faces.quality.asking import ALL, asking
from cell.faces.quality.heat_page import levels
from cell.quality.report.plots import HEATS
from cell.texts import render

NOW = 1_800_000_000 * 10**9


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("verdict", "rejekt"),
        ("verdict", "REJECT"),
        ("disposition", "gone"),
        ("overridden", "maybe"),
        ("period", "forever"),
        ("verdikt", "reject"),
        ("<script>", "1"),
        ("since", "yesterday"),
        ("score", "nan"),
    ],
)
def test_what_cannot_be_asked_for_is_told(name: str, word: str) -> None:
    asked = asking({name: word}, load(None).quality, NOW, ALL)
    (problem,) = asked.problems
    assert (word if name in ("since", "score") else name) in render(problem)


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"verdict": ""},
        {"verdict": "reject", "disposition": "removed", "overridden": "no"},
        {"period": "week", "lang": "ko", "form": "csv", "after": "x", "recipe": "nix"},
    ],
)
def test_what_can_be_asked_for_is_no_problem(words: dict[str, str]) -> None:
    assert asking(words, load(None).quality, NOW, ALL).problems == ()


@pytest.mark.parametrize("most", [1, 2, 3, 4, 5, 6, 17, 4321])
def test_the_colours_of_a_heat_map_are_told_once_and_without_gaps(most: int) -> None:
    told = levels(most)
    counts = [count for _, low, high in told for count in range(low, high + 1)]
    assert counts == list(range(1, most + 1))
    for level, low, high in told:
        assert {min(HEATS, ceil(count / most * HEATS)) for count in (low, high)} == {level}
