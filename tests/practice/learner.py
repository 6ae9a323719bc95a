"""Somebody who learns: what he does at the page, lesson by lesson."""

from __future__ import annotations

from typing import Any

from tests.hmi.browsing import Page


class Learner:
    """At a page that is open."""

    def __init__(self, page: Page, name: str) -> None:
        self.page, self.name = page, name

    def come(self, course: str = "operator") -> None:
        """Begin or go on with a course."""
        page = self.page
        page.live()
        field = page.until(lambda: page.find("practice-name"), "the name's field")[0]
        field = field if field.tag_name == "input" else field.find_element("css selector", "input")
        field.clear()
        field.send_keys(self.name)
        page.click(f"practice-course-{course}")

    def begin(self, lesson: str) -> None:
        """The lesson that comes next."""
        self.page.until(
            lambda: "practice-chip-now" in self._chip(lesson).get_attribute("class"),
            f"{lesson} comes next",
        )
        self.page.click("practice-begin")
        self.page.until(lambda: self.page.find("practice-break-off"), f"{lesson} has begun")

    def _chip(self, lesson: str) -> Any:
        return self.page.find(f"practice-chip-{lesson}")[0]

    def confirm(self) -> None:
        """The belt is clear."""
        page = self.page
        page.click("confirm_clear")
        page.click("clear-seen")
        page.click("clear-confirm")

    def acknowledge(self) -> None:
        """All alarms."""
        self.page.click("acknowledge-all")

    def done(self) -> str:
        """The outcome's words, once there is one; then on."""
        page = self.page
        page.until(lambda: page.find("practice-outcome"), "the lesson is done")
        words = page.text("practice-outcome") + " " + page.text("practice-why")
        page.click("practice-next")
        return words
