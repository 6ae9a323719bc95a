"""What counts as motion without an order: on made-up tracks of belt and arm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from cell.launcher.campaign.verdict import Order, Sample, Told, Track, unordered_motion

SPEED = 0.2
STEP_S = 0.05


def samples(
    until_s: float,
    belt: Callable[[float], bool],
    arm: Callable[[float], bool] = lambda _: False,
    at_authority: Callable[[float], bool] = lambda _: False,
) -> list[Sample]:
    """Twenty a second; belt and arm move whenever the functions of time say so."""
    made, travel, angle = [], 0.0, 0.0
    for n in range(round(until_s / STEP_S)):
        at_s = n * STEP_S
        travel += SPEED * STEP_S if belt(at_s) else 0.0
        angle += 0.5 * STEP_S if arm(at_s) else 0.0
        speed = SPEED if belt(at_s) else 0.0
        made.append(Sample(at_s, travel, speed, (angle, 0.0), at_authority(at_s)))
    return made


def between(*spans: tuple[float, float]) -> Callable[[float], bool]:
    return lambda at_s: any(start <= at_s < end for start, end in spans)


def start(at_s: float, *, accepted: bool = True) -> Order:
    return Order("start", at_s, at_s + 0.05, accepted, for_arm=accepted)


def confirm(at_s: float) -> Order:
    return Order("confirm_clear", at_s, at_s + 0.05, accepted=True, for_arm=True)


def what(track: Track) -> list[str]:
    return [motion.what for motion in unordered_motion(track)]


def test_a_belt_that_runs_on_after_a_hiccup_of_its_supervisor_is_found() -> None:
    """The cell says 'running' all the time; the belt stood for two seconds and then went on."""
    track = Track(samples(8.0, between((0, 3), (5, 8))), told=[Told(0.0, "running")], ordered=True)
    assert what(track) == ["belt"]


def test_the_same_belt_with_a_start_in_between_is_right() -> None:
    moved = samples(8.0, between((0, 3), (5, 8)))
    assert what(Track(moved, [start(4.9)], [Told(0.0, "running")], ordered=True)) == []
    assert what(Track(moved, [start(4.9, accepted=False)], ordered=True)) == ["belt"]


def test_a_belt_that_waits_for_the_arm_goes_on_by_itself() -> None:
    moved = between((0, 3), (5, 8))
    at_authority = samples(8.0, moved, at_authority=between((3, 5)))
    assert what(Track(at_authority, ordered=True)) == []
    assert what(Track(samples(8.0, moved), holds=[(3.0, 5.0)], ordered=True)) == []
    assert what(Track(samples(8.0, moved), holds=[(3.0, 3.2)], ordered=True)) == ["belt"]


@pytest.mark.parametrize("state", ["purge_required", "faulted", "stopped", "unknown"])
def test_a_belt_that_does_not_stop_when_the_cell_says_so_is_found(state: str) -> None:
    told = [Told(0.0, "running"), Told(2.0, state)]
    assert what(Track(samples(6.0, between((0, 6))), told=told, ordered=True)) == ["belt"]
    assert what(Track(samples(6.0, between((0, 3))), told=told, ordered=True)) == []


def test_a_word_from_before_the_start_does_not_end_the_order() -> None:
    told = [Told(0.0, "stopped"), Told(3.4, "running")]
    assert what(Track(samples(6.0, between((3.2, 6))), [start(3.0)], told)) == []


def test_an_encoder_that_jitters_is_no_motion() -> None:
    still = [Sample(n * STEP_S, 1.0 + 0.001 * (n % 2), 0.0, (0.0, 0.0)) for n in range(100)]
    assert what(Track(still)) == []


def test_the_arm_may_end_what_it_began_and_no_more() -> None:
    told = [Told(0.0, "running"), Told(2.0, "purge_required")]
    belt = between((0, 2.2))
    ends = samples(12.0, belt, between((1, 4), (4.5, 6)))
    assert what(Track(ends, told=told, ordered=True)) == []
    again = samples(12.0, belt, between((1, 4), (8, 9)))
    assert what(Track(again, told=told, ordered=True)) == ["arm"]
    assert what(Track(again, told=told, removals=[(1.0, 9.0)], ordered=True)) == []
    # A removal that was asked for afterwards is no reason to move.
    assert what(Track(again, told=told, removals=[(7.0, 9.0)], ordered=True)) == ["arm"]


def test_an_arm_that_comes_back_on_confirmation_is_right_and_before_it_is_not() -> None:
    told = [Told(0.0, "purge_required")]
    moves = samples(12.0, between(), between((5, 7)))
    assert what(Track(moves, [confirm(4.0)], told)) == []
    assert what(Track(moves, [confirm(6.5)], told)) == ["arm"]
    assert what(Track(moves, [], told)) == ["arm"]
    late = samples(12.0, between(), between((5, 7), (9, 10)))
    assert what(Track(late, [confirm(4.0)], told)) == ["arm"]


def test_what_was_switched_on_anew_begins_anew_and_has_no_order() -> None:
    before = samples(3.0, between((0, 3)), between((0, 3)))
    after = [replace(s, at_s=s.at_s + 4.0, life=1) for s in samples(6.0, between((3, 6)))]
    still = [replace(s, at_s=s.at_s + 4.0, life=1) for s in samples(6.0, between())]
    assert what(Track([*before, *still], ordered=True)) == []
    assert what(Track([*before, *after], ordered=True)) == ["belt"]
    assert what(Track([*before, *after], [start(6.5)], ordered=True)) == []


def test_both_are_told_of() -> None:
    motions = unordered_motion(Track(samples(4.0, between((2, 4)), between((3, 4)))))
    assert [motion.what for motion in motions] == ["belt", "arm"]
    assert "without an order" in str(motions[0])
