"""Nothing moves without an order: a few cells of the fault campaign's tables, on real processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from inspection_cell_interfaces.action import RemovePart
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from cell.config import load
from cell.faces.cli.demo import demo_twin
from cell.launcher.campaign import person
from cell.launcher.campaign.cases import Action, Cell, Need
from cell.launcher.campaign.judging import Judge, Trial
from cell.launcher.campaign.outcome import Outcome
from cell.launcher.campaign.stand import Site, Stand
from cell.launcher.campaign.trials import of_table
from cell.launcher.campaign.verdict import unordered_motion
from cell.launcher.demo import demo_overrides

HOST, DOMAIN = "127.0.7.77", 77


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    folder = tmp_path_factory.mktemp("motion")
    config = load(None, demo_overrides(HOST, folder) | {"data_dir": str(folder)})
    twin = demo_twin(config, HOST, folder, seed=5, parts=0, pitch=0.35, defective=0.5)
    made = Stand(Site(folder, config, twin, DOMAIN, page=False), lambda _: None)
    try:
        made.open()  # nobody has given an order yet
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def judge(stand: Stand) -> Judge:
    """With a cell that produces."""
    assert person.back(stand) == ""
    return Judge(stand)


def carry_out(judge: Judge, name: str) -> Outcome:
    (trial,) = [trial for trial in of_table() if trial.name == name]
    return judge.carry_out(trial)


def ask_for_removal(stand: Stand) -> str:
    """A goal for the robot from somebody who is not the cell: a part amid the pick window."""
    node = Node("stranger")
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    client = ActionClient(node, RemovePart, "/cell/robot/remove_part")

    def until(condition: Callable[[], bool]) -> None:
        def spun() -> bool:
            executor.spin_once(timeout_sec=0.05)
            return condition()

        stand.insist(spun, 30.0, "the robot's action does not answer")

    try:
        until(client.server_is_ready)
        belt_m = stand.control.ask("state")["belt"]["encoder_m"]
        goal = RemovePart.Goal(
            part="nobody's", bin="scrap", encoder_m=belt_m, x=0.0, deadline_encoder_m=belt_m + 1.0
        )
        sent = client.send_goal_async(goal)
        until(sent.done)
        handle = sent.result()
        if not handle.accepted:
            return "the goal was refused"
        result = handle.get_result_async()
        until(result.done)
        return f"the goal ended: {result.result().result.reason}"
    finally:
        executor.shutdown()
        client.destroy()
        node.destroy_node()


def check(outcome: Outcome) -> None:
    assert (outcome.law, outcome.no_alarm, outcome.not_recovered, outcome.needless) == (
        [], "", "", "",
    ), outcome.seen  # fmt: skip


@pytest.mark.cell
def test_an_arm_that_is_not_at_its_place_stays_where_it_is_until_a_person_gives_an_order(
    stand: Stand,
) -> None:
    stand.pause(2.0)
    assert stand.witness is not None
    track = stand.witness.track(0.0, stand.events(), ordered=False)
    assert len(track.samples) > 20
    assert unordered_motion(track) == []


@pytest.mark.cell
def test_a_supervisor_taken_out_of_service_does_not_run_the_belt_when_it_is_back(
    judge: Judge,
) -> None:
    check(carry_out(judge, Cell("supervisor", Action.REACTIVATE, "running").name))


@pytest.mark.cell
def test_a_belt_that_its_watchdog_stopped_waits_for_a_person(judge: Judge) -> None:
    check(carry_out(judge, Cell("belt", Action.STALL, "running").name))


@pytest.mark.cell
def test_a_stranger_who_asks_the_robot_to_remove_a_part_moves_nothing(judge: Judge) -> None:
    trial = Trial("stranger", "stopped", ask_for_removal, Need.EITHER, "nothing was ordered")
    check(judge.carry_out(trial))
