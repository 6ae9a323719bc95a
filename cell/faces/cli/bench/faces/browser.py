"""A real browser without a window: when it shows what, and how much it holds."""

from __future__ import annotations

import shutil
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from cell.faces.cli.errors import UsageError

_PART: Final = "return document.querySelector('.verdict-part')?.textContent.trim().split(' ').pop()"
_WATCH: Final = """
window.shown = {};
new MutationObserver(() => {
  const part = document.querySelector('.verdict-part')?.textContent.trim().split(' ').pop();
  if (!part || part in window.shown) return;
  window.shown[part] = 0;
  // Two frames on, what changed has been painted.
  requestAnimationFrame(() => requestAnimationFrame(() => {
    window.shown[part] = performance.timeOrigin + performance.now();
  }));
}).observe(document.body, {subtree: true, childList: true, characterData: true});
"""


class Browser:
    """Chromium, driven by selenium."""

    def __init__(self, folder: Path) -> None:
        """folder: its profile. Raises UsageError where there is none."""
        binary = shutil.which("chromium") or shutil.which("chromium-browser")
        driver = shutil.which("chromedriver")
        webdriver: Any = None
        with suppress(ModuleNotFoundError):
            webdriver = import_module("selenium.webdriver")
        if webdriver is None or binary is None or driver is None:
            raise UsageError(
                "the pages are measured in a real browser: install chromium and chromium-driver, "
                "and `pip install selenium`."
            )
        options: Any = webdriver.ChromeOptions()
        options.binary_location = binary
        for flag in (
            "--headless=new", "--no-sandbox", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
            "--disable-gpu", "--window-size=1280,800", f"--user-data-dir={folder}",
        ):  # fmt: skip
            options.add_argument(flag)
        self._driver = webdriver.Chrome(options, webdriver.ChromeService(driver))

    def open(self, url: str, *, watch: bool = True) -> None:
        """Show a page. watch: note when it shows which part's verdict, which takes memory."""
        self._driver.get(url)
        if watch:
            self._driver.execute_script(_WATCH)

    def part(self) -> str:
        """The part whose verdict is shown now, '' for none."""
        return str(self._driver.execute_script(_PART) or "")

    def shown_ns(self) -> dict[str, int]:
        """When the verdict of which part was painted [system clock]."""
        found = self._driver.execute_script("return window.shown")
        return {part: int(at * 1e6) for part, at in found.items() if at}

    def held(self) -> dict[str, float]:
        """Memory of the page's own objects after a collection [MiB], and nodes of its document."""
        self._driver.execute_cdp_cmd("HeapProfiler.enable", {})
        self._driver.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
        self._driver.execute_cdp_cmd("Performance.enable", {})
        metrics = self._driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
        named = {one["name"]: one["value"] for one in metrics}
        nodes = self._driver.execute_script("return document.querySelectorAll('*').length")
        return {"heap_mib": named["JSHeapUsedSize"] / 2**20, "nodes": float(nodes)}

    def close(self) -> None:
        """End it."""
        self._driver.quit()
