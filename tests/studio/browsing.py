"""The relabelling tool in a browser, by the names that its elements carry for tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from selenium.webdriver import ActionChains
from selenium.webdriver.common.actions import interaction
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.actions.pointer_input import PointerInput
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.hmi.browsing import LOADED
from tests.hmi.conftest import until

AXE = (Path(__file__).parent / "vendor/axe-core/axe.min.js").read_text(encoding="utf-8")
SERIOUS = ("serious", "critical")


class Studio:
    """The browser at one of the tool's pages. `pointer`: what `drag` and `click_at` are done
    with, a mouse or a pen.
    """

    def __init__(self, browser: Any, url: str) -> None:
        self.browser, self.url = browser, url
        self.pointer = interaction.POINTER_MOUSE

    def sign_in(self, person: str, role: str = "admin") -> None:
        for name, value in (("as", person), ("role", role)):
            cookie = {"url": self.url, "name": name, "value": value}
            self.browser.execute_cdp_cmd("Network.setCookie", cookie)

    def open(self, path: str, lang: str = "en") -> None:
        mark = "&" if "?" in path else "?"
        self.browser.get(f"{self.url}{path}{mark}lang={lang}")

    def work(self, item: int | None = None, lang: str = "en") -> None:
        """Open the work page and wait for its picture."""
        self.open("/studio/work" if item is None else f"/studio/work?item={item}", lang)
        self.shown()

    def shown(self) -> None:
        until(lambda: self.enabled("good"), "a picture is shown")

    def find(self, name: str) -> list[Any]:
        return self.browser.find_elements(By.CSS_SELECTOR, f'[data-test="{name}"]')

    def text(self, name: str) -> str:
        return " | ".join(element.text for element in self.find(name))

    def shows(self, name: str, words: str) -> None:
        until(lambda: words in self.text(name), f"{name} shows {words!r}")

    def enabled(self, name: str) -> bool:
        script = "const e = document.querySelector(arguments[0]); return !!e && !e.disabled && "
        script += LOADED
        return bool(self.browser.execute_script(script, f'[data-test="{name}"]'))

    def click(self, name: str) -> None:
        until(lambda: self.enabled(name), f"{name} can be pressed")
        self.find(name)[0].click()

    def press(self, *keys: str) -> None:
        """Real key presses, wherever the focus is; 'Ctrl+z' and 'Shift+Tab' are one each."""
        for key in keys:
            *held, last = key.split("+") if len(key) > 1 else [key]
            chain = ActionChains(self.browser, duration=0)
            modifiers = [getattr(Keys, {"Ctrl": "CONTROL"}.get(one, one.upper())) for one in held]
            for modifier in modifiers:
                chain = chain.key_down(modifier)
            chain = chain.send_keys(KEYS.get(last, last))
            for modifier in modifiers:
                chain = chain.key_up(modifier)
            chain.perform()

    def next_by(self, *keys: str) -> None:
        """Finish the picture by these keys, and wait for the next one."""
        before = self.picture()
        self.press(*keys)
        until(lambda: self.picture() != before and self.enabled("good"), "the next picture")

    def picture(self) -> str:
        script = "return document.querySelector('.lc-sheet img')?.src ?? ''"
        return str(self.browser.execute_script(script))

    def tags(self) -> list[str]:
        script = "return [...document.querySelectorAll('.lc-tag')].map(e => e.textContent)"
        return list(self.browser.execute_script(script))

    def tagged(self, *words: str) -> None:
        until(lambda: self.tags() == list(words), f"named: {words}, not {self.tags()}")

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the picture is on the screen [px]; both from the top left."""
        script = (
            "const i = document.querySelector('.lc-sheet img'), r = i.getBoundingClientRect();"
            "return [r.x, r.y, r.width / i.naturalWidth]"
        )
        left, top, scale = self.browser.execute_script(script)
        return left + x * scale, top + y * scale

    def mouse(self, kind: str, x: float, y: float, *, held: bool = True) -> None:
        px, py = self.at(x, y)
        self.browser.execute_cdp_cmd(
            "Input.dispatchMouseEvent",
            {"type": kind, "x": px, "y": py, "button": "left" if held else "none",
             "buttons": int(held), "clickCount": 1, "pointerType": self.pointer},
        )  # fmt: skip

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.mouse("mouseMoved", *start, held=False)
        self.mouse("mousePressed", *start)
        for part in (0.3, 0.6, 1.0):
            point = [a + (b - a) * part for a, b in zip(start, end, strict=True)]
            self.mouse("mouseMoved", *point)
        self.mouse("mouseReleased", *end)

    def click_at(self, x: float, y: float) -> None:
        """In one go: what takes long is no click."""
        px, py = self.at(x, y)
        mouse = PointerInput(self.pointer, self.pointer)
        action = ActionBuilder(self.browser, mouse=mouse, duration=0)
        action.pointer_action.move_to_location(round(px), round(py)).click()
        action.perform()

    def tap(self, *points: tuple[float, float]) -> None:
        for point in points:
            self.touch("touchStart", point)
            self.touch("touchEnd")

    def touch(self, kind: str, *points: tuple[float, float]) -> None:
        told = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(self.at(*p) for p in points)]
        self.browser.execute_cdp_cmd(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": told}
        )

    def errors(self) -> list[str]:
        """What the browser's console holds of errors since it was asked."""
        log = self.browser.get_log("browser")
        return [one["message"] for one in log if one["level"] == "SEVERE"]

    def axe(self) -> list[str]:
        """Serious findings of the page as it is: rule and place."""
        self.browser.execute_script(AXE)
        found = self.browser.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "axe.run({resultTypes: ['violations']}).then(r => done(JSON.stringify(r.violations)))"
        )
        return [
            f"{rule['id']}: {node['target']} {node['failureSummary'][:200]}"
            for rule in json.loads(found)
            if rule["impact"] in SERIOUS
            for node in rule["nodes"]
        ]


KEYS = {
    "Space": " ", "Enter": Keys.ENTER, "Tab": Keys.TAB, "Escape": Keys.ESCAPE, "Del": Keys.DELETE,
    "Left": Keys.LEFT, "Right": Keys.RIGHT, "Up": Keys.UP, "Down": Keys.DOWN,
}  # fmt: skip
