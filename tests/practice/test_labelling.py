"""A quality engineer learns the relabelling by doing it: in a real browser, with pictures that the
real cell has taken at the twin.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("selenium", reason="pip install selenium, and chromium with chromium-driver")

from tests.hmi.conftest import until
from tests.practice.learner import started
from tests.studio.hands import Keyboard

HOST, DOMAIN = "127.0.74.12", 75
FIRST_S, AGAIN_S = 120.0, 15.0


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the page of `cell practice --course labelling`."""
    with started(tmp_path_factory.mktemp("practice"), HOST, DOMAIN, "labelling") as url:
        yield url


def click(hand: Keyboard, name: str, limit_s: float = 60.0) -> None:
    until(lambda: hand.enabled(name), f"{name} can be used", limit_s)
    hand.find(name)[0].click()


def done(hand: Keyboard) -> str:
    until(lambda: hand.find("practice-outcome"), "the lesson is done")
    said = hand.text("practice-outcome") + hand.text("practice-why")
    click(hand, "practice-next")
    until(lambda: not hand.find("practice-outcome"), "the next one")
    return said


def test_a_label_a_second_look_and_a_set(browser: Any, practice: str) -> None:
    hand = Keyboard(browser, practice, "en")
    hand.arrive("/studio?lang=en")
    until(lambda: hand.find("practice-name"), "the strip")
    field = hand.find("practice-name")[0]
    field = field if field.tag_name == "input" else field.find_element("css selector", "input")
    field.send_keys("Park Ji-u")
    click(hand, "practice-course-labelling")

    click(hand, "practice-begin", FIRST_S)  # when the first picture waits
    until(lambda: hand.find("practice-task"), "it has begun")
    hand.arrive("/studio?lang=en")
    hand.shows("practice-task", "draw a box")
    hand.go("start")
    hand.shown()
    label(hand)
    assert "mistakes 0" in done(hand)

    click(hand, "practice-begin", FIRST_S)
    until(lambda: hand.find("practice-task"), "it has begun")

    # The colleague's: nobody looks a second time at what he has labelled himself.
    there, came = '[data-test^="open-"]', 0.0

    def waiting() -> bool:
        """The page is opened anew from time to time: he labels while it is looked at."""
        nonlocal came
        if time.monotonic() - came > AGAIN_S:
            hand.arrive("/studio?lang=en&state=review")
            came = time.monotonic()
        return len(browser.find_elements("css selector", there)) > 1

    until(waiting, "second looks", FIRST_S)
    links = browser.find_elements("css selector", there)
    for address in [link.get_attribute("href") for link in links]:
        browser.get(address)
        until(lambda: hand.enabled("good"), "a picture")
        if "second look" in hand.text("purpose"):  # one's own label leads to something else
            break
    hand.shown()
    label(hand)
    done(hand)

    click(hand, "practice-begin")
    until(lambda: hand.find("practice-task"), "it has begun")
    hand.arrive("/studio/sets?lang=en")

    def frozen() -> bool:
        if hand.find("practice-outcome"):
            return True
        hand.arrive("/studio/sets?lang=en")
        until(lambda: hand.find("set-name"), "the sets")
        hand.freeze("practised")
        return bool(hand.find("practice-outcome"))

    until(frozen, "a set is frozen")
    done(hand)
    hand.shows("practice-points", "passed")


def label(hand: Keyboard) -> None:
    """A box where the model proposes none, else what it proposes; saved."""
    if hand.tags():
        hand.press("Enter")
    else:
        hand.box("short")
