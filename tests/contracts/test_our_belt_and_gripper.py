"""Our belt and our gripper keep their contracts, on the twin's PLC."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from robot.base import EdgeKind
from robot.belts.modbus import ModbusBelt, ModbusBeltConfig
from robot.contracts.belt import BeltContract, BeltRig, Ordered
from robot.contracts.gripper import GripperContract, GripperRig
from robot.grippers.vacuum_modbus import ModbusVacuum, ModbusVacuumConfig
from tests.contracts.live_plc import SCALE, LivePlc, live_plc

PATIENT_S = 0.2
"""Of the time limits that our drivers know, the one for a machine that is busy."""
NOBODY = {"host": "127.0.0.1", "port": 9}


@pytest.fixture(scope="module")
def plc() -> Iterator[LivePlc]:
    with live_plc() as made:
        yield made


class BeltOnTwin(BeltRig):
    driver = ModbusBelt

    def __init__(self, plc: LivePlc) -> None:
        self._plc = plc

    def config(self) -> Any:
        return ModbusBeltConfig(
            host=self._plc.host, port=self._plc.port, counts_per_metre=SCALE, timeout_s=PATIENT_S
        )

    def absent(self) -> Any:
        return ModbusBeltConfig(**NOBODY, counts_per_metre=SCALE)

    def travel(self) -> float:
        return self._plc.travel()

    def edge(self, kind: EdgeKind) -> None:
        self._plc.edge(kind)

    def ordered(self) -> Ordered:
        return self._plc.ordered()

    def hang_up(self) -> None:
        self._plc.hang_up()

    def cut(self) -> None:
        self._plc.silent = True

    def mend(self) -> None:
        self._plc.silent = False

    def restart(self) -> None:
        self._plc.restart()

    def near_the_end(self) -> None:
        self._plc.near_the_end()

    def emergency_stop(self, pressed: bool) -> None:
        self._plc.plc.inputs.emergency_stop = pressed


class GripperOnTwin(GripperRig):
    driver = ModbusVacuum

    def __init__(self, plc: LivePlc) -> None:
        self._plc = plc

    def config(self) -> Any:
        return ModbusVacuumConfig(host=self._plc.host, port=self._plc.port, timeout_s=PATIENT_S)

    def absent(self) -> Any:
        return ModbusVacuumConfig.model_validate(NOBODY)

    def ejector(self) -> bool:
        return self._plc.plc.ejector

    def vacuum(self, on: bool) -> None:
        self._plc.plc.inputs.vacuum = on

    def cut(self) -> None:
        self._plc.silent = True

    def mend(self) -> None:
        self._plc.silent = False


class TestModbusBelt(BeltContract):
    @pytest.fixture
    def rig(self, plc: LivePlc) -> Iterator[BeltRig]:
        yield BeltOnTwin(plc)
        plc.rest()


class TestModbusVacuum(GripperContract):
    @pytest.fixture
    def rig(self, plc: LivePlc) -> Iterator[GripperRig]:
        yield GripperOnTwin(plc)
        plc.rest()
