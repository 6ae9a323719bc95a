"""The tool's pages: in both languages, for two and three people, and what comes in and goes out."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("selenium", reason="pip install selenium, and chromium with chromium-driver")
from cell.labels.label import Judgement, Shape
from cell.labels.reasons import Why
from cell.labels.values import Purpose, Said, State
from tests.hmi.conftest import until
from tests.studio.app import add
from tests.studio.conftest import Server
from tests.studio.hands import Finger, Keyboard

PAGES = (
    "/studio",
    "/studio/work",
    "/studio/sets",
    "/studio/training",
    "/studio/exchange",
    "/studio/agreement",
)


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible(studio: Any, path: str, lang: str) -> None:
    studio.open(path, lang)
    until(lambda: studio.find("to-queue"), "the page is there")
    if path == "/studio/work":
        studio.shown()
        studio.press("a")  # with a shape that has handles
        studio.press("Tab")
    assert studio.browser.execute_script("return document.documentElement.lang") == lang
    assert studio.axe() == []


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_help_shows_every_key(studio: Any, lang: str) -> None:
    studio.work(lang=lang)
    studio.press("?")
    studio.shows("keys", "Enter")
    shown = studio.text("keys")
    for key in ("Enter", "Space", "Ctrl+Z", "Delete", "Tab", "1 – 9", "?"):
        assert key in shown
    assert studio.axe() == []
    studio.press("g")  # goes nowhere while the help is open
    studio.press("Escape")
    until(lambda: not studio.find("keys"), "the help is closed")


def overridden(server: Server, name: str) -> int:
    """An item that a second person shall look at, worth more than all others."""
    file = server.folder / f"{name}.jpg"
    noise = np.random.default_rng(sum(map(ord, name))).integers(90, 110, (480, 640), np.uint8)
    cv2.imwrite(str(file), noise)
    return add(server.book, file, 5000 + sum(map(ord, name)), Why.OVERRIDE)


def state(server: Server, item: int) -> State:
    return server.book.item(item, time.time_ns()).state


def test_a_second_look_is_blind_and_a_third_person_decides(studio: Any, server: Server) -> None:
    item = overridden(server, "contrary")
    studio.sign_in("first")
    studio.work(item)
    assert "another verdict" in studio.text("why")
    studio.press("a")
    studio.next_by("Enter")
    assert state(server, item) is State.REVIEW

    studio.sign_in("second")
    studio.work(item)
    studio.shows("purpose", "second look")
    words = studio.browser.find_element("css selector", ".about").text
    assert "first" not in words
    assert "REJECT" not in words
    assert "PASS" not in words
    studio.tagged()
    studio.next_by("g")
    assert state(server, item) is State.CONFLICT

    studio.sign_in("third")
    studio.work(item)
    studio.shows("purpose", "decide")
    studio.tagged("open · first")
    version = server.book.history(item)[1]
    before = studio.picture()
    studio.click(f"decide-{version.number}")
    until(lambda: studio.picture() != before, "the next picture")
    assert state(server, item) is State.SETTLED
    newest = server.book.history(item)[-1]
    assert (newest.person, newest.said.judgement) == ("third", Judgement.GOOD)


def test_the_queue_follows_and_nobody_loses_his_place(studio: Any, server: Server) -> None:
    items = [overridden(server, f"followed-{n}") for n in range(2)]
    studio.open("/studio")
    until(lambda: studio.find(f"open-{items[1]}"), "the queue")
    place = (
        "const e = document.querySelector(arguments[0]); e.focus(); scrollBy(0, 40); return scrollY"
    )
    script = "return [document.activeElement?.dataset.test, scrollY]"
    low = studio.find("queue")[0].find_elements("css selector", "a")[8].get_attribute("data-test")
    studio.browser.execute_script(place, f'[data-test="{low}"]')
    _, before = studio.browser.execute_script(script)
    top = "return document.querySelector(arguments[0]).getBoundingClientRect().y"
    at = studio.browser.execute_script(top, f'[data-test="{low}"]')
    more = overridden(server, "followed-more")
    server.book.open_item(items[0], "elsewhere", time.time_ns())
    until(lambda: studio.find(f"item-{more}"), "what is new is there")
    until(lambda: not studio.find(f"open-{items[0]}"), "what somebody holds is told")
    assert "elsewhere" in studio.text(f"item-{items[0]}")
    focused, _ = studio.browser.execute_script(script)
    assert (before > 0, focused) == (True, low)
    assert abs(studio.browser.execute_script(top, f'[data-test="{low}"]') - at) < 3
    server.book.release(items[0], "elsewhere")


def test_two_people_never_get_the_same_picture(studio: Any, server: Server) -> None:
    studio.sign_in("here")
    studio.work()
    mine = studio.picture()
    task = server.book.take("elsewhere", time.time_ns())
    assert task is not None
    assert f"/{task.item.id}/" not in mine
    server.book.release(task.item.id, "elsewhere")


def test_who_was_second_loses_nothing(studio: Any, server: Server) -> None:
    item = overridden(server, "race")
    studio.sign_in("slow")
    studio.work(item)
    given = {"base": 0, "purpose": Purpose.LABEL, "now_ns": time.time_ns()}
    server.book.save(item, "fast", Said(Judgement.GOOD), **given)
    studio.press("a")
    studio.next_by("Enter")
    until(lambda: "fast" in studio.browser.page_source, "who was first is said")
    people = [version.person for version in server.book.history(item)]
    assert sorted(people) == ["fast", "slow"]


def test_writing_a_note_gives_no_orders(studio: Any) -> None:
    studio.work()
    before = studio.picture()
    studio.press("n")
    studio.press(*"bags")
    assert studio.browser.switch_to.active_element.get_attribute("value") == "bags"
    assert studio.picture() == before


def test_freeze_compare_and_hand_out(studio: Any, server: Server, tmp_path: Path) -> None:
    item = overridden(server, "frozen")
    for person in ("one", "two"):
        task = server.book.open_item(item, person, time.time_ns())
        said = Said(Judgement.DEFECTIVE, (Shape.of_box("open", 10, 10, 60, 60),))
        given = {"base": task.item.version, "purpose": task.purpose, "now_ns": time.time_ns()}
        server.book.save(item, person, said, **given)
    studio.open("/studio/sets")
    for name in ("week-1", "week-2"):
        until(lambda: studio.find("set-name"), "the form")
        field = studio.find("set-name")[0]
        field.send_keys(name)
        studio.click("freeze")
        studio.shows("sets", name)
        until(lambda: not studio.find("set-name")[0].get_attribute("value"), "the form is empty")
    studio.click("compare")
    studio.shows("changes", "0 added")
    assert studio.axe() == []
    link = studio.find("export-coco")[0].get_attribute("href")
    data = fetched(studio, link)
    archive = tmp_path / "set.zip"
    archive.write_bytes(data)
    assert any(name.endswith(".json") for name in zipfile.ZipFile(archive).namelist())

    # And in again, by the page.
    studio.open("/studio/exchange")
    until(lambda: studio.find("upload-file"), "the upload")
    studio.find("upload-file")[0].send_keys(str(archive))
    studio.shows("upload-state", "arrived")
    Finger(studio.browser, server.url, "en").choose("form", "COCO")
    studio.click("import")
    studio.shows("import-result", "brought in")
    assert "contradict" not in studio.text("import-result")


def fetched(studio: Any, url: str) -> bytes:
    script = (
        "const done = arguments[1]; fetch(arguments[0]).then(r => r.arrayBuffer())"
        ".then(b => done([...new Uint8Array(b)]))"
    )
    return bytes(studio.browser.execute_async_script(script, url))


@pytest.mark.parametrize("kind", [Keyboard, Finger])
def test_the_classes_of_an_upload_are_named_or_left_out(
    studio: Any, server: Server, tmp_path: Path, kind: type[Keyboard] | type[Finger]
) -> None:
    hand = kind(studio.browser, server.url, "en")
    box = '<box label="{}" xtl="1" ytl="{}" xbr="9" ybr="{}"/>'
    boxes = box.format("Kratzer", 2, 8) + box.format("Staub", 12, 18) + box.format("short", 22, 28)
    name = f"{kind.__name__}.png"
    noise = np.random.default_rng(len(name)).integers(0, 255, (30, 40), np.uint8)
    cv2.imwrite(str(tmp_path / name), noise)
    (tmp_path / "annotations.xml").write_text(
        f'<annotations><image id="0" name="{name}" width="40" height="30">{boxes}'
        "</image></annotations>"
    )
    hand.open("/studio/exchange")
    until(lambda: hand.find("upload-folder"), "the upload")
    hand.find("upload-folder")[0].send_keys(str(tmp_path))
    hand.shows("upload-state", "arrived")
    hand.choose("form", "CVAT")
    hand.go("import")
    hand.shows("class-table", "Kratzer (1 outlined)")
    assert hand.axe() == []
    hand.go("import")
    until(lambda: "leave them out: Kratzer, Staub" in hand.browser.page_source, "it is asked")
    hand.choose("class Kratzer", "mousebite")
    hand.choose("class Staub", "left out")
    hand.go("import")
    hand.shows("import-result", "1 brought in")
    items = server.book.queue(time.time_ns(), state=State.SETTLED).items
    item = next(one for one in items if one.picture and one.picture.name == name)
    (version,) = server.book.history(item.id)
    assert sorted(shape.class_name for shape in version.said.shapes) == ["mousebite", "short"]


def test_pictures_come_in_to_be_labelled(studio: Any, server: Server, tmp_path: Path) -> None:
    folder = tmp_path / "fresh"
    folder.mkdir()
    for n in range(3):
        cv2.imwrite(str(folder / f"fresh-{n}.png"), np.full((64, 64), 40 * n + 1, np.uint8))
    studio.open("/studio/exchange")
    until(lambda: studio.find("upload-folder"), "the upload")
    studio.find("upload-folder")[0].send_keys(str(folder))
    studio.shows("upload-state", "3 files")
    studio.click("import")
    studio.shows("import-result", "3 brought in")
    names = {one.picture.name for one in server.book.queue(time.time_ns(), why=Why.WANTED).items
             if one.picture}  # fmt: skip
    assert {"fresh-0.png", "fresh-1.png", "fresh-2.png"} <= names


def test_a_damaged_archive_is_refused_in_words(studio: Any, tmp_path: Path) -> None:
    broken = tmp_path / "half.zip"
    broken.write_bytes(b"PK\x03\x04 half of one")
    studio.open("/studio/exchange", "ko")
    until(lambda: studio.find("upload-file"), "the upload")
    studio.find("upload-file")[0].send_keys(str(broken))
    studio.shows("upload-state", "1")
    studio.click("import")
    studio.shows("import-result", "half.zip")


@pytest.mark.parametrize("path", PAGES)
def test_an_operator_may_not_be_here(studio: Any, path: str) -> None:
    studio.sign_in("op", "operator")
    studio.open(path)
    until(lambda: "does not allow" in studio.text("forbidden"), "it is said")
    assert not studio.find("to-queue")


def test_pictures_are_for_whoever_may_label(studio: Any, server: Server) -> None:
    studio.work()
    picture = studio.picture()
    studio.sign_in("op", "operator")
    for path in (picture, f"{server.url}/studio/golden/pcb/44000062"):
        script = "const d = arguments[1]; fetch(arguments[0]).then(r => d(r.status))"
        assert studio.browser.execute_async_script(script, path + "?") == 403
    studio.errors()  # the browser tells of the two refusals
