"""The page in a real browser, fed by a real ROS process that plays the cell."""

from __future__ import annotations

import signal
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import psutil
import pytest

pytest.importorskip("selenium", reason="pip install selenium, and chromium with chromium-driver")
from cell.control.alarms import alarm_text, reason_text
from cell.texts import for_ros, render, say
from tests.hmi.browsing import Page

LIMIT_S = 20.0
"""It takes 0.4 s; who waits for open pages to go waits for ever. The rest is for a busy machine."""
SIZES = [(1280, 800), (1920, 1080)]


def alarm(name: str, priority: int) -> dict[str, Any]:
    return {"id": name, "priority": priority, "state": 1, "text": for_ros(alarm_text(name))}


ALARMS = [
    alarm("camera.disconnected", 1),
    alarm("camera.frame_failed", 3),
]
GONE, LOST = (render(one["text"]) for one in ALARMS)


@pytest.mark.parametrize(
    ("verdict", "words"), [("pass", "PASS"), ("reject", "REJECT"), ("review", "REVIEW")]
)
def test_verdict_and_counts(page: Page, fake_cell, verdict: str, words: str) -> None:
    fake_cell.order(
        state={"last_part": "P7", "last_verdict": verdict, "arrived": 12, "passed": 6, "removed": 2}
    )
    page.shows("verdict", words)
    page.shows("count-arrived", "12")
    page.shows("count-yield", "75.0 %")


def test_commands_reach_the_supervisor(page: Page, fake_cell) -> None:
    page.click("start")
    assert fake_cell.call() == {"command": "start", "person": "demo"}
    page.shows("hint-start", "Already running")
    page.until(lambda: not page.enabled("start"), "start is disabled while running")
    page.click("drain")
    assert fake_cell.call()["command"] == "drain"
    fake_cell.order(state={"state": "faulted"})
    page.click("reset")
    assert fake_cell.call()["command"] == "reset"


def test_refusal_is_told(page: Page, fake_cell) -> None:
    fake_cell.order(refuse=for_ros(say("refused.start.emergency_stop")))
    page.click("start")
    assert fake_cell.call()["command"] == "start"
    page.until(lambda: "release it" in page.browser.page_source, "the reason is shown")


def test_belt_is_clear_only_after_a_look(page: Page, fake_cell) -> None:
    parts = [{"part": "P31", "state": "unknown", "x": -0.5}]
    fake_cell.order(state={"state": "purge_required", "parts": parts})
    page.click("confirm_clear")
    page.shows("clear-expected", "1 part(s) there: P31")
    assert not page.enabled("clear-confirm")
    page.click("clear-seen")
    page.click("clear-confirm")
    page.until(lambda: not page.covered("clear-title"), "the dialog closes")
    assert fake_cell.call() == {"command": "confirm_clear", "person": "demo"}


def test_question_is_withdrawn_when_the_state_changes(page: Page, fake_cell) -> None:
    fake_cell.order(state={"state": "purge_required"})
    page.click("confirm_clear")
    page.shows("clear-expected", "look all the same")
    page.until(lambda: page.covered("clear-title"), "the dialog is open")
    fake_cell.order(state={"state": "running"})
    page.shows("hint-start", "Already running")
    page.until(lambda: not page.covered("clear-title"), "the dialog closes")
    assert fake_cell.idle()


def test_alarms_are_acknowledged(page: Page, fake_cell) -> None:
    fake_cell.order(state={"alarms": ALARMS})
    page.shows("alarm-text", f"{GONE}|{LOST}")
    page.click("acknowledge camera.disconnected")
    assert fake_cell.call() == {"acknowledge": "camera.disconnected", "person": "demo"}
    page.shows("alarm-text", f"{LOST}|{GONE}")
    page.click("acknowledge-all")
    assert fake_cell.call()["acknowledge"] == ""
    page.until(lambda: not page.covered("acknowledge-all"), "nothing is left to acknowledge")


