"""A vacuum gripper on the PLC: ejector in holding register 8, vacuum switch in status bit 4."""

from __future__ import annotations

from models.ground.text import say
from robot.base import RobotError
from robot.belts import register_map as plc
from robot.belts.modbus_line import LineError, ModbusLine
from robot.belts.register_map import Holding, Input, Status
from robot.settings import Settings, setting


class ModbusVacuumConfig(Settings):
    """Where the gripper's PLC is; a connection of its own, apart from the belt's."""

    host: str = setting("127.0.0.1", "PLC host", "Address of the PLC with the ejector")
    port: int = setting(plc.DEFAULT_PORT, "PLC port", "Modbus TCP port", gt=0, le=65535)
    timeout_s: float = setting(
        0.1,
        "Timeout",
        "Longest wait for an answer; then the request is repeated on a fresh connection",
        "s",
        gt=0,
        le=0.2,
    )


class GripperError(RobotError):
    """The gripper's PLC does not answer or refuses."""


class ModbusVacuum:
    """Ejector and vacuum switch behind `Gripper`. Connects on first use, and anew after each
    request that was not answered; use from one thread.
    """

    Config = ModbusVacuumConfig

    def __init__(self, config: ModbusVacuumConfig) -> None:
        self._where = {"host": config.host, "port": config.port}
        self._line = ModbusLine(config.host, config.port, config.timeout_s)

    def grip(self, on: bool) -> None:
        """Switch the ejector. Raises GripperError."""
        try:
            self._line.write(Holding.EJECTOR, [int(on)])
        except LineError as error:
            raise GripperError(say("plc.of_gripper", why=error, **self._where)) from error

    def holds(self) -> bool:
        """True while the vacuum switch sees a part. Raises GripperError."""
        try:
            return Status.VACUUM in Status(self._line.inputs(Input.STATUS, 1)[0] & 0xFF)
        except LineError as error:
            raise GripperError(say("plc.of_gripper", why=error, **self._where)) from error

    def close(self) -> None:
        """Disconnect; the ejector stays as it is, so that no part falls. Safe to call twice."""
        self._line.close()
