"""The quality pages in a real browser: journeys, languages, sizes, what is odd."""

from __future__ import annotations

import csv
import io
import sqlite3
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

pytest.importorskip("selenium", reason="pip install selenium, and chromium with chromium-driver")
from tests.hmi.conftest import until
from tests.quality_pages.conftest import ALL, PARTS, Server, fill, serving

SIZES = {"desk": (1280, 800), "tablet": (1024, 768), "tablet upright": (768, 1024)}
PATHS = {
    "overview": f"/quality?{ALL}",
    "heat": f"/quality/heat?{ALL}",
    "gallery": "/quality/gallery?verdict=reject",
    "search": "/quality/search?overridden=yes",
    "part": "/quality/part?part=",
}

BEFORE = "since=2020-01-01&until=2020-01-02"


def newest(server: Server, where: str = "defects > 1") -> str:
    query = f"SELECT part FROM part_line WHERE {where} ORDER BY arrived_ns DESC LIMIT 1"
    with closing(sqlite3.connect(server.data / "records.db")) as database:
        return str(database.execute(query).fetchone()[0])


def path_of(server: Server, name: str) -> str:
    return PATHS[name] + (newest(server) if name == "part" else "")


def settled(pages: Any, name: str) -> None:
    """The page is whole; the overview's monitors come last."""
    until(lambda: pages.find("to-overview"), "the page is there")
    if name == "overview":
        until(lambda: pages.find("monitors"), "monitors are there")


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("name", PATHS)
def test_a_page_is_accessible(pages: Any, server: Server, name: str, lang: str) -> None:
    pages.open(path_of(server, name), lang)
    settled(pages, name)
    assert pages.browser.execute_script("return document.documentElement.lang") == lang
    assert pages.browser.find_element("css selector", "h1").text
    assert "quality." not in pages.browser.find_element("css selector", "body").text
    assert pages.axe() == []


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("name", PATHS)
def test_nothing_is_wider_than_the_screen(
    pages: Any, server: Server, name: str, size: tuple[int, int]
) -> None:
    width, height = size
    told = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    pages.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", told)
    try:
        pages.open(path_of(server, name), "ko")
        settled(pages, name)
        assert pages.browser.execute_script("return document.documentElement.scrollWidth") <= width
    finally:
        told = {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        pages.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", told)


def test_from_a_square_of_the_map_to_its_parts(pages: Any) -> None:
    pages.open(f"/quality/heat?{ALL}", "ko")
    until(lambda: pages.find("heat"), "the map")
    row = pages.find("heat-table")[0].find_element("css selector", "tbody a")
    named = (row.get_attribute("data-test") or "").removeprefix("place-").split("-")
    square = pages.find("heat")[0].find_element(
        "css selector", f"svg a[href*='place={named[0]}%2C{named[1]}']"
    )
    pages.browser.execute_script("arguments[0].focus()", square)
    pages.press("Enter")
    until(lambda: pages.find("cards"), "the gallery")
    asked = parse_qs(urlsplit(pages.browser.current_url).query)
    assert asked["place"] == [",".join(named)]
    cards = pages.find("cards")[0].find_elements("css selector", "a")
    assert 0 < len(cards) <= 48
    field = pages.browser.find_element("css selector", "input[name=place]")
    assert field.get_attribute("value") == ",".join(named), "and can be taken out again"
    assert pages.axe() == []


@pytest.mark.parametrize(("lang", "reject"), [("en", "reject"), ("ko", "불합격")])
def test_from_a_bar_to_its_parts_to_one_part(
    pages: Any, server: Server, lang: str, reject: str
) -> None:
    pages.open(f"/quality?{ALL}", lang)
    settled(pages, "overview")
    bar = pages.find("pareto")[0].find_element("css selector", "svg a")
    pages.browser.execute_script("arguments[0].focus()", bar)  # links of a chart are for keys, too
    pages.press("Enter")
    until(lambda: pages.find("cards"), "the gallery")
    asked = parse_qs(urlsplit(pages.browser.current_url).query)
    assert (asked["defect"], asked["period"], asked["lang"]) == (["short"], ["all"], [lang])
    select = pages.browser.find_element("css selector", "select[name=verdict]")
    select.find_element("css selector", "option[value=reject]").click()
    pages.click("apply")
    until(lambda: "verdict=reject" in pages.browser.current_url, "it is asked for")
    until(lambda: pages.find("cards"), "the gallery")
    cards = pages.find("cards")[0].find_elements("css selector", "a")
    shown = {card.find_element("css selector", ".qp-verdict").text for card in cards}
    assert shown == {reject}
    with closing(sqlite3.connect(server.data / "records.db")) as database:
        query = (
            "SELECT count(DISTINCT part) FROM part_line AS l JOIN part_tag AS t ON t.id = l.id "
            "WHERE t.kind = 'class' AND t.word = 'short' AND l.verdict = 'reject'"
        )
        count = database.execute(query).fetchone()[0]
    assert len(cards) == min(48, count) > 10
    part = cards[0].find_element("css selector", "b").text
    cards[0].click()
    pages.shows("part", part)
    pages.shows("history", reject)
    assert pages.find("view")
    until(lambda: pages.browser.execute_script("return document.images[0].naturalWidth"), "seen")
    boxes = (
        "return [...document.querySelectorAll('.qp-view rect')].filter(e => e.checkVisibility())"
    )
    drawn = len(pages.browser.execute_script(boxes))
    rows = pages.find("defects")[0].find_elements("css selector", "tbody tr")
    assert drawn == len(rows) > 0
    pages.click("outlines")
    assert len(pages.browser.execute_script(boxes)) == 0
    assert pages.axe() == []


def test_a_point_leads_to_the_parts_of_its_time(pages: Any) -> None:
    pages.open(f"/quality?{ALL}")
    settled(pages, "overview")
    assert pages.find("by-shift")
    pages.browser.find_element("css selector", '[data-test="p-table"] summary').click()
    link = pages.find("p-table")[0].find_elements("css selector", "tbody a")[1]
    since = link.text
    link.click()
    until(lambda: pages.find("cards"), "the gallery")
    asked = parse_qs(urlsplit(pages.browser.current_url).query)
    assert asked["since"][0].startswith(since.replace(" ", "T"))
    assert asked["since"][0].endswith("+09:00")
    assert "period" not in asked
    begin = pages.browser.find_element("css selector", "input[name=since]").get_attribute("value")
    assert begin == since.replace(" ", "T")
    for card in pages.find("cards")[0].find_elements("css selector", ".qp-soft"):
        assert since <= card.text[:16] < asked["until"][0].replace("T", " ")


def test_the_address_can_be_sent_to_somebody_else(pages: Any) -> None:
    pages.open(f"/quality/search?{ALL}")
    part = pages.browser.find_element("css selector", "input[name=part]")
    part.send_keys("r00001-0000")
    person = pages.browser.find_element("css selector", "select[name=overridden]")
    person.find_element("css selector", "option[value=no]").click()
    pages.click("apply")
    until(lambda: "overridden=no" in pages.browser.current_url, "it is asked for")
    found = [row.text for row in pages.browser.find_elements("css selector", "tbody tr")]
    assert len(found) > 5
    sent = urlsplit(pages.browser.current_url)
    pages.sign_in("lee", "operator")
    pages.open(f"{sent.path}?{sent.query.replace('lang=en', '')}", "en")
    again = [row.text for row in pages.browser.find_elements("css selector", "tbody tr")]
    assert again == found
    pages.click("language")
    until(lambda: "lang=ko" in pages.browser.current_url, "the other language")
    asked = parse_qs(urlsplit(pages.browser.current_url).query)
    assert asked["part"] == ["r00001-0000"]


def test_every_page_of_a_search_is_reached_once(pages: Any, server: Server) -> None:
    pages.open("/quality/search?disposition=removed")
    seen: list[str] = []
    while True:
        until(lambda: pages.browser.find_elements("css selector", "tbody tr"), "the page")
        rows = pages.browser.find_elements("css selector", "tbody tr td:first-child")
        seen += [row.text for row in rows]
        if not pages.find("next-page"):
            break
        pages.browser.get(pages.find("next-page")[0].get_attribute("href"))
    with closing(sqlite3.connect(server.data / "records.db")) as database:
        query = "SELECT count(*) FROM part_line WHERE disposition = 'removed'"
        count = database.execute(query).fetchone()[0]
    assert len(seen) == len(set(seen)) == count > 100


def test_an_operator_sees_them_and_nobody_else_does(pages: Any, server: Server) -> None:
    pages.sign_in("lee", "operator")
    for name in PATHS:
        pages.open(path_of(server, name))
        settled(pages, name)
        assert not pages.find("forbidden")
        assert not pages.find("to-studio")  # he may not label


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_files(server: Server, lang: str) -> None:
    table = fetched(server, f"form=csv&verdict=reject&defect=spur&{ALL}&lang={lang}")
    rows = [*csv.DictReader(io.StringIO(table.decode("utf-8-sig")))]
    assert len(rows) > 20
    assert {row["verdict"] for row in rows} == {"reject"}
    assert fetched(server, f"form=parquet&{ALL}")[:4] == b"PAR1"
    report = fetched(server, f"form=pdf&{ALL}&lang={lang}")
    assert report.startswith(b"%PDF")
    assert report == fetched(server, f"form=pdf&{ALL}&lang={lang}")
    for query, words in (
        ("form=xls", {"en": "csv, parquet or pdf", "ko": "csv, parquet, pdf"}),
        ("form=csv&score=7", {"en": "0 to 1", "ko": "0에서 1"}),
        (
            "form=pdf&since=2020-01-01&until=2020-01-02",
            {"en": "nothing to report", "ko": "없습니다"},
        ),
        ("form=csv&since=yesterday", {"en": "yesterday", "ko": "yesterday"}),
    ):
        with pytest.raises(urllib.error.HTTPError) as refused:
            fetched(server, f"{query}&lang={lang}")
        said = refused.value.read().decode()
        assert refused.value.code == 422
        assert words[lang] in said
        assert said.count("\n") == 1
    assert not [*(server.data / "outgoing").glob("*")]


def fetched(server: Server, query: str) -> bytes:
    with urllib.request.urlopen(f"{server.url}/quality/export?{query}", timeout=60) as answer:
        return bytes(answer.read())


def test_pictures_come_from_the_records_alone(server: Server) -> None:
    for path in (
        "/quality/picture/..%2F..%2Frecords.db", "/quality/picture/" + "0" * 64,
        "/quality/golden/..%2F..", "/quality/golden/none",
    ):  # fmt: skip
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(server.url + path)
        assert refused.value.code == 404


@pytest.mark.parametrize(
    ("query", "test", "words"),
    [
        (BEFORE, "empty", "No parts arrived in this time"),
        ("since=soon", "problem", "'soon' is no time"),
        ("since=2026-01-06&until=2026-01-05", "problem", "not after the begin"),
        (f"recipe=none@1&{ALL}", "empty", "No parts arrived in this time"),
    ],
)
def test_what_cannot_be_is_one_line(pages: Any, query: str, test: str, words: str) -> None:
    pages.open(f"/quality?{query}")
    pages.shows(test, words)


def test_a_part_that_is_none(pages: Any) -> None:
    pages.open("/quality/part?part=<b>none</b>")
    pages.shows("empty", "There is no part '<b>none</b>' on record")


def test_odd_folders_each_say_so_in_one_line(browser: Any, tmp_path: Path) -> None:
    from tests.studio.browsing import Studio

    records = tmp_path / "data" / "records.db"
    with serving(tmp_path) as server:
        pages = Studio(browser, server.url)
        pages.sign_in("kim", "quality")
        pages.errors()
        for name in ("overview", "heat", "gallery", "search", "part"):
            pages.open(PATHS[name])
            pages.shows("empty", "does not exist")
        fill(tmp_path / "data", 2500, labelled=False)
        pages.open(PATHS["overview"])
        settled(pages, "overview")
        pages.shows("unlabelled", "Nobody has judged or labelled")
        pages.shows("no-shifts", "No shifts are configured")
        pages.shows("no-run-time", "no OEE")
        pages.open(PATHS["gallery"])
        pages.shows("no-pictures", "None of these parts has a picture")
        pages.open(PATHS["part"] + newest(server))
        pages.shows("gone-view", "the file is not there any more")
        with closing(sqlite3.connect(records)) as database:
            database.execute(
                "INSERT INTO filling (id, parts_done, parts_all) VALUES (1, 1200, 2500)"
            )
            database.commit()
            for name in ("overview", "heat", "gallery", "search"):
                pages.open(PATHS[name])
                pages.shows("empty", "(1200 of 2500 parts)")
            database.execute("DELETE FROM filling")
            version = database.execute("PRAGMA user_version").fetchone()[0]
            database.execute(f"PRAGMA user_version = {version - 1}")
            database.commit()
            pages.open(PATHS["overview"])
            pages.shows("empty", "older version")
        assert not pages.errors()
        browser.get("about:blank")


def test_classes_that_recipes_call_otherwise(browser: Any, tmp_path: Path) -> None:
    from tests.studio.browsing import Studio

    data = tmp_path / "data"
    fill(data, 1000)
    with closing(sqlite3.connect(data / "records.db")) as database:  # a second recipe's words
        for table, cls in (("class_sum", "class_name"), ("part_sum", "'disc'")):
            columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            told = [
                "'disc@1#0'" if name == "recipe" else f"'disc ' || {cls}" if name == cls else name
                for name in columns
            ]
            database.execute(f"INSERT INTO {table} SELECT {', '.join(told)} FROM {table}")
        database.commit()
    with serving(tmp_path) as other:
        pages = Studio(browser, other.url)
        pages.sign_in("kim", "quality")
        pages.open(PATHS["overview"])
        pages.shows("renamed", "call their classes differently")
        pages.shows("renamed", "disc spur")
        pages.open(f"{PATHS['overview']}&recipe=disc@1%230")
        until(lambda: pages.find("pareto"), "the page")
        assert not pages.find("renamed")
        browser.get("about:blank")


def test_the_pages_say_what_the_records_hold(pages: Any) -> None:
    pages.open(f"/quality?{ALL}")
    settled(pages, "overview")
    assert f"{PARTS:,}" in pages.browser.find_element("css selector", ".qp-figures").text
    shares = pages.text("oee")
    assert "OEE" in shares
    assert "belt waits" in shares
