"""One fault costs neither the page nor the programming interface."""

from __future__ import annotations

import json
import logging
import math
import urllib.request
from dataclasses import replace
from typing import Any

import pytest
from nicegui import Client, ui

from cell.client.feed import Feed
from cell.client.hearing import HEARD, UnsoundError, unsound
from cell.client.model import CellView, Counts, Link, RobotStatus
from cell.faces.hmi.components.fence import Fence
from cell.texts import Lang
from tests.hmi.conftest import FakeCell, Hmi

VIEW = CellView(Link.LIVE, 0.0, None, None, None, None, (), ())
ROBOT = RobotStatus(True, "operational", "idle", "", False, (0.0, 1.0))


class BinView:
    """Named as a piece that people know; fails while it has a reason to."""

    def __init__(self) -> None:
        self.why = ""

    def update(self, _view: CellView, _lang: Lang) -> None:
        if self.why:
            raise LookupError(self.why)


class Last:
    """The piece after it."""

    def __init__(self) -> None:
        self.turns = 0

    def update(self, _view: CellView, _lang: Lang) -> None:
        self.turns += 1


def test_a_piece_that_fails_is_named_and_costs_no_other(caplog: pytest.LogCaptureFixture) -> None:
    with Client(ui.page("/fenced")):
        fence = Fence()
    first, last = BinView(), Last()

    def turn(lang: Lang = "en") -> str:
        fence.update((first, last), VIEW, lang)
        return str(fence._words.text)

    with caplog.at_level(logging.ERROR):
        assert turn() == ""
        first.why = "list index out of range"
        assert "bins" in turn()
        assert "수거함" in turn("ko")
        assert last.turns == 3
        assert len(caplog.records) == 1, "once, not at each turn"
        assert "list index out of range" in caplog.text
        first.why = ""
        assert turn() == ""


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_is_found_wherever_it_stands(number: float) -> None:
    assert unsound(ROBOT) == ""
    assert unsound(replace(ROBOT, joints=(0.0, number))) == "joints"
    assert unsound((Counts(), {"deep": [Counts(wait_s=number)]})) == "wait_s"


def test_every_topic_refuses_it() -> None:
    for topic in HEARD:
        msg, spoilt = topic.kind(), ""
        for name, kind in topic.kind.get_fields_and_field_types().items():
            if kind in ("double", "float"):
                setattr(msg, name, math.nan)
                spoilt = name
        if topic.kind.__name__ == "RobotState":
            msg.position, spoilt = [math.nan], "position"
        assert spoilt, f"{topic.topic} has a number"
        with pytest.raises(UnsoundError, match=topic.topic):
            topic.into(Feed(), msg, 0.0)


def asked(hmi: Hmi, path: str) -> str:
    with urllib.request.urlopen(f"{hmi.url}{path}", timeout=20) as answer:
        return str(answer.read().decode())


@pytest.mark.parametrize(
    ("order", "silent"),
    [
        ({"belt": {"speed_m_s": math.nan}}, "belt"),
        ({"robot": {"position": [math.inf] * 6}}, "robot"),
        ({"inspect": {"part": "P1", "total_ms": math.nan}}, ""),
    ],
)
def test_page_and_api_outlive_a_driver_that_tells_no_numbers(
    hmi: Hmi, fake_cell: FakeCell, until: Any, order: dict[str, Any], silent: str
) -> None:
    seen = {"last_part": "P1", "last_verdict": "pass", "arrived": 41}
    fake_cell.order(state=seen)

    def told() -> dict[str, Any]:
        return dict(json.loads(asked(hmi, "api/v1/state")))

    def arrived() -> int:
        return int((told()["counts"] or {"arrived": 0})["arrived"])  # None: not heard yet

    until(lambda: arrived() == 41, "the cell is heard")
    fake_cell.order(**order, state=seen | {"arrived": 42})
    until(lambda: arrived() == 42, "what came after it is heard")
    if silent:
        until(lambda: told()[silent] is None, f"{silent} counts as silent")
    assert "<title>" in asked(hmi, "?lang=en")
