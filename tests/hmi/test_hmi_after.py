"""The latest parts by touch: before the arm an override, afterwards a word for the records."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("selenium", reason="pip install selenium, and chromium with chromium-driver")
from cell.texts import for_ros, say
from tests.hmi.browsing import Page
from tests.hmi.test_hmi_override import on_belt


def through(part: str, verdict: str = "pass", **more: Any) -> dict[str, Any]:
    other = "reject" if verdict == "pass" else "pass"
    how = ("passed", "") if verdict == "pass" else ("removed", "scrap")
    told = {"part": part, "verdict": verdict, "verdicts": [other]}
    return told | {"disposition": how[0], "bin": how[1]} | more


LINE = {
    "state": "running",
    "last_part": "P9",
    "last_verdict": "pass",
    "parts": [on_belt(part="P9", verdict="pass", bin="")],
    "closed": [through("P8"), through("P7", "reject")],
}


@pytest.fixture
def parts(page: Page, fake_cell: Any) -> Page:
    fake_cell.order(state=LINE)
    page.until(lambda: page.text("verdict") == "PASS", "the last verdict")

    def there() -> bool:
        if not page.covered("parts-list"):
            page.click("view-parts")
        return page.covered("head-P7")

    page.until(there, "the latest parts")
    yield page
    page.click("view-line")


def test_a_missed_defect_is_one_touch_and_can_be_withdrawn(parts: Page, fake_cell: Any) -> None:
    page = parts
    page.shows("head-P8", "through")
    page.shows("head-P7", "in bin")
    page.click("reject-P8")
    asked = fake_cell.call()["reassess"]
    assert (asked["part"], asked["verdict"], asked["person"]) == ("P8", "reject", "demo")
    assert "override.missed_defect" in asked["reason"]
    page.shows("said-P8", "it has a defect (demo)")
    page.click("withdraw-P8")
    assert fake_cell.call()["reassess"]["verdict"] == ""
    page.until(lambda: not page.find("withdraw-P8"), "nothing is said any more")
    page.click("pass-P7")
    assert fake_cell.call()["reassess"]["part"] == "P7"
    page.shows("said-P7", "it was good")


def test_a_part_before_the_arm_is_overridden_instead(parts: Page, fake_cell: Any) -> None:
    page = parts
    page.shows("head-P9", "on the belt")
    page.click("reject-P9")
    assert fake_cell.call()["override"]["part"] == "P9"
    page.shows("words-P9", "REJECT")


def test_what_comes_too_late_for_the_belt_is_said(parts: Page, fake_cell: Any) -> None:
    """The part has passed the arm, and the page does not know it yet."""
    page = parts
    fake_cell.order(refuse=for_ros(say("refused.override.closed", part="P9")))
    page.click("reject-P9")
    fake_cell.call()
    page.until(lambda: "no open account" in page.browser.page_source, "the refusal is shown")
    fake_cell.order(refuse="", state={"parts": [], "closed": [through("P9"), *LINE["closed"]]})
    page.shows("head-P9", "through")
    page.click("reject-P9")
    assert fake_cell.call()["reassess"]["part"] == "P9"


def test_new_parts_wait_until_they_are_asked_for(parts: Page, fake_cell: Any) -> None:
    """A row that moves under the finger would be another part's."""
    page = parts
    top = "return document.querySelector('[data-test=\"part-P8\"]').getBoundingClientRect().top"
    before = page.browser.execute_script(top)
    fake_cell.order(
        state={"closed": [through("P9"), *LINE["closed"]], "parts": [on_belt(part="P10")]}
    )
    page.shows("parts-newer", "1")
    assert page.browser.execute_script(top) == before
    page.click("parts-newer")
    page.until(lambda: page.find("head-P10"), "the newest part")


def test_the_last_part_has_its_keys_on_the_line_too(page: Page, fake_cell: Any) -> None:
    fake_cell.order(
        state={"last_part": "P7", "last_verdict": "reject", "parts": [], "closed": LINE["closed"]}
    )
    page.shows("override-why", "Through already")
    page.click("after-pass")
    assert fake_cell.call()["reassess"]["part"] == "P7"
    page.shows("override-why", "it was good (demo)")
    page.click("after-withdraw")
    assert fake_cell.call()["reassess"]["verdict"] == ""


ROW = """return document.querySelector('[data-test="acknowledge %s"]')"""


def alarm(name: str, priority: int) -> dict[str, Any]:
    return {"id": name, "priority": priority, "state": 1, "text": name}


