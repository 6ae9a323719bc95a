"""The arm asks for its permit: what nobody ordered does not begin, what lapsed is called back."""

from __future__ import annotations

import threading

import pytest
from inspection_cell_interfaces.msg import MotionPermit

from cell.nodes import permit
from cell.nodes.permit import FRESH_S, LAPSED_S, PermitHolder


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def holder(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> PermitHolder:
    monkeypatch.setattr(permit, "PATIENCE_S", 0.05)
    return PermitHolder(clock)


@pytest.mark.parametrize(
    ("told", "part", "attempt", "ordered"),
    [
        (MotionPermit(part="a", attempt=1), "a", 1, True),
        (MotionPermit(part="a", attempt=1), "a", 2, False),
        (MotionPermit(part="a", attempt=1), "b", 1, False),
        (MotionPermit(), "", 0, False),
        (MotionPermit(recover=True), "a", 1, False),
    ],
)
def test_only_the_ordered_removal_begins(
    holder: PermitHolder, told: MotionPermit, part: str, attempt: int, ordered: bool
) -> None:
    holder.note(told)
    assert holder.await_removal(part, attempt) is ordered


def test_nothing_begins_before_the_first_permit_or_under_an_old_one(
    holder: PermitHolder, clock: Clock
) -> None:
    assert not holder.await_recovery()
    holder.note(MotionPermit(recover=True, part="a", attempt=1))
    clock.now_s += FRESH_S + 0.01
    assert not holder.await_recovery()
    assert not holder.await_removal("a", 1)


def test_a_goal_may_overtake_its_permit(clock: Clock) -> None:
    holder = PermitHolder(clock)
    late = threading.Timer(0.1, holder.note, [MotionPermit(part="a", attempt=1)])
    late.start()
    assert holder.await_removal("a", 1)
    late.join()


def test_a_removal_is_called_back_with_its_order_or_when_the_supervisor_is_gone(
    holder: PermitHolder, clock: Clock
) -> None:
    holder.note(MotionPermit(part="a", attempt=1))
    clock.now_s += LAPSED_S - 0.1
    assert not holder.lapsed("a", 1), "a busy supervisor may be late"
    clock.now_s += 0.2
    assert holder.lapsed("a", 1)
    holder.note(MotionPermit(part="b", attempt=1))
    assert holder.lapsed("a", 1)
