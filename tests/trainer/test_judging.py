"""How a lesson is judged: by facts alone, the same however they come."""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cell.control.ledger import events as e
from cell.people.entries import Entry
from cell.texts import say
from cell.trainer.facts import EVENTS, Fact, Kind, of_entry, of_event
from cell.trainer.judging import (
    FULL,
    HINT,
    MISTAKE,
    MOST_LATE,
    Wrong,
    course_points,
    judge,
    next_step,
    score,
)
from cell.trainer.lessons import COURSES, Act, Course, Lesson, lesson_of

S = 10**9
BEGAN = 1_000 * S
EVERY = [lesson for course in COURSES.values() for lesson in course]
CRASH = lesson_of(Course.OPERATOR, "crash")
ORDERS = ("start", "stop", "drain", "reset", "confirm_clear", "acknowledge", "override")


def fact_of(step, at_ns: int) -> Fact:
    return Fact(at_ns, step.kind, step.details[0] if step.details else "x", "kim")


def perfect(lesson: Lesson, every_s: float = 1.0) -> list[Fact]:
    """Each step as soon as it may be done."""
    times = accumulate(every_s for _ in lesson.steps)
    return [Fact(BEGAN, Kind.ALARM, "x")] + [
        fact_of(step, BEGAN + int(at * S)) for step, at in zip(lesson.steps, times, strict=True)
    ]


facts = st.lists(
    st.builds(
        Fact,
        st.integers(BEGAN - 5 * S, BEGAN + 300 * S),
        st.sampled_from(Kind),
        st.sampled_from((*ORDERS, *Act, "running", "stopped", "pass", "refused.drain", "")),
        st.sampled_from(("kim", "")),
    ),
    max_size=25,
)
lessons = st.sampled_from(EVERY)
later = st.integers(BEGAN, BEGAN + 400 * S)


@pytest.mark.parametrize("lesson", EVERY, ids=lambda one: one.name)
def test_whoever_does_each_step_at_once_has_all_points(lesson: Lesson) -> None:
    found = judge(lesson, perfect(lesson), BEGAN, BEGAN + 60 * S)
    assert found.end_ns == BEGAN + len(lesson.steps) * S
    assert found.step is None
    assert score(lesson, found).points == FULL


@pytest.mark.parametrize("lesson", EVERY, ids=lambda one: one.name)
def test_to_bring_the_cell_back_from_a_fault_of_its_own_is_no_mistake(lesson: Lesson) -> None:
    orders = [
        Fact(BEGAN + n, Kind.ORDERED, word)
        for n, word in enumerate(("acknowledge", "confirm_clear", "reset", "start"), 2)
    ]
    fault, runs = (
        Fact(BEGAN + 1, Kind.FAULTED, "belt.watchdog"),
        Fact(BEGAN + 9, Kind.STATE, "running"),
    )
    after = Fact(BEGAN + 10, Kind.ORDERED, "reset")
    found = judge(lesson, [fault, *orders, runs, after], BEGAN, BEGAN + S)
    if lesson.alarms:  # there the fault is the lesson's
        assert judge(lesson, orders, BEGAN, BEGAN + S).mistakes == tuple(
            one for one in found.mistakes if one.at_ns < after.at_ns
        )
    else:
        assert [one.at_ns for one in found.mistakes if one.at_ns < after.at_ns] == []
        assert [one.detail for one in found.mistakes] == ["reset"]


@pytest.mark.parametrize("lesson", EVERY, ids=lambda one: one.name)
def test_every_lesson_can_be_done_step_by_step(lesson: Lesson) -> None:
    done: list[str] = []
    while step := next_step(lesson, done):
        done.append(step.name)
    assert sorted(done) == sorted(step.name for step in lesson.steps)
    assert len(set(done)) == len(done)


@given(lessons, facts, later)
def test_the_order_in_which_facts_are_read_says_nothing(lesson, found, now_ns) -> None:
    assert judge(lesson, found, BEGAN, now_ns) == judge(lesson, found[::-1], BEGAN, now_ns)


@given(lessons, facts, facts, later)
def test_what_comes_after_the_end_does_not_count(lesson, before, after, now_ns) -> None:
    first = judge(lesson, before, BEGAN, now_ns)
    if first.end_ns is None:
        return
    late = [Fact(first.end_ns + 1 + i, one.kind, one.detail) for i, one in enumerate(after)]
    assert judge(lesson, [*before, *late], BEGAN, now_ns + 500 * S) == first


@given(lessons, facts, later)
def test_time_alone_never_undoes_a_step_nor_a_mistake(lesson, found, now_ns) -> None:
    one = judge(lesson, found, BEGAN, now_ns)
    other = judge(lesson, found, BEGAN, now_ns + 7 * S)
    assert other.done[: len(one.done)] == one.done
    assert other.mistakes[: len(one.mistakes)] == one.mistakes
    assert set(one.hints) <= set(other.hints)
    if one.end_ns is not None:
        assert other == one


@given(lessons, facts, later)
def test_points_stay_within_their_bounds_and_are_what_the_rule_says(lesson, found, now) -> None:
    progress = judge(lesson, found, BEGAN, now)
    worth = score(lesson, progress)
    assert 0 <= worth.points <= FULL
    assert worth.late <= MOST_LATE
    assert worth.mistakes == MISTAKE * len(progress.mistakes)
    assert worth.hints == HINT * len(progress.hints)


