"""The clocks of other machines, by what their heartbeats took."""

import random

from cell.control.clocks import LEAST, WINDOW_S, Clocks


def heard(clocks: Clocks, behind_s: float, takes_s: list[float], begin_s: float = 100.0) -> None:
    for number, took in enumerate(takes_s):
        sent_s = begin_s + 0.2 * number
        clocks.hear("gpu-box", sent_s - behind_s, sent_s + took)


def test_own_machine_is_no_matter() -> None:
    clocks = Clocks("here", 0.02)
    for number in range(100):
        clocks.hear("here", 100.0 + number, 500.0 + number)
    assert clocks.worst() is None


def test_a_clock_that_is_off_either_way_is_named_with_its_size() -> None:
    for behind_s in (-3600.0, -0.05, 0.05, 3600.0):
        clocks = Clocks("here", 0.02)
        heard(clocks, behind_s, [0.001] * LEAST)
        worst = clocks.worst()
        assert worst is not None
        assert worst[0] == "gpu-box"
        assert abs(worst[1] - behind_s) < 0.002


def test_messages_that_take_their_time_are_no_wrong_clock() -> None:
    clocks, random_s = Clocks("here", 0.02), random.Random(1)
    heard(clocks, 0.005, [0.0005 + random_s.expovariate(10.0) for _ in range(200)])
    assert clocks.worst() is None


def test_nothing_is_said_of_few() -> None:
    clocks = Clocks("here", 0.02)
    heard(clocks, 1.0, [0.001] * (LEAST - 1))
    assert clocks.worst() is None


def test_a_clock_that_was_set_is_right_again() -> None:
    clocks = Clocks("here", 0.02)
    heard(clocks, 1.0, [0.001] * 30)
    assert clocks.worst() is not None
    heard(clocks, 0.0, [0.001] * 30, 106.0 + WINDOW_S)
    assert clocks.worst() is None


def test_what_waited_for_a_link_that_was_down_is_forgotten() -> None:
    clocks = Clocks("here", 0.02)
    heard(clocks, 0.0, [60.0 - 0.2 * number for number in range(50)])  # all at once, late
    heard(clocks, 0.0, [0.001] * 10, 161.0)
    assert clocks.worst() is None
