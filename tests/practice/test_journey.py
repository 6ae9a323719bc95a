"""People learn at the real pages, in a real browser, with the real cell at the twin: one
passes, one makes mistakes, breaks off and goes on.
"""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("selenium", reason="pip install selenium, and chromium with chromium-driver")

from cell.texts import tr
from cell.trainer.lessons import COURSES, Course
from tests.hmi.browsing import Page
from tests.hmi.conftest import until
from tests.practice.learner import Learner, started
from tests.studio.hands import DESK, TABLET, UPRIGHT, Finger, hold

HOST, DOMAIN = "127.0.74.11", 74
FAULT_S = 120.0


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the page of `cell practice`."""
    with started(tmp_path_factory.mktemp("practice"), HOST, DOMAIN, "operator") as url:
        yield url


@pytest.fixture
def page(browser: Any, practice: str) -> Page:
    browser.get(practice + "?lang=en")
    made = Page(browser, until)
    made.live()
    return made


def bring_back(learner: Learner) -> None:
    """From a fault to production, as the keys allow."""
    page = learner.page

    def one() -> bool:
        if page.find("practice-outcome"):
            return True
        for key in ("start", "reset"):
            if page.enabled(key):
                page.touch(key)
                return False
        if page.enabled("confirm_clear") and not page.enabled("start"):
            learner.confirm()
        return False

    until(one, "back in production", FAULT_S)


def alarm(page: Page) -> None:
    """The lesson's own: another one may stand from before, and stops nothing."""

    def stopped() -> bool:
        return page.covered("acknowledge-all") and page.enabled("confirm_clear")

    until(stopped, "an alarm", FAULT_S)


def going(learner: Learner, true: Callable[[], Any], what: str) -> None:
    """Wait; where a busy machine stops the cell meanwhile, bring it back, which is no mistake."""
    page = learner.page

    def one() -> bool:
        if true():
            return True
        if page.enabled("start") or page.enabled("reset"):
            page.touch("start" if page.enabled("start") else "reset")
        elif page.enabled("confirm_clear"):
            page.click("practice-act-clear_belt")
            learner.confirm()
        return False

    until(one, what, FAULT_S)


def override(learner: Learner) -> None:
    page = learner.page

    def touched() -> bool:
        if page.find("practice-outcome"):
            return True
        for key in page.find("override-pass"):
            key.click()
        return False

    going(learner, touched, "a false call")


def blocked(page: Page) -> bool:
    """Whether the page says that the machine after the cell takes nothing."""
    said = page.text("feed")
    return "cannot" in said or "wait" in said


def exchange(learner: Learner, name: str) -> None:
    """A bin, from the view of the bins to the empty one in its place."""
    page = learner.page
    page.click("view-bins")
    took = f"bin-out-{name}", f"bin-in-{name}"
    for key, other in (took, took[::-1]):
        if key != took[0]:
            page.click("practice-act-swap_bin")

        def touched(key: str = key, other: str = other) -> bool:
            """The cell refuses while the arm moves."""
            if page.enabled(other):
                return True
            # Once: the question may just be going, and would be waited for in vain.
            if page.covered("bin-confirm"):
                page.touch("bin-confirm")
            elif page.enabled(key):
                page.touch(key)
            return False

        until(touched, f"{other} after {key}", FAULT_S)
    page.click("view-line")


CROWDED = """
const panel = document.querySelector(".verdict"), own = panel.getBoundingClientRect();
const seen = [...panel.querySelectorAll(
  ".verdict-part, .verdict-word, .verdict-reason, .override button, .history-row svg"
)].filter((one) => one.checkVisibility() && (one.innerText ?? "x") !== "");
const found = [];
const box = (one) => one.getBoundingClientRect();
const tell = (one) => one.dataset?.test ?? one.getAttribute("class");
for (const [n, a] of seen.entries()) {
  if (box(a).bottom > own.bottom + 1) found.push(`${tell(a)} is cut`);
  for (const b of seen.slice(n + 1)) {
    const across = Math.min(box(a).right, box(b).right) - Math.max(box(a).left, box(b).left);
    const down = Math.min(box(a).bottom, box(b).bottom) - Math.max(box(a).top, box(b).top);
    if (across > 1 && down > 1) found.push(`${tell(a)} over ${tell(b)}`);
  }
}
return found;
"""


def fits(page: Page, practice: str, task: str) -> None:
    """At a tablet, either way up: the task and the machine's key are in sight and hit by a finger,
    nothing lies over the verdict's keys, none is cut.
    """
    try:
        for size in (TABLET, UPRIGHT):
            hold(page.browser, size, finger=True)
            until(lambda: not page.browser.execute_script(CROWDED), f"room for the verdict: {size}")
            found = page.browser.execute_script(WITHIN, ["practice-task", task, "stop", "drain"])
            assert found == [], size
            assert Finger(page.browser, practice, "en").axe() == []
    finally:
        hold(page.browser, DESK, finger=False)


