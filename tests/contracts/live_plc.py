"""The twin's PLC on a port of its own, with hands on everything that is wired to it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

from robot.base import EdgeKind
from robot.contracts.belt import Ordered
from tests.twin.twin_process import free_ports
from twin.belt import BeltDrive
from twin.modbus import ModbusPort
from twin.plc import (
    ARM_TRIGGER,
    CONTROL,
    LIGHTS,
    PURGE_LAMP,
    RUN,
    SPEED,
    TRIGGER_TRAVEL,
    Edge,
    Plc,
)

SCALE = 20_000
EDGES = {
    EdgeKind.ARRIVAL: Edge.ARRIVAL,
    EdgeKind.EXPOSURE: Edge.EXPOSURE,
    EdgeKind.EXIT: Edge.EXIT,
}
CYCLE_S = 0.002
NEAR_END = (1 << 31) - 1000


class LivePlc:
    """The PLC's program in real time. `port`: of its Modbus server; `silent`: answers nothing."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.port = free_ports(host, [socket.SOCK_STREAM])[0]
        self.silent = False
        self.plc = self._new()
        self._gone = 0.0
        self._lock = threading.Lock()
        self._server = ModbusPort(self.plc, lambda: self.silent)
        self.hang_up: Callable[[], None] = lambda: None

    def travel(self) -> float:
        """What the belt has really moved [m], over restarts."""
        return self._gone + self.plc.drive.travel

    def edge(self, kind: EdgeKind) -> None:
        """One edge, latched now."""
        self.plc.latch(EDGES[kind], self.plc.encoder, self.plc.time)

    def restart(self) -> None:
        """Off and on."""
        self._gone += self.plc.drive.travel
        self.plc = self._server._plc = self._new()
        self.hang_up()

    def near_the_end(self) -> None:
        """The encoder counts to 50 mm before its highest value."""
        self.plc.encoder_offset = NEAR_END / SCALE - self.plc.drive.travel

    def rest(self) -> None:
        """Everything as it is without anybody's doing, but the counters."""
        self.silent = False
        self.plc.inputs.vacuum = self.plc.inputs.emergency_stop = False
        if self.plc.encoder_offset:
            self.restart()

    def ordered(self) -> Ordered:
        """The holding registers, in SI units."""
        words = self.plc.holding
        return Ordered(
            bool(words[CONTROL] & RUN),
            words[SPEED] * 1e-4,
            self.plc._long(2) / SCALE - self.plc.encoder_offset,
            bool(words[CONTROL] & ARM_TRIGGER),
            words[LIGHTS],
            bool(words[CONTROL] & PURGE_LAMP),
            self.plc._long(TRIGGER_TRAVEL) / SCALE,
        )

    @staticmethod
    def _new() -> Plc:
        return Plc(BeltDrive(0.3), SCALE, 1.92)

    async def serve(self, ready: threading.Event, stop: asyncio.Event) -> None:
        """Run until `stop`."""
        loop = asyncio.get_running_loop()
        await self._server.start(self.host, self.port)
        server = self._server._server
        assert server is not None

        def end_connections() -> None:
            for connection in list(server.active_connections.values()):
                connection.transport.abort()

        self.hang_up = lambda: loop.call_soon_threadsafe(end_connections)  # type: ignore[assignment]
        ready.set()
        last_s = time.monotonic()
        while not stop.is_set():
            await asyncio.sleep(CYCLE_S)
            now_s = time.monotonic()
            while last_s + CYCLE_S <= now_s:
                self.plc.cycle(CYCLE_S)
                last_s += CYCLE_S
        await self._server.close()


@contextlib.contextmanager
def live_plc(host: str = "127.0.0.1") -> Iterator[LivePlc]:
    """A PLC that runs to the end of the block."""
    made = LivePlc(host)
    loop = asyncio.new_event_loop()
    ready, stop = threading.Event(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(made.serve(ready, stop),))
    thread.start()
    try:
        assert ready.wait(20.0)
        yield made
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20.0)
        loop.close()
