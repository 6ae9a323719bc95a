"""One Modbus TCP line with errors that say what to do. It mends itself: see `ModbusLine`."""

from __future__ import annotations

import logging
from collections.abc import Callable

from pymodbus.client import ModbusTcpClient
from pymodbus.constants import ExcCodes
from pymodbus.exceptions import ConnectionException, ModbusException
from pymodbus.pdu import ModbusPDU

from models.ground.text import say
from robot.base import RobotError
from robot.belts.register_map import UNIT

# Each failure is raised here in words of its own; a PLC without power would fill the log.
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)


_NO_SUCH = (ExcCodes.ILLEGAL_FUNCTION, ExcCodes.ILLEGAL_ADDRESS, ExcCodes.ILLEGAL_VALUE)
"""Any other exception is that of a PLC which cannot answer now."""


class LineError(RobotError):
    """The PLC did not answer, or refused a request."""


class RefusedError(LineError):
    """The PLC has no such registers."""


class ModbusLine:
    """Reads and writes registers of one unit. Use from one thread.

    Connects by itself, and every request that was not answered takes its connection with it: the
    next one goes out on a fresh one, where no late answer can be taken for its own. A connection
    that turns out to be closed costs nothing: the request is repeated at once.
    `connections`: how many were opened so far.
    """

    def __init__(self, host: str, port: int, timeout_s: float) -> None:
        self._client = ModbusTcpClient(
            host, port=port, timeout=timeout_s, retries=0, reconnect_delay=0
        )
        self._timeout_s = timeout_s
        self.connections = 0

    @property
    def connected(self) -> bool:
        """True while the socket is open."""
        return bool(self._client.connected)

    def inputs(self, address: int, count: int) -> list[int]:
        """Input registers. Raises LineError."""
        answer = self._ask(
            lambda: self._client.read_input_registers(address, count=count, device_id=UNIT)
        )
        return self._checked(answer, count, lambda: _inputs(address, count))

    def write(self, address: int, words: list[int]) -> None:
        """Holding registers, in one request. Raises LineError."""
        answer = self._ask(lambda: self._client.write_registers(address, words, device_id=UNIT))
        self._checked(answer, 0, lambda: say("plc.holding", first=address))

    def close(self) -> None:
        """Disconnect. Safe to call twice."""
        self._client.close()  # type: ignore[no-untyped-call]

    def _ask(self, request: Callable[[], ModbusPDU]) -> ModbusPDU:
        fresh = self._open()
        try:
            try:
                return request()
            except (ConnectionException, OSError):
                self.close()
                if fresh:
                    raise
            self._open()
            return request()
        except (ConnectionException, OSError) as error:
            self.close()
            raise LineError(say("plc.closes")) from error
        except ModbusException as error:
            self.close()
            raise LineError(say("plc.no_answer", seconds=self._timeout_s)) from error

    def _open(self) -> bool:
        """Make sure of a connection; whether it is a new one."""
        if self.connected:
            return False
        if not self._client.connect():  # type: ignore[no-untyped-call]
            raise LineError(say("plc.silent"))
        self.connections += 1
        return True

    def _checked(self, answer: ModbusPDU, count: int, what: Callable[[], str]) -> list[int]:
        """The registers of an answer; `what` names them."""
        if answer.isError():
            if getattr(answer, "exception_code", 0) in _NO_SUCH:
                raise RefusedError(say("plc.lacks", what=what()))
            words = say("device.words", words=answer)
            raise LineError(say("plc.refused", what=what(), words=words))
        if count and len(answer.registers) != count:
            given = len(answer.registers)
            raise LineError(say("plc.answered_in_part", given=given, count=count, what=what()))
        return list(answer.registers)


def _inputs(address: int, count: int) -> str:
    return say("plc.inputs", first=address, last=address + count - 1)
