"""From sign-in to a part's history, through the real server: a quality engineer and a viewer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium", reason="pip install selenium, and chromium with chromium-driver")
from selenium.webdriver.common.keys import Keys

from cell.people.roles import Role
from tests.hmi.browsing import Page
from tests.hmi.conftest import Hmi, end, ros_environment, until, written
from tests.people.world import PASSWORD, house, shown_around
from tests.quality_pages.conftest import fill
from tests.studio.browsing import Studio

__all__ = ["ros_environment"]


@pytest.fixture(scope="module")
def cell_page(
    ros_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hmi]:
    folder: Path = tmp_path_factory.mktemp("journey")
    fill(folder, 1500, pictures=20)
    with house(folder) as opened:
        opened.add("boss", Role.ADMIN)
        opened.add("kim", Role.QUALITY)
        opened.add("lee", Role.OPERATOR)
    shown_around(folder, "kim", "lee")
    page = Hmi(ros_environment, written(folder), "--lang", "en")
    yield page
    end(page.process)


def follow(page: Page, name: str, there: str) -> None:
    """By keys: what comes late, as monitors do, moves what a pointer aims at."""
    link = page.find(name)[0]
    page.browser.execute_script("arguments[0].focus()", link)
    link.send_keys(Keys.ENTER)
    until(lambda: page.find(there), f"{name} leads to {there}")


@pytest.mark.parametrize(
    ("name", "lang", "rooms"), [("kim", "ko", ["quality", "studio"]), ("lee", "en", ["quality"])]
)
def test_from_sign_in_to_a_part(
    browser: Any, cell_page: Hmi, name: str, lang: str, rooms: list[str]
) -> None:
    browser.execute_cdp_cmd("Network.clearBrowserCookies", {})
    page, pages = Page(browser, until), Studio(browser, cell_page.url.rstrip("/"))
    browser.get(f"{cell_page.url}quality?lang={lang}")  # a link that somebody sent
    until(lambda: page.find("name"), "who has not signed in is asked who he is")
    page.find("name")[0].send_keys(name)
    page.find("password")[0].send_keys(PASSWORD)
    page.click("go")
    until(lambda: page.find("show-all"), "the page that the link led to")
    pages.errors()
    browser.get(f"{cell_page.url}?lang={lang}")
    until(lambda: page.enabled("to-quality"), "the operator's page")
    assert [one for one in ("quality", "studio") if page.find(f"to-{one}")] == rooms
    page.click("to-quality")
    until(lambda: "/quality" in browser.current_url, "one key leads there")
    page.click("show-all")  # these parts are not of the last day
    until(lambda: page.find("pareto"), "the overview")
    assert f"lang={lang}" in browser.current_url
    assert pages.axe() == []
    follow(page, "class-short", "cards")
    assert pages.axe() == []
    card = page.find("cards")[0].find_element("css selector", "a")
    part = card.find_element("css selector", "b").text
    card.click()
    page.shows("part", part)
    assert page.find("history")
    assert pages.axe() == []
    assert not pages.errors()
    if "studio" in rooms:
        page.click("to-studio")
        until(lambda: page.find("to-queue"), "the relabelling tool")
        page.click("to-quality")
        until(lambda: page.find("to-overview"), "and back")
    browser.get("about:blank")
