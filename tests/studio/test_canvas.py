"""Drawing and changing outlines: by keys alone, by the mouse or a pen, by touch."""

from __future__ import annotations

import time
from typing import Any

import pytest

from cell.labels.label import Judgement, ShapeKind
from cell.labels.values import Said
from tests.hmi.conftest import until
from tests.studio.conftest import Server


def said(server: Server, item: int) -> Said:
    """The newest label of an item."""
    until(lambda: server.book.history(item), f"item {item} has a label")
    return server.book.history(item)[-1].said


def begin(studio: Any, person: str) -> int:
    """Sign in as somebody, and take whatever comes; its item."""
    studio.sign_in(person)
    studio.work()
    return now(studio)


def now(studio: Any) -> int:
    """The item whose picture is shown."""
    return int(studio.picture().split("/")[-2])


def test_three_pictures_by_keys_alone(studio: Any, server: Server) -> None:
    first = begin(studio, "keys")
    # The model's proposal is refused; a box is drawn between two corners, named and resized.
    studio.press("x", "b", "Space", "Space", "Right", "Right", "Down", "Down", "Down", "Space")
    studio.tagged("open")
    studio.press("2", "Ctrl+Right", "Shift+Up")
    studio.tagged("short")
    studio.next_by("Enter")
    (box,) = said(server, first).shapes
    assert (box.class_name, box.kind) == ("short", ShapeKind.BOX)
    (left, top), (right, bottom) = box.points
    assert (right - left, bottom - top) == (18.0, 18.0)

    second = now(studio)
    # The proposal is accepted; what the part before had is copied; one corner is moved.
    studio.press("a", "c")
    studio.tagged("open", "short")
    studio.press("Tab", "Shift+Tab", "v", "Left", "v", "v", "Down")
    studio.next_by("Enter")
    boxes = said(server, second).shapes
    assert [one.class_name for one in boxes] == ["open", "short"]
    assert boxes[0].points[0][0] == 114.0
    assert boxes[0].points[1][1] == 196.0

    third = now(studio)
    studio.next_by("g")
    assert said(server, third) == Said(Judgement.GOOD)


def test_a_polygon_by_keys_undone_and_done_again(studio: Any, server: Server) -> None:
    item = begin(studio, "polygon")
    studio.press("x", "p", "Space", "Space", "Right", "Right", "Space", "Down", "Down", "Space")
    studio.press("Enter")
    studio.tagged("open")
    studio.press("3", "Ctrl+z")
    studio.tagged("open")
    studio.press("Ctrl+z")
    studio.tagged()
    studio.press("Ctrl+z")
    studio.tagged("open · 0.58")
    studio.press("Ctrl+y", "Ctrl+y", "Ctrl+Shift+z")
    studio.tagged("spurious copper")
    studio.press("Ctrl+z")
    studio.next_by("Enter")
    (polygon,) = said(server, item).shapes
    assert polygon.kind is ShapeKind.POLYGON
    (x, y), *others = polygon.points
    assert others == [(x + 12, y), (x + 12, y + 12)]


def test_undo_does_not_reach_into_the_picture_before(studio: Any) -> None:
    begin(studio, "undo")
    studio.press("a")
    studio.next_by("Enter")
    studio.press("Ctrl+z", "Ctrl+z")
    studio.tagged("open · 0.58")
    studio.press("n")
    until(
        lambda: studio.browser.switch_to.active_element.tag_name == "textarea", "the note is open"
    )
    studio.press("a", "Ctrl+z", "g")
    studio.tagged("open · 0.58")
    assert studio.enabled("good")


def test_nothing_outlined_is_not_saved_as_a_defect(studio: Any, server: Server) -> None:
    item = begin(studio, "nothing")
    studio.press("x", "Enter")
    until(lambda: "press G" in studio.browser.page_source, "what to do is said")
    assert now(studio) == item
    # Nor is a part good on which something is outlined.
    studio.press("Ctrl+z", "a", "g")
    until(lambda: "Something is outlined" in studio.browser.page_source, "it is said")
    assert (now(studio), studio.tags()) == (item, ["open"])
    studio.press("Del")
    studio.next_by("u")
    assert said(server, item) == Said(Judgement.UNUSABLE)


