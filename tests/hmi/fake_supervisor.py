"""Plays the cell in front of the page: a process that publishes and serves like the real nodes.

Orders come as JSON lines on stdin: {"state": {...CellState...}}, {"inspect": {...Inspection...}},
{"belt": {...}}, {"robot": {...}}, {"silent": bool}, {"refuse": "why"}, {"slow_s": seconds},
{"hold": bool} (answers to plain orders),
{"processes": [...]}, {"advisories": {"launcher": [{...Advisory...}]}}, {"reset": true}.
Each service call that it was given goes as a JSON line to stdout. An order for a recipe that is not
refused puts `change` on "preparing"; what follows is told by {"state": ...}.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time
from dataclasses import replace
from typing import Any

import rclpy
from builtin_interfaces.msg import Time
from inspection_cell_interfaces.msg import (
    Advisory,
    Alarm,
    BeltState,
    Bin,
    CellState,
    ClosedPart,
    Defect,
    Inspection,
    NodeStatus,
    Order,
    PartOnBelt,
    RobotState,
)
from inspection_cell_interfaces.srv import (
    AcknowledgeAlarm,
    CellCommand,
    ExchangeBin,
    OverrideVerdict,
    ReassessPart,
    SetRecipe,
    ShelveAlarm,
)
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from std_msgs.msg import Header

from cell.control.changeover import Changeover, Seen, Step
from cell.control.ledger import observations as o
from cell.control.ledger.allowed import refusals
from cell.control.ledger.config import LedgerConfig
from cell.control.ledger.desk import Desk
from cell.control.ledger.events import CellState as State
from cell.nodes.topics import ORDERS
from cell.products import RECIPES, load_recipe
from cell.texts import say

READ = o.BeltRead(
    stamp_ns=0, read_ns=0, encoder_m=0.0, running=False, at_authority=False, arrivals=0,
    exposures=0, exits=0,
)  # fmt: skip


def now() -> Time:
    stamp = time.time_ns()
    return Time(sec=stamp // 10**9, nanosec=stamp % 10**9)


class FakeSupervisor(Node):
    def __init__(self) -> None:
        super().__init__("supervisor", namespace="/cell")
        self.go_on = threading.Event()
        self.reset()
        self.started = time.time()
        self._cell = self.create_publisher(CellState, "/cell/supervisor/state", 10)
        self._inspection = self.create_publisher(Inspection, "/cell/supervisor/inspection", 10)
        self._belt = self.create_publisher(BeltState, "/cell/belt/state", 10)
        self._robot = self.create_publisher(RobotState, "/cell/robot/state", 10)
        self._status = self.create_publisher(NodeStatus, "/cell/node_status", 10)
        for kind, name, callback in (
            (CellCommand, "command", self.on_command),
            (AcknowledgeAlarm, "acknowledge_alarm", self.on_acknowledge),
            (OverrideVerdict, "override_verdict", self.on_override),
            (ReassessPart, "reassess_part", self.on_reassess),
            (SetRecipe, "set_recipe", self.on_recipe),
            (ShelveAlarm, "shelve_alarm", self.on_shelve),
            (ExchangeBin, "exchange_bin", self.on_bin),
        ):
            place = f"/cell/supervisor/{name}"
            self.create_service(kind, place, callback, qos_profile=ORDERS)
        self.create_timer(0.2, self.beat)
        self.create_timer(0.05, self.devices)

    def reset(self) -> None:
        self.silent = False
        self.refuse = ""
        self.slow_s = 0.0
        self.go_on.set()
        self.processes = ["belt", "camera", "inspector", "supervisor", "robot", "recorder"]
        self.advisories: dict[str, list[Advisory]] = {}
        self.state = CellState(state="stopped", reason="Ready.")
        self.recipe = load_recipe(RECIPES / "pcb")
        self.state.recipe = self.recipe.identity
        self.belt = BeltState(connected=True)
        self.robot = RobotState(connected=True, mode="operational", phase="idle")
        self.robot.position = [-1.3, -1.9, 2.0, -1.67, -1.57, 0.0]

    def on_command(self, request: Any, response: Any) -> Any:
        response.accepted, response.message = not self.refuse, self.refuse
        after = {"start": "running", "stop": "stopped", "reset": "stopped"}
        if not self.refuse:
            self.state.state = after.get(request.command, "stopped")
            self.cell()
        report({"command": request.command, "person": request.person})
        self.go_on.wait()
        return response

    def on_acknowledge(self, request: Any, response: Any) -> Any:
        for alarm in self.state.alarms:
            if request.id in ("", alarm.id):
                alarm.state = Alarm.ACKNOWLEDGED
        report({"acknowledge": request.id, "person": request.person})
        response.accepted = True
        return response

    def on_shelve(self, request: Any, response: Any) -> Any:
        response.accepted, response.message = not self.refuse, self.refuse
        if not self.refuse and request.minutes == 0:
            self.state.shelved = [one for one in self.state.shelved if one.id != request.id]
            self.cell()
        elif not self.refuse:
            for one in [a for a in self.state.alarms if a.id == request.id]:
                one.shelved_by, one.shelved_why = request.person, request.reason
                self.state.shelved = [*self.state.shelved, one]
            self.state.alarms = [a for a in self.state.alarms if a.id != request.id]
            self.cell()
        report({"shelve": request.id, "minutes": request.minutes, "person": request.person})
        return response

    def on_bin(self, request: Any, response: Any) -> Any:
        response.accepted, response.message = not self.refuse, self.refuse
        for one in self.state.bins:
            if one.name == request.bin and not self.refuse:
                one.open, one.person = request.open, request.person if request.open else ""
                one.parts = one.parts if request.open else 0
                self.cell()
        report({"bin": request.bin, "open": request.open, "person": request.person})
        return response

    def on_recipe(self, request: Any, response: Any) -> Any:
        fields = request.get_fields_and_field_types()
        response.accepted, response.message = not self.refuse, self.refuse
        if not self.refuse:
            self.state.change, self.state.change_message = CellState.PREPARING, ""
            self.state.recipe_next = f"{request.recipe}@9"
            self.cell()
        report({"set_recipe": {name: getattr(request, name) for name in fields}})
        end = time.monotonic() + self.slow_s
        while time.monotonic() < end:  # a cell that takes its time still says how it is
            time.sleep(0.1)
            self.cell()
        return response

    def on_override(self, request: Any, response: Any) -> Any:
        fields = request.get_fields_and_field_types()
        response.accepted, response.message = not self.refuse, self.refuse
        if not self.refuse:
            for part in self.state.parts:
                if part.part == request.part:
                    part.verdict, part.bin = request.verdict, request.bin
            self.state.last_verdict = request.verdict
            self.cell()
        report({"override": {name: getattr(request, name) for name in fields}})
        return response

    def on_reassess(self, request: Any, response: Any) -> Any:
        fields = request.get_fields_and_field_types()
        response.accepted, response.message = not self.refuse, self.refuse
        for part in self.state.closed:
            if part.part == request.part and not self.refuse:
                part.said, part.said_by = request.verdict, request.person * bool(request.verdict)
                part.verdicts = [
                    v for v in ("pass", "reject") if v not in (part.verdict, part.said)
                ]
                self.cell()
        report({"reassess": {name: getattr(request, name) for name in fields}})
        return response

    def orders(self) -> list[Order]:
        """What the rules of the cell say in this state."""
        told = self.state
        if told.state == CellState.UNKNOWN:
            return [Order(name=name, refusal=say("refused.before_belt")) for name in o.Order]
        desk = Desk(LedgerConfig(), self.recipe)
        desk.state.cell = State(told.state)
        desk.live.belt = replace(READ, running=self.belt.running)
        change = Changeover()
        change.step = Step(told.change)
        found = refusals(desk) | change.refusals(Seen(desk.state.cell, told.on_belt, True))
        return [Order(name=name, refusal=why) for name, why in found.items()]

    def cell(self) -> None:
        self.state.header.stamp, self.state.orders = now(), self.orders()
        if not self.silent:
            self._cell.publish(self.state)

    def beat(self) -> None:
        self.cell()
        for index, name in enumerate([*self.processes, *self.advisories]):
            alive_s = time.time() - self.started
            status = NodeStatus(
                header=Header(stamp=now()), node=name, pid=1000 + index, boot_id="a"
            )
            status.lifecycle, status.healthy = "active", True
            status.rss_mib, status.cpu_s = 80.0 + 7 * index, 0.02 * (index + 1) * alive_s
            status.advisories = self.advisories.get(name, [])
            self._status.publish(status)

    def devices(self) -> None:
        if self.belt.running:
            self.belt.encoder_m += self.belt.speed_m_s * 0.05
        self._belt.publish(self.belt)
        self._robot.publish(self.robot)

    def obey(self, order: dict[str, Any]) -> None:
        if "reset" in order:
            self.reset()
        self.silent = order.get("silent", self.silent)
        self.refuse = order.get("refuse", self.refuse)
        self.slow_s = order.get("slow_s", self.slow_s)
        if "hold" in order:
            (self.go_on.clear if order["hold"] else self.go_on.set)()
        self.processes = order.get("processes", self.processes)
        for node, told in order.get("advisories", {}).items():
            self.advisories[node] = [made(Advisory, one) for one in told]
        fill(self.state, order.get("state", {}))
        fill(self.belt, order.get("belt", {}))
        fill(self.robot, order.get("robot", {}))
        self.cell()
        if "inspect" in order:
            inspection = Inspection(
                header=Header(stamp=now()), done=now(), part=self.state.last_part
            )
            fill(inspection, order["inspect"])
            self._inspection.publish(inspection)


MADE_OF = {
    "closed": ClosedPart,
    "bins": Bin,
    "parts": PartOnBelt,
    "alarms": Alarm,
    "shelved": Alarm,
    "defects": Defect,
}


def fill(message: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if name in MADE_OF and isinstance(value, list):
            value = [made(MADE_OF[name], item) for item in value]
        setattr(message, name, value)


def made(kind: type, values: dict[str, Any]) -> Any:
    message = kind()
    if kind is Alarm:
        message.raised = now()
    fill(message, values)
    return message


def report(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)


def spin(executor: SingleThreadedExecutor) -> None:
    with contextlib.suppress(ExternalShutdownException):
        executor.spin()


def main() -> None:
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    node = FakeSupervisor()
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    spinning = threading.Thread(target=spin, args=[executor])
    spinning.start()
    report({"ready": os.getpid()})
    try:
        for line in sys.stdin:
            node.obey(json.loads(line))
    finally:
        node.go_on.set()
        rclpy.shutdown()
        spinning.join()


if __name__ == "__main__":
    main()
