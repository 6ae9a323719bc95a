"""What becomes of a change of the recipe, told from the cell's states alone."""

from __future__ import annotations

import pytest

from cell.client.following import SETTLE_S, ChangeSeen, Following, Outcome

A, B = "a@1", "b@2"
BEFORE = ChangeSeen(A, "", "", "what an earlier change failed of")
PREPARING = ChangeSeen(A, B, "preparing", "")
PREPARED = ChangeSeen(A, B, "prepared", "")
DRAINING = ChangeSeen(A, B, "draining", "")
TAKING_UP = ChangeSeen(B, B, "taking_up", "")
DONE = ChangeSeen(B, "", "", "")
REFUSED = ChangeSeen(A, "", "", "robot: the part is too heavy")
OTHER = ChangeSeen(A, "c@1", "preparing", "")
GOING = Outcome.GOING


@pytest.mark.parametrize(
    ("states", "outcome"),
    [
        ([BEFORE], GOING),
        ([BEFORE, PREPARING, DRAINING, TAKING_UP], GOING),
        ([BEFORE, PREPARING, DRAINING, TAKING_UP, DONE], Outcome.TAKEN_UP),
        ([PREPARING, PREPARED], GOING),
        ([PREPARING, REFUSED], Outcome.FAILED),
        ([PREPARING, TAKING_UP, REFUSED], Outcome.FAILED),
        ([PREPARING, ChangeSeen(A, "", "", "")], Outcome.FAILED),
        ([OTHER, BEFORE], GOING),
    ],
)
def test_states_that_come_one_by_one(states: list[ChangeSeen], outcome: Outcome) -> None:
    following = Following("b", 10.0)
    assert [following.hear(state, 10.0) for state in states][-1] is outcome


@pytest.mark.parametrize(
    ("state", "outcome"),
    [(DONE, Outcome.TAKEN_UP), (REFUSED, Outcome.FAILED), (PREPARED, GOING), (OTHER, GOING)],
)
def test_a_change_that_was_over_before_it_was_heard_of(state: ChangeSeen, outcome: Outcome) -> None:
    assert Following("b", 10.0).hear(state, 10.0 + SETTLE_S) is outcome


def test_an_order_to_prepare_ends_when_it_is_prepared() -> None:
    following = Following("b", 0.0, prepare_only=True)
    assert [following.hear(s, 0.0) for s in (BEFORE, PREPARING)] == [GOING, GOING]
    assert following.hear(PREPARED, 0.0) is Outcome.PREPARED


def test_a_new_version_of_the_recipe_in_use() -> None:
    """The name is the same before and after: only the message tells that it failed."""
    begun, failed = ChangeSeen("b@1", B, "preparing", ""), ChangeSeen("b@1", "", "", "why")
    for end, outcome in ((DONE, Outcome.TAKEN_UP), (failed, Outcome.FAILED)):
        following = Following("b", 0.0)
        following.hear(begun, 0.0)
        assert following.hear(end, 0.1) is outcome
