"""A real page process, a real ROS process that plays the cell, and a real browser between them."""

from __future__ import annotations

import json
import os
import queue
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from selenium.common.exceptions import StaleElementReferenceException

from cell.config.load import dump, load

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
LIMIT_S = 60.0
"""Only what never comes takes so long; what comes late on a busy machine is waited for."""
FLAT = ("--disable-gpu",)
SCENES = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")
FASTDDS = """<?xml version="1.0" encoding="UTF-8"?>
<dds xmlns="http://www.eprosima.com"><profiles>
 <participant profile_name="fast" is_default_profile="true"><rtps><builtin><discovery_config>
  <leaseAnnouncement><sec>0</sec><nanosec>250000000</nanosec></leaseAnnouncement>
  <initialAnnouncements><count>20</count><period><nanosec>50000000</nanosec></period></initialAnnouncements>
 </discovery_config></builtin></rtps></participant>
</profiles></dds>"""
"""Late joiners are found at once instead of after seconds."""


def until(true: Callable[[], Any], what: str, limit_s: float = LIMIT_S) -> Any:
    """Wait until `true()` is, return what it gave; fail with `what` when it never comes."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        with suppress(StaleElementReferenceException):  # the page was drawn anew meanwhile
            value = true()
            if value:
                return value
        time.sleep(0.05)
    raise AssertionError(f"not within {limit_s} s: {what}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def end(process: subprocess.Popen[str]) -> None:
    """End a page's process; what it said until then tells of no fault of its own."""
    process.terminate()
    try:
        said, _ = process.communicate(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        said, _ = process.communicate()
    assert "Traceback" not in (said or ""), said


class FakeCell:
    """The process that plays the cell. `order`: what to say; `call`: the next service call."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("fake_supervisor.py"))],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._calls: queue.Queue[dict[str, Any]] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        try:
            assert "ready" in self.call()
        except BaseException:
            self.close()
            raise

    def order(self, **what: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()

    def call(self) -> dict[str, Any]:
        return self._calls.get(timeout=LIMIT_S)

    def forget(self) -> None:
        """What nobody has asked for: a test that failed leaves it to the next one."""
        with suppress(queue.Empty):
            while True:
                self._calls.get_nowait()

    def idle(self) -> bool:
        return self._calls.empty()

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._calls.put(json.loads(line))


class Hmi:
    """`python -m cell.faces.web` on a port of its own."""

    def __init__(
        self, environment: dict[str, str], config: Path, *arguments: str, tls: bool = False
    ) -> None:
        self.port = free_port()
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}/"
        given = ["--config", str(config), "--port", str(self.port), *arguments]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cell.faces.web", *given],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            until(self._answers, "the page answers", 60.0)
        except BaseException:  # nobody else knows of the process yet
            self.process.kill()
            self.process.communicate()
            raise

    def _answers(self) -> bool:
        assert self.process.poll() is None, "the page's process ended"
        try:
            with urllib.request.urlopen(
                f"{self.url}sign-in/me", timeout=5, context=ssl._create_unverified_context()
            ) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError as refused:
            return refused.code == 401  # there are accounts, and nobody has signed in
        except OSError:
            return False


@pytest.fixture(scope="session")
def ros_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    profile = tmp_path_factory.mktemp("dds") / "profile.xml"
    profile.write_text(FASTDDS)
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "ROS_DOMAIN_ID": str(100 + os.getpid() % 100),
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST",
        "FASTRTPS_DEFAULT_PROFILES_FILE": str(profile),
    }


def written(folder: Path, **overrides: Any) -> Path:
    """The demo cell's configuration with this data folder, as a file in it."""
    file = folder / "cell.yaml"
    dump(load(None, {"data_dir": str(folder)} | overrides), file)
    return file


@pytest.fixture(name="until", scope="session")
def until_fixture() -> Callable[..., Any]:
    return until


@pytest.fixture
def start_hmi(ros_environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[[], Hmi]]:
    started: list[Hmi] = []

    def start() -> Hmi:
        started.append(Hmi(ros_environment, written(tmp_path)))
        return started[-1]

    yield start
    with ExitStack() as ends:
        for page in started:
            ends.callback(end, page.process)


@pytest.fixture(scope="module")
def hmi(ros_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hmi]:
    """Without accounts: whoever opens it is the demo's operator."""
    page = Hmi(ros_environment, written(tmp_path_factory.mktemp("hmi")), "--lang", "en")
    yield page
    end(page.process)


@pytest.fixture(scope="module")
def fake_cell_process(ros_environment: dict[str, str]) -> Iterator[FakeCell]:
    cell = FakeCell(ros_environment)
    yield cell
    cell.close()


@pytest.fixture
def fake_cell(fake_cell_process: FakeCell) -> FakeCell:
    """The fake cell as it was at its start: stopped, empty, heard."""
    fake_cell_process.order(reset=True)
    fake_cell_process.forget()
    return fake_cell_process


def chromium(webdriver: Any, profile: Path, *, flat: bool = False, liked: str = "de") -> Any:
    """A browser without a window; `profile`: a folder of its own; `flat`: it need not draw scenes
    in space, which costs it much; `liked`: the language that it asks for.
    """
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (
        "--headless=new", "--no-sandbox", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--disable-dev-shm-usage",
        *(FLAT if flat else SCENES),
        "--window-size=1280,800", f"--user-data-dir={profile}",
    ):  # fmt: skip
        options.add_argument(flag)
    # Of no language of ours: pages are in the one that each test asks for, else in the cell's.
    options.add_experimental_option("prefs", {"intl.accept_languages": liked})
    return webdriver.Chrome(options, webdriver.ChromeService(DRIVER))


@pytest.fixture(scope="session")
def chromium_here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("needs chromium and chromedriver (Debian: chromium, chromium-driver)")
    webdriver = pytest.importorskip("selenium.webdriver")
    driver = chromium(webdriver, tmp_path_factory.mktemp("chromium"))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def browser(chromium_here: Any) -> Iterator[Any]:
    """Without a page at the end: the operator's page draws for ever, of a third of a core."""
    yield chromium_here
    chromium_here.get("about:blank")


@pytest.fixture(scope="module")
def opened(browser: Any, hmi: Hmi, until: Callable[..., Any]) -> Any:
    """The page is loaded once; the tests change only what the cell says."""
    from tests.hmi.browsing import Page  # without selenium there is no browser, and no such test

    browser.get(hmi.url + "?lang=en")
    return Page(browser, until)


@pytest.fixture
def page(opened: Any, fake_cell: FakeCell) -> Any:
    assert fake_cell.idle()
    opened.live()
    opened.until(lambda: opened.enabled("start"), "the cell is stopped")
    return opened