@pytest.mark.parametrize("pointer", ["mouse", "pen"])
def test_by_mouse_and_by_pen(studio: Any, server: Server, pointer: str) -> None:
    studio.pointer = pointer
    item = begin(studio, pointer)
    studio.click("tool-refuse")
    studio.click("tool-box")
    studio.drag((300, 100), (420, 190))
    studio.tagged("open")
    studio.click("class-spur")
    studio.tagged("spur")
    handle = "return document.querySelectorAll('.a9s-handle').length > 3"
    until(lambda: studio.browser.execute_script(handle), "it has handles")
    studio.drag((420, 190), (460, 230))  # its corner: it is chosen still
    studio.click_at(600, 600)
    until(lambda: not studio.enabled("tool-delete"), "nothing is chosen")
    studio.click_at(350, 140)
    until(lambda: studio.enabled("tool-delete"), "the box is chosen")
    studio.click("tool-polygon")
    for x, y in ((100, 400), (180, 400), (180, 480), (100, 400)):
        studio.click_at(x, y)
    studio.tagged("spur", "spur")
    studio.click("save")
    shapes = said(server, item).shapes
    assert shapes[0].box == pytest.approx((300, 100, 460, 230), abs=4)
    assert shapes[1].kind is ShapeKind.POLYGON
    assert shapes[1].box == pytest.approx((100, 400, 180, 480), abs=4)


def test_by_touch(studio: Any, server: Server) -> None:
    item = begin(studio, "touch")
    studio.click("tool-refuse")
    studio.click("tool-box")
    studio.touch("touchStart", (300, 100))
    for x, y in ((340, 120), (380, 150), (420, 190)):
        studio.touch("touchMove", (x, y))
    studio.touch("touchEnd")
    studio.tagged("open")
    studio.click("tool-polygon")
    studio.tap((100, 400), (180, 400), (180, 480), (100, 400))
    studio.tagged("open", "open")
    width = "return document.querySelector('.lc-sheet').clientWidth"
    before = studio.browser.execute_script(width)
    studio.touch("touchStart", (300, 300), (340, 300))
    for n in range(1, 6):
        studio.touch("touchMove", (300 - 4 * n, 300), (340 + 4 * n, 300))
    studio.touch("touchEnd")
    assert studio.browser.execute_script(width) > 1.2 * before
    studio.tagged("open", "open")
    studio.click("save")
    boxes = [one.box for one in said(server, item).shapes]
    assert boxes[0] == pytest.approx((300, 100, 420, 190), abs=6)
    assert boxes[1] == pytest.approx((100, 400, 180, 480), abs=6)


def test_the_hand_that_holds_the_pen_draws_nothing(studio: Any) -> None:
    begin(studio, "palm")
    if studio.enabled("tool-refuse"):
        studio.click("tool-refuse")
    studio.click("tool-box")
    studio.pointer = "pen"
    studio.mouse("mousePressed", 300, 100)
    studio.mouse("mouseMoved", 340, 140)
    studio.touch("touchStart", (420, 420))
    studio.touch("touchMove", (500, 500))
    studio.touch("touchEnd")
    studio.mouse("mouseMoved", 420, 190)
    studio.mouse("mouseReleased", 420, 190)
    studio.tagged("open")
    told = "return document.querySelector('[data-test=canvas-state]').textContent"
    size = studio.browser.execute_script(told).split("· ")[-1].split(" ")
    assert (int(size[0]), int(size[2])) == (pytest.approx(120, abs=6), pytest.approx(90, abs=6))


def test_what_lies_between_picture_and_outlines(studio: Any) -> None:
    begin(studio, "layers")
    layers = "return document.querySelector('.lc-layers').firstChild?.tagName ?? ''"
    for key, tag in (("o", "IMG"), ("l", "IMG"), ("d", "CANVAS"), ("d", "")):
        studio.press(key)
        until(lambda tag=tag: studio.browser.execute_script(layers) == tag, f"{key} shows {tag!r}")
    studio.press("]", "]")
    cut = "return document.querySelector('.lc-layers').firstChild?.style.clipPath"
    until(lambda: studio.browser.execute_script(cut) == "inset(0px 0px 0px 60%)", "the slider")
    assert not studio.enabled("tool-heat"), "none is given"


def test_what_comes_next_may_arrive_late(studio: Any, server: Server) -> None:
    item = begin(studio, "late")
    studio.browser.execute_script(
        "getElement(Number(document.querySelector('.lc').id.slice(1))).next = []"
    )
    studio.next_by("g")
    assert said(server, item) == Said(Judgement.GOOD)


def test_half_done_work_comes_back(studio: Any, server: Server) -> None:
    item = begin(studio, "leaves")
    studio.press("a", "4")
    studio.tagged("mousebite")
    until(lambda: "mousebite" in draft(server, item, "leaves"), "the draft is kept")
    studio.browser.get("about:blank")
    assert begin(studio, "leaves") == item
    studio.tagged("mousebite")


def draft(server: Server, item: int, person: str) -> str:
    return server.book.open_item(item, person, time.time_ns()).draft
