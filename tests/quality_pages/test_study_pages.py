"""Gauge study, audit and acceptance run in a real browser, from plan to report."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

pytest.importorskip("selenium", reason="pip install selenium, and chromium with chromium-driver")
from cell.quality.studies.acceptances import Acceptances
from cell.quality.studies.audits import Audits
from cell.quality.studies.book import StudyBook
from cell.quality.studies.errors import StudyError
from tests.hmi.conftest import CHROMIUM, DRIVER, chromium, until
from tests.quality_pages.study_world import fetched, fill, lay, served
from tests.studio.browsing import Studio
from tests.studio.hands import TABLET, UPRIGHT, Finger, hold

SHOTS = os.environ.get("SHOTS", "")
"""A folder for pictures of the pages, for people who want to look at them."""
DESK = {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("studies") / "data"
    folder.mkdir()
    lay(folder)
    return folder


@pytest.fixture(scope="module")
def url(data: Path) -> Iterator[str]:
    with served(data.parent) as where:
        yield where


@pytest.fixture(scope="module")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("needs chromium and chromedriver (Debian: chromium, chromium-driver)")
    from selenium import webdriver

    driver = chromium(webdriver, tmp_path_factory.mktemp("chromium"), flat=True)
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", DESK)
    yield driver
    driver.quit()


@pytest.fixture
def page(chrome: Any, url: str) -> Iterator[Studio]:
    made = Studio(chrome, url)
    made.sign_in("kim", "quality")
    made.errors()
    yield made
    assert not made.errors()


@pytest.fixture
def book(data: Path) -> Iterator[StudyBook]:
    book = StudyBook(data)
    yield book
    book.close()


def looked_at(page: Studio, name: str) -> None:
    """Nothing serious for axe, nothing wider than the screen."""
    if SHOTS:
        page.browser.save_screenshot(f"{SHOTS}/{name}.png")
    wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.browser.execute_script(wide) <= 0, f"{name} is wider than the screen"
    assert page.axe() == []


def judge(page: Studio, key: str) -> None:
    """By keys; waits for the next picture, or the end."""
    before = page.text("progress")
    page.press(key, key)
    until(lambda: page.text("progress") != before, "the next picture")


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("path", ["gauge", "audits", "acceptances"])
def test_empty_pages(page: Studio, path: str, lang: str) -> None:
    page.open(f"/quality/{path}", lang)
    until(lambda: page.find("empty") or page.find("studies") or page.find("audits"), "it is there")
    assert page.browser.execute_script("return document.documentElement.lang") == lang
    looked_at(page, f"{path}-{lang}")


def test_a_study_from_plan_to_report(page: Studio, book: StudyBook, url: str) -> None:
    page.open("/quality/gauge")
    fill(page, "study-name", "june 1")
    fill(page, "people", "kim, lee")
    fill(page, "parts", "12")
    fill(page, "trials", "1")
    page.shows("looks", "12 judgements")
    page.click("plan")
    page.shows("done-kim", "kim: 0/12")
    assert fetched(url, "/quality/gauge.pdf?name=june%201")[0] == 422
    looked_at(page, "study-begun-en")
    page.click("judge")
    page.shows("progress", "Picture 1 of 12")
    until(lambda: page.browser.execute_script(LOADED_PICTURE), "the picture is shown")
    assert "p1" not in page.find("picture")[0].get_attribute("src")
    looked_at(page, "judge-en")

    page.click("undo")
    until(lambda: "for ever" in page.browser.find_element("css selector", "body").text, "says why")
    page.press("d")
    until(lambda: page.find("bad")[0].get_attribute("aria-pressed") == "true", "it is chosen")
    assert book.done("june 1")["kim"] == 0, "chosen is not kept"
    page.press("g")
    until(lambda: page.find("good")[0].get_attribute("aria-pressed") == "true", "chosen anew")
    page.press("g")
    page.shows("progress", "Picture 2 of 12")
    assert book.done("june 1")["kim"] == 1

    # The same person in two windows: each picture is judged once, and the late one is told so.
    first = page.browser.current_window_handle
    page.browser.switch_to.new_window("tab")
    page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", DESK)
    page.open("/quality/gauge/judge?name=june%201")
    page.shows("progress", "Picture 2 of 12")
    judge(page, "g")
    page.browser.close()
    page.browser.switch_to.window(first)
    page.press("d", "d")
    page.shows("progress", "Picture 3 of 12")
    until(lambda: "never changed" in page.browser.find_element("css selector", "body").text, "told")

    page.open("/quality/gauge/judge?name=june%201")  # broken off, and gone on with
    page.shows("progress", "Picture 3 of 12")
    for _ in range(9):
        judge(page, "g")
    page.press("g")
    until(lambda: page.find("good")[0].get_attribute("aria-pressed") == "true", "it is chosen")
    page.press("Enter")
    until(lambda: page.find("to-study"), "kim is through")
    assert fetched(url, f"/quality/gauge/look/{quote('june 1')}/1.jpg", "lee")[0] == 200
    assert fetched(url, f"/quality/gauge/look/{quote('june 1')}/2.jpg", "lee")[0] == 404
    assert fetched(url, f"/quality/gauge/look/{quote('june 1')}/1.jpg", "eve")[0] == 404

    for place in range(1, 13):
        book.judge("june 1", "lee", place, place % 2 == 0, place)
    page.click("to-study")
    page.click("cell-go")
    until(lambda: page.find("grade") or page.find("cell-ended"), "the cell is through", 240.0)
    assert page.find("grade"), page.text("cell-ended")
    page.shows("appraisers", "12/12 = 100.0%")
    assert page.find("disputed")
    looked_at(page, "study-result-en")
    page.open("/quality/gauge/study?name=june%201", "ko")
    page.shows("grade", "불합격")
    looked_at(page, "study-result-ko")
    for lang in ("en", "ko"):
        status, content = fetched(url, f"/quality/gauge.pdf?name=june%201&report={lang}")
        assert (status, content[:5]) == (200, b"%PDF-")


STANDS = """
const found = document.querySelectorAll(`[data-test="${arguments[0]}"]`);
return found.length === 1 && found[0].getBoundingClientRect().height >= 44;
"""
LOADED_PICTURE = """
const picture = document.querySelector('[data-test="picture"]');
return picture !== null && picture.complete && picture.naturalWidth > 0;
"""


def test_who_is_no_appraiser_is_told(page: Studio) -> None:
    page.sign_in("eve", "operator")
    page.open("/quality/gauge/judge?name=june%201", "ko")
    page.shows("empty", "평가자가 아닙니다")
    page.open("/quality/gauge")
    until(lambda: page.find("studies"), "studies are listed")
    assert not page.find("plan"), "who may not plan is not asked to"


def words_of(page: Studio) -> str:
    """All that the page says."""
    return str(page.browser.find_element("css selector", "body").text)


def asked(page: Studio, name: str = "keep") -> None:
    """Wait until the dialog with this button stands: it grows out of nothing, and the one before
    shrinks away.
    """

    def stands() -> bool:
        return bool(page.browser.execute_script(STANDS, name))

    until(stands, "it is asked")


def take(page: Studio, part: str, found: str) -> None:
    page.click(f"{found}-{part}")
    asked(page)
    page.click("keep")
    until(lambda: not page.find(f"{found}-{part}"), f"{part} is kept")


def test_an_audit_from_lot_to_proof(page: Studio, book: StudyBook) -> None:
    page.open("/quality/audits")
    fill(page, "audit-name", "w 22")
    fill(page, "passed", "900")
    page.click("draw")
    until(lambda: "parts passed and" in words_of(page), "too many are refused in one line")
    assert Audits(book.store).audits() == ()
    fill(page, "passed", "3")
    fill(page, "stopped", "1")
    page.click("draw")
    page.shows("rates", "Escape rate")
    (audit,) = Audits(book.store).audits()
    first = audit.parts[0].part
    looked_at(page, "audit-en")
    page.click(f"good-{first}")
    asked(page)
    # Another person is faster, and saw something else.
    Audits(book.store).take("w 22", first, True, "lee", 5)
    page.click("keep")
    until(lambda: "another result" in words_of(page), "it is told")
    for one in audit.parts[1:]:
        take(page, one.part, "good" if one.passed else "defective")
    page.shows("rates", "1/3 = 33.33%")
    page.open("/quality/audit?name=w%2022", "ko")
    page.shows("rates", "미검출률")
    looked_at(page, "audit-ko")


def test_an_acceptance_run_on_a_tablet(chrome: Any, url: str, book: StudyBook) -> None:
    """A finger plans, draws, looks and signs; an operator only reads."""
    hand = Finger(chrome, url, "en")
    hold(chrome, TABLET, finger=True)
    hand.sign_in("kim", "quality")
    try:
        hand.open("/quality/acceptances")
        hand.fill("run-name", "line 4")
        hand.fill("customer", "Hanbit")
        for field, words in (("escapes", "50"), ("false-rejects", "50"), ("confidence", "90")):
            hand.go(field)
            hand.press("Ctrl+a")
            hand.browser.execute_cdp_cmd("Input.insertText", {"text": words})
            hand.press("Tab")
        hand.shows("needed", "4 passed and 4 stopped")
        hand.find("since")[0].send_keys("11142023")
        hand.press("Tab")
        looked_at(hand, "acceptance-plan-en")
        hand.go("plan")
        hand.shows("standing", "not been drawn")
        hand.go("draw")
        until(lambda: hand.find("waiting-parts"), "parts are drawn")
        looked_at(hand, "acceptance-look-en")
        run = Acceptances(book).show("line 4")
        assert run.audit is not None
        for one in run.audit.parts:
            found = "good" if one.passed else "defective"
            hand.go(f"{found}-{one.part}")
            asked(hand)
            hand.go("keep")
            until(lambda: not hand.find("keep"), "the question is gone")
            until(lambda f=found, p=one.part: not hand.find(f"{f}-{p}"), "it is kept")
        hand.shows("standing", "proven")
        hand.go("sign")
        asked(hand, "do-sign")
        hand.go("do-sign")
        hand.shows("signatures", "kim")
        hand.shows("whole", "as it was signed")
        assert not hand.find("sign"), "nobody signs twice"
        hold(chrome, UPRIGHT, finger=True)
        hand.open("/quality/acceptance?name=line%204", "ko")
        hand.shows("standing", "입증됨")
        looked_at(hand, "acceptance-signed-ko")
        hand.sign_in("olga", "operator")
        hand.open("/quality/acceptance?name=line%204")
        hand.shows("standing", "proven")
        assert not hand.find("sign")
        status, content = fetched(url, "/quality/acceptance.pdf?name=line%204&report=ko")
        assert (status, content[:5]) == (200, b"%PDF-")
        if SHOTS:
            Path(SHOTS, "acceptance-ko.pdf").write_bytes(content)
        assert not hand.errors()
    finally:
        hold(chrome, TABLET, finger=False)
        chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", DESK)


def test_two_people_who_plan_one_name_at_once(book: StudyBook) -> None:
    """The second is told, and the first one's plan stays."""
    plan = Acceptances(book).plans()[0]
    with pytest.raises(StudyError, match=r"acceptance\.taken"):
        Acceptances(book).plan(plan)
