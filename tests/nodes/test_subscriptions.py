"""What the supervisor has heard holds for the process that said it, and for no later one."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from inspection_cell_interfaces.msg import NodeStatus, RobotState

from cell.config import load
from cell.nodes.subscriptions import UNHEARD, Subscriptions
from cell.nodes.topics import stamped


class World:
    """A supervisor's subscriptions, and what the robot's process says into them."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        self._hears: dict[str, Callable[[Any], None]] = {}
        node: Any = SimpleNamespace(
            create_subscription=self._listen, now_ns=lambda: 0, config=load(None)
        )
        self.subscriptions = Subscriptions(node, self.told.append, lambda _beat: None)
        self.subscriptions.open()
        self.subscriptions.encoder_m = 0.0

    def _listen(self, _kind: type, topic: str, hear: Callable[[Any], None], _qos: object) -> object:
        self._hears[topic] = hear
        return hear

    def beat(self, boot_id: str, at_ns: int) -> None:
        told = NodeStatus(header=stamped(at_ns), node="robot", boot_id=boot_id, lifecycle="active")
        self._hears["node_status"](told)

    def arm(self, at_ns: int, mode: str = "operational", message: str = "") -> None:
        told = RobotState(header=stamped(at_ns), mode=mode, message=message, busy=True)
        self._hears["robot/state"](told)


@pytest.fixture
def world() -> World:
    return World()


def test_an_arm_counts_as_ready_only_after_its_own_word(world: World) -> None:
    assert world.subscriptions.robot_unready == UNHEARD
    world.beat("first", 1)
    assert world.subscriptions.robot_unready == UNHEARD
    world.arm(2)
    assert world.subscriptions.robot_unready == ""


def test_a_new_process_does_not_inherit_what_the_dead_one_said(world: World) -> None:
    world.beat("first", 1)
    world.arm(2)
    assert world.subscriptions.robot_busy
    world.beat("second", 10)
    assert world.subscriptions.robot_unready == UNHEARD
    assert not world.subscriptions.robot_busy
    world.arm(9)  # the dead one's last word, which was still under way
    assert world.subscriptions.robot_unready == UNHEARD
    world.arm(11, message="the arm is not at its waiting pose")
    assert world.subscriptions.robot_unready == "the arm is not at its waiting pose"


def test_an_arm_that_comes_back_stopped_raises_its_alarm(world: World) -> None:
    world.beat("first", 1)
    world.arm(2)
    world.beat("second", 10)
    world.arm(11, mode="protective_stop")
    assert [told.alarm for told in world.told] == ["robot.protective_stop"]
