"""The campaign's tables: nothing is left out, and what is chosen fits the time."""

from __future__ import annotations

from itertools import pairwise, product
from typing import get_args

from cell.config.processes import TABLE
from cell.launcher.campaign.cases import (
    LIFECYCLE,
    NODES,
    PAGE,
    STATES,
    Action,
    Need,
    expected,
    table,
)
from cell.launcher.campaign.faults import INJECTIONS, pairs
from cell.launcher.campaign.plan import plan
from twin.faults import FAULT, Fault


def test_every_process_meets_every_action_in_every_state_of_the_cell() -> None:
    cells = {(cell.node, cell.action, cell.state) for cell in table()}
    assert {process.name for process in TABLE} == {*NODES, *PAGE}
    assert set(product(NODES, Action, STATES)) <= cells
    without_life_cycle = [action for action in Action if action not in LIFECYCLE]
    assert set(product(PAGE, without_life_cycle, STATES)) <= cells
    assert len(cells) == len(list(table()))


def test_every_cell_of_the_table_says_what_must_be_seen_and_why() -> None:
    for cell in table():
        assert len(cell.expected.reason) > 10, cell.name
    for node in NODES:
        assert expected(node, Action.KILL, "running").need is Need.ALARM
        assert expected(node, Action.SILENCE, "running").need is Need.ALARM


def test_no_process_dies_twice_in_a_row() -> None:
    """The launcher restarts each only a few times a minute."""
    neighbours = pairwise(table())
    assert all(a.node != b.node for a, b in neighbours if a.state == b.state)


def test_every_fault_of_the_twin_is_injected() -> None:
    known = {kind.model_fields["name"].default for kind in get_args(get_args(Fault)[0])}
    drifts = {"light_falls", "out_of_focus", "parts_shifted"}
    """They stop nothing and come slowly; `tests.system.drifts` looks at what is told of them."""
    assert {injection.request["name"] for injection in INJECTIONS} == known - drifts
    for injection in INJECTIONS:
        FAULT.validate_python(dict(injection.request))
        if injection.follow_up is not None:
            FAULT.validate_python(dict(injection.follow_up))


def test_all_pairs_of_faults_can_be_asked_for_and_a_seed_chooses_some() -> None:
    number = len(INJECTIONS)
    assert len(pairs(1, every=True)) == number * (number - 1) / 2
    assert pairs(1, every=False) == pairs(1, every=False)
    assert pairs(1, every=False) != pairs(2, every=False)


def test_the_usual_choice_fits_the_time_and_holds_all_of_a_running_cell() -> None:
    budget_s = 18.5 * 60.0
    chosen = plan(1, "*", 4, budget_s, every=False)
    names = {entry.name for entry in chosen}
    assert sum(entry.seconds for entry in chosen) <= budget_s
    assert {cell.name for cell in table() if cell.state == "running"} <= names
    assert len(names) == len(chosen)
    again = plan(1, "*", 4, budget_s, every=False)
    assert [entry.name for entry in chosen] == [entry.name for entry in again]
    for state in STATES:
        assert any(name.startswith(f"table/{state}/") for name in names)


def test_everything_can_be_asked_for_and_one_thing_alone() -> None:
    every = {entry.name for entry in plan(1, "*", 200, float("inf"), every=True)}
    assert {cell.name for cell in table()} <= every
    assert sum(name.startswith("cut/") for name in every) == 200
    (one,) = plan(1, "table/stopped/belt/kill", 4, 60.0, every=False)
    assert one.name == "table/stopped/belt/kill"
