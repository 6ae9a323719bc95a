"""A session that an administrator ends in the middle of an order, of a drawing, of an upload: one
line in the reader's language, nothing done by half, and the way back to what was begun.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import pytest

pytest.importorskip("selenium", reason="pip install selenium, and chromium with chromium-driver")
from selenium.common.exceptions import WebDriverException

from cell.config.labels import LabelsConfig
from cell.labels.book import LabelBook
from cell.labels.reasons import Why
from tests.cell.evidence_world import noise
from tests.hmi.browsing import Page
from tests.hmi.conftest import FakeCell, Hmi, until
from tests.people.world import ADMIN, PASSWORD, house
from tests.studio.app import add
from tests.studio.hands import Keyboard

ENDED = {"en": "Your session", "ko": "세션이 끝"}


@pytest.fixture(params=["en", "ko"])
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def keys(browser: Any, cell_page: Hmi, lang: str) -> Keyboard:
    browser.execute_cdp_cmd("Network.clearBrowserCookies", {})
    return Keyboard(browser, cell_page.url, lang)


@pytest.fixture(scope="module")
def book(people_folder: Path) -> Iterator[LabelBook]:
    opened = LabelBook.open(people_folder, LabelsConfig())
    yield opened
    opened.close()


def come_in(keys: Keyboard, name: str, path: str) -> None:
    keys.arrive(f"/sign-in?lang={keys.lang}&next={path}?lang={keys.lang}")
    keys.sign_in_with(name, PASSWORD)


def end_sessions(folder: Path, name: str) -> None:
    with house(folder) as home:
        assert home.people.end_sessions(ADMIN, name, time.time_ns())


def test_in_the_middle_of_an_order(
    keys: Keyboard, fake_cell_process: FakeCell, people_folder: Path
) -> None:
    fake_cell_process.order(reset=True)
    come_in(keys, "lee", "/")
    page = Page(keys.browser, until)
    page.live()
    page.until(lambda: page.enabled("start"), "the cell is stopped")
    end_sessions(people_folder, "lee")
    # At once, before the page is closed: in the browser, so that no time goes by.
    keys.browser.execute_script("document.querySelector('[data-test=start]')?.click()")
    keys.shows("notice", ENDED[keys.lang])
    assert fake_cell_process.idle(), "nothing was ordered"
    keys.sign_in_with("lee", PASSWORD)
    page.live()


def test_in_the_middle_of_a_drawing(keys: Keyboard, people_folder: Path, book: LabelBook) -> None:
    file = people_folder / f"drawn-{keys.lang}.png"
    cv2.imwrite(str(file), noise(len(keys.lang) + ord(keys.lang[0]), 320))
    item = add(book, file, 700 + ord(keys.lang[0]), Why.WANTED)
    come_in(keys, "kim", "/studio/work")
    keys.shown()
    assert f"/{item}/" in keys.picture()
    keys.press("x", "b", "Space", "Space", "Right", "Right", "Down", "Down", "Space", "3")
    until(lambda: len(keys.tags()) == 1, "it is drawn")
    end_sessions(people_folder, "kim")  # before or after the last stroke's draft
    keys.shows("notice", ENDED[keys.lang])
    keys.sign_in_with("kim", PASSWORD)
    keys.shown()
    until(lambda: len(keys.tags()) == 1, "what was drawn is there")
    keys.press("Enter")
    (shape,) = until(lambda: book.history(item), "it is saved")[-1].said.shapes
    assert shape.class_name == "copper"
    keys.browser.get("about:blank")


def test_in_the_middle_of_an_upload(
    keys: Keyboard, people_folder: Path, book: LabelBook, tmp_path: Path
) -> None:
    for n in range(3):
        cv2.imwrite(str(tmp_path / f"up-{n}.png"), noise(900 + n))
    waiting = book.statistics(time.time_ns()).by_state
    come_in(keys, "kim", "/studio/exchange")
    until(lambda: keys.find("upload-folder"), "the upload")
    end_sessions(people_folder, "kim")

    def chosen() -> bool:
        try:
            for field in keys.find("upload-folder"):  # none where the page has gone already
                field.send_keys(str(tmp_path))
        except WebDriverException:  # it is just going
            return False
        return True

    until(chosen, "the folder is chosen")
    keys.shows("notice", ENDED[keys.lang])
    assert book.statistics(time.time_ns()).by_state == waiting, "nothing was brought in"
    keys.sign_in_with("kim", PASSWORD)
    until(lambda: keys.find("upload-folder"), "the upload")
    incoming = people_folder / "labels" / "incoming"
    until(lambda: len(list(incoming.iterdir())) == 1, "what had come is removed")
    keys.browser.get("about:blank")
