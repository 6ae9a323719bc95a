"""Where a baseline begins and where it does not: restarts, models, orders, files, clocks."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from cell.nodes.line_watching import DRIFTED, UNWATCHED
from cell.quality.monitor_files import DAMAGED, FILE, FOLDER, order_anew
from cell.quality.watches import ALL, MOST
from cell.texts import render
from tests.quality.drift_parts import HERE, NEXT, OTHER, Parts, fall, feed, taken_up


def watch_of(folder: Any, kind: str, key: str) -> Any:
    return json.loads((folder / FILE).read_text())[kind][key]["watch"]


def test_drift_is_said_and_outlives_a_kill(tmp_path: Any) -> None:
    parts = Parts(7)
    made, _ = taken_up(tmp_path)
    feed(made, parts, 60)
    assert "learning" not in made.told
    fall(made, parts)
    assert set(made.advisories) == {DRIFTED}
    assert "lamp" in render(made.advisories[DRIFTED])
    assert "조명" in render(made.advisories[DRIFTED], "ko")
    assert "light." in made.told

    made, node = taken_up(tmp_path)  # killed: nothing was told to be saved
    feed(made, parts, 1, lamp=0.7)
    assert set(made.advisories) == {DRIFTED}, "it stands after a restart"
    assert node.said == []


def test_a_new_model_learns_scores_alone_and_nothing_from_a_drifted_line(tmp_path: Any) -> None:
    """The light's baseline outlives models: a promotion does not make a dark line the usual one."""
    parts = Parts(7)
    made, _ = taken_up(tmp_path)
    feed(made, parts, 60)
    fall(made, parts)
    feed(made, parts, 100, NEXT, lamp=0.7)
    assert set(made.advisories) == {DRIFTED}
    assert "model: learning, 0 of 60 parts" in made.told
    feed(made, parts, 400, NEXT)  # the lamp is as it was: the advisory ends, the model learns
    assert made.advisories == {}
    assert "learning" not in made.told
    feed(made, parts, 1, HERE)
    assert "learning" not in made.told, "who goes back goes on"


def test_an_order_to_begin_anew_is_followed_once_whatever_the_clock(tmp_path: Any) -> None:
    parts = Parts(11)
    made, _ = taken_up(tmp_path)
    feed(made, parts, 60)
    feed(made, parts, 60, OTHER)
    fall(made, parts)
    order_anew(tmp_path, "pcb", "kim", 2 * 10**18, "a new lamp")
    feed(made, parts, 1, lamp=0.7)
    assert made.advisories == {}
    assert "scene: learning, 1 of 60" in made.told
    assert "model: learning, 1 of 60" in made.told
    feed(made, parts, 1, OTHER)
    assert "learning" not in made.told, "the order was for one product"

    made, _ = taken_up(tmp_path)
    feed(made, parts, 59, lamp=0.7)
    assert "learning" not in made.told, "followed once, also over a restart"
    order_anew(tmp_path, "pcb", "kim", 10**9, "the clock was set back")
    feed(made, parts, 1, lamp=0.7)
    assert "scene: learning, 1 of 60" in made.told
    order_anew(tmp_path, ALL, "kim", 0, "lens")
    feed(made, parts, 1, OTHER)
    assert "scene: learning, 1 of 60" in made.told


def test_an_order_given_while_nothing_runs_is_followed_at_the_start(tmp_path: Any) -> None:
    parts = Parts(12)
    made, _ = taken_up(tmp_path)
    feed(made, parts, 70)
    order_anew(tmp_path, "pcb", "kim", 1, "lamp")
    (tmp_path / FOLDER / "torn.json").write_text('{"product": "pcb"')
    made, _ = taken_up(tmp_path)
    feed(made, parts, 1)
    assert "scene: learning, 1 of 60" in made.told
    (tmp_path / FOLDER / "pcb.json").unlink()
    feed(made, parts, 5)
    assert "scene: learning, 6 of 60" in made.told, "an order taken away begins nothing"


@pytest.mark.parametrize("content", ['{"models": {"pcb@1#a+b": {"seen": 3}}}', "{", "[]", ""])
def test_a_file_that_cannot_be_read_is_not_passed_over(tmp_path: Any, content: str) -> None:
    """What the line is like now may not be how it should be: it is said until all is learnt."""
    (tmp_path / FILE).write_text(content)
    made, node = taken_up(tmp_path)
    parts = Parts(13)
    feed(made, parts, 30)
    assert "begin anew" in node.said[0]
    assert (tmp_path / DAMAGED).read_text() == content
    assert "backup" in render(made.advisories[UNWATCHED])
    made, node = taken_up(tmp_path)
    feed(made, parts, 1)
    assert set(made.advisories) == {UNWATCHED}, "and over a restart"
    feed(made, parts, 60)
    assert made.advisories == {}
    assert node.said == []


def test_a_line_that_wanders_while_it_is_learnt_is_said(tmp_path: Any) -> None:
    parts = Parts(14)
    made, _ = taken_up(tmp_path)
    fall(made, parts, 60, 0.4)
    assert set(made.advisories) == {UNWATCHED}
    for lang, word in (("en", "while it was learnt"), ("ko", "학습하는 동안")):
        assert word in render(made.advisories[UNWATCHED], lang)


def test_other_settings_hold_and_keep_the_baseline(tmp_path: Any) -> None:
    parts = Parts(15)
    made, _ = taken_up(tmp_path)
    feed(made, parts, 60)
    before = watch_of(tmp_path, "scenes", HERE.scene)["usual"]["light.mean"]
    made, _ = taken_up(tmp_path, advisory_run=10**6, baseline_parts=200)
    feed(made, parts, 1)
    after = watch_of(tmp_path, "scenes", HERE.scene)["usual"]["light.mean"]
    assert after["mean"] == before["mean"]
    assert after["limit"] > before["limit"]


def test_the_newest_watches_are_kept(tmp_path: Any) -> None:
    parts = Parts(16)
    made, _ = taken_up(tmp_path)
    for number in range(MOST + 3):
        feed(made, parts, 1, replace(HERE, model=f"pcb@1#{number}"))
    told = json.loads((tmp_path / FILE).read_text())
    assert len(told["models"]) == MOST
    assert f"pcb@1#{MOST + 2}" in told["models"]
    assert watch_of(tmp_path, "scenes", HERE.scene)["seen"] == MOST + 3


def test_a_folder_that_is_gone_stops_nothing(tmp_path: Any) -> None:
    (tmp_path / "data").mkdir()
    made, node = taken_up(tmp_path / "data")
    (tmp_path / "data").rmdir()
    feed(made, Parts(17), 80)
    assert len(node.said) == 1
    assert "learning" not in made.told
