"""The control socket: JSON lines over TCP, one answer a line.

| request | effect |
| --- | --- |
| `{"op": "fault", "name": ..., ...}` | it happens, now or at its next occasion |
| `{"op": "clear_belt"}` | a person takes every part off the belt and presses the button |
| `{"op": "person", "attentive": bool}` | whether somebody clears the belt when the lamp asks |
| `{"op": "feed", "on": bool}` | false: lay nothing on, take back what the photo-eye has not seen |
| `{"op": "feed", "parts": n}` | so many more parts are laid on; null: without end |
| `{"op": "product", "name": ..., "size_m": [x, y]}` | what is fed from now on, by name or |
| | else by size; refused while parts of another product are on their way |
| `{"op": "defects", "kinds": [...],` | what parts that are drawn from now on suffer from, where a |
| ` "share": s}` | library draws its defects, and how many of them do |
| `{"op": "state"}`, `{"op": "quit"}` | |

An answer is `{"ok": true, ...}` or `{"ok": false, "error": ...}`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from models.ground.errors import UserError
from twin.faults import FAULT
from twin.plc import Edge
from twin.product import ProductError
from twin.world import World

MAX_LINE = 1 << 16
OPS = "fault, clear_belt, person, feed, product, defects, state, quit"


class ControlError(UserError):
    """A request cannot be carried out; the message says why."""


class ControlConnection(asyncio.Protocol):
    """One client."""

    def __init__(self, world: World, quit_twin: Callable[[], None]) -> None:
        self._world, self._quit = world, quit_twin
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        if len(self._buffer) > MAX_LINE and self._transport is not None:
            self._transport.abort()
            return
        for line in lines:
            self._answer(line)

    def _answer(self, line: bytes) -> None:
        try:
            request = json.loads(line)
            if not isinstance(request, dict):
                raise ControlError("a request is a JSON object with the key op")
            reply = {"ok": True, **carry_out(self._world, request, self._quit)}
        except (ControlError, ProductError, ValueError) as error:
            reply = {"ok": False, "error": str(error)}
        if self._transport is not None:
            self._transport.write(json.dumps(reply).encode() + b"\n")


def carry_out(
    world: World, request: dict[str, Any], quit_twin: Callable[[], None]
) -> dict[str, Any]:
    """Do what a request asks. Raises ControlError, ProductError."""
    arguments = dict(request)
    match arguments.pop("op", None):
        case "fault":
            try:
                fault = FAULT.validate_python(arguments)
            except ValidationError as error:
                raise ControlError(f"no such fault: {error}") from error
            world.inject(fault)
            return {}
        case "clear_belt":
            cleared = world.clear_belt()
            world.person.press(world.time)
            return {"cleared": cleared}
        case "person":
            attentive = arguments.get("attentive")
            if not isinstance(attentive, bool):
                raise ControlError("person needs attentive: true or false")
            world.person.attentive = attentive
            return {}
        case "feed":
            return _feed(world, arguments)
        case "product":
            world.change_product(arguments.get("name"), arguments.get("size_m"), _grip(arguments))
            return {}
        case "defects":
            world.feed.spoil(*_defects(arguments))
            return {}
        case "state":
            return state(world)
        case "quit":
            quit_twin()
            return {}
        case other:
            raise ControlError(f"unknown op {other!r}; known: {OPS}")


def _feed(world: World, arguments: dict[str, Any]) -> dict[str, Any]:
    match arguments:
        case {"on": True, **rest} if not rest:
            world.held = False
        case {"on": False, **rest} if not rest:
            return {"taken_back": world.hold_feed()}
        case {"parts": None, **rest} if not rest:
            world.more = None
        case {"parts": int(more), **rest} if not rest and more >= 0 and more is not True:
            world.more = int(more)
        case _:
            raise ControlError("feed needs on: true or false, or parts: how many more or null")
    return {}


def _grip(arguments: dict[str, Any]) -> tuple[float, float]:
    match arguments.get("grip_m", [0.0, 0.0]):
        case [int() | float() as along, int() | float() as across]:
            return along, across
        case _:
            raise ControlError("grip_m is two numbers: along the part and across [m]")


def _defects(arguments: dict[str, Any]) -> tuple[list[str], float]:
    match arguments:
        case {"kinds": [*kinds], "share": int() | float() as share} if (
            all(isinstance(kind, str) for kind in kinds) and share is not True
        ):
            return kinds, float(share)
        case _:
            raise ControlError("defects needs kinds: a list of names, and share: 0..1")


def state(world: World) -> dict[str, Any]:
    """What goes on now, for people and tests."""
    plc, position = world.plc, world.physics.tcp()[0]
    counts: dict[str, int] = {}
    for part in world.truth.parts:
        counts[part.where] = counts.get(part.where, 0) + 1
    return {
        "time_s": world.time,
        "real_time_factor": world.real_time_factor,
        "lost_s": world.lost_s,
        "belt": {
            "travel_m": plc.drive.travel,
            "encoder_m": plc.encoder,
            "speed_m_s": plc.drive.speed,
            "watchdog_tripped": plc.tripped,
            "at_authority": plc.at_authority,
            "lights": plc.holding[7],
            "purge_lamp": plc.purge_lamp,
            "edges": {edge.name.lower(): plc.count(edge) for edge in Edge},
        },
        "arm": {
            "q": world.arm.q.tolist(),
            "tcp": position.tolist(),
            "safety": world.arm.safety.name,
            "stop_reason": world.arm.stop_reason,
            "program_running": world.arm.program_running,
        },
        "vacuum": {"ejector": plc.ejector, "sensor": plc.inputs.vacuum},
        "riding": [
            {"number": p.truth.number, "x": p.anchor + plc.drive.travel, "y": p.y, "yaw": p.yaw}
            for p in world.line.riding
        ],
        "feed": {
            "product": world.feed.product.name,
            "held": world.held,
            "more": world.more,
        },
        "neighbours": {
            "wired": plc.neighbours.wired,
            "ready": plc.neighbours.ready,
            "permitted": plc.neighbours.permitted,
            "outfeed_ready": plc.neighbours.outfeed_ready,
            "held": plc.neighbours.held,
            "passed_pulses": plc.neighbours.passed.pulses,
            "removed_pulses": plc.neighbours.removed.pulses,
            "pushed_in": world.truth.summary.get("pushed_in", 0),
        },
        "held": world.line.held.truth.number if world.line.held else None,
        "counts": counts,
    }
