"""Two people at the real cell and its twin give contrary orders at the same moment: one by the page
in a real browser, one at the command line.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium", reason="pip install selenium, and chromium with chromium-driver")
from selenium import webdriver

from cell.client.link import BinOrder, OverrideOrder, ReassessOrder
from cell.client.reply import Reply
from cell.client.running import RunningCell
from cell.config.namespace import NAMESPACE
from cell.control.ledger.observations import Order
from cell.texts import render, tr
from tests.hmi.browsing import Page
from tests.hmi.conftest import CHROMIUM, DRIVER, chromium, free_port, until

HOST, DOMAIN = "127.0.8.9", 65
AHEAD_S = 2.0
"""Both have their order ready by then, also on a busy machine."""
AT_ONCE = """const [name, at] = arguments;
    setTimeout(() => document.querySelector(`[data-test="${name}"]`)?.click(), at - Date.now())"""
NOTES = "return [...document.querySelectorAll('.note')].map(e => e.innerText).join('|')"


@pytest.fixture(scope="module")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`cell run` with a slow belt; where its page is."""
    folder, port = tmp_path_factory.mktemp("contrary"), free_port()
    command = [sys.executable, "-m", "cell.faces.cli.main", "run", "--start", "--host", HOST]
    command += ["--port", f"{port}", "--domain", f"{DOMAIN}", "--data", f"{folder}"]
    command += ["--belt-speed", "0.06", "--pitch", "0.3", "--defective", "0.2"]
    with (folder / "said").open("w") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, cwd=Path(__file__).parents[2])
    url = f"http://127.0.0.1:{port}/"
    until(lambda: answers(url), "the page answers", 120.0)
    yield f"{url}?lang=ko"
    process.send_signal(signal.SIGINT)
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    assert "Traceback" not in (folder / "said").read_text()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Without the scene in space, which would take from the cell what it needs."""
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("needs chromium and chromedriver (Debian: chromium, chromium-driver)")
    driver = chromium(webdriver, tmp_path_factory.mktemp("chromium"), flat=True)
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def other(cell: str) -> Iterator[RunningCell]:
    """The second person's door to the same cell."""
    assert cell
    with RunningCell(DOMAIN, NAMESPACE) as running:
        running.find()
        yield running


@pytest.fixture
def page(cell: str, browser: Any, other: RunningCell) -> Page:
    other.find()
    browser.get(cell)
    found = Page(browser, until)
    found.live()
    return found


def at_once(page: Page, key: str, order: Callable[[], Reply]) -> Reply:
    """The key is touched and the order is given at the same moment; the answer to the order."""
    moment = time.time() + AHEAD_S
    page.browser.execute_script(AT_ONCE, key, round(1e3 * moment))
    time.sleep(max(0.0, moment - time.time()))
    reply = order()
    line = render(reply.message, "ko")
    assert reply.accepted or line.strip(), "a refusal says why"
    assert "\n" not in line
    return reply


def said(page: Page) -> str:
    return str(page.until(lambda: page.browser.execute_script(NOTES), "the page says what came"))


def state(other: RunningCell) -> Any:
    other.listen(0.3)
    return other.find()


def settle(page: Page, other: RunningCell, *wanted: str) -> None:
    page.until(lambda: state(other).state in wanted, f"the cell is {wanted}")


@pytest.mark.cell
def test_of_start_and_stop_the_cell_follows_one_after_the_other(
    page: Page, other: RunningCell
) -> None:
    settle(page, other, "running")
    page.until(lambda: page.enabled("stop"), "the page can stop it")
    reply = at_once(page, "stop", lambda: other.command(Order.START, "lee"))
    assert "정지" in said(page)
    settle(page, other, "stopped", "running")
    if state(other).state == "stopped":
        assert other.command(Order.START, "lee").accepted
    else:
        assert reply.accepted, "it runs because somebody started it after the stop"
    settle(page, other, "running")


@pytest.mark.cell
def test_contrary_words_on_one_part(page: Page, other: RunningCell) -> None:
    """Before the arm verdicts, afterwards words for the records: the last one counts."""
    settle(page, other, "running")
    page.until(lambda: any("pass" in p.verdict for p in state(other).closed), "a part is through")
    name = next(p.part for p in other.find().closed if p.verdict == "pass")
    page.click("view-parts")
    page.until(lambda: page.enabled(f"reject-{name}"), "its key")
    order = ReassessOrder(name, "", "lee", "nothing to say")
    reply = at_once(page, f"reject-{name}", lambda: other.reassess(order))
    page.until(lambda: name in said(page), "the page says what came of it")
    # Who withdrew first had nothing to withdraw; who came second has withdrawn it.
    wanted = "reject" if reply.message else ""

    def now() -> str:
        return "".join(p.said for p in state(other).closed if p.part == name)

    page.until(lambda: now() == wanted, f"what is said is {wanted!r}")
    page.until(lambda: bool(page.find(f"withdraw-{name}")) == bool(wanted), "the page agrees")


@pytest.mark.cell
def test_contrary_verdicts_on_one_part(page: Page, other: RunningCell) -> None:
    settle(page, other, "running")
    page.click("view-parts")

    def part() -> Any:
        """The newest one that was passed: it has the longest way before it."""
        found = [p for p in state(other).parts if p.verdict == "pass" and p.x < -0.6]
        return found[0] if found else None

    name = page.until(part, "a part before the arm").part
    page.click("parts-newer") if page.covered("parts-newer") else page.click("view-parts")
    page.until(lambda: page.enabled(f"reject-{name}"), "its key")
    order = OverrideOrder(name, "review", "lee", "have a look")
    reply = at_once(page, f"reject-{name}", lambda: other.override(order))
    page.until(lambda: name in said(page), "the page says what came of it")
    good = tr("verdict.pass", "ko")

    def told() -> str:
        return page.text(f"words-{name}")

    # One of the two, or on a busy machine none, which then both were told.
    page.until(lambda: told() != good or not reply.accepted, "the row shows what holds")
    verdicts = {p.part: p.verdict for p in (*state(other).parts, *other.find().closed)}
    assert verdicts[name] in (("review", "reject") if told() != good else ("pass",))


@pytest.mark.cell
def test_one_bin_is_taken_out_by_one_person(page: Page, other: RunningCell) -> None:
    page.click("view-bins")
    page.until(lambda: page.covered("bin-out-rework"), "the bins")

    def out() -> Reply:
        return other.exchange_bin(BinOrder("rework", "lee", True))

    page.click("bin-out-rework")
    page.until(lambda: page.enabled("bin-confirm"), "it is asked once more")
    at_once(page, "bin-confirm", out)
    page.until(lambda: out().accepted, "the arm is away", 120.0)
    (held,) = [one for one in state(other).bins if one.name == "rework"]
    assert held.open
    assert held.person in ("lee", "demo")
    refused = other.command(Order.START, "lee")
    assert not refused.accepted
    assert held.person in render(refused.message)
    page.click("bin-in-rework")
    page.until(lambda: page.enabled("bin-confirm"), "it is asked once more")
    at_once(page, "bin-confirm", lambda: other.exchange_bin(BinOrder("rework", "lee", False)))
    page.until(lambda: not state(other).bins[0].open, "it is in its place, once")
    settle(page, other, "stopped")