def test_a_shelved_alarm_stays_in_sight_and_comes_back_by_one_touch(page: Page, fake_cell) -> None:
    shelf = {"state": 0, "shelved_by": "lee", "shelved_why": "cable on order"}
    fake_cell.order(state={"alarms": ALARMS[:1], "shelved": [ALARMS[1] | shelf]})
    page.shows("shelved-title", "Shelved: 1")
    page.shows("shelved-head", "lee · cable on order")
    assert page.text("alarm-text") == GONE
    page.click("unshelve camera.frame_failed")
    assert fake_cell.call() == {"shelve": "camera.frame_failed", "minutes": 0, "person": "demo"}
    page.until(lambda: not page.find("shelved-title"), "nothing is shelved any more")


def test_the_first_alarm_of_a_stop_is_marked(page: Page, fake_cell) -> None:
    fake_cell.order(state={"alarms": ALARMS, "first_out": "camera.disconnected"})
    page.until(lambda: "FIRST" in page.text("alarm-head"), "the first is marked")
    first, other = page.text("alarm-head").split("|")
    assert first.startswith("FIRST")
    assert "FIRST" not in other


def test_language_switch(page: Page, fake_cell) -> None:
    fake_cell.order(state={"last_part": "P1", "last_verdict": "reject", "alarms": ALARMS})
    page.shows("verdict", "REJECT")
    page.click("language")
    page.shows("verdict", "불합격")
    page.shows("hint-start", "벨트 가동")
    page.shows("alarm-text", "카메라 연결이 끊겼습니다")
    page.click("language")
    page.shows("verdict", "REJECT")


def test_reasons_and_refusals_are_in_the_pages_language(page: Page, fake_cell) -> None:
    reason = "not inspected: no verdict in time"
    told = say("verdict.not_inspected", why=say("uninspected.late"))
    fake_cell.order(
        state={"last_part": "P8", "last_verdict": "reject", "last_reason": for_ros(told)},
        refuse=for_ros(say("refused.start.emergency_stop")),
    )
    page.until(lambda: reason in page.browser.page_source, "the reason in English")
    page.click("language")
    korean = "검사하지 못함: 판정이 제때 나오지 않았습니다"
    page.until(lambda: korean in page.browser.page_source, "the reason in Korean")
    page.click("start")
    assert fake_cell.call()["command"] == "start"
    page.until(lambda: "해제한 뒤 시작하세요" in page.browser.page_source, "the refusal in Korean")
    page.click("language")
    page.until(lambda: reason in page.browser.page_source, "English again")


def test_picture_with_defects(page: Page, fake_cell, tmp_path: Path) -> None:
    view = tmp_path / "view.jpg"
    cv2.imwrite(str(view), np.full((640, 640), 128, np.uint8))
    defect = {
        "class_name": "short",
        "score": 0.9,
        "x_min": 9.0,
        "y_min": 9.0,
        "x_max": 40.0,
        "y_max": 40.0,
    }
    seen = {"trigger": 41, "ok": True, "view": str(view), "defects": [defect]}
    fake_cell.order(inspect={"part": "P2", **seen})
    fake_cell.order(state={"last_part": "P1", "last_verdict": "pass"})
    page.shows("verdict", "PASS")
    assert page.text("picture-caption") == "", "another part's picture is not shown"
    fake_cell.order(state={"last_part": "P2", "last_verdict": "reject"})
    page.shows("picture-caption", "#41")
    script = "return document.querySelectorAll('.picture-svg .mark').length"
    page.until(lambda: page.browser.execute_script(script) == 1, "one outline")
    fetched = "return fetch(document.querySelector('image').href.baseVal).then(r => r.status)"
    assert page.browser.execute_script(fetched) == 200


def test_nothing_comes_from_another_host(page: Page, hmi) -> None:
    script = "return performance.getEntriesByType('resource').map(entry => entry.name)"
    loaded = page.browser.execute_script(script)
    assert loaded
    assert [url for url in loaded if not url.startswith((hmi.url, "data:"))] == []