@given(lessons, st.integers(0, 3), st.sampled_from(("recipe", "unheard_of")))
def test_each_needless_order_costs_a_mistake(lesson, count, order) -> None:
    odd = [Fact(BEGAN + i, Kind.ORDERED, order, "kim") for i in range(count)]
    clean = score(lesson, judge(lesson, perfect(lesson), BEGAN, BEGAN + 60 * S))
    worse = score(lesson, judge(lesson, [*odd, *perfect(lesson)], BEGAN, BEGAN + 60 * S))
    assert clean.points - worse.points == MISTAKE * count


def test_to_stop_is_never_a_mistake() -> None:
    for lesson in EVERY:
        stop = [Fact(BEGAN + 1, Kind.ORDERED, "stop", "kim")]
        assert judge(lesson, stop, BEGAN, BEGAN + S).mistakes == ()


def test_whoever_goes_on_before_the_cause_is_gone_makes_one_mistake() -> None:
    early = [
        Fact(BEGAN + 1, Kind.ORDERED, "confirm_clear", "kim"),
        Fact(BEGAN + 2, Kind.REFUSED, "refused.clear.in_operation", "kim"),
    ]
    (only,) = judge(CRASH, early, BEGAN, BEGAN + S).mistakes
    assert (only.wrong, only.detail) == (Wrong.CAUSE, "confirm_clear")
    alarm = Fact(BEGAN, Kind.ALARM, "process.camera_died")
    looked = [alarm, Fact(BEGAN, Kind.HAND, Act.CLEAR_BELT), early[0]]
    assert judge(CRASH, looked, BEGAN, BEGAN + S).mistakes == ()


def test_a_confirmation_before_the_belt_was_looked_at_is_no_step() -> None:
    alarm = Fact(BEGAN, Kind.ALARM, "process.camera_died")
    facts = [Fact(BEGAN + 1, Kind.CLEARED, "", "kim"), Fact(BEGAN + 2, Kind.HAND, Act.CLEAR_BELT)]
    assert judge(CRASH, [alarm, *facts], BEGAN, BEGAN + S).done == ("clear",)
    assert judge(CRASH, facts, BEGAN, BEGAN + S).done == ()  # nothing had happened yet


@pytest.mark.parametrize(
    ("code", "count"),
    [("refused.start.nodes", 0), ("already.running", 0), ("refused.start.faulted", 1), ("", 1)],
)
def test_only_refusals_that_say_not_yet_are_excused(code: str, count: int) -> None:
    refused = [Fact(BEGAN + 1, Kind.REFUSED, code, "kim")]
    assert len(judge(CRASH, refused, BEGAN, BEGAN + S).mistakes) == count


def test_a_hint_comes_after_a_while_and_is_charged_once() -> None:
    slow = perfect(CRASH, CRASH.hint_s - 1.0)
    assert judge(CRASH, slow, BEGAN, BEGAN + 900 * S).hints == ()
    slower = perfect(CRASH, CRASH.hint_s + 1.0)
    found = judge(CRASH, slower, BEGAN, BEGAN + 900 * S)
    assert found.hints == tuple(step.name for step in CRASH.steps)
    waiting = judge(CRASH, [], BEGAN, BEGAN + int(CRASH.hint_s * S) + 2)
    assert waiting.hint


def test_a_course_has_points_when_all_of_its_lessons_have() -> None:
    assert course_points([100, 50], 3) is None
    assert course_points([100, 50, 60], 3) == 70


def entry(what: str, *, refused: str = "", why: str = "", after: object = None) -> Entry:
    return Entry(1, BEGAN, BEGAN, "kim", "operator", "pin", what, "", None, after, why, refused)


def test_the_log_tells_orders_refusals_and_labels() -> None:
    box = {"judgement": "defective", "shapes": [{"class": "short"}]}
    assert of_entry(entry("order.drain")) == [Fact(BEGAN, Kind.ORDERED, "drain", "kim")]
    assert of_entry(entry("order.start", why=str(say("command.late")))) == []
    refused = str(say("refused.start.faulted"))
    assert of_entry(entry("order.start", refused=refused)) == [
        Fact(BEGAN, Kind.REFUSED, "refused.start.faulted", "kim")
    ]
    assert [f.kind for f in of_entry(entry("label.label", after=box))] == [
        Kind.LABELLED, Kind.DREW,
    ]  # fmt: skip
    good = {"judgement": "good", "shapes": []}
    assert [f.kind for f in of_entry(entry("label.label", after=good))] == [Kind.LABELLED]
    assert of_entry(entry("label.label", after=box, refused="no")) == []
    assert [f.kind for f in of_entry(entry("label.review", after=good))] == [Kind.REVIEWED]
    assert [f.kind for f in of_entry(entry("labels.freeze"))] == [Kind.FROZE]
    assert of_entry(entry("session.begin")) == []


def test_the_journal_tells_states_and_who_acknowledged() -> None:
    running = e.StateChanged(stamp_ns=BEGAN, state=e.CellState.RUNNING, reason="", person="kim")
    assert of_event(running) == Fact(BEGAN, Kind.STATE, "running", "kim")
    seen = e.AlarmAcknowledged(stamp_ns=BEGAN, alarm="belt.watchdog", person="kim")
    assert of_event(seen) == Fact(BEGAN, Kind.ACKNOWLEDGED, "belt.watchdog", "kim")
    assert of_event(e.AlarmCleared(stamp_ns=BEGAN, alarm="belt.watchdog")) is None
    began = e.SessionStarted(
        stamp_ns=BEGAN, session="s1", recipe="pcb@1", encoder_m=0.0, arrivals=0, exposures=0,
        exits=0, clean=True,
    )  # fmt: skip
    assert of_event(began) == Fact(BEGAN, Kind.SESSION, "s1")
    assert {"session_started", "faulted"} <= set(EVENTS)
