"""Shifts and operators change while a real cell runs: page, summary, journal and the twin's own
truth agree on each part, also after stops of all kinds.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

pytest.importorskip("selenium", reason="pip install selenium, and chromium with chromium-driver")

from cell.control.ledger import events as e
from cell.launcher.campaign.twin import at_the_pendant
from cell.people.roles import Role
from tests.hmi.browsing import Page
from tests.hmi.conftest import CHROMIUM, DRIVER, chromium, until
from tests.people.world import house, shown_around
from tests.studio.hands import TABLET, Finger, hold
from tests.system.hands import Operator
from tests.system.plant import ROOT, Plant, running

HOST, DOMAIN = "127.0.66.5", 66
PINS = {"kim": "2468", "lee": "1357"}
SHIFTS = 25
"""So many shifts of a minute each, one after the other: a change is never far."""
WORDS = ("--start", "--defective", "0.4", "--seed", "3", "--pitch", "0.4")
STOPPED = (e.Removed, e.Purged)


class Calendar:
    """Shifts of a minute from the next full one on, by the clock of UTC."""

    def __init__(self) -> None:
        self.first = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        edges = [self.first + timedelta(minutes=n) for n in range(SHIFTS + 1)]
        ends = [f"{one:%H:%M}" for one in edges]
        shifts = [
            {"name": f"s{n:02d}", "begin": ends[n], "end": ends[n + 1]} for n in range(SHIFTS)
        ]
        shifts.append({"name": "rest", "begin": ends[-1], "end": ends[0]})
        self.settings = {"quality": {"time_zone": "UTC", "run_time_s": 4.0, "shifts": shifts}}

    def at(self, stamp_ns: int) -> str:
        """The name of a moment's shift, with its day."""
        since = stamp_ns - int(self.first.timestamp()) * 10**9
        number = since // (60 * 10**9)
        if not 0 <= number < SHIFTS:
            day = self.first.date() - timedelta(days=number < 0)
            return f"{day}/rest"
        return f"{self.first + timedelta(minutes=number):%Y-%m-%d}/s{number:02d}"


class Shop:
    """The plant with its calendar, and what the journal says of it by shift."""

    def __init__(self, plant: Plant, calendar: Calendar) -> None:
        self.plant, self.calendar = plant, calendar

    def by_shift(self) -> dict[str, Counter[str]]:
        """Parts that are gone, by the shift in which they came."""
        came = {x.part: self.calendar.at(x.stamp_ns) for x in self.events(e.Arrived)}
        found: dict[str, Counter[str]] = {}
        for one in self.events(e.Passed, *STOPPED):
            how = "passed" if isinstance(one, e.Passed) else "stopped"
            found.setdefault(came[one.part], Counter())[how] += 1
        return found

    def now(self) -> Counter[str]:
        """Of the shift that runs."""
        return self.by_shift().get(self.calendar.at(time.time_ns()), Counter())

    def events(self, *kinds: type[e.Event]) -> list[Any]:
        return [x for x in self.plant.follow() if isinstance(x, kinds)]

    def summary(self, shift: str) -> dict[str, Any]:
        """What `cell quality summary` says of it."""
        command = [sys.executable, "-m", "cell.faces.cli.main", "quality", "summary", "--json"]
        command += ["--shift", shift, "--data", str(self.plant.data)]
        command += ["--config", str(self.plant.folder / "cell.yaml")]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        return told


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    plant, calendar = Plant(tmp_path_factory.mktemp("shifts"), HOST, DOMAIN), Calendar()
    with house(plant.data) as home:
        home.add("boss", Role.ADMIN)
        for name, pin in PINS.items():
            home.add(name, Role.OPERATOR, pin=pin)
    shown_around(plant.data, *PINS)
    with running(plant, *WORDS, settings=calendar.settings):
        yield Shop(plant, calendar)


@pytest.fixture
def hand(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Finger]:
    """At a tablet."""
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("needs chromium and chromedriver (Debian: chromium, chromium-driver)")
    from selenium import webdriver

    browser = chromium(webdriver, tmp_path_factory.mktemp("chromium"), flat=True)
    hold(browser, TABLET, finger=True)
    yield Finger(browser, shop.plant.url, "en")
    browser.quit()


def comes(hand: Finger, name: str) -> None:
    """Somebody signs in."""
    hand.go(f"name {name}")
    hand.pin(PINS[name])
    Page(hand.browser, until).live()


def gone(shop: Shop, operator: Operator, more: int) -> None:
    """Production goes on until so many parts more of the shift that runs are gone."""
    shop.plant.until(
        lambda: sum(shop.now().values()) >= more, f"{more} parts of this shift",
        tend=operator.tend,
    )  # fmt: skip


def stop(shop: Shop, operator: Operator) -> None:
    """By the key, and nothing moves any more."""
    plant, page = shop.plant, operator.page
    plant.until(
        lambda: plant.state == "stopped" and plant.stands(), "it stands",
        tend=lambda: page.touch("stop") if page.enabled("stop") else operator.tend(),
    )  # fmt: skip


