"""Somebody who has no mouse: goes through a page by Tab, and presses what has the focus."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from selenium.webdriver import ActionChains

from tests.hmi.conftest import until
from tests.studio.browsing import Studio

MOST_STEPS = 60
FOCUSED = "return document.activeElement?.closest('[data-test]')?.dataset.test ?? ''"


class Keyboard(Studio):
    """`lang`: the reader's, chosen at the sign-in page and kept by the browser since."""

    def __init__(self, browser: Any, url: str, lang: str) -> None:
        super().__init__(browser, url.rstrip("/"))
        self.lang = lang

    def arrive(self, path: str) -> None:
        """Open a page as a bookmark does."""
        self.browser.get(f"{self.url}{path}")

    def reach(self, name: str) -> None:
        """Tab until it has the focus; anew where the page was drawn again meanwhile."""
        until(lambda: self.enabled(name), f"{name} can be used")
        for _ in range(MOST_STEPS):
            if self.focused() == name:
                return
            self.press("Tab")
        raise AssertionError(f"Tab never comes to {name}")

    def go(self, name: str) -> None:
        """Reach it and press Enter."""
        self.reach(name)
        self.press("Enter")

    def type(self, words: str) -> None:
        """As a person does: who ends a word by Enter at once is taken for a badge reader."""
        ActionChains(self.browser, duration=0).send_keys(words).pause(0.1).perform()

    def focused(self) -> str:
        return str(self.browser.execute_script(FOCUSED))

    def spoken(self) -> str:
        """The page's language, as it says itself."""
        return str(self.browser.execute_script("return document.documentElement.lang"))

    def downloads(self, folder: Path) -> None:
        told = {"behavior": "allow", "downloadPath": str(folder)}
        self.browser.execute_cdp_cmd("Browser.setDownloadBehavior", told)
