"""The relabelling tool's server, and a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cell.config.labels import LabelsConfig
from cell.labels.book import LabelBook
from tests.hmi.conftest import CHROMIUM, DRIVER, chromium
from tests.hmi.serving import served_by

PICTURES = 60


@dataclass(frozen=True)
class Server:
    url: str
    book: LabelBook
    folder: Path


@pytest.fixture(scope="module")  # what one file's tests leave in the queue is no other's business
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("studio")
    with served_by("tests.studio.app", folder, "/studio", str(PICTURES)) as url:
        book = LabelBook.open(folder / "data", LabelsConfig())
        yield Server(url, book, folder)
        book.close()


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("needs chromium and chromedriver (Debian: chromium, chromium-driver)")
    webdriver = pytest.importorskip("selenium.webdriver")
    driver = chromium(webdriver, tmp_path_factory.mktemp("chromium"), flat=True)
    # The page's own size, without the browser's bars.
    size = {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    yield driver
    driver.quit()


@pytest.fixture
def studio(browser: Any, server: Server) -> Iterator[Any]:
    """A person of his own for each test; at its end the browser has complained of nothing."""
    from tests.studio.browsing import Studio

    made = Studio(browser, server.url)
    made.sign_in("mina")
    made.errors()
    yield made
    assert not made.errors()
    browser.get("about:blank")