POINT = """const r = arguments[0].getBoundingClientRect();
    return [Math.round(r.x + r.width / 2), Math.round(r.y + r.height / 2)]"""


def test_no_touch_is_lost_while_alarms_pour_in(page: Page, fake_cell: Any) -> None:
    """The finger is down while rows come above the one that it lies on, and up after them: the
    order is for the alarm that was touched, and its key is the same element all the time.
    """
    page.browser.get_log("browser")
    standing = [alarm("camera.frame_failed", 3)]
    fake_cell.order(state={"state": "running", "alarms": standing})
    page.until(lambda: page.find("acknowledge camera.frame_failed"), "the alarm")
    key = page.find("acknowledge camera.frame_failed")[0]
    x, y = page.browser.execute_script(POINT, key)
    mouse(page, "mousePressed", x, y)
    for more in range(1, 4):
        standing = [alarm(f"belt.watchdog{more}", 1), *standing]
        fake_cell.order(state={"alarms": standing})
        page.until(lambda n=more: page.find(f"acknowledge belt.watchdog{n}"), "one more above")
    assert page.browser.execute_script(POINT, key) != [x, y], "the row has moved, and is the same"
    mouse(page, "mouseReleased", x, y)
    assert fake_cell.call() == {"acknowledge": "camera.frame_failed", "person": "demo"}
    assert fake_cell.idle()


def test_no_finger_is_lost_either(page: Page, fake_cell: Any) -> None:
    fake_cell.order(state={"state": "running", "alarms": [alarm("camera.frame_failed", 3)]})
    page.until(lambda: page.find("acknowledge camera.frame_failed"), "the alarm")
    x, y = page.browser.execute_script(POINT, page.find("acknowledge camera.frame_failed")[0])
    finger(page, "touchStart", x, y)
    alarms = [alarm("belt.watchdog", 1), alarm("camera.frame_failed", 3)]
    fake_cell.order(state={"alarms": alarms})
    page.until(lambda: page.find("acknowledge belt.watchdog"), "one more above")
    finger(page, "touchEnd")
    assert fake_cell.call() == {"acknowledge": "camera.frame_failed", "person": "demo"}
    assert fake_cell.idle()


def test_a_touch_of_what_has_gone_meets_nothing_else(page: Page, fake_cell: Any) -> None:
    """Its cause is over and the row below has moved under the finger."""
    alarms = [alarm("belt.watchdog", 1), alarm("camera.frame_failed", 3)]
    fake_cell.order(state={"state": "running", "alarms": alarms})
    page.until(lambda: page.find("acknowledge belt.watchdog"), "the alarm")
    x, y = page.browser.execute_script(POINT, page.find("acknowledge belt.watchdog")[0])
    mouse(page, "mousePressed", x, y)
    fake_cell.order(state={"alarms": alarms[1:]})
    page.until(lambda: not page.find("acknowledge belt.watchdog"), "it is gone")
    mouse(page, "mouseReleased", x, y)
    fake_cell.order(state={"reason": "a later word"})
    page.until(lambda: "a later word" in page.browser.page_source, "what came after the touch")
    assert fake_cell.idle()


def test_the_focus_stays_on_its_key(page: Page, fake_cell: Any) -> None:
    """For those who use keys: Enter still means the alarm that had the focus."""
    fake_cell.order(state={"state": "running", "alarms": [alarm("camera.frame_failed", 3)]})
    page.until(lambda: page.find("acknowledge camera.frame_failed"), "the alarm")
    page.browser.execute_script(
        "arguments[0].focus()", page.find("acknowledge camera.frame_failed")[0]
    )
    alarms = [alarm("belt.watchdog", 1), alarm("belt.jam", 2), alarm("camera.frame_failed", 3)]
    fake_cell.order(state={"alarms": alarms})
    page.until(lambda: page.find("acknowledge belt.jam"), "more above")
    page.until(
        lambda: page.browser.execute_script(FOCUSED) == "acknowledge camera.frame_failed", "focus"
    )
    page.browser.switch_to.active_element.send_keys("\n")
    assert fake_cell.call() == {"acknowledge": "camera.frame_failed", "person": "demo"}


FOCUSED = "return document.activeElement?.dataset.test ?? ''"


def mouse(page: Page, kind: str, x: int, y: int) -> None:
    told = {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1}
    page.browser.execute_cdp_cmd("Input.dispatchMouseEvent", told)


def finger(page: Page, kind: str, *at: int) -> None:
    points = [{"x": at[0], "y": at[1]}] if at else []
    page.browser.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
