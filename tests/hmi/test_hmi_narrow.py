"""Tablets and small panels: nothing is cut off, and the header leaves no gap."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("selenium", reason="pip install selenium, and chromium with chromium-driver")
from cell.client.model import ProcessStatus
from cell.faces.hmi.components.health import cost
from cell.texts import tr
from tests.hmi.browsing import Page
from tests.hmi.conftest import Hmi

SIZES = [(1280, 800), (1024, 768), (810, 1080)]
ROWS = """
const header = document.querySelector('.header').getBoundingClientRect();
const rows = {};
for (const one of document.querySelector('.header').children) {
  const box = one.getBoundingClientRect();
  if (box.width) rows[Math.round(box.top)] = Math.max(rows[Math.round(box.top)] ?? 0, box.right);
}
return Object.values(rows).map(right => Math.round(header.right - right));
"""
NAMES = """
const panel = document.querySelector('.scene-view').getBoundingClientRect();
const told = {};
for (const one of document.querySelectorAll('.scene-view div')) {
  if (one.children.length || !one.textContent.trim()) continue;
  const box = one.getBoundingClientRect();
  told[one.textContent] = box.left >= panel.left - 1 && box.right <= panel.right + 1;
}
return told;
"""
FULL = """
for (const one of document.querySelectorAll('.process')) {
  one.classList.remove('process-dead');
  one.classList.add('process-alive');
  one.querySelector('.process-cost').textContent = arguments[0];
}
return [...document.querySelectorAll('.process-cost')].map(e => e.scrollWidth - e.clientWidth);
"""


@pytest.fixture
def sized(page: Page) -> Iterator[Callable[[int, int], None]]:
    def size(width: int, height: int) -> None:
        told = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", told)

    yield size
    page.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("size", SIZES)
def test_a_small_panel_shows_all(
    page: Page, hmi: Hmi, sized: Any, lang: str, size: tuple[int, int]
) -> None:
    sized(*size)
    page.browser.get(f"{hmi.url}?lang={lang}")
    page.live()
    run: Callable[..., Any] = page.browser.execute_script
    page.until(lambda: page.text("process-camera") and page.find("to-quality"), "all is there")
    if size[0] < 1100:
        page.until(lambda: all(abs(gap) <= 2 for gap in run(ROWS)), f"the header's rows: {lang}")
    names = [tr(f"bin.{name}", lang) for name in ("rework", "scrap", "review")]
    page.until(
        lambda: all(run(NAMES).get(name) for name in names), f"each bin's name is whole: {lang}"
    )
    most = cost(ProcessStatus("camera", True, True, rss_mib=999.4, load=1.0))
    assert most == "100% · 999 MiB"
    cut = run(FULL, most)
    assert len(cut) >= 7
    assert max(cut) <= 0


def test_much_memory_takes_no_more_room() -> None:
    assert cost(ProcessStatus("inspector", True, True, rss_mib=1536.0)) == "– · 1.5 GiB"
