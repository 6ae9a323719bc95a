"""What the page may show and what the operator may do, without ROS and without a browser."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cell.client.feed import HISTORY_LENGTH, Feed, Heard, Limits
from cell.client.following import Outcome
from cell.client.model import (
    UNKNOWN,
    Alarm,
    BeltStatus,
    CellStatus,
    CellView,
    Counts,
    Heartbeat,
    InspectionStatus,
    Judged,
    Link,
    Part,
    RobotStatus,
    Shelved,
    Verdict,
)
from cell.control.alarms import alarm_text
from cell.control.ledger.inspection import Inspection
from cell.control.ledger.observations import Order
from cell.faces.hmi.components.alarm_rows import ordered
from cell.faces.hmi.components.base import refusal
from cell.faces.hmi.components.counts import number
from cell.faces.hmi.components.recipe_dialog import change_refusal
from cell.faces.hmi.components.recipe_form import must_drain
from cell.faces.hmi.components.recipe_progress import Change, steps
from cell.faces.hmi.components.scene import held_part
from cell.people.person import How, SignedIn
from cell.people.roles import Role
from cell.texts import render, say

OPERATOR = SignedIn("kim", Role.OPERATOR, How.PIN)
LIMITS = Limits(cell_s=1.5, device_s=1.0, process_s=0.8)
STATES = ("stopped", "starting", "running", "stopping", "faulted", "purge_required")
BELT = BeltStatus(True, False, 0.0, 0.0, False, False, False)
ROBOT = RobotStatus(True, "operational", "carry", "P7", True, (0.0,) * 6)
BEAT = Heartbeat("belt", 7, "a", "active", True, "", 50.0, 1.0, 100.0)


@pytest.mark.parametrize(
    ("age_s", "link"), [(None, Link.NEVER), (0.0, Link.LIVE), (1.5, Link.LIVE), (1.51, Link.SILENT)]
)
def test_link(age_s: float | None, link: Link) -> None:
    feed = Feed() if age_s is None else Feed().hear_cell(CellStatus("running"), 10.0)
    assert feed.view(10.0 + (age_s or 0.0), LIMITS, ()).link is link


@pytest.mark.parametrize(("age_s", "shown"), [(0.9, True), (1.1, False)])
def test_a_silent_device_is_not_shown(age_s: float, shown: bool) -> None:
    feed = Feed(belt=Heard(BELT, 5.0), robot=Heard(ROBOT, 5.0))
    view = feed.view(5.0 + age_s, LIMITS, ())
    assert (view.belt is not None, view.robot is not None) == (shown, shown)


def allowed(view: CellView) -> set[Order]:
    """What the page offers."""
    return {order for order in Order if not refusal(view, order, "en")}


WHY = say("refused.start.faulted")


def test_the_page_offers_what_the_cell_says_and_shows_why_not() -> None:
    told = dict.fromkeys(map(str, Order), "") | {"start": WHY}
    feed = Feed().hear_cell(CellStatus("running", refusals=told), 10.0)
    view = feed.view(10.0, LIMITS, ())
    assert allowed(view) == set(Order) - {Order.START}
    assert refusal(view, Order.START, "en") == render(WHY)
    assert "셀에 고장이 있습니다" in refusal(view, Order.START, "ko")
    assert allowed(feed.view(12.0, LIMITS, ())) == set(), "nothing without a link"


@pytest.mark.parametrize("feed", [Feed(), Feed().hear_cell(CellStatus("stopped"), 10.0)])
def test_what_the_cell_has_not_told_is_not_offered(feed: Feed) -> None:
    assert allowed(feed.view(10.0, LIMITS, ())) == set()


@pytest.mark.parametrize(
    ("change", "drain", "why", "drains"),
    [("", "no", "", False), ("parts", "", "", True), ("parts", "no", "parts", False)],
)
def test_a_recipe_changes_as_the_belt_is_or_after_the_parts(
    change: str, drain: str, why: str, drains: bool
) -> None:
    told = {Order.CHANGE_RECIPE: change, Order.DRAIN_AND_CHANGE: drain}
    view = Feed().hear_cell(CellStatus("running", refusals=told), 10.0).view(10.0, LIMITS, ())
    assert (change_refusal(view, "en", OPERATOR), must_drain(view, "en")) == (why, drains)


def test_a_verdict_is_shown_with_its_own_parts_picture() -> None:
    def seen(part: str) -> InspectionStatus:
        picture = Inspection(trigger=1, exposure_ns=1, done_ns=1, ok=True)
        return InspectionStatus(part, picture)

    def shown(feed: Feed) -> str:
        inspection = feed.view(10.0, LIMITS, ()).inspection
        return inspection.part if inspection else ""

    feed = Feed().hear_cell(CellStatus("running", last_part="P1", last_verdict=Verdict.PASS), 10.0)
    assert shown(feed.hear_inspection(seen("P2"))) == "", "another part's picture"
    feed = feed.hear_inspection(seen("P1")).hear_inspection(seen("P2"))
    assert shown(feed) == "P1"
    feed = feed.hear_cell(CellStatus("running", last_part="P2"), 10.0)
    assert shown(feed) == "P2"
    feed = feed.hear_cell(CellStatus("running", last_part="P3"), 10.0)
    assert shown(feed) == "", "P3 has no picture"
    for later in range(4, 40):
        feed = feed.hear_inspection(seen(f"P{later}"))
    assert len(feed.inspections) == HISTORY_LENGTH


PREPARING = Change("a@1", "b@2")


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        (PREPARING, "now ahead"),
        (replace(PREPARING, drains=True), "now ahead ahead"),
        (replace(PREPARING, drains=True, step="draining"), "done now ahead"),
        (replace(PREPARING, step="taking_up"), "done now"),
        (replace(PREPARING, outcome=Outcome.FAILED), "failed ahead"),
        (replace(PREPARING, outcome=Outcome.PREPARED), "done"),
        (replace(PREPARING, drains=True, outcome=Outcome.TAKEN_UP), "done done done"),
    ],
)
def test_steps_of_a_change(change: Change, shown: str) -> None:
    assert " ".join(how for _, how in steps(change)) == shown


def test_an_unknown_cell_has_neither_counts_nor_parts() -> None:
    part = Part("P1", "inspected", Verdict.PASS, "", 0.0, 0.0, 0.0)
    for state, known in ((UNKNOWN, False), ("stopped", True)):
        feed = Feed().hear_cell(CellStatus(state, counts=Counts(arrived=3), parts=(part,)), 0.0)
        view = feed.view(0.0, LIMITS, ())
        assert (view.counts is not None, bool(view.parts)) == (known, known)


def told(feed: Feed, now_s: float) -> list[tuple[str, float]]:
    return [(a.text, a.raised_s) for a in feed.view(now_s, LIMITS, ()).told]


LIMIT_REACHED = (("process.restart_limit", "belt: too often"),)
GIVEN_UP = alarm_text("process.restart_limit", "belt: too often")


def test_the_launchers_last_words_outlive_it() -> None:
    launcher = replace(BEAT, node="launcher", advisories=LIMIT_REACHED, stamp_s=100.0)
    feed = Feed().hear_heartbeat(launcher, 1.0)
    feed = feed.hear_heartbeat(replace(launcher, stamp_s=101.0), 2.0)
    assert told(feed, 2.0) == told(feed, 9999.0) == [(GIVEN_UP, 100.0)]
    feed = feed.hear_heartbeat(replace(launcher, advisories=()), 9999.0)
    assert told(feed, 9999.0) == []


def test_what_another_node_asks_for_ends_with_its_voice() -> None:
    advisories = (("recorder.disk_low", "2 % free"), ("its.own", "words"), ("its.bare", ""))
    feed = Feed().hear_heartbeat(replace(BEAT, advisories=advisories), 1.0)
    assert [text for text, _ in told(feed, 1.5)][1:] == ["words", "its.bare"]
    assert told(feed, 5.0) == []


def test_what_the_supervisor_lists_is_not_told_twice() -> None:
    launcher = replace(BEAT, node="launcher", advisories=LIMIT_REACHED)
    listed = Alarm("process.restart_limit", "process", 1, True, True, 0.0, "en")
    feed = Feed().hear_heartbeat(launcher, 1.0)
    feed = feed.hear_cell(CellStatus("faulted", alarms=(listed,)), 1.0)
    assert told(feed, 1.0) == []
    assert told(feed, 60.0) == [(GIVEN_UP, 100.0)], "a supervisor that is silent lists nothing"
    for now_s in (1.0, 60.0):  # whichever of the two tells it
        assert [a.id for a in feed.view(now_s, LIMITS, ()).alarms] == ["process.restart_limit"]


def test_what_is_shelved_is_not_told_by_the_back_door() -> None:
    launcher = replace(BEAT, node="launcher", advisories=LIMIT_REACHED)
    alarm = Alarm("process.restart_limit", "process", 1, True, True, 0.0, "en")
    shelf = Shelved(alarm, "kim", "known", 9e9)
    feed = Feed().hear_heartbeat(launcher, 1.0)
    feed = feed.hear_cell(CellStatus("running", shelved=(shelf,)), 1.0)
    assert told(feed, 1.0) == []
    assert feed.view(1.0, LIMITS, ()).alarms == ()


@pytest.mark.parametrize(
    ("entry", "counts", "shown"),
    [
        ("arrived", None, "–"),
        ("yield", Counts(), "–"),
        ("yield", Counts(passed=3, removed=1, purged=1), "60.0 %"),
        ("on_belt", Counts(on_belt=4), "4"),
    ],
)
def test_counts(entry: str, counts: Counts | None, shown: str) -> None:
    assert number(entry, counts) == shown


def test_history_is_newest_first_and_an_override_replaces() -> None:
    feed = Feed()
    for part, verdict in (("", ""), ("1", "pass"), ("1", "pass"), ("2", "review"), ("2", "reject")):
        status = CellStatus("running", last_part=part, last_verdict=Verdict.of(verdict))
        feed = feed.hear_cell(status, 0.0)
    assert feed.history == (Judged("2", Verdict.REJECT), Judged("1", Verdict.PASS))


@pytest.mark.parametrize("word", ["", "perhaps"])
def test_unknown_verdict_is_none(word: str) -> None:
    assert Verdict.of(word) is Verdict.NONE


def test_process_load_and_restart() -> None:
    feed = Feed().hear_heartbeat(BEAT, 0.0)
    feed = feed.hear_heartbeat(replace(BEAT, cpu_s=1.5, stamp_s=102.5), 2.5)
    (belt,) = feed.view(2.6, LIMITS, ("belt",)).processes
    assert (belt.alive, belt.load, belt.restarts) == (True, 0.2, 0)
    feed = feed.hear_heartbeat(replace(BEAT, boot_id="b", cpu_s=0.1, stamp_s=104.0), 4.0)
    (belt,) = feed.view(4.0, LIMITS, ("belt",)).processes
    assert (belt.alive, belt.load, belt.restarts) == (True, None, 1)


def test_processes_keep_their_order_and_strangers_come_last() -> None:
    feed = Feed().hear_heartbeat(replace(BEAT, node="extra"), 0.0).hear_heartbeat(BEAT, 0.0)
    seen = feed.view(0.7, LIMITS, ("camera", "belt")).processes
    assert [(p.name, p.alive) for p in seen] == [("camera", False), ("belt", True), ("extra", True)]
    assert not any(p.alive for p in feed.view(0.9, LIMITS, ("camera", "belt")).processes)


def test_alarms_that_wait_come_first() -> None:
    def alarm(name: str, priority: int, acknowledged: bool, raised_s: float) -> Alarm:
        return Alarm(name, "x", priority, True, acknowledged, raised_s, "words")

    alarms = [
        alarm("old", 2, False, 1.0),
        alarm("done", 1, True, 9.0),
        alarm("high", 1, False, 0.0),
        alarm("new", 2, False, 2.0),
    ]
    assert [a.id for a in ordered(alarms)] == ["high", "new", "old", "done"]


@pytest.mark.parametrize(
    ("robot", "part"),
    [
        (None, ""),
        (ROBOT, "P7"),
        (replace(ROBOT, phase="approach"), ""),
        (replace(ROBOT, vacuum_ok=False), ""),
    ],
)
def test_part_on_the_cup(robot: RobotStatus | None, part: str) -> None:
    assert held_part(robot) == part
