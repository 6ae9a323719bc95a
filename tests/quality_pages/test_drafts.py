"""What is typed into a form outlives the server, and goes when it is sent or thrown away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium", reason="pip install selenium, and chromium with chromium-driver")
from tests.hmi.conftest import free_port, until
from tests.quality_pages.conftest import browser
from tests.quality_pages.study_world import fill, lay, served
from tests.studio.browsing import Studio

__all__ = ["browser"]
KEPT = "return Object.keys(sessionStorage).filter(key => key.startsWith('form ')).join()"
VALUE = "return document.querySelector(`[data-test='${arguments[0]}']`)?.value ?? ''"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("drafts")
    lay(made / "data")
    return made


def value(page: Studio, name: str) -> str:
    return str(page.browser.execute_script(VALUE, name))


def test_a_half_filled_form_outlives_the_server(browser: Any, folder: Path) -> None:
    port = free_port()
    with served(folder, port) as url:
        page = Studio(browser, url)
        page.sign_in("kim", "quality")
        page.open("/quality/gauge")
        fill(page, "study-name", "july 1")
        fill(page, "parts", "7")
        fill(page, "trials", "2")
        page.shows("looks", "14 judgements")
        browser.execute_script("window.before = true")
    fill(page, "people", "kim, lee")  # nobody answers meanwhile
    with served(folder, port):
        until(lambda: not browser.execute_script("return window.before"), "it is loaded anew", 90)
        page.shows("looks", "14 judgements")  # the server has the numbers, too
        until(lambda: value(page, "study-name") == "july 1", "the name is back")
        until(lambda: value(page, "people") == "kim, lee", "what was typed without a server is")

        page.sign_in("lee", "quality")
        page.open("/quality/gauge")
        page.shows("looks", "150 judgements")
        assert value(page, "study-name") == "", "it is kim's"

        page.sign_in("kim", "quality")
        page.open("/quality/gauge", "ko")
        until(lambda: value(page, "study-name") == "july 1", "the name is back in Korean")
        page.click("plan-clear")
        until(lambda: value(page, "study-name") == "", "it is thrown away")
        until(lambda: not browser.execute_script(KEPT), "nothing is kept")
        assert value(page, "parts") == "50"
        browser.get("about:blank")


def test_what_was_sent_is_not_offered_again(browser: Any, folder: Path) -> None:
    with served(folder) as url:
        page = Studio(browser, url)
        page.sign_in("kim", "quality")
        page.open("/quality/audits")
        for name, words in (("audit-name", "week 30"), ("passed", "3"), ("stopped", "2")):
            fill(page, name, words)
        assert browser.execute_script(KEPT) == "form kim audit"
        page.click("draw")
        until(lambda: "/quality/audit?" in browser.current_url, "the audit is drawn")
        assert browser.execute_script(KEPT) == ""
        page.open("/quality/audits")
        page.shows("audits", "week 30")
        assert value(page, "audit-name") == ""
        browser.get("about:blank")


def test_a_plan_comes_back_with_what_was_chosen(browser: Any, folder: Path) -> None:
    with served(folder) as url:
        page = Studio(browser, url)
        page.sign_in("kim", "quality")
        page.open("/quality/acceptances")
        fill(page, "run-name", "line 5")
        fill(page, "oee", "61.5")
        page.click("recipe")
        until(lambda: browser.find_elements("css selector", ".q-item[role=option]"), "a list")
        chosen = browser.find_elements("css selector", ".q-item[role=option]")[-1]
        name = chosen.text
        chosen.click()
        kept = "return sessionStorage.getItem('form kim acceptance run')"
        until(lambda: name in str(browser.execute_script(kept)), "the choice is kept")
        browser.refresh()
        until(lambda: value(page, "run-name") == "line 5", "the name is back")
        until(lambda: value(page, "oee") == "61.5", "the number is back")
        shown = "return document.body.innerText"
        until(lambda: name in str(browser.execute_script(shown)), "the choice is back")
        browser.execute_script(
            "sessionStorage.setItem('form kim acceptance run', "
            "JSON.stringify({oee: 'x', recipe: 'none', 'run-name': 7, other: 'a', study: null}))"
        )
        browser.refresh()
        page.shows("needed", "parts")
        assert value(page, "run-name") == ""
        browser.get("about:blank")
