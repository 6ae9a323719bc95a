"""The supervisor's process alone, with a belt and a robot that we play: what it knows survives
`kill -9`, and what a person orders reaches the robot.
"""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from inspection_cell_interfaces.msg import (
    Alarm,
    BeltCommand,
    BeltState,
    CellState,
    MotionPermit,
    NodeStatus,
    RobotState,
)
from inspection_cell_interfaces.srv import (
    AcknowledgeAlarm,
    CellCommand,
    ExchangeBin,
    SetRecipe,
    ShelveAlarm,
)
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from std_srvs.srv import Trigger

from cell.config import load
from cell.config.namespace import NAMESPACE
from cell.config.processes import TABLE
from cell.control.alarms.catalogue import Priority
from cell.control.ledger.events import AlarmAcknowledged
from cell.launcher.env import environment
from cell.nodes.topics import LATCHED, LATEST, RELIABLE, stamped, to_time
from cell.products.lookup import load_inspection_parts
from cell.records.checkpoints import rules
from cell.records.journal import Journal
from cell.texts import render, say
from models.registry.doubts import Doubt, tell_doubts
from tests.system.graph import Peer, demo_config, join

DOMAIN = 57
SUPERVISOR = next(process for process in TABLE if process.name == "supervisor")
OTHERS = tuple(p.name for p in TABLE if p.is_node and p != SUPERVISOR)


