"""From sign-in to a label set of one's own, by keyboard alone: the real page, a cell's records, and
the fake cell.
"""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cell.config.labels import LabelsConfig
from cell.control.ledger import events as e
from cell.labels.book import LabelBook
from cell.people.roles import Role
from cell.products.verdict import Verdict, VerdictKind

pytest.importorskip("selenium", reason="pip install selenium, and chromium with chromium-driver")
from tests.cell.evidence_world import Shift, noise
from tests.hmi.browsing import Page
from tests.hmi.conftest import FakeCell, Hmi, end, ros_environment, until, written
from tests.people.world import PASSWORD, house
from tests.studio.keyboard import Keyboard

__all__ = ["ros_environment"]

WORDS = {
    "en": ("lee gave the verdict PASS (before: REJECT)", "A second look"),
    "ko": ("lee 님이 판정을", "두 번째 확인"),
}


@pytest.fixture(scope="module")
def shift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shift]:
    """The records of a cell with an operator and two engineers."""
    folder = tmp_path_factory.mktemp("journey")
    with house(folder) as home:
        home.add("boss", Role.ADMIN)
        home.add("lee", Role.OPERATOR, pin="2580")
        home.add("kim", Role.QUALITY)
        home.add("sun", Role.QUALITY)
    made = Shift(folder)
    yield made
    made.close()


@pytest.fixture(scope="module")
def page(shift: Shift, ros_environment: dict[str, str]) -> Iterator[Hmi]:
    file = written(shift.folder, **{"labels.audit_share": 0.0})
    made = Hmi(ros_environment, file, "--lang", "en")
    yield made
    end(made.process)


@pytest.fixture(scope="module")
def cell(ros_environment: dict[str, str]) -> Iterator[FakeCell]:
    made = FakeCell(ros_environment)
    yield made
    made.close()


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_from_sign_in_to_a_label_set_by_keys_alone(
    browser: Any, page: Hmi, cell: FakeCell, shift: Shift, tmp_path: Path, lang: str
) -> None:
    browser.delete_all_cookies()
    cell.order(reset=True)
    keys = Keyboard(browser, page.url, lang)
    keys.errors()

    keys.arrive("/")
    if lang != "en":
        keys.go("language")
    until(lambda: keys.spoken() == lang, f"the page speaks {lang}")
    keys.go("name lee")
    keys.type("2580")
    keys.press("Enter")
    Page(browser, until).live()
    keys.go("start")
    assert cell.call() == {"command": "start", "person": "lee"}
    part = reject(shift, cell)
    keys.go("override-pass")
    told = cell.call()["override"]
    assert (told["part"], told["verdict"], told["person"]) == (part, "pass", "lee")
    record(shift, part, told["person"])
    until(lambda: queued(shift, part), "the part is queued", 40.0)
    keys.go("sign-out")

    why, second_look = WORDS[lang]
    sign_in(keys, "kim")
    keys.shows("queue", part)
    keys.shows("queue", why)
    outline(keys)
    keys.go("sign-out")
    sign_in(keys, "sun")
    keys.shows("queue", part)
    assert why not in keys.text("queue")
    outline(keys, second_look)

    keys.go("to-sets")
    keys.reach("set-name")
    name = f"first-{lang}"
    keys.type(name)
    keys.press("Enter")
    keys.shows("sets", name)
    keys.downloads(tmp_path)
    keys.go("export-coco")
    archive = until(lambda: next(tmp_path.glob("*.zip"), None), "the archive")
    assert boxes(archive) == ["short"] * shift.parts
    assert keys.axe() == []
    assert not keys.errors()


def queued(shift: Shift, part: str) -> bool:
    """Whether the page's process has found the part in the records."""
    book = LabelBook.open(shift.folder, LabelsConfig())
    try:
        return any(item.about.part == part for item in book.queue(time.time_ns()).items)
    finally:
        book.close()


def sign_in(keys: Keyboard, name: str) -> None:
    """With name and password; then to the queue."""
    keys.reach("name")
    keys.type(name)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    keys.go("to-studio")


def outline(keys: Keyboard, purpose: str = "") -> None:
    """Draw a box, name it, save; nothing else is left to do then."""
    keys.go("start")
    keys.shown()
    keys.shows("purpose", purpose)
    keys.press("b", "Space", "Space", "Right", "Right", "Down", "Down", "Down", "Space", "2")
    until(lambda: len(keys.tags()) == 1, "the box is named")
    keys.press("Enter")
    until(lambda: keys.find("look-again")[0].is_displayed(), "nothing is left to do")


def reject(shift: Shift, cell: FakeCell) -> str:
    """A part that the cell rejects, and that can still pass."""
    part = shift.part(noise(700 + shift.parts, 320), passed=False, closed=False)
    on_belt = {"part": part, "state": "judged", "verdict": "reject", "bin": "scrap"}
    on_belt["verdicts"] = ["pass", "reject", "review"]
    state = {"state": "running", "last_part": part, "last_verdict": "reject", "on_belt": 1}
    cell.order(state=state | {"parts": [on_belt]})
    return part


def record(shift: Shift, part: str, person: str) -> None:
    """What the cell does with an accepted override."""
    verdict = Verdict(VerdictKind.PASS, "", "")
    shift.journal.append([e.Judged(stamp_ns=2 * 10**18, part=part, verdict=verdict, by=person)])
    shift.projection.catch_up(shift.journal)


def boxes(archive: Path) -> list[str]:
    """The classes of the boxes of a COCO archive."""
    with zipfile.ZipFile(archive) as opened:
        (name,) = (one for one in opened.namelist() if one.endswith(".json"))
        told = json.loads(opened.read(name))
    names = {one["id"]: one["name"] for one in told["categories"]}
    return [names[one["category_id"]] for one in told["annotations"]]
