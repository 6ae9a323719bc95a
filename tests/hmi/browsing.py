"""The operator's page in a browser, by the names that its elements carry for tests."""

from __future__ import annotations

from typing import Any

from selenium.common.exceptions import WebDriverException

LOADED = 'document.readyState === "complete"'
"""Before that a page shows keys to which nobody listens yet, on a busy machine for seconds."""


class Page:
    """The browser with the page open."""

    def __init__(self, browser: Any, until: Any) -> None:
        self.browser, self.until = browser, until

    def find(self, name: str) -> list[Any]:
        return self.browser.find_elements("css selector", f'[data-test="{name}"]')

    def text(self, name: str) -> str:
        script = (
            "return [...document.querySelectorAll(arguments[0])].map(e => e.innerText).join('|')"
        )
        return str(self.browser.execute_script(script, f'[data-test="{name}"]'))

    def shows(self, name: str, words: str) -> None:
        self.until(lambda: words in self.text(name), f"{name} shows {words!r}: {self.text(name)!r}")

    def click(self, name: str) -> None:
        self.until(lambda: self.enabled(name), f"{name} is enabled")
        hindered: list[str] = []
        try:
            self.until(lambda: self._clicked(name, hindered), f"{name} can be clicked")
        except AssertionError as error:
            raise AssertionError(f"{error}: {hindered[-1:]}") from None

    def touch(self, name: str) -> bool:
        """Once, where it can be touched just now; whether it could."""
        return self._clicked(name, [])

    def enabled(self, name: str) -> bool:
        return bool(self._asked(name, f"!element.disabled && {LOADED}"))

    def covered(self, name: str) -> bool:
        return bool(self._asked(name, "element.checkVisibility()"))

    def _asked(self, name: str, what: str) -> Any:
        find = "const element = document.querySelector(arguments[0]);"
        script = f"{find} return element !== null && {what}"
        return self.browser.execute_script(script, f'[data-test="{name}"]')

    def _clicked(self, name: str, hindered: list[str]) -> bool:
        """False while the page is redrawing the element or a closing dialog is still in its way;
        `hindered` hears what the browser said.
        """
        try:
            self.find(name)[0].click()
        except (IndexError, WebDriverException) as error:
            hindered.append(str(error).partition("Stacktrace")[0].strip())
            return False
        return True

    def live(self) -> None:
        self.until(lambda: not self.covered("link-lost"), "the page hears the cell")
        self.until(lambda: not self.covered("page-frozen"), "the page is refreshed")
