"""When a job waits for the line."""

from __future__ import annotations

import pytest

from cell.training.pausing import (
    LOOKED_AT,
    MOST_HOLD_S,
    QUIET_S,
    SECOND,
    STILL_S,
    Judged,
    Rule,
    Standing,
    before_the_first_step,
    judge,
)

RULE = Rule(slower_share=0.25, hold_s=30.0)
T0 = 1_000_000 * SECOND


def at(s: float) -> int:
    return T0 + int(s * SECOND)


def verdicts(begin_s: float, took_ms: float, count: int = LOOKED_AT) -> list[Judged]:
    """One a second."""
    return [Judged(at(begin_s + k), took_ms) for k in range(count)]


RUNS = Standing(False, at(0), usual_ms=100.0, hold_s=30.0)


@pytest.mark.parametrize(
    ("seen", "waits"),
    [
        pytest.param([], False, id="a line that stands still"),
        pytest.param(verdicts(-500, 100), False, id="a line that stopped long ago"),
        pytest.param(verdicts(-9.5, 100, 9), True, id="too few verdicts to know it"),
        pytest.param(verdicts(-9.5, 100), False, id="known from before the job"),
    ],
)
def test_the_first_step_waits_for_a_line_that_is_not_known(seen: list[Judged], waits: bool) -> None:
    assert judge(before_the_first_step(at(0)), seen, RULE, at(0)).paused is waits


@pytest.mark.parametrize(
    ("seen", "waits"),
    [
        pytest.param(verdicts(1, 100), False, id="as usual"),
        pytest.param(verdicts(1, 124), False, id="a little slower"),
        pytest.param(verdicts(1, 126), True, id="slower"),
        pytest.param([*verdicts(1, 100, 8), *verdicts(9, 500, 2)], False, id="two outliers"),
        pytest.param([*verdicts(1, 100, 7), *verdicts(8, 500, 3)], True, id="three"),
        pytest.param([*verdicts(1, 100, 9), Judged(at(10), 100, late=True)], True, id="too late"),
        pytest.param(verdicts(-11, 500), False, id="slow before it began"),
    ],
)
def test_it_waits_when_verdicts_get_slower(seen: list[Judged], waits: bool) -> None:
    standing = judge(RUNS, seen, RULE, at(11))
    assert standing.paused is waits
    assert bool(standing.why) is waits


def test_a_quick_line_has_some_slack() -> None:
    quick = Standing(False, at(0), usual_ms=8.0, hold_s=30.0)
    assert not judge(quick, verdicts(1, 17), RULE, at(11)).paused
    assert judge(quick, verdicts(1, 19), RULE, at(11)).paused


def test_a_line_that_begins_is_watched_first() -> None:
    new = Standing(False, at(0), usual_ms=None, hold_s=30.0)
    assert judge(new, verdicts(1, 100, 1), RULE, at(2)).paused


def test_after_a_pause_the_line_is_known_anew() -> None:
    waits = judge(RUNS, verdicts(1, 300), RULE, at(11))
    quiet = verdicts(12, 280, 28)
    assert judge(waits, quiet[:20], RULE, at(31)).paused, "the pause has its time"
    runs = judge(waits, quiet, RULE, at(42))
    assert not runs.paused
    assert runs.usual_ms == 280.0, "the line is slow by itself"
    assert not judge(runs, [*quiet, *verdicts(43, 290)], RULE, at(53)).paused


def test_pauses_grow_and_become_short_again() -> None:
    standing, now, holds = RUNS, 0.0, []
    for _ in range(8):
        standing = judge(standing, verdicts(now + 1, 300), RULE, at(now + 11))
        assert standing.paused
        held = (standing.held_ns - standing.since_ns) / SECOND
        holds.append(held)
        now += 12 + held
        quiet = [*verdicts(now - LOOKED_AT, 100, LOOKED_AT - 1), Judged(at(now), 100)]
        standing = judge(standing, quiet, RULE, at(now))
        assert not standing.paused
    assert holds == sorted(holds)
    assert holds[:3] == [30.0, 60.0, 120.0]
    assert holds[-1] == MOST_HOLD_S
    now += QUIET_S
    standing = judge(standing, verdicts(now + 1, 300), RULE, at(now + 11))
    assert (standing.held_ns - standing.since_ns) / SECOND == RULE.hold_s


def test_a_line_that_stops_lets_the_job_go_on() -> None:
    waits = judge(RUNS, verdicts(1, 300), RULE, at(11))
    gone = judge(waits, verdicts(1, 300), RULE, at(11 + 30 + STILL_S))
    assert not gone.paused
    assert gone.usual_ms == 100.0, "what is known of the line stays known"
