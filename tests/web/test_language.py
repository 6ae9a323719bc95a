"""In which language a page comes: the browser's at first, then what the person chose. In the real
browser, of a cell without accounts and of one with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium", reason="pip install selenium, and chromium with chromium-driver")

from cell.faces.web.language import wanted
from cell.texts import tr
from tests.hmi.browsing import Page
from tests.hmi.conftest import CHROMIUM, DRIVER, Hmi, chromium, end, until, written
from tests.web.visiting import PAGE, Visitor

Opened = Callable[[str], Page]


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        ("de,en-GB;q=0.3,ko;q=0.2", "en"),
        ("en;q=0,ko;q=0.1", "ko"),
        ("EN-us", "en"),
        ("fr,*;q=0.5", None),
        ("ko;q=much", None),
        ("", None),
    ],
)
def test_what_a_browser_likes_best(header: str, lang: str | None) -> None:
    assert wanted(header) == lang


@pytest.mark.parametrize(
    ("header", "cookie", "query", "lang"),
    [
        ("ko", "", "", "ko"),
        ("fr", "", "", "en"),
        ("", "", "", "en"),
        ("ko", "en", "", "en"),
        ("en", "ko", "", "ko"),
        ("ko", "ko", "?lang=en", "en"),
        ("ko", "xx", "?lang=xx", "ko"),
    ],
)
def test_before_anybody_has_signed_in(
    cell_page: Hmi, header: str, cookie: str, query: str, lang: str
) -> None:
    with Visitor(cell_page.url) as visitor:
        if cookie:
            visitor.cookies.set("cell_lang", cookie)
        page = visitor.get(f"/sign-in{query}", headers=PAGE | {"Accept-Language": header}).text
    assert f'<html lang="{lang}">' in page


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Opens a browser of a person who reads this language."""
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("needs chromium and chromedriver (Debian: chromium, chromium-driver)")
    from selenium import webdriver

    made: list[Any] = []

    def open_one(lang: str) -> Page:
        made.append(chromium(webdriver, tmp_path / lang, flat=True, liked=lang))
        return Page(made[-1], until)

    yield open_one
    for browser in made:
        browser.quit()


@pytest.fixture
def demo_page(ros_environment: dict[str, str], tmp_path: Path) -> Iterator[Hmi]:
    """Of a cell without accounts, whose own language is Korean."""
    page = Hmi(ros_environment, written(tmp_path), "--lang", "ko")
    yield page
    end(page.process)


def is_in(page: Page, lang: str) -> None:
    script = "return [document.documentElement.lang, document.title]"
    page.until(
        lambda: page.browser.execute_script(script) == [lang, tr("title", lang)],
        f"{page.browser.execute_script(script)} is {lang}",
    )


@pytest.mark.usefixtures("fake_cell_process")
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_without_accounts_the_browsers_then_the_chosen_one(
    demo_page: Hmi, opened: Opened, lang: str
) -> None:
    other = {"en": "ko", "ko": "en"}[lang]
    page = opened(lang)
    page.browser.get(demo_page.url)
    is_in(page, lang)
    page.live()
    page.click("language")
    is_in(page, other)
    page.browser.get(demo_page.url)
    is_in(page, other)
    page.browser.get(f"{demo_page.url}?lang={lang}")  # a link that asks for one, once
    is_in(page, lang)
    page.browser.get(demo_page.url)
    is_in(page, other)


@pytest.mark.usefixtures("fake_cell_process")
def test_a_browser_that_reads_neither_gets_the_cells(demo_page: Hmi, opened: Opened) -> None:
    page = opened("fr")
    page.browser.get(demo_page.url)
    is_in(page, "ko")


@pytest.mark.usefixtures("fake_cell_process")
def test_with_accounts_the_sign_in_page_is_in_the_browsers(cell_page: Hmi, opened: Opened) -> None:
    page = opened("ko")
    page.browser.get(cell_page.url)
    page.until(
        lambda: page.browser.execute_script("return document.documentElement.lang") == "ko",
        "the sign-in page is in Korean",
    )
    page.click("name lee")
    for digit in "2580":
        page.click(f"digit-{digit}")
    page.click("pin-go")
    is_in(page, "ko")
    page.live()
    page.click("language")
    is_in(page, "en")
    page.browser.get(cell_page.url)
    is_in(page, "en")
