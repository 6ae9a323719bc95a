"""Two people at a page: one who has no mouse and goes by Tab, one who has nothing but a finger."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, NamedTuple

from selenium.webdriver import ActionChains

from tests.hmi.conftest import until
from tests.studio.browsing import Studio

MOST_STEPS = 60
FOCUSED = "return document.activeElement?.closest('[data-test]')?.dataset.test ?? ''"
REACHED = """
const element = [...document.querySelectorAll(arguments[0])].find((one) => one.checkVisibility());
if (!element || element.disabled || document.readyState !== "complete") return null;
element.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
const whole = element.closest(".q-field__control") ?? element;
const { x, y, width, height } = whole.getBoundingClientRect();
const at = [x + width / 2, y + height / 2], hit = document.elementFromPoint(...at);
const open = hit && (element.contains(hit) || hit.closest("label")?.contains(element));
return open ? [...at, width, height] : null;
"""
"""Middle and size of what lies open to a finger; null while something covers it."""
LEAST = 44
"""The smallest side that a finger hits without aiming [px]."""
STILL_S = 0.1
DOUBLE_TAP_S = 0.35
"""Taps that follow each other faster are one gesture to the browser (300 ms)."""


class Size(NamedTuple):
    """A screen, in its own pixels."""

    width: int
    height: int


DESK, TABLET, UPRIGHT = Size(1280, 800), Size(1024, 768), Size(810, 1080)


class Hand(Studio):
    """`lang`: the reader's, chosen at the sign-in page and kept by the browser since. What the two
    do alike; how each does it is its own.
    """

    def __init__(self, browser: Any, url: str, lang: str) -> None:
        super().__init__(browser, url.rstrip("/"))
        self.lang = lang

    def go(self, name: str) -> None:
        """Press what bears this name."""
        raise NotImplementedError

    def pin(self, digits: str) -> None:
        """Sign in with the PIN of who has been chosen."""
        raise NotImplementedError

    def sign_in_with(self, name: str, password: str) -> None:
        """At the sign-in page."""
        raise NotImplementedError

    def box(self, kind: str) -> None:
        """A box in the picture, of the class `kind`, the second one; saved."""
        raise NotImplementedError

    def freeze(self, name: str) -> None:
        """Make a label set."""
        raise NotImplementedError

    def choose(self, name: str, words: str) -> None:
        """Choose from a list that opens."""
        self.go(name)
        until(lambda: self.options(), f"{name} is open")
        self.pick(words)
        until(lambda: not self.options(), f"{name} is closed")

    def pick(self, words: str) -> None:
        """Take one of the open list."""
        raise NotImplementedError

    def options(self) -> list[Any]:
        """What the open list offers."""
        return list(self.browser.find_elements("css selector", ".q-menu .q-item"))

    def arrive(self, path: str) -> None:
        """Open a page as a bookmark does."""
        self.browser.get(f"{self.url}{path}")

    def type(self, words: str) -> None:
        """As a person does: who ends a word by Enter at once is taken for a badge reader."""
        ActionChains(self.browser, duration=0).send_keys(words).pause(0.1).perform()

    def still(self, element: Any) -> dict[str, float] | None:
        """Where it is on the screen; None while it moves, as in a list that is just opening."""
        script = "return arguments[0].getBoundingClientRect().toJSON()"
        before: dict[str, float] = self.browser.execute_script(script, element)
        time.sleep(STILL_S)
        return before if self.browser.execute_script(script, element) == before else None

    def spoken(self) -> str:
        """The page's language, as it says itself."""
        return str(self.browser.execute_script("return document.documentElement.lang"))

    def pressed(self, name: str) -> bool:
        """Whether a key that stays down is."""
        return bool(self.find(name)[0].get_attribute("aria-pressed") == "true")

    def downloads(self, folder: Path) -> None:
        told = {"behavior": "allow", "downloadPath": str(folder)}
        self.browser.execute_cdp_cmd("Browser.setDownloadBehavior", told)


