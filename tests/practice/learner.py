"""Somebody who learns: what he does at the page, lesson by lesson."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.hmi.browsing import Page
from tests.hmi.conftest import free_port, until

ROOT = Path(__file__).parents[2]
START_S = 240.0


@contextmanager
def started(folder: Path, host: str, domain: int, course: str) -> Iterator[str]:
    """`cell practice`, as a process of its own; the address of its page."""
    port, log = free_port(), folder / "log.txt"
    command = [sys.executable, "-m", "cell.faces.cli.main", "practice", "--course", course]
    command += ["--data", str(folder / "d"), "--host", host, "--domain", str(domain)]
    command += ["--port", str(port), "--lang", "en"]
    with log.open("w") as out:
        cell = subprocess.Popen(
            command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, env=os.environ
        )
    try:
        until(
            lambda: "Practise here" in log.read_text() or cell.poll() is not None,
            "it is ready",
            START_S,
        )
        assert cell.poll() is None, log.read_text()
        yield f"http://127.0.0.1:{port}/"
    finally:
        cell.send_signal(signal.SIGINT)
        cell.wait(60)


class Learner:
    """At a page that is open."""

    def __init__(self, page: Page, name: str) -> None:
        self.page, self.name = page, name

    def nobody(self) -> None:
        """Whatever was before: nobody learns, and the cell stands."""
        page = self.page
        for key in ("practice-break-off", "practice-next", "practice-leave"):
            page.until(lambda key=key: not self._touched(key), f"{key} is done")
        if page.enabled("stop"):
            page.click("stop")
            page.until(lambda: not page.enabled("stop"), "it stands")

    def _touched(self, key: str) -> bool:
        """Whether it is there, touched once: the strip may just be drawn anew, without it."""
        there = bool(self.page.find(key))
        if there:
            self.page.touch(key)
        return there

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
        self.page.until(lambda: self.comes_next(lesson), f"{lesson} comes next")
        self.page.click("practice-begin")
        self.page.until(lambda: self.page.find("practice-break-off"), f"{lesson} has begun")

    def comes_next(self, lesson: str) -> bool:
        """Whether the strip says so."""
        found = self.page.find(f"practice-chip-{lesson}")
        return bool(found) and "practice-chip-now" in found[0].get_attribute("class")

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
