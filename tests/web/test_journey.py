"""Sign in by PIN or badge, order, sign out: in a real browser, in both languages."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("selenium", reason="pip install selenium, and chromium with chromium-driver")
import time

from selenium.webdriver.common.by import By

from tests.hmi.browsing import LOADED, Page
from tests.people.world import ADMIN, PASSWORD, house

WORDS = {
    "en": ("Who are you?", "operator", "You have signed out", "Your session has ended"),
    "ko": ("누구입니까?", "작업자", "로그아웃했습니다", "세션이 끝났습니다"),
}


@pytest.fixture
def page(browser: Any, fake_cell_process: Any, until: Any) -> Any:
    browser.execute_cdp_cmd("Network.clearBrowserCookies", {})  # of every host
    fake_cell_process.order(reset=True)
    fake_cell_process.forget()
    return Page(browser, until)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_from_sign_in_to_sign_out(
    page: Page, cell_page: Any, fake_cell_process: Any, people_folder: Any, lang: str
) -> None:
    who, role, out, ended = WORDS[lang]
    page.browser.get(f"{cell_page.url}?lang={lang}")
    page.shows("panel", who)  # in the language of the link, before anybody has signed in
    page.click("name lee")
    for digit in "2580":
        page.click(f"digit-{digit}")
    page.click("pin-go")
    page.live()
    page.shows("who", "lee")
    page.shows("who", role)
    page.click("start")
    assert fake_cell_process.call() == {"command": "start", "person": "lee"}
    with house(people_folder) as home:
        assert home.log("order.start")[0].person == "lee"
        home.people.end_sessions(ADMIN, "lee", time.time_ns())
    page.shows("notice", ended)
    badge(page)
    page.live()
    page.click("sign-out")
    if lang != "en":  # who has left has no language; the operator's page has such a key, too
        page.shows("notice", WORDS["en"][2])
        # Followed, not clicked: a click whose answer is late is clicked again, and leads back.
        page.browser.get(page.find("language")[0].get_attribute("href"))
    page.shows("notice", out)
    page.browser.get(cell_page.url)
    page.shows("panel", who)


def badge(page: Page) -> None:
    """A reader types into whatever has the keyboard."""
    typed = """for (const key of [...'0004711815', 'Enter'])
        document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}))"""
    page.until(lambda: page.browser.execute_script(f"return {LOADED}"), "somebody listens")
    page.browser.execute_script(typed)


def struck(page: Page, words: str, every_ms: float) -> bool:
    """Strike keys that the page comes to all at once; whether it takes them for a badge's."""
    page.until(lambda: page.browser.execute_script(f"return {LOADED}"), "somebody listens")
    script = """const [keys, every] = arguments, form = document.getElementById('badge');
        let sent = false;
        form.submit = () => { sent = true; };
        keys.forEach((key, n) => {
            const event = new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true});
            Object.defineProperty(event, 'timeStamp', {value: 10_000 + n * every});
            document.body.dispatchEvent(event);
        });
        return sent;"""
    return bool(page.browser.execute_script(script, [*words, "Enter"], every_ms))


def test_who_types_at_a_page_that_stalls_is_taken_for_no_badge_reader(
    page: Page, cell_page: Any
) -> None:
    page.browser.get(f"{cell_page.url}sign-in?lang=en")
    assert not struck(page, "0004711815", 100.0)
    assert struck(page, "0004711815", 5.0)


def test_a_role_sees_only_its_own_keys(page: Page, cell_page: Any) -> None:
    page.browser.get(f"{cell_page.url}sign-in?lang=en")
    page.find("name")[0].send_keys("kim")
    page.find("password")[0].send_keys(PASSWORD)
    page.click("go")
    page.live()
    page.shows("hint-start", "Not allowed to the role quality")
    assert not page.enabled("start")
    assert not page.enabled("recipe")


def test_a_wrong_password_is_told_in_one_line(page: Page, cell_page: Any) -> None:
    page.browser.get(f"{cell_page.url}sign-in?lang=en")
    page.find("name")[0].send_keys("kim")
    page.find("password")[0].send_keys("wrong")
    page.click("go")
    page.shows("trouble", "Name or secret is wrong")
    assert page.find("name")[0].get_attribute("value") == "kim"


def test_a_foreign_page_cannot_frame_it(page: Page, cell_page: Any, tmp_path: Any) -> None:
    foreign = tmp_path / "foreign.html"
    foreign.write_text(f'<iframe src="{cell_page.url}sign-in"></iframe>')
    page.browser.get(foreign.as_uri())
    page.browser.switch_to.frame(0)
    try:
        assert not page.browser.find_elements(By.CSS_SELECTOR, "main")
    finally:
        page.browser.switch_to.default_content()
