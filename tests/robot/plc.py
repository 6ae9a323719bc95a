"""A real Modbus TCP server whose registers a test sets by hand."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Protocol

from pymodbus.constants import ExcCodes
from pymodbus.pdu import ModbusPDU
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from robot.belts import register_map as plc
from robot.belts.register_map import Input

READ_INPUTS = 4


class HandPlc:
    """Input registers to set, holding registers and the log of writes to look at.

    `lose`: how many requests from now on vanish; `silent`: all of them do; `delay_s`: how late the
    next answer is; `hang_up()`: end every connection; `ticking`: its clock goes.
    """

    def __init__(self) -> None:
        self.inputs = [0] * plc.INPUT_REGISTERS
        self.inputs[Input.IDENTITY] = plc.IDENTITY
        self.holding = [0] * plc.HOLDING_REGISTERS
        self.writes: list[tuple[int, list[int]]] = []
        self.reads: list[tuple[int, int]] = []
        self.refuses: set[int] = set()  # addresses of input registers that are not answered
        self.lacks: set[int] = set()  # addresses that it does not have at all
        self.lose = self.lost = 0
        self.silent = self.ticking = False
        self.delay_s = 0.0
        self.write_times: list[float] = []
        self.hang_up: Callable[[], None] = lambda: None

    def put(self, address: int, value: int) -> None:
        self.inputs[address : address + 2] = plc.to_words(value)

    def latch(self, counter: Input, ring: Input, encoder: int, clock_ms: int) -> None:
        """One edge, as the PLC's program would latch it."""
        number = plc.unsigned32(*self.inputs[counter : counter + 2])
        slot = ring + plc.RING_ENTRY_REGISTERS * (number % plc.RING_ENTRIES)
        self.put(slot, encoder)
        self.put(slot + 2, clock_ms)
        self.put(counter, number + 1)

    def take(self, sending: bool, request: ModbusPDU) -> ModbusPDU:
        """pymodbus drops a request for which this returns nothing; its types do not tell."""
        if sending or not (self.silent or self.lose):
            return request
        self.lose, self.lost = max(self.lose - 1, 0), self.lost + 1
        return None  # type: ignore[return-value]

    async def answer(
        self,
        function: int,
        start: int,  # noqa: ARG002 - pymodbus's signature
        address: int,
        count: int,
        registers: list[int],
        values: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        if self.ticking:
            self.put(Input.CLOCK_MS, int(time.monotonic() * 1e3) & 0xFFFF_FFFF)
        if function == READ_INPUTS:
            self.reads.append((address, count))
            if address in self.lacks:
                return ExcCodes.ILLEGAL_ADDRESS
            if address in self.refuses:
                return ExcCodes.DEVICE_BUSY
            registers[: len(self.inputs)] = self.inputs
            delay_s, self.delay_s = self.delay_s, 0.0
            await asyncio.sleep(delay_s)
        elif values is not None:
            words = [int(value) for value in values]
            self.holding[address : address + len(words)] = words
            self.writes.append((address, words))
            self.write_times.append(time.monotonic())
        return None


class Served(Protocol):
    """A PLC behind the server; see HandPlc."""

    inputs: list[int]
    holding: list[int]
    hang_up: Callable[[], None]

    def take(self, sending: bool, request: ModbusPDU) -> ModbusPDU: ...

    async def answer(
        self,
        function: int,
        start: int,
        address: int,
        count: int,
        registers: list[int],
        values: list[int] | list[bool] | None,
    ) -> ExcCodes | None: ...


@contextlib.contextmanager
def serving(hand: Served, port: int = 0) -> Iterator[int]:
    """Serve on this or a free port until the block ends."""
    if not port:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
    loop = asyncio.new_event_loop()
    ready, stop = threading.Event(), asyncio.Event()

    async def serve() -> None:
        bits = [SimData(0, values=False, datatype=DataType.BITS)]
        holding = [SimData(0, count=len(hand.holding), datatype=DataType.REGISTERS)]
        inputs = [SimData(0, count=len(hand.inputs), datatype=DataType.REGISTERS)]
        device = SimDevice(plc.UNIT, (bits, bits, holding, inputs), action=hand.answer)
        server = ModbusTcpServer(device, address=("127.0.0.1", port), trace_pdu=hand.take)

        def end_connections() -> None:
            for connection in list(server.active_connections.values()):
                connection.transport.abort()

        hand.hang_up = lambda: loop.call_soon_threadsafe(end_connections)
        await server.serve_forever(background=True)
        ready.set()
        await stop.wait()
        await server.shutdown()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(5.0)
        yield port
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(5.0)
        loop.close()
