"""A change of the recipe: prepared by all, taken up by all or by none. The expected steps are
written by hand; files and nodes are played by the test.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from cell.config import load
from cell.control.changeover import (
    MOST_ROUNDS,
    PREPARE_S,
    TAKE_UP_S,
    Action,
    Changeover,
    Drain,
    LetGo,
    RunOn,
    Seen,
    Step,
    TakeUp,
    Wish,
)
from cell.control.ledger.events import CellState as State
from cell.products.lookup import InspectionParts, load_inspection_parts
from cell.texts import render

NODES = ("inspector", "robot")
CONFIG = load(None)
OLD = load_inspection_parts(CONFIG, "pcb")
NEW = load_inspection_parts(CONFIG, "ball_screw")
EMPTY = Seen(State.STOPPED, 0, following=True)
RUNNING = Seen(State.RUNNING, 3, following=True)


@dataclass
class Play:
    """A change, and the clock."""

    change: Changeover = field(default_factory=Changeover)
    now_s: float = 100.0

    def order(self, seen: Seen = EMPTY, prepare_only: bool = False, drain: bool = False) -> str:
        wish = Wish("ball_screw", "Kim", "next lot", prepare_only, drain)
        refusal = self.change.obstacle(wish, seen)
        if not refusal:
            self.change.begin(wish, OLD, NODES, self.now_s)
        return refusal

    def all_ready(self) -> None:
        self.change.loaded(NEW)
        for node in NODES:
            self.change.answered(node, "ball_screw", "")

    def next(self, seen: Seen, after_s: float = 0.2) -> list[Action]:
        self.now_s += after_s
        return self.change.next(self.now_s, seen)


@pytest.fixture
def play() -> Play:
    return Play()


def test_on_an_empty_belt_it_is_taken_up_when_all_are_ready_and_not_before(play: Play) -> None:
    assert play.order() == ""
    assert play.next(EMPTY) == []
    play.change.loaded(NEW)
    play.change.answered("robot", "ball_screw", "")
    assert play.next(EMPTY) == []
    assert play.change.step is Step.PREPARING
    play.change.answered("inspector", "ball_screw", "")
    assert play.next(EMPTY) == [TakeUp(NEW, "Kim", "next lot")]
    assert play.next(Seen(State.STOPPED, 0, following=False)) == []
    assert play.change.step is Step.TAKING_UP
    assert play.next(EMPTY) == [LetGo()]
    assert (play.change.step, play.change.message) == (Step.NONE, "")


def test_with_parts_on_the_belt_it_needs_the_wish_to_let_them_through(play: Play) -> None:
    assert "drain" in render(play.order(RUNNING))
    assert play.order(RUNNING, drain=True) == ""
    play.all_ready()
    assert play.next(RUNNING) == [Drain("Kim")]
    assert play.next(Seen(State.STOPPING, 1, following=True)) == []
    assert play.change.step is Step.DRAINING
    assert play.next(EMPTY) == [TakeUp(NEW, "Kim", "next lot")]


def test_prepared_while_the_cell_runs_it_waits_for_the_order(play: Play) -> None:
    assert play.order(RUNNING, prepare_only=True) == ""
    play.all_ready()
    assert play.next(RUNNING) == []
    assert play.change.step is Step.PREPARED
    assert play.next(EMPTY) == []
    assert play.order(EMPTY) == ""
    assert play.next(EMPTY) == [TakeUp(NEW, "Kim", "next lot")]


@pytest.mark.parametrize("node", ["supervisor", *NODES])
def test_a_node_that_cannot_ends_it_before_anything_has_changed(play: Play, node: str) -> None:
    play.order()
    play.change.answered(node, "ball_screw", "no such model")
    assert play.change.step is Step.NONE
    assert node in play.change.message
    assert "no such model" in play.change.message
    play.all_ready()
    assert play.next(EMPTY) == [LetGo()], "or the same recipe is refused by the answer of before"
    assert play.next(EMPTY) == []


@pytest.mark.parametrize("ready", [False, True])
def test_a_node_that_was_started_anew_has_prepared_nothing(play: Play, ready: bool) -> None:
    play.order(RUNNING, prepare_only=True)
    play.change.loaded(NEW)
    for node in NODES:
        play.change.asked(node, "first start")
        play.change.heard(node, "first start")
        if ready:
            play.change.answered(node, "ball_screw", "")
    play.next(RUNNING)
    assert play.change.step is (Step.PREPARED if ready else Step.PREPARING)
    play.change.heard("inspector", "second start")
    assert play.change.step is Step.NONE
    assert "inspector" in play.change.message
    assert play.next(RUNNING) == [LetGo()]


def test_a_node_that_was_ready_and_died_before_the_others_were_has_prepared_nothing(
    play: Play,
) -> None:
    play.order()
    play.change.loaded(NEW)
    play.change.answered("robot", "ball_screw", "")
    play.change.died("robot")
    play.change.answered("inspector", "ball_screw", "")
    assert play.next(EMPTY) == [LetGo()]
    assert "robot" in play.change.message


def test_who_does_not_answer_is_named(play: Play) -> None:
    play.order()
    play.change.loaded(NEW)
    play.change.answered("robot", "ball_screw", "")
    assert play.next(EMPTY, PREPARE_S + 1.0) == [LetGo()]
    assert play.change.step is Step.NONE
    assert "inspector" in play.change.message
    assert "robot" not in play.change.message


def test_who_does_not_follow_brings_the_old_one_back(play: Play) -> None:
    play.order()
    play.all_ready()
    play.next(EMPTY)
    behind = Seen(State.STOPPED, 0, following=False)
    undo, let_go = play.next(behind, TAKE_UP_S + 1.0)
    assert isinstance(undo, TakeUp)
    assert undo.parts is OLD
    assert undo.person == "Kim"
    assert "pcb" in undo.reason
    assert let_go == LetGo()
    assert play.change.step is Step.NONE


def test_who_comes_while_the_belt_is_emptied_is_let_through_but_not_for_ever(play: Play) -> None:
    play.order(RUNNING, drain=True)
    play.all_ready()
    play.next(RUNNING)
    fed = Seen(State.STOPPED, 2, following=True)
    for _ in range(MOST_ROUNDS):
        assert play.next(fed) == [RunOn("Kim")]
        assert play.next(Seen(State.STARTING, 2, following=True)) == []
        assert play.next(Seen(State.RUNNING, 2, following=True)) == [Drain("Kim")]
    assert play.next(fed) == [LetGo()]
    assert "feed" in render(play.change.message)
    assert play.change.step is Step.NONE


def test_parts_on_a_standing_belt_are_not_moved_by_a_change(play: Play) -> None:
    assert play.order(Seen(State.STOPPED, 2, following=True), drain=True)


@pytest.mark.parametrize("state", [State.FAULTED, State.PURGE_REQUIRED])
def test_a_fault_while_draining_leaves_the_old_recipe(play: Play, state: State) -> None:
    play.order(RUNNING, drain=True)
    play.all_ready()
    play.next(RUNNING)
    assert play.next(Seen(state, 2, following=True)) == [LetGo()]
    assert play.change.step is Step.NONE
    assert play.change.message


def test_a_second_person_waits_for_the_first(play: Play) -> None:
    play.order()
    other = Wish("pcb", "Lee", "no")
    assert "Kim" in play.change.obstacle(other, EMPTY)


def test_a_prepared_one_may_be_exchanged_for_another(play: Play) -> None:
    play.order(RUNNING, prepare_only=True)
    play.all_ready()
    play.next(RUNNING)
    other = Wish("tile", "Lee", "rush order")
    assert play.change.obstacle(other, EMPTY) == ""
    assert play.change.begin(other, OLD, NODES, play.now_s)
    assert play.change.step is Step.PREPARING


CHANGE, DRAINED, PREPARE = "change_recipe", "drain_and_change", "prepare_recipe"


@pytest.mark.parametrize(
    ("state", "on_belt", "allowed"),
    [
        (State.STOPPED, 0, {CHANGE, PREPARE, DRAINED}),
        (State.STOPPED, 2, {PREPARE}),
        (State.STARTING, 0, {DRAINED, PREPARE}),
        (State.RUNNING, 2, {DRAINED, PREPARE}),
        (State.STOPPING, 2, {DRAINED, PREPARE}),
        (State.FAULTED, 0, {PREPARE}),
        (State.PURGE_REQUIRED, 0, {PREPARE}),
    ],
)
def test_what_is_told_is_what_is_refused(
    play: Play, state: State, on_belt: int, allowed: set[str]
) -> None:
    seen = Seen(state, on_belt, following=True)
    told = play.change.refusals(seen)
    assert {order for order, why in told.items() if not why} == allowed
    for order, why in told.items():
        wish = Wish("tile", "Kim", "lot", order == PREPARE, order == DRAINED)
        assert play.change.obstacle(wish, seen) == why


@pytest.mark.parametrize(
    ("person", "reason"), [("", "why"), (" ", "why"), ("Kim", ""), ("Kim", " ")]
)
def test_it_needs_a_person_and_a_reason(play: Play, person: str, reason: str) -> None:
    assert play.change.obstacle(Wish("tile", person, reason), EMPTY)


def test_a_late_answer_to_another_recipe_counts_for_nothing(play: Play) -> None:
    play.order()
    play.change.answered("inspector", "tile", "no such model")
    assert play.change.step is Step.PREPARING


@pytest.mark.parametrize("node", NODES)
def test_a_node_that_dies_meanwhile_ends_it(play: Play, node: str) -> None:
    play.order()
    play.change.loaded(NEW)
    play.change.died(node)
    assert play.change.step is Step.NONE
    assert node in play.change.message


def parts(recipe: str) -> InspectionParts:
    return load_inspection_parts(CONFIG, recipe)


def test_an_edited_recipe_has_another_stamp() -> None:
    same, edited = parts("pcb").recipe, OLD.recipe.model_copy(update={"review_threshold": 0.31})
    assert same.stamp == OLD.recipe.stamp
    assert edited.identity == OLD.recipe.identity
    assert edited.stamp != OLD.recipe.stamp
