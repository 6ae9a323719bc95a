"""Two people at two browsers, and one picture between them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("selenium", reason="pip install selenium, and chromium with chromium-driver")
from selenium import webdriver

from cell.labels.label import Judgement
from cell.labels.values import State
from tests.hmi.conftest import CHROMIUM, DRIVER, chromium, until
from tests.studio.browsing import Studio
from tests.studio.conftest import Server
from tests.studio.test_pages import overridden, state

WORDS = {
    "en": ("Your hold on this picture has run out", "quick has labelled it"),
    "ko": ("이 사진의 점유 시간이 끝나", "quick 님이"),
}


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Iterator[Any]:
    """Somebody else, at a browser of his own."""
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("needs chromium and chromedriver (Debian: chromium, chromium-driver)")
    driver = chromium(webdriver, tmp_path_factory.mktemp("other"), flat=True)
    made = Studio(driver, server.url)
    made.sign_in("quick")
    yield made
    assert not made.errors()
    driver.quit()


def said(studio: Studio, words: str) -> None:
    until(lambda: words in studio.browser.find_element("tag name", "body").text, f"said: {words}")


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_a_hold_runs_out_and_both_say_something_else(
    studio: Any, other: Studio, server: Server, lang: str
) -> None:
    held, contrary = WORDS[lang]
    item = overridden(server, f"between-{lang}")
    studio.sign_in("slow")
    studio.work(item, lang)
    studio.press("a")
    studio.tagged("open" if lang == "en" else "단선")
    server.book.release(item, "slow")  # as when nothing was heard of the page for too long
    other.work(item, lang)
    assert f"/{item}/" in other.picture()

    studio.press("4")  # the next stroke finds out
    said(studio, held)
    other.press("x", "g")
    until(lambda: server.book.history(item), "quick has saved")
    studio.press("Enter")
    said(studio, contrary)

    assert state(server, item) is State.CONFLICT
    people = {one.person: one.said for one in server.book.history(item)}
    assert people["quick"].judgement is Judgement.GOOD
    assert [one.class_name for one in people["slow"].shapes] == ["mousebite"]


def test_who_closes_the_browser_frees_the_picture_and_finds_his_work(
    studio: Any, other: Studio, server: Server
) -> None:
    item = overridden(server, "closed")
    studio.sign_in("slow")
    studio.work(item)
    studio.press("a", "3", "n", *"soot")

    def kept() -> str:
        return server.book.open_item(item, "slow", time.time_ns()).draft

    until(lambda: "soot" in kept(), "the note is kept while it is typed")
    studio.browser.get("about:blank")
    until(lambda: not server.book.item(item, time.time_ns()).held_by, "the picture is free")
    other.work(item)
    other.tagged("open · 0.58")
    other.open("/studio")
    until(lambda: not server.book.item(item, time.time_ns()).held_by, "it is free again")
    studio.work(item)
    studio.tagged("spurious copper")
    assert studio.find("note")[0].get_attribute("value") == "soot"
    studio.press("Escape")


def test_what_the_server_never_heard_of_is_not_lost(studio: Any, server: Server) -> None:
    item = overridden(server, "unheard")
    studio.sign_in("slow")
    studio.work(item)
    # The line is cut: what is drawn now reaches nobody.
    studio.browser.execute_script("window.socket.io.engine.close()")
    studio.press("a", "5")
    studio.tagged("spur")
    studio.work(item)
    studio.tagged("spur")
    until(
        lambda: "spur" in server.book.open_item(item, "slow", time.time_ns()).draft,
        "the server has it now",
    )
    studio.errors()  # the browser tells of the cut line


POINT = """const key = document.querySelector(`[data-test="${arguments[0]}"]`);
    const r = key.getBoundingClientRect();
    return [Math.round(r.x + r.width / 2), Math.round(r.y + r.height / 2)]"""


def test_a_touch_of_what_is_built_anew_meanwhile_is_not_lost(studio: Any, server: Server) -> None:
    """Somebody else brings a picture in while the finger is down: all counts are drawn anew."""
    overridden(server, "before-the-touch")
    studio.sign_in("slow")
    studio.open("/studio")
    until(lambda: studio.find("start") and studio.enabled("start"), "there is work")
    before = studio.text("filter-all")
    x, y = studio.browser.execute_script(POINT, "start")
    mouse(studio, "mousePressed", x, y)
    overridden(server, "during-the-touch")
    until(lambda: studio.text("filter-all") not in ("", before), "the counts are drawn anew")
    mouse(studio, "mouseReleased", x, y)
    until(lambda: "/studio/work" in studio.browser.current_url, "the work begins")


def mouse(studio: Any, kind: str, x: int, y: int) -> None:
    told = {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1}
    studio.browser.execute_cdp_cmd("Input.dispatchMouseEvent", told)
