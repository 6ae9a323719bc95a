"""The running line on the overview: its picture, both languages, the key to begin anew."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("selenium", reason="pip install selenium, and chromium with chromium-driver")
from cell.quality.monitor_files import FOLDER
from tests.hmi.conftest import until
from tests.quality.drift_parts import Parts, fall, feed, taken_up
from tests.quality_pages.conftest import Server, configure, fill, serving
from tests.studio.browsing import Studio


@pytest.fixture(scope="module")
def drifted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A few parts on record, and a lamp that has faded."""
    folder = tmp_path_factory.mktemp("line")
    fill(folder / "data", 300)
    configure(folder / "data")
    parts, (made, _) = Parts(41), taken_up(folder / "data", baseline_parts=300)
    feed(made, parts, 700)
    fall(made, parts)
    with serving(folder) as served:
        yield served


def opened(browser: Any, server: Server, role: str, lang: str) -> Studio:
    made = Studio(browser, server.url)
    made.sign_in("kim", role)
    made.errors()
    made.open("/quality?period=all", lang)
    until(lambda: made.find("line-scene"), "the running line is there")
    return made


@pytest.mark.parametrize(("lang", "word"), [("en", "has drifted"), ("ko", "달라짐")])
def test_what_has_drifted_is_seen(browser: Any, drifted: Server, lang: str, word: str) -> None:
    pages = opened(browser, drifted, "operator", lang)
    panel = pages.find("line")[0]
    assert word in panel.text
    assert "quality." not in panel.text
    charts = panel.find_elements("css selector", ".qp-trail svg")
    assert len(charts) >= 7
    assert panel.find_elements("css selector", ".qp-drifted .out")
    assert not pages.find("line-begin"), "an operator has no such key"
    assert pages.axe() == []
    assert not pages.errors()


def test_it_begins_anew_by_a_key(browser: Any, drifted: Server) -> None:
    pages = opened(browser, drifted, "integrator", "en")
    pages.click("line-begin")
    until(lambda: pages.find("line-do")[0].is_displayed(), "it asks first")
    pages.click("line-do")
    until(lambda: "Say why" in browser.find_element("css selector", "body").text, "it says why not")
    assert not (drifted.data / FOLDER).exists()
    field = browser.find_element("css selector", "[data-test=line-why]")
    field.send_keys("a new lamp")
    pages.click("line-do")
    until(lambda: pages.find("line-waits-scene"), "it is ordered")
    assert "kim" in pages.find("line-waits-scene")[0].text
    order = json.loads((drifted.data / FOLDER / "pcb.json").read_text())
    assert (order["by"], order["why"]) == ("kim", "a new lamp")
    assert not pages.errors()