class Keyboard(Hand):
    """Goes through a page by Tab, and presses what has the focus."""

    def reach(self, name: str) -> None:
        """Tab until it has the focus; anew where the page was drawn again meanwhile."""
        until(lambda: self.enabled(name), f"{name} can be used")
        for _ in range(MOST_STEPS):
            if self.focused() == name:
                return
            self.press("Tab")
        raise AssertionError(f"Tab never comes to {name}")

    def go(self, name: str) -> None:
        self.reach(name)
        self.press("Enter")

    def focused(self) -> str:
        return str(self.browser.execute_script(FOCUSED))

    def pin(self, digits: str) -> None:
        self.type(digits)
        self.press("Enter")

    def sign_in_with(self, name: str, password: str) -> None:
        self.reach("name")
        self.type(name)
        self.press("Tab")
        self.type(password)
        self.press("Enter")

    def box(self, kind: str) -> None:
        assert kind == "short", "the second class of boards"
        self.press("b", "Space", "Space", "Right", "Right", "Down", "Down", "Down", "Space", "2")
        until(lambda: len(self.tags()) == 1, "a box is drawn")
        self.press("Enter")

    def pick(self, words: str) -> None:
        chosen = "return document.querySelector('.q-menu .q-manual-focusable--focused')?.innerText"
        for _ in range(MOST_STEPS):
            if words in (self.browser.execute_script(chosen) or ""):
                return self.press("Enter")
            self.press("Down")
        raise AssertionError(f"the arrows never come to {words}")

    def freeze(self, name: str) -> None:
        self.reach("set-name")
        self.type(name)
        self.press("Enter")


class Finger(Hand):
    """Taps in the middle of things, which must be large enough; types on the screen's keys."""

    def go(self, name: str) -> None:
        selector = f'[data-test="{name}"]'
        try:
            x, y, *sides = until(
                lambda: self.browser.execute_script(REACHED, selector), f"a finger can reach {name}"
            )
        except AssertionError as error:
            shown = self.browser.find_element("tag name", "body").text
            raise AssertionError(f"{error}, at {self.browser.current_url}: {shown}") from error
        assert min(sides) >= LEAST, f"{name} is too small for a finger: {sides}"
        self.tap_at(x, y)

    def tap_at(self, x: float, y: float) -> None:
        """On the screen."""
        for kind, points in (("touchStart", [{"x": x, "y": y}]), ("touchEnd", [])):
            told = {"type": kind, "touchPoints": points}
            self.browser.execute_cdp_cmd("Input.dispatchTouchEvent", told)

    def fill(self, name: str, words: str) -> None:
        """As the keys do that a tablet shows on its screen."""
        self.go(name)
        script = f"{FOCUSED} === arguments[0]"
        until(lambda: self.browser.execute_script(script, name), f"{name} is written in")
        self.browser.execute_cdp_cmd("Input.insertText", {"text": words})
        # Nobody writes so fast; the next tap would count as the second one of a double tap.
        time.sleep(DOUBLE_TAP_S)

    def pin(self, digits: str) -> None:
        for digit in digits:
            self.go(f"digit-{digit}")
        self.go("pin-go")

    def sign_in_with(self, name: str, password: str) -> None:
        self.fill("name", name)
        self.fill("password", password)
        self.go("go")

    def box(self, kind: str) -> None:
        self.go("tool-box")
        self.touch("touchStart", (150, 150))
        for at in (160, 185, 220):
            self.touch("touchMove", (at, at))
        self.touch("touchEnd")
        until(lambda: len(self.tags()) == 1, "a box is drawn")
        # The browser takes a tap that follows a fast stroke at once for that stroke's end.
        until(
            lambda: self.go(f"class-{kind}") or self.pressed(f"class-{kind}"), f"{kind} is chosen"
        )
        self.go("save")

    def pick(self, words: str) -> None:
        one = until(
            lambda: next((one for one in self.options() if words in one.text), None),
            f"{words} is offered",
        )
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'nearest'})", one)
        box = until(lambda: self.still(one), f"{words} stands still")
        self.tap_at(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def freeze(self, name: str) -> None:
        self.fill("set-name", name)
        self.go("freeze")


def hold(browser: Any, size: Size, *, finger: bool) -> None:
    """Make the browser that of a screen; `finger`: of a tablet's, which knows no mouse."""
    told = {"width": size.width, "height": size.height, "deviceScaleFactor": 1, "mobile": finger}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", told)
    touch = {"enabled": finger, "maxTouchPoints": 5}
    browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", touch)
