"""A quality engineer at a real browser: every step is a key, a click or a stroke at the page."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any, Final

from selenium.common.exceptions import WebDriverException

from cell.labels.book import LabelBook
from cell.labels.values import State
from tests.hmi.conftest import until
from tests.people.world import PASSWORD
from tests.studio.hands import Keyboard
from tests.studio.loop.line import Line
from tests.studio.loop.written import WrittenLine

KINDS: Final = ("scratch", "pit", "stain")
"""In the recipe's order, which is that of the digits."""
SHOWN: Final = "return document.querySelector('.verdict-part')?.innerText ?? ''"
PRESS: Final = """
const [part, key] = arguments;
if (!document.querySelector('.verdict-part')?.innerText.includes(part)) return false;
const button = document.querySelector(`[data-test="${key}"]`);
if (!button || button.disabled) return false;
button.click();
return true;
"""
"""Only while this very part is shown: the next one may come at any moment."""
PATIENCE_S: Final = 120.0


class Engineer(Keyboard):
    """`line`: what he stands beside, and sees with his own eyes."""

    def __init__(self, browser: Any, line: Line | WrittenLine, lang: str = "en") -> None:
        super().__init__(browser, line.url, lang)
        self.line = line
        self.book = LabelBook.open(line.data, line.config.labels)

    def come(self, name: str) -> None:
        """Sign in as somebody else than before."""
        self.browser.get("about:blank")  # what was held is given back
        self.browser.execute_cdp_cmd("Network.clearBrowserCookies", {})
        self.opens("/")
        self.sign_in_with(name, PASSWORD)
        self.waits(lambda: self.find("sign-out"), f"{name} is signed in")

    def opens(self, path: str) -> None:
        """A page that may still be starting."""

        def answers() -> bool:
            self.open(path, self.lang)
            return "refused" not in self.body() and bool(self.find("name") or self.find("sign-out"))

        self.waits(answers, f"{path} answers", 300.0)

    def waits(self, true: Callable[[], Any], what: str, limit_s: float = PATIENCE_S) -> Any:
        """As `until`, of a page that may be drawn anew meanwhile."""

        def there() -> Any:
            with contextlib.suppress(WebDriverException):
                notes = self.browser.find_elements("css selector", ".note-bad")
                told = [words for one in notes if (words := one.text)]  # one that goes is empty
                assert not told, f"refused, waiting for: {what}: {told}"
                return true()
            return None

        return until(there, what, limit_s)

    def press_in(self, within: str, name: str) -> None:
        """Press the button of this name within something."""
        script = (
            "const [within, name] = arguments;"
            'const b = document.querySelector(`[data-test="${within}"] [data-test="${name}"]`);'
            "if (!b || b.disabled) return false; b.click(); return true"
        )
        self.waits(lambda: self.browser.execute_script(script, within, name), f"{name} is pressed")

    def gives_reason(self, within: str, name: str, why: str) -> None:
        """Press a button that asks why, and say it."""
        self.press_in(within, name)
        focused = "return document.activeElement?.dataset.test === arguments[0]"
        self.waits(
            lambda: self.browser.execute_script(focused, f"why-{name}"), "a reason is asked for"
        )
        self.type(why)
        self.press("Enter")
        self.waits(lambda: "record" in self.body(), f"{name} is on record")

    def body(self) -> str:
        """All words of the page."""
        return str(self.browser.find_element("tag name", "body").text)

    def override(self, kind: str, wanted: int, limit_s: float) -> list[str]:
        """At the operator's page: refuse parts of this kind of defect that have just passed."""
        done: list[str] = []
        until_s = time.monotonic() + limit_s
        while len(done) < wanted:
            assert time.monotonic() < until_s, f"{len(done)} of {wanted} parts overridden"
            shown = str(self.browser.execute_script(SHOWN))
            for part, disc in list(self.line.eyes.discs().items()):
                missed = kind in disc.kinds and part in shown and part not in done
                if missed and self.browser.execute_script(PRESS, part, "override-reject"):
                    done.append(part)
            time.sleep(0.1)
        return done

    def label_all(self, wanted: Callable[[], bool] = lambda: False) -> int:
        """At the work page: whatever the queue gives; how many. wanted: more is still to come."""
        self.open("/studio/work", self.lang)
        done = 0
        while True:
            self.waits(lambda: self.enabled("good") or self.idle(), "a picture or the queue's end")
            if not self.enabled("good"):
                if not wanted():
                    return done
                time.sleep(2.0)
                self.open("/studio/work", self.lang)
                continue
            self.label()
            done += 1

    def idle(self) -> bool:
        """Whether nothing is left to do."""
        return any(one.is_displayed() for one in self.find("look-again"))

    def label(self) -> None:
        """Say of the picture what is there: good, or a box round each defect."""
        before = self.picture()
        item = int(before.split("/")[-2])
        about = self.book.item(item, time.time_ns()).about
        disc = self.line.eyes.discs()[about.part]
        if any("%" in tag for tag in self.tags()):
            self.press("x")
        for number, mark in enumerate(disc.marks(), start=1):
            self.press("b")
            self.drag(mark.box[:2], mark.box[2:])
            self.waits(lambda n=number: len(self.tags()) == n, f"{number} boxes are drawn")
            self.waits(lambda m=mark: self.named(m.kind), f"it is called {mark.kind}")
        self.press("Enter" if disc.kinds else "g")
        self.waits(lambda: self.picture() != before or self.idle(), "it is saved")

    def named(self, kind: str) -> bool:
        """Press the class's key until it counts."""
        self.press(f"{KINDS.index(kind) + 1}")
        return self.pressed(f"class-{kind}")

    def unsettled(self) -> int:
        """Items that still wait for somebody."""
        items = self.book.queue(time.time_ns()).items
        return sum(one.state in (State.OPEN, State.REVIEW) for one in items)
