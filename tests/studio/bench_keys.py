"""`python -m tests.studio.bench_keys [COUNT]`: pictures relabelled by real key presses,
and how long it takes from the key that ends one to the next one on the screen.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from selenium import webdriver

from cell.config.labels import LabelsConfig
from cell.labels.book import LabelBook
from cell.labels.values import State
from tests.hmi.conftest import ROOT, chromium, end, free_port, until
from tests.studio.browsing import Studio

FIRST = """
window.pressed = 0;
window.addEventListener('keydown', event => { window.pressed = event.timeStamp; }, true);
"""
"""Before the page's own listener, which lets nobody else hear what it takes."""
WATCH = """
window.took = [];
new MutationObserver(records => {
  if (!records.some(record => [...record.addedNodes].some(node => node.tagName === 'IMG'))) return;
  requestAnimationFrame(() => window.took.push(performance.now() - window.pressed));
}).observe(document.querySelector('.lc-sheet'), {childList: true});
"""
WAYS = (
    ("g",),
    ("a", "Enter"),
    ("x", "b", "Space", "Space", "Right", "Right", "Down", "Down", "Space", "2", "Enter"),
    ("u",),
)
"""How a picture is labelled, one after another: good, the proposal taken, a box drawn, unusable."""


def measure(studio: Studio, count: int) -> list[float]:
    """Label so many; milliseconds from the last key of each to the next picture."""
    studio.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": FIRST})
    studio.work()
    studio.browser.execute_script(WATCH)
    for n in range(count):
        studio.press(*WAYS[n % len(WAYS)])
        until(lambda n=n: taken(studio) > n and studio.enabled("good"), f"picture {n + 2}")
    return [float(ms) for ms in studio.browser.execute_script("return window.took")]


def taken(studio: Studio) -> int:
    return int(studio.browser.execute_script("return window.took.length"))


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder, port = Path(scratch), free_port()
        command = [sys.executable, "-m", "tests.studio.app", str(folder), str(port)]
        server = subprocess.Popen([*command, str(count + 5)], cwd=ROOT)
        url = f"http://127.0.0.1:{port}"
        browser = chromium(webdriver, folder / "chromium", flat=True)
        try:
            until(lambda: answers(url), "the server answers", 120.0)
            studio = Studio(browser, url)
            studio.sign_in("mina")
            took = measure(studio, count)
            errors = studio.errors()
        finally:
            browser.quit()
            end(server)
        book = LabelBook.open(folder / "data", LabelsConfig())
        told = sum(len(book.history(item)) for item in range(1, count + 6))
        settled = len(book.queue(0, state=State.SETTLED, limit=count + 5).items)
        book.close()
    took.sort()
    print(f"{len(took)} pictures, {told} labels saved, {settled} settled, {os.cpu_count()} cores")
    print(
        f"key to next picture: median {statistics.median(took):.0f} ms, 95 % under "
        f"{took[int(0.95 * len(took))]:.0f} ms, slowest {took[-1]:.0f} ms"
    )
    print(f"errors in the browser's console: {len(errors)}")


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/studio", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
