"""The reference program behind a real Modbus TCP server. Its time goes by when a test says so."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

from pymodbus.constants import ExcCodes
from pymodbus.pdu import ModbusPDU

from tests.plc.plant import Plant
from tests.robot.plc import READ_INPUTS, serving


class ServedPlant:
    """A plant whose registers are served. However busy the machine is, nothing happens in the PLC
    between two calls of `pass_time`, so that no watchdog trips for a test that was not run.
    """

    def __init__(self, plant: Plant) -> None:
        self.plant, self._lock = plant, threading.Lock()
        self.inputs, self.holding = plant.inputs, plant.holding
        self.hang_up: Callable[[], None] = lambda: None
        self.cycles = 0
        plant.step()  # a PLC has gone through its program before anybody can ask it

    @contextlib.contextmanager
    def serving(self) -> Iterator[int]:
        """Serve until the block ends; gives the port."""
        with serving(self) as port:
            yield port

    def now_s(self) -> float:
        """Time since power-up [s]."""
        return self.cycles * self.plant.cycle_ns * 1e-9

    def pass_time(self, seconds: float) -> None:
        """Run the cycles of this time; the camera answers each pulse with an exposure."""
        until_s = self.now_s() + seconds
        while self.now_s() < until_s:
            self.cycles += 1
            with self._lock:
                pulses = self.plant.camera_pulses
                self.plant.step()
                if self.plant.camera_pulses > pulses:
                    self.plant.expose()

    def take(self, sending: bool, request: ModbusPDU) -> ModbusPDU:  # noqa: ARG002
        """Every request arrives."""
        return request

    async def answer(
        self,
        function: int,
        start: int,  # noqa: ARG002 - pymodbus's signature
        address: int,
        count: int,  # noqa: ARG002
        registers: list[int],
        values: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        """Between two cycles, whole."""
        with self._lock:
            if function == READ_INPUTS:
                registers[: len(self.inputs)] = self.inputs
            elif values is not None:
                self.plant.write(address, [int(value) for value in values])
        return None
