"""The dashboard server on port 29999 (Universal Robots, "Dashboard Server e-Series")."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from twin.ur.controller import SafetyMode, UrController

PORT = 29999
GREETING = "Connected: Universal Robots Dashboard Server"
VERSION = "URSoftware 5.11.0.108249 (Mar 01 2021)"
SAFETY_WORDS = {
    SafetyMode.NORMAL: "NORMAL",
    SafetyMode.PROTECTIVE_STOP: "PROTECTIVE_STOP",
    SafetyMode.ROBOT_EMERGENCY_STOP: "ROBOT_EMERGENCY_STOP",
}


class DashboardConnection(asyncio.Protocol):
    """One client: a line in, a line out."""

    def __init__(self, controller: UrController) -> None:
        self._controller = controller
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._answer(GREETING)

    def data_received(self, data: bytes) -> None:
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        for line in lines:
            request = line.decode("utf-8", "replace").strip()
            self._answer(answer(self._controller, request))
            if request == "quit" and self._transport is not None:
                self._transport.close()

    def _answer(self, text: str) -> None:
        if self._transport is not None:
            self._transport.write(text.encode() + b"\n")


def answer(controller: UrController, request: str) -> str:
    """Do what a dashboard line asks and return the reply."""
    handler = _HANDLERS.get(request.lower())
    if handler is None:
        return f"could not understand: '{request}'"
    return handler(controller)


def _running(controller: UrController) -> str:
    return f"Program running: {'true' if controller.program_running else 'false'}"


def _robot_mode(controller: UrController) -> str:
    return f"Robotmode: {'RUNNING' if controller.powered else 'POWER_OFF'}"


def _program_state(controller: UrController) -> str:
    return f"{'PLAYING' if controller.program_running else 'STOPPED'} rtde_control"


def _stop(controller: UrController) -> str:
    controller.stop_program()
    return "Stopped"


def _unlock(controller: UrController) -> str:
    if controller.unlock():
        return "Protective stop releasing"
    return (
        "Cannot unlock protective stop until 5s after occurrence. "
        "Always inspect cause of protective stop before unlocking"
    )


def _power_on(controller: UrController) -> str:
    controller.power(True)
    return "Powering on"


def _power_off(controller: UrController) -> str:
    controller.power(False)
    return "Powering off"


def _brake_release(controller: UrController) -> str:
    controller.power(True)
    return "Brake releasing"


_HANDLERS: dict[str, Callable[[UrController], str]] = {
    "polyscopeversion": lambda _: VERSION,
    "is in remote control": lambda _: "true",
    "get serial number": lambda _: "20215500000",
    "get robot model": lambda _: "UR5",
    "get loaded program": lambda _: "No program loaded",
    "running": _running,
    "robotmode": _robot_mode,
    "programstate": _program_state,
    "safetystatus": lambda c: f"Safetystatus: {SAFETY_WORDS[c.safety]}",
    "safetymode": lambda c: f"Safetymode: {SAFETY_WORDS[c.safety]}",
    "stop": _stop,
    "play": lambda _: "Failed to execute: play",
    "pause": lambda _: "Failed to execute: pause",
    "unlock protective stop": _unlock,
    "close popup": lambda _: "closing popup",
    "close safety popup": lambda _: "closing safety popup",
    "restart safety": lambda _: "Restarting safety",
    "power on": _power_on,
    "power off": _power_off,
    "brake release": _brake_release,
    "quit": lambda _: "Disconnected",
}
