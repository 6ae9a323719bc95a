"""From sign-in to a label set of one's own, by keyboard alone and by touch alone: the real page, a
cell's records, and the fake cell.
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
from tests.people.world import PASSWORD, house, shown_around
from tests.studio.hands import DESK, TABLET, UPRIGHT, Finger, Hand, Keyboard, Size, hold

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
    shown_around(folder, "lee", "kim", "sun")
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


@pytest.fixture
def held(browser: Any) -> Iterator[Any]:
    """The browser, to be made another screen's; a desk's again afterwards."""
    yield browser
    hold(browser, DESK, finger=False)


@pytest.mark.parametrize(
    ("kind", "size", "lang"),
    [
        pytest.param(Keyboard, DESK, "en", id="keys-en"),
        pytest.param(Keyboard, DESK, "ko", id="keys-ko"),
        pytest.param(Finger, TABLET, "en", id="touch-en"),
        pytest.param(Finger, UPRIGHT, "ko", id="touch-ko"),
    ],
)
def test_from_sign_in_to_a_label_set(
    held: Any, page: Hmi, cell: FakeCell, shift: Shift, tmp_path: Path,
    kind: type[Hand], size: Size, lang: str,
) -> None:  # fmt: skip
    hold(held, size, finger=kind is Finger)
    held.execute_cdp_cmd("Network.clearBrowserCookies", {})  # of every host
    cell.order(reset=True)
    cell.forget()
    hand = kind(held, page.url, lang)
    hand.errors()

    hand.arrive("/")
    if lang != "en":
        hand.go("language")
    until(lambda: hand.spoken() == lang, f"the page speaks {lang}")
    hand.go("name lee")
    hand.pin("2580")
    Page(held, until).live()
    hand.go("start")
    assert cell.call() == {"command": "start", "person": "lee"}
    part = reject(shift, cell)
    hand.go("override-pass")
    told = cell.call()["override"]
    assert (told["part"], told["verdict"], told["person"]) == (part, "pass", "lee")
    assert hand.axe() == []
    record(shift, part, told["person"])
    until(lambda: queued(shift, part), "the part is queued")
    hand.go("sign-out")

    why, second_look = WORDS[lang]
    hand.sign_in_with("kim", PASSWORD)
    hand.go("to-studio")
    hand.shows("queue", part)
    hand.shows("queue", why)
    outline(hand)
    hand.go("sign-out")
    hand.sign_in_with("sun", PASSWORD)
    hand.go("to-studio")
    hand.shows("queue", part)
    assert why not in hand.text("queue")
    outline(hand, second_look)

    hand.go("to-sets")
    name = f"{kind.__name__}-{lang}"
    hand.freeze(name)
    hand.shows("sets", name)
    hand.downloads(tmp_path)
    hand.go("export-coco")
    archive = until(lambda: next(tmp_path.glob("*.zip"), None), "the archive")
    assert boxes(archive) == ["short"] * shift.parts
    assert hand.axe() == []
    assert not hand.errors()


def queued(shift: Shift, part: str) -> bool:
    """Whether the page's process has found the part in the records."""
    book = LabelBook.open(shift.folder, LabelsConfig())
    try:
        return any(item.about.part == part for item in book.queue(time.time_ns()).items)
    finally:
        book.close()


def outline(hand: Hand, purpose: str = "") -> None:
    """Draw a box, name it, save; nothing else is left to do then."""
    hand.go("start")
    hand.shown()
    hand.shows("purpose", purpose)
    hand.box("short")
    until(lambda: hand.find("look-again")[0].is_displayed(), "nothing is left to do")


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
