"""What becomes of a process that ended: again after a pause, or the end of the whole cell."""

from __future__ import annotations

import pytest

from cell.launcher.fate import Fate
from cell.launcher.group import LaunchError
from cell.launcher.restarts import LIMIT, WINDOW_S


@pytest.mark.parametrize("code", [2, 3])
def test_what_cannot_run_as_configured_ends_the_cell_with_its_words(code: int) -> None:
    fate = Fate("robot")
    fate.hear(b"warming up\nerror: no arm 'nonsense'; there is: ur\nbye\n")
    with pytest.raises(LaunchError, match=r"robot .*exit code \d\): no arm 'nonsense'; there is:"):
        fate.ended(code, 0.0)


@pytest.mark.parametrize("code", [1, -9, 0])
def test_what_failed_while_running_comes_back_later_each_time(code: int) -> None:
    fate = Fate("camera")
    pauses = [fate.ended(code, float(second)).pause_s for second in range(LIMIT)]
    assert pauses == sorted(set(pauses))
    assert pauses[0] > 0.0
    with pytest.raises(LaunchError, match=f"camera died {LIMIT + 1} times"):
        fate.ended(code, float(LIMIT))


def test_old_deaths_do_not_count() -> None:
    fate = Fate("camera")
    for second in range(3 * LIMIT):
        fate.ended(1, second * WINDOW_S)


def test_a_restarted_process_may_find_its_device_not_back_yet() -> None:
    fate = Fate("belt")
    fate.ended(-9, 0.0)
    assert fate.ended(2, 1.0).pause_s > 0.0


def test_what_does_not_come_back_ends_the_cell() -> None:
    fate = Fate("twin", comes_back=False)
    fate.hear(b"error: port 5020 is taken\n")
    with pytest.raises(LaunchError, match=r"twin ended .*: port 5020 is taken"):
        fate.ended(1, 0.0)


def test_words_come_in_any_pieces() -> None:
    fate = Fate("belt")
    for piece in (b"fine\ner", b"ror: the PLC ", b"does not answer"):
        fate.hear(piece)
    with pytest.raises(LaunchError, match="the PLC does not answer"):
        fate.ended(2, 0.0)


def test_without_an_error_line_the_last_lines_are_told_and_not_told_again() -> None:
    fate = Fate("belt")
    fate.hear(b"one\ntwo\nthree\nfour\n")
    with pytest.raises(LaunchError, match=r"two \| three \| four"):
        fate.ended(3, 0.0)
    assert "three" not in fate.ended(1, 1.0).text


def test_who_says_why_it_cannot_work_is_tried_for_as_long_as_it_takes() -> None:
    fate = Fate("robot")
    fate.ended(-9, 0.0)
    for second in range(10 * LIMIT):
        fate.hear(b"error: the arm is in emergency stop\n")
        restart = fate.ended(1, float(second))
    assert "emergency stop" in restart.text