class Person(Peer):
    """The belt's and the robot's node and an operator in one: publishes, gives orders, looks."""

    def __init__(self) -> None:
        super().__init__("person", DOMAIN)
        self.state: CellState | None = None
        self.belt = BeltState(connected=True, encoder_m=1.0)
        self.robot = RobotState(connected=True, mode="operational")
        self.recoveries = 0
        self.others_active = False
        self.permits: list[MotionPermit] = []
        self.run = False
        self.plc_answers = True
        self._readings = self.node.create_publisher(BeltState, "/cell/belt/state", LATEST)
        self._robots = self.node.create_publisher(RobotState, "/cell/robot/state", LATEST)
        self._beats = self.node.create_publisher(NodeStatus, "/cell/node_status", RELIABLE)
        self.node.create_service(Trigger, "/cell/robot/recover", self._recover)
        self.node.create_subscription(CellState, "/cell/supervisor/state", self._see, LATCHED)
        self.node.create_subscription(BeltCommand, "/cell/belt/command", self._obey, LATEST)
        self.node.create_subscription(
            MotionPermit, "/cell/robot/permit", self.permits.append, RELIABLE
        )
        self.node.create_timer(0.05, self._publish)

    def seen(self) -> object:
        return self.state

    def ask(self, kind: Any, name: str, **fields: Any) -> Any:
        client = self.node.create_client(kind, f"/cell/supervisor/{name}")
        self.until(client.service_is_ready)
        future = client.call_async(kind.Request(**fields))
        self.until(future.done)
        self.node.destroy_client(client)
        return future.result()

    def told(self, order: str) -> str:
        """Why the cell says that it would refuse the order, '' if it would not."""
        orders = {} if self.state is None else {o.name: o.refusal for o in self.state.orders}
        return str(orders[order])

    def alarms(self) -> dict[str, int]:
        return {} if self.state is None else {a.id: a.state for a in self.state.alarms}

    def _see(self, message: CellState) -> None:
        self.state = message

    def _obey(self, command: BeltCommand) -> None:
        self.run = command.run

    def _publish(self) -> None:
        self.belt.header.stamp = to_time(time.time_ns())
        self.belt.running = self.run
        if self.plc_answers:
            self._readings.publish(self.belt)
        self._robots.publish(self.robot)
        if self.others_active:
            now = stamped(time.time_ns())
            for name in OTHERS:
                beat = NodeStatus(header=now, node=name, host="elsewhere", lifecycle="active")
                self._beats.publish(beat)

    def _recover(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self.recoveries += 1
        return response


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    join(DOMAIN, monkeypatch)
    made = Person()
    yield made
    made.close()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Start the supervisor on the same data folder, as the launcher does."""
    config = demo_config(tmp_path)
    started: list[subprocess.Popen[str]] = []

    def begin() -> subprocess.Popen[str]:
        command = SUPERVISOR.command(config, NAMESPACE)
        with (tmp_path / f"supervisor-{len(started)}.log").open("w") as log:
            started.append(
                subprocess.Popen(
                    command, env=environment(DOMAIN), stdout=log, stderr=log, text=True
                )
            )
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.wait()


def test_what_guards_people_is_not_shelved_and_a_bin_stays_out_over_a_kill(
    person: Person, start: Callable[[], subprocess.Popen[str]]
) -> None:
    stop = "belt.emergency_stop"
    first = start()
    person.until(lambda: person.state is not None and person.state.state == "purge_required")
    person.belt.emergency_stop = True
    person.until(lambda: person.alarms().get(stop) == Alarm.UNACKNOWLEDGED)
    assert person.state is not None
    assert person.state.first_out == stop
    asked = {"id": stop, "person": "kim", "reason": "noise", "minutes": 5}
    refused = person.ask(ShelveAlarm, "shelve_alarm", **asked)
    assert (refused.accepted, "never shelved" in refused.message) == (False, True)
    assert person.ask(ExchangeBin, "exchange_bin", bin="scrap", person="kim", open=True).accepted

    def out() -> dict[str, str]:
        state = person.state
        return {b.name: b.person for b in state.bins if b.open} if state else {}

    person.until(lambda: out() == {"scrap": "kim"})
    first.send_signal(signal.SIGKILL)
    first.wait()
    person.state = None
    start()
    person.until(lambda: out() == {"scrap": "kim"})
    refused = person.ask(CellCommand, "command", command="confirm_clear", person="lee")
    assert not refused.accepted
    assert person.ask(ExchangeBin, "exchange_bin", bin="scrap", person="lee", open=False).accepted
    person.until(lambda: out() == {})


def test_an_acknowledged_alarm_survives_a_killed_supervisor(
    person: Person, start: Callable[[], subprocess.Popen[str]], tmp_path: Path
) -> None:
    stop, acknowledged = "belt.emergency_stop", Alarm.ACKNOWLEDGED
    first = start()
    person.until(lambda: person.state is not None and person.state.state == "purge_required")
    person.belt.emergency_stop = True
    person.until(lambda: person.alarms().get(stop) == Alarm.UNACKNOWLEDGED)
    assert person.ask(AcknowledgeAlarm, "acknowledge_alarm", id=stop, person="kim").accepted
    person.until(lambda: person.alarms().get(stop) == acknowledged)
    refused = person.ask(AcknowledgeAlarm, "acknowledge_alarm", id=stop, person="kim")
    assert (refused.accepted, "refresh the list" in refused.message) == (False, True)

    first.send_signal(signal.SIGKILL)
    first.wait()
    person.state = None
    second = start()
    person.until(lambda: person.alarms().get(stop) == acknowledged)
    person.belt.emergency_stop = False
    person.until(lambda: set(person.alarms()) == {"process.supervisor_died"})
    person.until(
        lambda: person.ask(CellCommand, "command", command="confirm_clear", person="kim").accepted
    )
    person.until(lambda: person.state is not None and person.state.state == "stopped")
    second.terminate()
    assert second.wait(20) == 0

    with Journal.open(tmp_path / "data" / "journal.db") as journal:
        events = list(journal.read())
        kept = journal.checkpoint()
    seen = [event for _, event in events if isinstance(event, AlarmAcknowledged)]
    assert [(event.alarm, event.person) for event in seen] == [(stop, "kim")]
    assert kept is not None
    assert (kept.sequence, kept.rules) == (events[-1][0], rules())


def test_a_robot_that_found_no_way_back_is_recovered_by_the_order_that_needs_it(
    person: Person, start: Callable[[], subprocess.Popen[str]]
) -> None:
    person.robot.message = "no way back"  # the arm itself stands ready
    start()
    person.until(lambda: person.state is not None and person.state.state == "purge_required")
    refused = person.ask(CellCommand, "command", command="start", person="kim")
    assert (refused.accepted, "clear the belt" in render(refused.message)) == (False, True)
    assert person.told("start") == refused.message
    assert render(person.told("stop")) == "Already stopped"
    assert person.recoveries == 0  # nobody has said yet that the belt is clear
    person.until(
        lambda: person.ask(CellCommand, "command", command="confirm_clear", person="kim").accepted
    )
    person.until(lambda: person.recoveries == 1)
    refused = person.ask(CellCommand, "command", command="start", person="kim")
    assert (refused.accepted, "Not all nodes" in refused.message) == (False, True)
    person.until(lambda: person.told("start") == refused.message)
    assert person.recoveries == 1  # nothing here can run yet, so nothing moves
    person.others_active = True

    def refusal() -> str:
        return str(person.ask(CellCommand, "command", command="start", person="kim").message)

    person.until(lambda: "(no way back) and is brought back" in refusal())
    person.until(lambda: person.told("start") == "")  # the order is what brings the arm back
    person.until(lambda: person.recoveries >= 2)
    person.robot.mode = "emergency_stop"
    person.until(lambda: person.state is not None and person.state.state == "purge_required")
    recovered = person.recoveries
    assert person.ask(CellCommand, "command", command="confirm_clear", person="kim").accepted
    assert "Release the emergency stop" in refusal()
    person.until(lambda: "Release the emergency stop" in person.told("start"))
    assert person.recoveries == recovered  # that is for a person at the pendant
    person.robot = RobotState(connected=True, mode="operational")
    person.until(lambda: person.ask(CellCommand, "command", command="start", person="kim").accepted)


def test_before_the_belts_first_word_the_state_is_unknown(
    person: Person, start: Callable[[], subprocess.Popen[str]]
) -> None:
    first = start()
    person.others_active = True
    person.until(lambda: person.state is not None and person.state.state == "purge_required")
    person.until(
        lambda: person.ask(CellCommand, "command", command="confirm_clear", person="kim").accepted
    )
    person.until(lambda: person.ask(CellCommand, "command", command="start", person="kim").accepted)
    person.until(lambda: person.state is not None and person.state.state == "running")
    first.kill()
    first.wait()
    person.plc_answers, person.state = False, None

    start()

    person.until(lambda: person.state is not None)
    assert person.state is not None
    assert (person.state.state, person.state.on_belt) == ("unknown", 0)
    refused = person.ask(CellCommand, "command", command="start", person="kim")
    assert (refused.accepted, "not answered yet" in refused.message) == (False, True)
    assert {told.refusal for told in person.state.orders} == {refused.message}
    person.plc_answers = True
    person.until(lambda: person.state is not None and person.state.state == "purge_required")


def test_a_supervisor_taken_out_of_service_comes_back_as_a_stranger_to_its_belt(
    person: Person, start: Callable[[], subprocess.Popen[str]]
) -> None:
    start()
    person.others_active = True
    person.until(lambda: person.state is not None and person.state.state == "purge_required")
    for order in ("confirm_clear", "start"):
        person.until(
            lambda order=order: (
                person.ask(  # type: ignore[misc]
                    CellCommand, "command", command=order, person="kim"
                ).accepted
            )
        )
    person.until(lambda: person.run)

    change(person, Transition.TRANSITION_DEACTIVATE)
    person.until(lambda: not person.run)
    person.until(lambda: person.state is not None and person.state.state == "unknown")
    person.until(lambda: person.permits[-1].session == "")
    change(person, Transition.TRANSITION_ACTIVATE)
    person.until(lambda: person.state is not None and person.state.state == "purge_required")

    seen = len(person.permits)
    person.until(lambda: len(person.permits) > seen + 10)
    assert not person.run


def change(person: Person, transition: int) -> None:
    client = person.node.create_client(ChangeState, "/cell/supervisor/change_state")
    person.until(client.service_is_ready)
    future = client.call_async(ChangeState.Request(transition=Transition(id=transition)))
    person.until(future.done)
    assert future.result().success
    person.node.destroy_client(client)


def test_an_order_needs_a_person_and_the_arm_moves_by_it_alone(
    person: Person, start: Callable[[], subprocess.Popen[str]]
) -> None:
    person.robot.message = "away from home"
    start()
    person.until(lambda: person.state is not None and person.state.state == "purge_required")
    refused = person.ask(CellCommand, "command", command="confirm_clear")
    assert (refused.accepted, "name of the person" in refused.message) == (False, True)
    refused = person.ask(SetRecipe, "set_recipe", recipe="pcb")
    assert not refused.accepted
    person.until(lambda: len(person.permits) > 5)
    assert not any(permit.recover for permit in person.permits)
    person.until(
        lambda: person.ask(CellCommand, "command", command="confirm_clear", person="kim").accepted
    )
    person.until(lambda: person.permits[-1].recover)
    assert person.permits[-1].person == "kim"
    person.until(lambda: not person.permits[-1].recover)


def test_what_speaks_against_the_model_in_use_is_an_advisory_until_it_is_over(
    person: Person, start: Callable[[], subprocess.Popen[str]], tmp_path: Path
) -> None:
    doubted, data = "inspector.model_doubted", tmp_path / "data"
    start()
    person.until(lambda: person.state is not None and person.state.state == "purge_required")
    works_by = load_inspection_parts(load(demo_config(tmp_path)), "pcb").package
    against = say("active.against.drift", first=0.1, lately=0.4, parts=300)
    why = say("active.doubt", against=against, advice=say("active.advice.drift"))
    tell_doubts(data, {"pcb": Doubt(works_by, why), "ball_screw": Doubt(works_by, "x")})
    person.until(lambda: doubted in person.alarms())
    assert person.state is not None
    told = next(one for one in person.state.alarms if one.id == doubted)
    assert told.priority == Priority.LOW
    for lang, words in {"en": "go back to the model before", "ko": "이전 모델로"}.items():
        assert words in render(told.text, lang), lang
    tell_doubts(data, {"pcb": Doubt("0" * 64, why)})
    person.until(lambda: person.alarms().get(doubted) != Alarm.UNACKNOWLEDGED)
    assert person.state.state == "purge_required", "nothing else has changed"