def test_silent_cell_covers_the_page(page: Page, fake_cell) -> None:
    fake_cell.order(silent=True)
    page.until(lambda: page.covered("link-lost"), "the page says that the cell is silent")
    page.shows("link-lost", "No connection to the cell")
    page.shows("hint-start", "No connection to the cell")
    fake_cell.order(silent=False)
    page.until(lambda: not page.covered("link-lost"), "the page is live again")


def test_why_the_cell_stands_can_be_read_whole(page: Page, fake_cell) -> None:
    # Whoever may label has one key more in the header, and a long state leaves little room.
    told = for_ros(reason_text("cell.contents_unknown"))
    fake_cell.order(state={"state": "purge_required", "reason": told})
    page.until(lambda: "by hand, confirm it" in page.browser.page_source, "the reason")
    cut = """return [...document.querySelectorAll('.header, .reason, .header .key-hint')].filter(
        (e) => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 2
          || e.getBoundingClientRect().right > innerWidth).map((e) => e.className)"""
    for width in (1280, 1024, 810):
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        assert page.browser.execute_script(cut) == [], width
    page.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_an_unknown_cell_is_said_and_pretends_nothing(page: Page, fake_cell) -> None:
    fake_cell.order(
        state={
            "state": "unknown",
            "reason": for_ros(reason_text("cell.belt_silent")),
        }
    )
    page.until(lambda: "NOT KNOWN YET" in page.browser.page_source, "the state's word")
    page.until(lambda: "The belt PLC has not" in page.browser.page_source, "the reason")
    page.shows("count-arrived", "–")
    page.shows("count-on_belt", "–")
    for command in ("start", "stop", "drain", "reset", "confirm_clear"):
        page.shows(f"hint-{command}", "The belt PLC has not answered yet")
        assert not page.enabled(command)
    fake_cell.order(state={"state": "purge_required"})
    page.shows("count-arrived", "0")
    page.until(lambda: page.enabled("confirm_clear"), "the belt can be cleared")


LAST_WORDS = [{"alarm": "process.restart_limit", "detail": "supervisor: five deaths in a minute"}]


def test_the_launchers_last_words_stand_on_the_cover(page: Page, fake_cell) -> None:
    fake_cell.order(advisories={"launcher": LAST_WORDS})
    page.shows("alarm-text", "not restarted any more (supervisor: five deaths in a minute)")
    assert not page.find("acknowledge process.restart_limit")
    fake_cell.order(silent=True, processes=[])
    page.until(lambda: page.covered("link-lost"), "the page says that the cell is silent")
    page.shows("told", "not restarted any more (supervisor: five deaths in a minute)")
    page.browser.get(page.browser.current_url)  # whoever opens the page afterwards reads it too
    page.shows("told", "not restarted any more")
    fake_cell.order(reset=True)
    fake_cell.order(advisories={"launcher": []})
    page.live()
    page.until(lambda: page.text("told") == page.text("alarm-text") == "", "its words are over")


def test_an_alarm_that_two_tell_stands_once_and_costs_no_page(page: Page, fake_cell) -> None:
    listed = {
        "id": "process.restart_limit", "source": "process", "priority": 1, "state": 1,
        "text": "not restarted any more",
    }  # fmt: skip
    fake_cell.order(state={"alarms": [listed]}, advisories={"launcher": LAST_WORDS})
    page.shows("alarm-text", "not restarted any more")
    fake_cell.order(silent=True)
    page.until(lambda: page.covered("link-lost"), "the page says that the cell is silent")
    page.browser.get(page.browser.current_url)  # whoever opens it now gets a page as well
    page.until(lambda: page.covered("link-lost"), "the page is there")
    page.shows("alarm-text", "five deaths in a minute")
    assert len(page.find("alarm-text")) == 1
    fake_cell.order(reset=True)
    fake_cell.order(advisories={"launcher": []})
    page.live()


