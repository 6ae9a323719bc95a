"""RTDE, protocol version 2, on port 30004 (Universal Robots, "Real-Time Data Exchange guide")."""

from __future__ import annotations

import asyncio
import logging
import struct
import time
from dataclasses import dataclass
from itertools import chain
from typing import Any

from twin.ur.controller import UrController
from twin.ur.state import Getter, TcpState, make_getter
from twin.ur.types import FORMATS, NOT_FOUND, wire_type

log = logging.getLogger(__name__)

PORT = 30004
CONTROLLER_VERSION = (5, 11, 0, 108249)
REQUEST_VERSION, GET_CONTROLLER_VERSION = 86, 118
DATA, OUTPUTS, INPUTS, START, PAUSE = 85, 79, 73, 83, 80
STREAMED_REGISTER = "input_int_register_0"
MAX_BACKLOG = 1 << 20
"""Bytes that may wait for a client that does not read, before it is dropped."""


@dataclass(frozen=True, slots=True)
class InputRecipe:
    """The variables that one kind of a client's data packages carries."""

    names: tuple[str, ...]
    layout: struct.Struct


class RtdeConnection(asyncio.Protocol):
    """One client."""

    def __init__(self, server: RtdeServer) -> None:
        self._server = server
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self._inputs: list[InputRecipe] = []
        self._getters: list[Getter] = []
        self._layout = struct.Struct(">")
        self._period, self._due, self._started = 0.008, 0.0, False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._server.connections.discard(self)
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while len(self._buffer) >= 3:
            size, kind = struct.unpack_from(">HB", self._buffer)
            if len(self._buffer) < size:
                return
            payload, self._buffer = self._buffer[3:size], self._buffer[size:]
            self._package(kind, payload)

    def tick(self, now: float) -> None:
        """Send the outputs when they are due at `now` [s]."""
        if not self._started or now < self._due or self._transport is None:
            return
        self._due = max(self._due + self._period, now - self._period)
        if self._transport.get_write_buffer_size() > MAX_BACKLOG:
            log.warning("an RTDE client does not read its data; it is disconnected")
            self._transport.abort()
            return
        values = chain.from_iterable(getter() for getter in self._getters)
        self._send(DATA, b"\x01" + self._layout.pack(*values))

    def _send(self, kind: int, payload: bytes) -> None:
        if self._transport is not None:
            self._transport.write(struct.pack(">HB", len(payload) + 3, kind) + payload)

    def _package(self, kind: int, payload: bytes) -> None:
        if kind == DATA:
            self._data(payload)
        elif kind == REQUEST_VERSION:
            (version,) = struct.unpack(">H", payload)
            self._send(kind, bytes([int(version == 2)]))
        elif kind == GET_CONTROLLER_VERSION:
            self._send(kind, struct.pack(">4I", *CONTROLLER_VERSION))
        elif kind == OUTPUTS:
            self._set_outputs(payload)
        elif kind == INPUTS:
            self._set_inputs(payload)
        elif kind in (START, PAUSE):
            self._started = kind == START
            self._due = self._server.controller.time
            self._send(kind, b"\x01")
        else:
            log.warning("RTDE package of unknown kind %d ignored", kind)

    def _set_outputs(self, payload: bytes) -> None:
        (frequency,) = struct.unpack_from(">d", payload)
        names = _names(payload[8:])
        kinds = [wire_type(name) for name in names]
        self._send(OUTPUTS, b"\x01" + ",".join(kinds).encode())
        if NOT_FOUND in kinds:
            unknown = [name for name, kind in zip(names, kinds, strict=True) if kind == NOT_FOUND]
            log.warning("an RTDE client asks for unknown outputs: %s", ", ".join(unknown))
            return
        self._period = 1.0 / min(max(frequency, 1.0), 500.0)
        server = self._server
        self._getters = [make_getter(name, server.controller, server.tcp) for name in names]
        self._layout = struct.Struct(">" + "".join(FORMATS[kind] for kind in kinds))

    def _set_inputs(self, payload: bytes) -> None:
        names = _names(payload)
        kinds = [wire_type(name) for name in names]
        known = NOT_FOUND not in kinds
        if known:
            layout = struct.Struct(">" + "".join(FORMATS[kind] for kind in kinds))
            self._inputs.append(InputRecipe(names, layout))
        recipe = len(self._inputs) if known else 0
        self._send(INPUTS, bytes([recipe]) + ",".join(kinds).encode())

    def _data(self, payload: bytes) -> None:
        index = payload[0] - 1
        if not 0 <= index < len(self._inputs):
            log.warning("RTDE data for recipe %d, which was never set up, ignored", index + 1)
            return
        recipe = self._inputs[index]
        self._server.write(recipe.names, recipe.layout.unpack_from(payload, 1))


class RtdeServer:
    """All RTDE clients of one controller."""

    def __init__(self, controller: UrController, tcp: TcpState) -> None:
        self.controller, self.tcp = controller, tcp
        self._reached = time.perf_counter()
        self.connections: set[RtdeConnection] = set()

    def tick(self, now: float, reached: float) -> None:
        """Send what is due at `now` [s], which is `reached` [s] on the performance counter."""
        self._reached = reached
        for connection in tuple(self.connections):
            connection.tick(now)

    def write(self, names: tuple[str, ...], values: tuple[Any, ...]) -> None:
        """Put a client's values into the registers and let the program look at them."""
        registers = self.controller.registers
        for name, value in zip(names, values, strict=True):
            if name.startswith("input_int_register_"):
                registers.input_int[int(name[19:])] = value
            elif name.startswith("input_double_register_"):
                registers.input_double[int(name[22:])] = value
        self.controller.heard()
        if STREAMED_REGISTER in names:
            # Physics goes in ticks, which take time; when a target came is known better than that.
            arrival = self.controller.time + time.perf_counter() - self._reached
            self.controller.fresh_target(arrival)
            self.controller.command()


def _names(payload: bytes) -> tuple[str, ...]:
    """Variable names of a recipe, which may end in a comma."""
    return tuple(name for name in payload.decode("ascii").split(",") if name)
