"""The shelf (ISA-18.2): what may lie there, for how long, and how it comes back."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

import cell.control.ledger
from cell.control.alarms import CATALOGUE, LONGEST_MIN, AlarmState, ShelfEnd
from cell.control.ledger import decode, encode, kind_of
from cell.control.ledger import events as e
from cell.control.ledger import observations as o
from cell.texts import read, render
from tests.cell.world import World

PAGE, LOST, STOP = "process.hmi_died", "camera.frame_failed", "belt.emergency_stop"
MIN_NS = 60 * 10**9


def with_alarm(alarm: str = PAGE) -> World:
    """A cell in which this advisory stands, and nobody has seen it."""
    world = World()
    world.bring_up()
    world.observe(o.AdvisoryTold(stamp_ns=world.now_ns, alarm=alarm))
    return world


def shelve(world: World, alarm: str = PAGE, minutes: int = 30, person: str = "kim") -> str:
    """Why it was refused, '' if it was not."""
    decision = world.ledger.observe(
        o.Shelve(
            stamp_ns=world.now_ns, alarm=alarm, person=person, reason="on order", minutes=minutes
        )
    )
    text = read(decision.message)
    return "" if decision.accepted else text.code if text else decision.message


def tick(world: World, at_ns: int) -> tuple[e.Event, ...]:
    return world.ledger.observe(o.Tick(stamp_ns=at_ns)).events


def ends(events: tuple[e.Event, ...]) -> list[tuple[str, ShelfEnd]]:
    return [(x.alarm, x.end) for x in events if isinstance(x, e.AlarmUnshelved)]


def test_a_shelved_alarm_calls_nobody_and_stays_in_its_own_list() -> None:
    world = with_alarm()
    book = world.ledger.desk.state.alarms
    assert book.waiting == (PAGE,)
    assert shelve(world) == ""
    seen = world.ledger.snapshot()
    assert (book.waiting, seen.alarms) == ((), ())
    ((shelf, alarm),) = seen.shelved
    assert (shelf.person, shelf.reason, shelf.until_ns) == (
        "kim", "on order", world.now_ns + 30 * MIN_NS,
    )  # fmt: skip
    assert alarm is not None
    assert book.causes == (PAGE,), "the rules still know its cause"


def test_it_ends_by_itself_and_calls_again() -> None:
    world = with_alarm()
    shelve(world, minutes=1)
    until = world.now_ns + MIN_NS
    assert not ends(tick(world, until - 1))
    assert ends(tick(world, until)) == [(PAGE, ShelfEnd.EXPIRED)]
    assert world.ledger.desk.state.alarms.waiting == (PAGE,)


def test_one_order_takes_it_back_and_a_second_changes_nothing() -> None:
    world = with_alarm()
    shelve(world)
    assert shelve(world, minutes=0) == ""
    assert world.ledger.desk.state.alarms.waiting == (PAGE,)
    before = len(world.ledger.desk.events)
    assert shelve(world, minutes=0) == "", "what is so already is no mistake"
    assert (before, len(world.ledger.desk.events)) == (1, 0)


def test_what_comes_and_goes_on_the_shelf_leaves_nothing_behind() -> None:
    world = with_alarm()
    shelve(world)
    for standing in (False, True, False):
        world.observe(o.AdvisoryTold(stamp_ns=world.now_ns, alarm=PAGE, standing=standing))
    ((_, alarm),) = world.ledger.snapshot().shelved
    assert alarm is None
    shelve(world, minutes=0)
    assert world.ledger.snapshot().alarms == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"alarm": STOP}, "refused.shelve.guards"),
        ({"alarm": "no.such"}, "refused.shelve.unknown"),
        ({"alarm": LOST}, "refused.shelve.absent"),
        ({"minutes": LONGEST_MIN + 1}, "refused.shelve.minutes"),
        ({"minutes": -1}, "refused.shelve.minutes"),
        ({"person": " "}, "refused.no_person"),
    ],
)
def test_what_is_refused(change: dict[str, object], code: str) -> None:
    world = with_alarm()
    assert shelve(world, **change) == code  # type: ignore[arg-type]
    assert world.ledger.desk.events == []


def test_no_alarm_that_stops_the_belt_may_be_shelved() -> None:
    folder = Path(cell.control.ledger.__file__).parent
    source = "\n".join(path.read_text() for path in folder.glob("*.py"))
    stopping = set(re.findall(r'fault\(\s*"([a-z_.]+)"', source))
    assert len(stopping) > 10
    stopping |= {a for a in CATALOGUE if a.startswith(("belt.", "robot.", "journal.", "ledger."))}
    stopping -= {"ledger.no_verdict"}  # its part is rejected, the belt goes on
    assert not [alarm for alarm in stopping if CATALOGUE[alarm].shelvable]
    high = [a for a, entry in CATALOGUE.items() if entry.priority == 1 and entry.shelvable]
    assert not high


def test_whatever_stops_the_cell_is_in_sight_again_whoever_tells_it() -> None:
    world = with_alarm()
    shelve(world)
    decision = world.ledger.observe(o.FaultSeen(stamp_ns=world.now_ns, alarm=PAGE))
    assert ends(decision.events) == [(PAGE, ShelfEnd.FAULT)]
    assert world.ledger.desk.state.alarms.waiting == (PAGE,)


def test_a_clock_that_is_set_back_ends_it_in_the_session() -> None:
    world = with_alarm()
    shelve(world)
    assert not ends(tick(world, world.now_ns + 10 * MIN_NS))
    assert not ends(tick(world, world.now_ns + 10 * MIN_NS - 10**8)), "a slewed clock is none"
    assert ends(tick(world, world.now_ns + 5 * MIN_NS)) == [(PAGE, ShelfEnd.CLOCK)]


def test_it_survives_a_crash_and_a_clock_set_back_meanwhile_ends_it() -> None:
    world = with_alarm()
    shelve(world)
    events = [decode(kind_of(x), encode(x)) for x in (*world.events(), *world.ledger.desk.events)]
    shelved = [x for x in events if isinstance(x, e.AlarmShelved)]
    assert [(x.alarm, x.person, x.reason) for x in shelved] == [(PAGE, "kim", "on order")]
    for later_ns, expected in (
        (MIN_NS, []),
        (31 * MIN_NS, [(PAGE, ShelfEnd.EXPIRED)]),
        (-MIN_NS, [(PAGE, ShelfEnd.CLOCK)]),
    ):
        ledger = type(world.ledger).replay(
            world.ledger.desk.config, world.ledger.desk.recipe, events
        )
        now_ns = world.now_ns + later_ns
        ledger.observe(
            o.Started(
                stamp_ns=now_ns, session="next", encoder_m=world.travel_m, arrivals=0, exposures=0,
                exits=0,
            )
        )  # fmt: skip
        assert ledger.desk.state.alarms.shelves[PAGE].person == "kim"
        assert ends(ledger.observe(o.Tick(stamp_ns=now_ns)).events) == expected


def test_two_people_at_once_get_one_clear_line_each() -> None:
    world = with_alarm()
    assert shelve(world, person="kim") == ""
    decision = world.ledger.observe(
        o.Shelve(stamp_ns=world.now_ns, alarm=PAGE, person="lee", reason="mine", minutes=5)
    )
    assert not decision.accepted
    assert decision.events == ()
    assert "kim has shelved" in render(decision.message)
    refused = world.ledger.observe(o.Acknowledge(stamp_ns=world.now_ns, alarm=PAGE, person="lee"))
    assert not refused.accepted
    assert "waits for no acknowledgement" in render(refused.message)
    start = world.ledger.observe(o.Command(stamp_ns=world.now_ns, name="start", person="kim"))
    stop = world.ledger.observe(o.Command(stamp_ns=world.now_ns, name="stop", person="lee"))
    again = world.ledger.observe(o.Command(stamp_ns=world.now_ns, name="start", person="kim"))
    assert (start.accepted, stop.accepted, again.accepted) == (True, True, False)
    assert render(again.message).count("\n") == 0


def test_the_first_alarm_of_a_burst_is_kept_until_a_reset() -> None:
    world = World()
    world.bring_up()
    for later, alarm in enumerate((LOST, "robot.power_off", "belt.watchdog")):
        told = (
            o.AdvisoryTold(stamp_ns=world.now_ns + later, alarm=alarm)
            if alarm == LOST
            else o.FaultSeen(stamp_ns=world.now_ns + later, alarm=alarm, purge=False)
        )
        world.observe(told)
    assert world.ledger.snapshot().first_out == ("robot.power_off", world.now_ns + 1)
    world.observe(o.Acknowledge(stamp_ns=world.now_ns + 3, alarm="", person="kim"))
    assert world.ledger.snapshot().first_out[0] == "robot.power_off"
    world.command("reset")
    assert world.ledger.snapshot().first_out == ("", 0)
    world.observe(o.FaultSeen(stamp_ns=world.now_ns + 9, alarm="belt.watchdog", purge=False))
    assert world.ledger.snapshot().first_out[0] == "belt.watchdog"


def test_an_acknowledged_alarm_that_was_shelved_calls_again() -> None:
    world = with_alarm()
    world.observe(o.Acknowledge(stamp_ns=world.now_ns, alarm=PAGE, person="kim"))
    shelve(world)
    shelve(world, minutes=0)
    assert world.ledger.desk.state.alarms.alarms[PAGE].state is AlarmState.UNACKNOWLEDGED
    assert replace(world.ledger.desk.state.alarms.alarms[PAGE]).id == PAGE