def test_frozen_server_covers_the_page(page: Page, hmi) -> None:
    hmi.process.send_signal(signal.SIGSTOP)
    try:
        page.until(lambda: page.covered("page-frozen"), "the browser sees that nothing comes")
    finally:
        hmi.process.send_signal(signal.SIGCONT)
    page.until(lambda: not page.covered("page-frozen"), "the page is refreshed again")


def test_dead_process_is_shown(page: Page, fake_cell) -> None:
    page.until(lambda: "MiB" in page.text("process-camera"), "the camera lives")
    fake_cell.order(processes=["belt", "inspector", "supervisor", "robot", "recorder"])
    page.shows("process-camera", "NOT RUNNING")
    assert "MiB" in page.text("process-hmi")


OUTSIDE = """return [...document.querySelectorAll('.page *:not(svg *)')].filter(e => {
    const b = e.getBoundingClientRect();
    return b.width && e.innerText && (b.right > innerWidth + 1 || b.bottom > innerHeight + 1);
}).map(e => e.className)"""
CLIPPED = """return [...document.querySelectorAll(
    '.verdict-word, .state-word, .key-name, .count-number')].filter(e => {
    const panel = e.parentElement.parentElement.getBoundingClientRect();
    return e.scrollWidth > e.clientWidth + 1 || e.getBoundingClientRect().right > panel.right;
}).map(e => e.innerText)"""
SMALL = """return [...document.querySelectorAll('button')].map(b => b.getBoundingClientRect())
    .filter(r => r.width && r.height < 38).length"""


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_fits_the_panel(page: Page, hmi, fake_cell, width: int, height: int, lang: str) -> None:
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    page.browser.get(f"{hmi.url}?lang={lang}")
    fake_cell.order(state={"state": "purge_required", "last_part": "P1", "last_verdict": "reject"})
    fake_cell.order(advisories={"launcher": []})
    page.live()
    page.until(lambda: page.text("process-launcher"), "the launcher is heard as well")
    page.until(lambda: page.text("verdict") in ("REJECT", "불합격"), "the verdict")
    outside, clipped = page.browser.execute_script(OUTSIDE), page.browser.execute_script(CLIPPED)
    small = page.browser.execute_script(SMALL)
    page.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert (outside, clipped, small) == ([], [], 0)


@pytest.mark.usefixtures("fake_cell")
def test_fetches_that_nobody_shows_cost_no_page(browser, start_hmi, until) -> None:
    other, shown = start_hmi(), Page(browser, until)
    browser.get(other.url)
    shown.live()
    memory = psutil.Process(other.process.pid).memory_info
    before = memory().rss
    answers = [fetch(other.url) for _ in range(1000)]
    assert {code for code, _ in answers} == {200, 503}
    assert all("Retry-After" in headers for code, headers in answers if code == 503)
    assert {fetch(f"{other.url}{path}")[0] for path in ("nothing", "_nicegui/nothing")} == {
        404,
        503,
    }
    assert memory().rss - before < 30 * 2**20
    assert not shown.covered("page-frozen"), "a page that is open is not touched"
    browser.get(other.url)  # its turn comes when the pages of before are let go
    until(lambda: shown.find("start"), "the page opens by itself", 60.0)
    shown.live()


def fetch(url: str) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            answer.read()
            return answer.status, answer.headers
    except urllib.error.HTTPError as error:
        error.read()
        return error.code, error.headers


def test_an_open_page_does_not_hold_up_the_end(browser, start_hmi, fake_cell, until) -> None:
    other, shown = start_hmi(), Page(browser, until)
    browser.get(other.url)
    fake_cell.order(state={"last_part": "P1", "last_verdict": "pass"})
    shown.live()
    before = time.monotonic()
    other.process.terminate()
    assert other.process.wait(LIMIT_S) == 0
    assert time.monotonic() - before < LIMIT_S
    until(lambda: shown.covered("page-frozen"), "the page says that it is frozen")
