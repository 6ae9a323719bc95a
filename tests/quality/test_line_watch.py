"""Drift of the running line: raised when light falls, not raised by chance."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from cell.nodes.drift_words import told, unsettled_words
from cell.quality.line_state import as_json, of_json
from cell.quality.line_watch import Drifted, LineWatch
from cell.texts import render
from tests.quality.drift_parts import Parts, watched

BASELINE, RUN = 300, 50_000
FRESH = LineWatch(BASELINE, RUN)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_unchanged_line_of_2000_parts_raises_nothing(seed: int) -> None:
    watch, raised = watched(Parts(seed), BASELINE + 2000, FRESH)
    assert raised is None, watch.drifted()
    assert not watch.learning
    assert len(watch.usual) >= 7


@pytest.mark.parametrize("seed", [1, 2])
def test_light_that_falls_by_15_percent_raises_it(seed: int) -> None:
    parts = Parts(seed)
    learnt, _ = watched(parts, BASELINE, FRESH)
    watch, raised = watched(parts, 400, learnt, fall=0.15)
    assert raised is not None
    assert {one.name for one in watch.drifted()} & {"light.mean", "light.contrast"}
    left = [one for one in watch.usual.values() if one.left is not None]
    assert left[0].left == (BASELINE + raised + 1, raised)


def test_it_is_withdrawn_when_the_light_is_back() -> None:
    parts = Parts(4)
    learnt, _ = watched(parts, BASELINE, FRESH)
    watch, _ = watched(parts, 400, learnt, fall=0.3)
    assert watch.drifted()
    for _ in range(300):
        watch = watch.after(parts.next())
    assert watch.drifted() == ()


def test_a_new_kind_of_defect_raises_it() -> None:
    """One that the baseline did not have; the one it had often enough is watched by itself."""
    parts = Parts(5)
    watch = FRESH
    for number in range(BASELINE):
        one = parts.next()
        rare = {"spur"} if number % 8 == 0 else set[str]()
        watch = watch.after(replace(one, classes=(one.classes or frozenset()) | rare))
    for number in range(300):
        one = parts.next()
        new = {"stain"} if number % 3 == 0 else set[str]()
        watch = watch.after(replace(one, classes=(one.classes or frozenset()) | new))
    assert "class.spur" in watch.usual
    assert watch.drifted()[0].name == "class.*"


@pytest.mark.parametrize("count", [100, BASELINE, BASELINE + 50])
def test_it_is_the_same_after_a_restart(count: int) -> None:
    parts = Parts(6)
    watch, _ = watched(parts, count, FRESH)
    again = of_json(json.loads(json.dumps(as_json(watch))))
    one = parts.next()
    assert as_json(again.after(one)) == as_json(watch.after(one))


def test_a_baseline_over_which_the_light_falls_is_none() -> None:
    """The older half is dropped until one stands; what wandered is said meanwhile."""
    parts = Parts(8)
    watch, _ = watched(parts, BASELINE, FRESH, fall=0.2)
    assert watch.learning
    assert len(watch.learnt) == BASELINE // 2
    first = watch.unsettled[0]
    assert first.name in {"light.mean", "light.contrast"}
    assert first.found < 0.95 * first.usual
    assert "learnt anew" in render(unsettled_words(watch.unsettled))
    again = of_json(json.loads(json.dumps(as_json(watch))))
    for _ in range(BASELINE):
        again = again.after(parts.next(0.8))
    assert not again.learning
    assert again.unsettled == ()


def test_numbers_that_never_change_are_no_baseline() -> None:
    part = Parts(9).next()
    watch = LineWatch(30, RUN)
    for _ in range(40):
        watch = watch.after(replace(part, classes=None))
    assert watch.learning
    assert len(watch.learnt) < 30


def test_other_settings_keep_what_was_learnt() -> None:
    watch, _ = watched(Parts(10), BASELINE, FRESH)
    other = watch.fitted(1000, 10 * RUN)
    assert not other.learning
    for name, one in watch.usual.items():
        assert other.usual[name].mean == one.mean
        assert other.usual[name].ewma.limit > one.ewma.limit
    assert as_json(other.fitted(BASELINE, RUN)) == as_json(watch)


@pytest.mark.parametrize(
    "name", ["margin", "lateral_m", "light.sharpness", "class.open", "class.*"]
)
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_every_number_has_words(name: str, lang: str) -> None:
    one = Drifted(name, 1.0, 2.0)
    for words in (told((one,)), told((one, one)), unsettled_words((one,))):
        shown = render(words, lang)
        assert "drift." not in shown
        assert "1" in shown
