"""A verdict is shown when it comes, not at the page's next turn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("selenium", reason="pip install selenium, and chromium with chromium-driver")
from tests.hmi.browsing import Page
from tests.hmi.conftest import FakeCell, Hmi, end, written

TURN_HZ = 0.002
"""By the page's own pace the next turn comes minutes after every test has given up."""


@pytest.fixture(scope="module")
def hmi(ros_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hmi]:
    folder = tmp_path_factory.mktemp("slow")
    page = Hmi(ros_environment, written(folder, **{"hmi.refresh_hz": TURN_HZ}), "--lang", "en")
    yield page
    end(page.process)


def test_a_verdict_does_not_wait_for_the_pages_turn(
    browser: Any, until: Any, hmi: Hmi, fake_cell: FakeCell
) -> None:
    page = Page(browser, until)
    fake_cell.order(state={"state": "running", "last_part": "s-1", "last_verdict": "pass"})
    until(lambda: shown(page, hmi) == "PASS", "the page has been built with the first verdict")
    fake_cell.order(state={"state": "running", "last_part": "s-2", "last_verdict": "reject"})
    until(lambda: word(page) == "REJECT", "the second verdict is shown")


def shown(page: Page, hmi: Hmi) -> str:
    """Of a page that is opened now: before the server has heard the cell there is no verdict."""
    page.browser.get(hmi.url + "?lang=en")
    return word(page)


def word(page: Page) -> str:
    script = "return document.querySelector('[data-test=verdict]')?.textContent.trim() ?? ''"
    return str(page.browser.execute_script(script)).upper()
