"""The controller's dashboard and program rules, without sockets."""

from __future__ import annotations

import time

import numpy as np
import pytest

from twin.physics import START_POSE
from twin.ur.controller import READY, Command, SafetyMode, UrController
from twin.ur.dashboard import answer
from twin.ur.rtde import RtdeServer
from twin.ur.types import FORMATS, NOT_FOUND, wire_type


def _controller() -> UrController:
    return UrController(np.array(START_POSE))


@pytest.mark.parametrize(
    ("request_", "reply"),
    [
        ("PolyscopeVersion", "URSoftware 5.11.0.108249 (Mar 01 2021)"),
        ("robotmode", "Robotmode: RUNNING"),
        ("safetystatus", "Safetystatus: NORMAL"),
        ("running", "Program running: false"),
        ("is in remote control", "true"),
        ("unlock protective stop", "Protective stop releasing"),
        ("sing", "could not understand: 'sing'"),
    ],
)
def test_dashboard(request_: str, reply: str) -> None:
    assert answer(_controller(), request_) == reply


def test_emergency_stop_needs_power_and_upload() -> None:
    controller = _controller()
    assert controller.start_program()
    controller.emergency_stop(True)
    assert not controller.program_running
    assert answer(controller, "robotmode") == "Robotmode: POWER_OFF"
    assert answer(controller, "safetystatus") == "Safetystatus: ROBOT_EMERGENCY_STOP"
    assert not controller.start_program()
    controller.emergency_stop(False)
    assert not controller.start_program()
    answer(controller, "power on")
    answer(controller, "brake release")
    assert controller.start_program()


def test_unlock_needs_a_new_upload() -> None:
    controller = _controller()
    assert controller.start_program()
    controller.protective_stop("test")
    assert controller.safety is SafetyMode.PROTECTIVE_STOP
    assert not controller.start_program()
    assert not controller.unlock()
    assert answer(controller, "unlock protective stop").startswith("Cannot unlock")
    controller.advance(5.1, controller.q, controller.qd)
    assert controller.unlock()
    assert controller.safety is SafetyMode.NORMAL
    assert not controller.program_running
    assert controller.start_program()


def test_watchdog_ends_the_program() -> None:
    controller = _controller()
    assert controller.start_program()
    controller.registers.input_int[0] = Command.SET_WATCHDOG
    controller.registers.input_double[0] = 10.0
    controller.heard()
    controller.command()
    controller.registers.input_int[0] = Command.NONE
    controller.advance(0.05, controller.q, controller.qd)
    assert controller.registers.output_int[0] == READY
    assert controller.program_running
    controller.advance(0.2, controller.q, controller.qd)
    assert not controller.program_running


def test_move_without_speed_is_refused() -> None:
    controller = _controller()
    assert controller.start_program()
    server = RtdeServer(controller, lambda: ([0.0] * 6, [0.0] * 6))
    server.write(("input_int_register_0",), (Command.MOVE_J,))
    assert controller.safety is SafetyMode.PROTECTIVE_STOP


def test_targets_that_waited_while_physics_took_its_time_are_no_jump() -> None:
    controller = _controller()
    assert controller.start_program()
    server = RtdeServer(controller, lambda: ([0.0] * 6, [0.0] * 6))
    period, look_ahead = 0.008, 0.1

    def stream(turn: float) -> None:
        values = [*(controller.q + turn), 0.0, 0.0, period, look_ahead]
        names = ("input_int_register_0", *(f"input_double_register_{k}" for k in range(10)))
        server.write(names, (Command.SERVO_J, *values))

    server.tick(0.0, time.perf_counter())
    stream(0.0)
    server.tick(0.0, time.perf_counter() - 0.1)  # the last tick's computation took 100 ms
    stream(0.3)
    assert controller.safety is SafetyMode.NORMAL
    server.tick(0.0, time.perf_counter() - 0.1)
    stream(1.5)
    assert controller.safety is SafetyMode.PROTECTIVE_STOP


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("actual_q", "VECTOR6D"),
        ("timestamp", "DOUBLE"),
        ("output_int_register_47", "INT32"),
        ("input_bit_registers0_to_31", "UINT32"),
        ("actual_digital_input_bits", "UINT64"),
        ("robot_mode", "INT32"),
        ("nonsense", NOT_FOUND),
    ],
)
def test_wire_types(name: str, kind: str) -> None:
    assert wire_type(name) == kind
    assert kind == NOT_FOUND or kind in FORMATS
