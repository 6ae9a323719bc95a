"""The PLC's Modbus TCP port, served by pymodbus."""

from __future__ import annotations

import socket
from collections.abc import Callable

from pymodbus.constants import ExcCodes
from pymodbus.pdu import ModbusPDU
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from twin.listening import check_free
from twin.plc import HOLDING_COUNT, INPUT_COUNT, Plc

UNIT = 1
READ_INPUT_REGISTERS = 4


class ModbusPort:
    """Registers of one PLC on one port. While `silent()` is true, requests vanish unanswered."""

    def __init__(self, plc: Plc, silent: Callable[[], bool]) -> None:
        self._plc, self._silent = plc, silent
        self._server: ModbusTcpServer | None = None

    async def start(self, host: str, port: int) -> None:
        """Listen. Raises PortError."""
        check_free(host, port, "the belt PLC", socket.SOCK_STREAM)
        bits = [SimData(0, values=False, datatype=DataType.BITS)]
        device = SimDevice(
            UNIT,
            (
                bits,
                bits,
                [SimData(0, count=HOLDING_COUNT, datatype=DataType.REGISTERS)],
                [SimData(0, count=INPUT_COUNT, datatype=DataType.REGISTERS)],
            ),
            action=self._action,
        )
        self._server = ModbusTcpServer(device, address=(host, port), trace_pdu=self._trace)
        await self._server.serve_forever(background=True)

    async def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            await self._server.shutdown()  # type: ignore[no-untyped-call]

    def _trace(self, sending: bool, pdu: ModbusPDU) -> ModbusPDU:
        # pymodbus drops a request for which this hook returns nothing, which its types do not tell.
        if not sending and self._silent():
            return None  # type: ignore[return-value]
        return pdu

    async def _action(
        self,
        function: int,
        start: int,  # noqa: ARG002 - pymodbus's signature
        address: int,
        count: int,  # noqa: ARG002 - pymodbus's signature
        registers: list[int],
        values: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        if function == READ_INPUT_REGISTERS:
            registers[:INPUT_COUNT] = self._plc.input_registers()
        elif values is not None:
            self._plc.write(address, [int(value) for value in values])
        return None
