"""Plays a line that is much faster than any: states and inspections as a supervisor tells them, for
a page that stays open over thousands of parts. `python -m cell.faces.cli.bench.faces.player`
"""

from __future__ import annotations

import sys
import time
from random import Random
from typing import Any, Final

import rclpy
from builtin_interfaces.msg import Time
from inspection_cell_interfaces.msg import (
    BeltState,
    CellState,
    Defect,
    Inspection,
    NodeStatus,
    Order,
    PartOnBelt,
    RobotState,
)
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from std_msgs.msg import Header

from cell.config.processes import TABLE
from cell.control.ledger.observations import Order as Word
from cell.products.loading import RECIPES, load_recipe
from cell.texts import say

ON_BELT: Final = 4
CLASSES: Final = ("short", "open", "mousebite", "spur")


def now() -> Time:
    """The system clock's time."""
    stamp = time.time_ns()
    return Time(sec=stamp // 10**9, nanosec=stamp % 10**9)


class Player(Node):
    """The supervisor's and the devices' voices."""

    def __init__(self, namespace: str) -> None:
        super().__init__("supervisor", namespace=namespace)
        self._random = Random(1)
        self._recipe = load_recipe(RECIPES / "pcb").identity
        self._state = self.create_publisher(CellState, "supervisor/state", 10)
        self._found = self.create_publisher(Inspection, "supervisor/inspection", 10)
        self._belt = self.create_publisher(BeltState, "belt/state", 10)
        self._robot = self.create_publisher(RobotState, "robot/state", 10)
        self._status = self.create_publisher(NodeStatus, "node_status", 10)

    def part(self, number: int) -> None:
        """One more part is judged."""
        draw = self._random.random
        bad = draw() < 0.3
        name = f"shift-{number:06d}"
        state = CellState(state="running", recipe=self._recipe, model="pcb@1", reason="")
        state.header.stamp = now()
        state.arrived, state.passed, state.removed = number, number * 7 // 10, number * 3 // 10
        state.on_belt, state.last_part = ON_BELT, name
        state.last_verdict = "reject" if bad else "pass"
        state.last_reason = say("verdict.no_defect")
        state.orders = [Order(name=word, refusal="") for word in Word]
        state.parts = [self._riding(number - back, back) for back in range(ON_BELT)]
        self._state.publish(state)
        told = Inspection(header=Header(stamp=now()), done=now(), part=name, ok=True)
        told.trigger, told.recipe, told.model = number, self._recipe, "pcb@1"
        told.canonical_width = told.canonical_height = 640
        told.defects = [self._defect() for _ in range(1 + int(draw() * 4))] if bad else []
        self._found.publish(told)
        self._belt.publish(BeltState(connected=True, running=True, speed_m_s=0.2))
        arm: Any = RobotState(connected=True, mode="operational", phase="idle")
        arm.position = [-1.3 + draw() * 0.1, -1.9, 2.0, -1.67, -1.57, 0.0]
        self._robot.publish(arm)

    def beat(self) -> None:
        """All processes live."""
        for index, process in enumerate(TABLE):
            status = NodeStatus(
                header=Header(stamp=now()), node=process.name, pid=1000 + index, boot_id="a"
            )
            status.lifecycle, status.healthy, status.rss_mib = "active", True, 90.0
            if process.is_node:
                self._status.publish(status)

    def _riding(self, number: int, back: int) -> PartOnBelt:
        made = PartOnBelt(part=f"shift-{max(0, number):06d}", state="on_belt", verdict="pass")
        made.x, made.y, made.yaw = -0.9 + 0.3 * back, 0.0, 0.0
        return made

    def _defect(self) -> Defect:
        draw = self._random.random
        x, y = draw() * 560, draw() * 560
        made = Defect(class_name=CLASSES[int(draw() * len(CLASSES))], score=0.5 + draw() / 2)
        made.x_min, made.y_min, made.x_max, made.y_max = x, y, x + 40, y + 40
        return made


def main() -> None:
    """`player NAMESPACE PARTS PARTS_PER_S`, until they are through; a line for each hundred."""
    namespace, parts, pace = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    # Whoever is done with it ends it: at once, and not in the middle of a message.
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    player = Player(namespace)
    for number in range(1, parts + 1):
        player.part(number)
        if number % 5 == 0:
            player.beat()
        if number % 100 == 0:
            print(number, flush=True)
        time.sleep(1.0 / pace)
    rclpy.shutdown()


if __name__ == "__main__":
    main()