WITHIN = """
return arguments[0].filter((name) => {
  const box = document.querySelector(`[data-test="${name}"]`)?.getBoundingClientRect();
  return !box || box.top < 0 || box.left < 0 || box.right > innerWidth || box.bottom > innerHeight
    || Math.min(box.width, box.height) < (name === "practice-task" ? 1 : 44);
});
"""


def test_whoever_does_it_right_passes_and_gets_a_certificate(page: Page, practice: str) -> None:
    kim = Learner(page, "Kim Min-jun")
    kim.come()
    said = []
    kim.begin("start")
    kim.confirm()
    page.click("start")
    said.append(kim.done())
    kim.begin("stop")
    page.click("stop")
    page.click("start")
    said.append(kim.done())
    kim.begin("override")
    override(kim)
    said.append(kim.done())
    kim.begin("outfeed")
    going(kim, lambda: blocked(page), "the outfeed is blocked")
    fits(page, practice, "practice-act-free_outfeed")
    page.click("practice-act-free_outfeed")
    said.append(kim.done())
    kim.begin("bins")
    exchange(kim, "scrap")
    page.click("start")
    said.append(kim.done())
    for lesson, first in (("crash", ()), ("alarm", ("release_stop",)), ("drop", ())):
        kim.begin(lesson)
        alarm(page)
        for act in (*first, "clear_belt"):
            page.click(f"practice-act-{act}")
        kim.acknowledge()
        bring_back(kim)
        said.append(kim.done())
    kim.begin("drain")
    page.click("drain")
    said.append(kim.done())
    assert all("mistakes 0" in one for one in said), said
    page.shows("practice-points", "passed")
    for lang in ("en", "ko"):
        address = f"{practice}practice/certificate.pdf?lang={lang}"
        with urllib.request.urlopen(address, timeout=60) as answer:
            assert answer.headers["Content-Type"] == "application/pdf"
            assert answer.read(5) == b"%PDF-"


def test_whoever_errs_has_fewer_points_and_goes_on_where_he_was(page: Page, practice: str) -> None:
    lee = Learner(page, "Lee Seo-yeon")
    lee.nobody()
    lee.come()
    lee.begin("start")
    lee.confirm()
    page.click("start")
    lee.done()
    lee.begin("stop")
    page.click("drain")  # not what the lesson asks for
    page.shows("practice-mistake", "Run empty")
    page.shows("practice-count", "1")
    until(lambda: page.enabled("start"), "the belt is empty", FAULT_S)
    page.click("start")
    page.click("stop")
    page.click("start")
    assert points(lee.done()) < 100
    lee.begin("override")
    page.click("practice-break-off")
    page.click("practice-leave")
    page.browser.refresh()
    page.live()
    lee.come()
    until(lambda: lee.comes_next("override"), "goes on")
    done = [
        one for one in COURSES[Course.OPERATOR] if ":" in page.text(f"practice-chip-{one.name}")
    ]
    assert [one.name for one in done] == ["start", "stop"]
    hold(page.browser, UPRIGHT, finger=True)
    finger = Finger(page.browser, practice, "en")
    finger.go("practice-chip-start")  # a finger hits it
    until(lambda: lee.comes_next("start"), "it is repeated")
    finger.go("practice-leave")
    until(lambda: page.find("practice-name"), "he has left")
    hold(page.browser, DESK, finger=False)
    lee.come()
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{practice}practice/certificate.pdf?lang=en", timeout=60)
    assert refused.value.code == 409


def test_the_way_round_can_be_taken_and_skipped(page: Page) -> None:
    Learner(page, "").nobody()
    page.browser.get(page.browser.current_url.partition("?")[0] + "?lang=ko&tour=1")
    page.live()
    seen = []
    while len(seen) < 9:
        page.until(lambda: page.find("tour"), "the card")
        seen.append(page.text("tour"))
        page.click("tour-next")
    assert tr("tour.state.title", "ko") in seen[0]
    assert tr("tour.controls.title", "ko") in seen[7]
    page.until(lambda: not page.find("tour"), "the end")
    page.click("practice-tour")
    page.until(lambda: page.find("tour-skip"), "the card again")
    page.click("tour-skip")
    page.until(lambda: not page.find("tour"), "it is skipped")


def points(outcome: str) -> int:
    found = re.search(r"(\d+) of 100", outcome)
    assert found, outcome
    return int(found[1])
