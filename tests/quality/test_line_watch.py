"""Drift of the running line: raised when light falls, not raised by chance, kept over a restart."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from cell.config import load
from cell.nodes.line_watching import DRIFTED, FILE, LineWatching, told
from cell.quality.light import light_of
from cell.quality.line_watch import Drifted, LineWatch, Part, as_json, of_json, part_of
from cell.texts import render
from tests.hmi.conftest import ROOT

BASELINE, RUN = 300, 50_000
BOARDS = sorted((ROOT / "twin" / "boards" / "pcb").glob("*.webp"))
LIMITS = {"open": (0.5, 0.3), "short": (0.6, 0.4)}


class Parts:
    """Real boards under a lamp that flickers by 2 %; a fifth of them with a finding."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        read = [cv2.imread(str(file), cv2.IMREAD_GRAYSCALE) for file in BOARDS[:20]]
        self._lights = [light_of(one) for one in read if one is not None]

    def next(self, lamp: float = 1.0) -> Part:
        random = self._random
        board = self._lights[random.integers(len(self._lights))]
        lamp *= 1.0 + 0.02 * random.normal()
        light = replace(board, mean=board.mean * lamp, contrast=board.contrast * lamp)
        scores = [("open", float(random.uniform(0.4, 1.0)))] if random.random() < 0.2 else []
        return part_of(LIMITS, scores, (0.002 * random.normal(), 0.05 * random.normal()), light)


def watched(parts: Parts, count: int, watch: LineWatch | None = None, fall: float = 0.0) -> Any:
    """After so many parts, over which the light falls evenly; at which part drift was raised."""
    watch = watch or LineWatch(BASELINE, RUN)
    for number in range(count):
        watch = watch.after(parts.next(1.0 - fall * number / count))
        if watch.drifted():
            return watch, number
    return watch, None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_unchanged_line_of_2000_parts_raises_nothing(seed: int) -> None:
    watch, raised = watched(Parts(seed), BASELINE + 2000)
    assert raised is None, watch.drifted()
    assert len(watch.usual) >= 7


@pytest.mark.parametrize("seed", [1, 2])
def test_light_that_falls_by_15_percent_raises_it(seed: int) -> None:
    parts = Parts(seed)
    learnt, _ = watched(parts, BASELINE)
    watch, raised = watched(parts, 400, learnt, fall=0.15)
    assert raised is not None
    assert {one.name for one in watch.drifted()} & {"light.mean", "light.contrast"}


def test_it_is_withdrawn_when_the_light_is_back() -> None:
    parts = Parts(4)
    learnt, _ = watched(parts, BASELINE)
    watch, _ = watched(parts, 400, learnt, fall=0.3)
    assert watch.drifted()
    for _ in range(300):
        watch = watch.after(parts.next())
    assert watch.drifted() == ()


def test_a_new_kind_of_defect_raises_it() -> None:
    """One that the baseline did not have; the one it had now and then is watched by itself."""
    parts = Parts(5)
    watch = LineWatch(BASELINE, RUN)
    for number in range(BASELINE):
        one = parts.next()
        rare = {"spur"} if number % 25 == 0 else set[str]()
        watch = watch.after(replace(one, classes=one.classes | rare))
    for number in range(300):
        one = parts.next()
        new = {"stain"} if number % 3 == 0 else set[str]()
        watch = watch.after(replace(one, classes=one.classes | new))
    assert "class.spur" in watch.usual
    assert watch.drifted()[0].name == "class.*"


def test_it_is_the_same_after_a_restart() -> None:
    parts = Parts(6)
    for count in (100, BASELINE, BASELINE + 50):
        watch, _ = watched(parts, count)
        again = of_json(json.loads(json.dumps(as_json(watch))))
        one = parts.next()
        assert as_json(again.after(one)) == as_json(watch.after(one))


class Node:
    """What the shell needs of a node."""

    def __init__(self, folder: Any) -> None:
        config = load(None, {"data_dir": str(folder)})
        quality = config.quality.model_copy(update={"baseline_parts": 60})
        self.config = config.model_copy(update={"quality": quality})
        self.said: list[str] = []

    def get_logger(self) -> Any:
        return SimpleNamespace(warning=self.said.append)


def taken_up(folder: Any) -> tuple[LineWatching, Node]:
    node = Node(folder)
    made = LineWatching(node)  # type: ignore[arg-type]
    made._load()
    return made, node


def test_the_node_raises_keeps_and_begins_anew(tmp_path: Any) -> None:
    parts, pin = Parts(7), "pcb@1#a+b"
    made, _ = taken_up(tmp_path)
    for _ in range(60):
        made.take(pin, parts.next())
    for number in range(200):
        made.take(pin, parts.next(1.0 - 0.3 * number / 200))
    assert set(made.advisories) == {DRIFTED}
    assert "lamp" in render(made.advisories[DRIFTED])
    assert "조명" in render(made.advisories[DRIFTED], "ko")

    made, node = taken_up(tmp_path)  # killed: nothing was told to be saved
    made.take(pin, parts.next(0.7))
    assert set(made.advisories) == {DRIFTED}, "it stands after a restart"
    made.take("pcb@1#a+c", parts.next(0.7))
    assert made.advisories == {}, "another model learns what is usual for itself"
    assert made.told == "learning, 1 of 60 parts"
    made.take(pin, parts.next(0.7))
    assert set(made.advisories) == {DRIFTED}, "who goes back goes on"
    assert node.said == []

    (tmp_path / FILE).write_text('{"models": {"pcb@1#a+b": {"seen": 3}}}')
    made, node = taken_up(tmp_path)
    made.take(pin, parts.next())
    assert made.told == "learning, 1 of 60 parts"
    assert "begin anew" in node.said[0]


@pytest.mark.parametrize(
    "name", ["margin", "lateral_m", "light.sharpness", "class.open", "class.*"]
)
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_every_number_has_words(name: str, lang: str) -> None:
    one = Drifted(name, 1.0, 2.0)
    for words in (told((one,)), told((one, one))):
        shown = render(words, lang)
        assert "drift." not in shown
        assert "1" in shown