def page_agrees(shop: Shop, operator: Operator) -> tuple[str, int]:
    """The page comes to say of the shift that runs what the journal says; which, how many parts."""
    page = operator.page

    def agrees() -> tuple[str, int] | None:
        shift, said = shop.calendar.at(time.time_ns()), shop.now()
        good, rejected, reviewed = (
            int(words) if (words := page.text(f"shift-{one}")).isdecimal() else -1
            for one in ("good", "rejected", "reviewed")
        )
        same = good == said["passed"] and rejected + reviewed <= said["stopped"]
        whole = rejected + reviewed == said["stopped"] - unjudged(shop, shift)
        return (shift, said.total()) if same and whole else None

    found: tuple[str, int] = shop.plant.until(agrees, f"the page says {shop.now()}")
    return found


def unjudged(shop: Shop, shift: str) -> int:
    """Parts that were taken away before they had a verdict that stops them."""
    came = {x.part: shop.calendar.at(x.stamp_ns) for x in shop.events(e.Arrived)}
    verdicts = {x.part: str(x.verdict.kind) for x in shop.events(e.Judged)}
    ended = {x.part for x in shop.events(*STOPPED) if came[x.part] == shift}
    return sum(verdicts.get(one, "") not in ("reject", "review") for one in ended)


@pytest.mark.cell
@pytest.mark.timeout(1800)
def test_each_part_is_one_shifts_whoever_operates_and_whatever_stops_the_cell(
    shop: Shop, hand: Finger
) -> None:
    plant = shop.plant
    page = Page(hand.browser, until)
    operator = Operator(plant, page)
    hand.arrive("/?lang=en")
    comes(hand, "kim")

    # Shifts change while the cell runs; at each stop the page tells of the one that runs.
    gone(shop, operator, 2)
    stop(shop, operator)
    told = {page_agrees(shop, operator)}
    operator.go_on()

    # Operators change, and the cell does not notice.
    before = len(plant.follow())
    hand.go("sign-out")
    comes(hand, "lee")
    stops = [
        x for x in plant.follow()[before:] if isinstance(x, e.StateChanged) and x.person in PINS
    ]
    assert stops == []

    while len({shift for shift, parts in told if parts}) < 2:
        gone(shop, operator, 2)
        stop(shop, operator)
        told.add(page_agrees(shop, operator))
        operator.go_on()

    # An emergency stop at the machine, then a process that dies.
    since = len(plant.follow())
    plant.twin(op="fault", name="emergency_stop")
    plant.until(lambda: plant.first(e.Faulted, since), "it is stopped")
    plant.twin(op="fault", name="emergency_stop", active=False)
    at_the_pendant(HOST, "power on", "brake release")
    operator.go_on()
    since = len(plant.follow())
    plant.kill("camera")
    plant.until(lambda: plant.first(e.Faulted, since), "it is stopped")
    operator.go_on()
    since = len(plant.follow())
    operator.await_event(e.Passed, since)

    # The belt is run empty: every part has its end, and everybody says the same.
    plant.until(
        lambda: plant.state == "stopped" and not open_parts(shop) and plant.stands(), "empty",
        tend=lambda: page.touch("drain") if page.enabled("drain") else operator.tend(),
    )  # fmt: skip
    page_agrees(shop, operator)
    by_shift = shop.by_shift()
    assert len(by_shift) >= 2
    for shift, counts in by_shift.items():
        said = plant.until(
            lambda shift=shift, counts=counts: (
                one if (one := shop.summary(shift))["parts"] >= counts.total() else None
            ),
            f"the records have all of {shift}",
        )
        assert (said["parts"], said["open"]) == (counts.total(), 0), shift
        assert (said["passed"], said["stopped"]) == (counts["passed"], counts["stopped"]), shift
    ends = Counter(x.part for x in shop.events(e.Passed, *STOPPED))
    assert set(ends.values()) == {1}
    assert sum(by_shift.values(), Counter()).total() == len(shop.events(e.Arrived))

    truth = plant.truth()
    # Who clears the belt also takes what has passed the last eye and still lies on the belt's end.
    passed, by_hand = truth.get("passed", 0), truth.get("cleared_by_person", 0)
    assert passed <= len(shop.events(e.Passed)) <= passed + by_hand
    removed = Counter(x.bin for x in shop.events(e.Removed))
    carried = removed + Counter(name for x in shop.events(e.Purged) for name in x.bins)
    for name in ("rework", "scrap", "review"):
        assert removed[name] <= truth.get(name, 0) <= carried[name], (name, truth)


def open_parts(shop: Shop) -> set[str]:
    """Parts that came and are not gone yet."""
    ended = {x.part for x in shop.events(e.Passed, *STOPPED)}
    return {x.part for x in shop.events(e.Arrived)} - ended
