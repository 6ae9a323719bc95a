"""One Modbus TCP connection with errors that say what to do."""

from __future__ import annotations

from pymodbus.client import ModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ModbusPDU

from robot.base import RobotError
from robot.belts.register_map import UNIT


class LineError(RobotError):
    """The PLC did not answer, or refused a request."""


class ModbusLine:
    """Reads and writes registers of one unit. Use from one thread."""

    def __init__(self, host: str, port: int, timeout_s: float) -> None:
        self._client = ModbusTcpClient(
            host, port=port, timeout=timeout_s, retries=0, reconnect_delay=0
        )

    @property
    def connected(self) -> bool:
        """True while the socket is open."""
        return bool(self._client.connected)

    def connect(self) -> None:
        """Open the connection anew. Raises LineError."""
        self._client.close()  # type: ignore[no-untyped-call]
        if not self._client.connect():  # type: ignore[no-untyped-call]
            raise LineError("does not answer; check its power, its address and the network cable")

    def inputs(self, address: int, count: int) -> list[int]:
        """Input registers. Raises LineError."""
        self._require_open()
        try:
            answer = self._client.read_input_registers(address, count=count, device_id=UNIT)
        except (ModbusException, OSError) as error:
            raise self._lost(error) from error
        return list(
            self._checked(answer, f"input registers {address}..{address + count - 1}", count)
        )

    def write(self, address: int, words: list[int]) -> None:
        """Holding registers, in one request. Raises LineError."""
        self._require_open()
        try:
            answer = self._client.write_registers(address, words, device_id=UNIT)
        except (ModbusException, OSError) as error:
            raise self._lost(error) from error
        self._checked(answer, f"holding registers from {address}", 0)

    def close(self) -> None:
        """Disconnect. Safe to call twice."""
        self._client.close()  # type: ignore[no-untyped-call]

    def _require_open(self) -> None:
        # The client would otherwise reconnect by itself and hide that the PLC was away.
        if not self._client.connected:
            raise LineError("is not connected; connect again")

    def _lost(self, error: Exception) -> LineError:
        self._client.close()  # type: ignore[no-untyped-call]
        return LineError(f"stopped answering ({error}); check its power and the network cable")

    def _checked(self, answer: ModbusPDU, what: str, count: int) -> list[int]:
        if answer.isError():
            raise LineError(f"refused {what} ({answer}); check that its register map is this one")
        if count and len(answer.registers) != count:
            raise LineError(f"answered {len(answer.registers)} of {count} {what}")
        return list(answer.registers)
