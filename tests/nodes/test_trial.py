"""The inspector's second model: loaded when people let it try, asked of a share of the pictures,
and let go when it fails, is too slow, or its trial is over.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from cell.config import CellConfig, load
from cell.nodes import trial
from cell.nodes.trial import ADVISORY, MOST_SLOW, Beside
from cell.products.loading import RecipeError
from models.registry.chosen import Choice

ACTIVE, CANARY = "a" * 64, "c" * 64


class Engine:
    def __init__(self) -> None:
        self.open = True

    def close(self) -> None:
        self.open = False


class Node:
    """Threads work at once."""

    def __init__(self, **promotion: Any) -> None:
        config = load(None)
        update = {"promotion": config.promotion.model_copy(update=promotion)}
        self.config: CellConfig = config.model_copy(update=update)

    def start_worker(self, _name: str, work: Callable[[Any], None], *, once: bool) -> None:
        assert once
        work(None)


class World:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, **promotion: Any) -> None:
        self.names, self.made, self.refuses = ("pcb", ACTIVE), list[Any](), ""
        monkeypatch.setattr(trial, "build_inspector", self.build)
        monkeypatch.setattr(trial, "warm_up", lambda _: None)
        self.lock = threading.Lock()
        self.beside = Beside(Node(**promotion), lambda: self.names, self.lock)  # type: ignore[arg-type]

    def build(self, _config: CellConfig, recipe: str, pinned: str) -> Any:
        if self.refuses:
            raise RecipeError(self.refuses)
        self.made.append(SimpleNamespace(recipe=recipe, package=pinned, engine=Engine()))
        return self.made[-1]

    def choose(self, canary: str) -> None:
        self.beside._choices._found.put({"pcb": Choice(ACTIVE, canary=canary)})
        self.beside.look()

    def asked(self) -> int:
        """Of a thousand pictures."""
        return sum(self.beside.chosen(1_000 + n, n) is not None for n in range(1000))


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


def test_it_looks_at_its_share_for_as_long_as_it_is_on_trial(there: World) -> None:
    assert there.asked() == 0
    there.choose(CANARY)
    assert 70 < there.asked() < 130
    there.choose(CANARY)
    assert len(there.made) == 1
    there.choose("")
    assert (there.asked(), there.made[0].engine.open) == (0, False)


def test_where_it_judges_itself_or_the_recipe_is_another_one_it_is_let_go(there: World) -> None:
    there.choose(CANARY)
    there.names = ("pcb", CANARY)
    there.beside.look()
    assert (there.asked(), there.made[0].engine.open) == (0, False)
    there.names = ("nut", ACTIVE)
    there.beside.look()
    assert len(there.made) == 1


def test_what_cannot_be_loaded_is_told_and_tried_no_more(there: World) -> None:
    there.refuses = "no such package"
    there.choose(CANARY)
    assert there.beside.advisories == {ADVISORY: "no such package"}
    there.refuses = ""
    there.beside.look()
    assert there.asked() == 0
    there.choose("")
    assert there.beside.advisories == {}


def test_without_room_it_is_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    there = World(monkeypatch, shadow_memory_mib=10**9)
    there.choose(CANARY)
    assert not there.made
    assert "trial.no_room" in there.beside.advisories[ADVISORY]


def test_one_that_is_too_slow_several_times_in_a_row_is_asked_no_more(there: World) -> None:
    there.choose(CANARY)
    for ms in (*[300.0] * (MOST_SLOW - 1), 100.0, *[300.0] * (MOST_SLOW - 1)):
        there.beside.took(ms)
    assert there.asked()
    there.beside.took(300.0)
    assert (there.asked(), there.made[0].engine.open) == (0, False)
    assert "trial.no_time" in there.beside.advisories[ADVISORY]
    there.beside.close()
