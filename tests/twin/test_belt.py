"""The belt PLC over Modbus TCP with a real client: drive, watchdog, authority, eyes, faults."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pymodbus.client import ModbusTcpClient
from pymodbus.exceptions import ModbusIOException

from tests.site import SITE
from tests.twin.twin_process import RunningTwin, wait_for

COUNTS = 20_000
FAR = 100.0


class BeltClient:
    """What the cell's belt driver does, in short: renew the lease in the background, read."""

    def __init__(self, twin: RunningTwin) -> None:
        self.client = ModbusTcpClient(twin.host, port=twin.config["plc_port"], timeout=1.0)
        assert self.client.connect()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._beat = 0
        self.order: dict[str, Any] = {}

    def renew(self) -> None:
        """One request with registers 0 to 7."""
        self._beat = self._beat % 60_000 + 1
        order = self.order
        authority = round(order.get("authority", FAR) * COUNTS)
        travel = round(order.get("travel", 0.24) * COUNTS)
        control = order.get("run", 1) | order.get("arm", 1) << 1 | order.get("lamp", 0) << 3
        values = [control, round(order.get("speed", 0.2) * 1e4)]
        values += [authority >> 16 & 0xFFFF, authority & 0xFFFF, travel >> 16, travel & 0xFFFF]
        with self._lock:
            self.client.write_registers(0, [*values, self._beat, 4], device_id=1)

    def run(self, **order: Any) -> None:
        """Renew with this order from now on."""
        self.order = order
        self.renew()
        if self._thread is None:
            self._thread = threading.Thread(target=self._loop)
            self._thread.start()

    def pause(self) -> None:
        """Renew no more."""
        if self._thread is not None:
            self._stop.set()
            self._thread.join()

    def registers(self) -> list[int]:
        """Input registers 0 to 131."""
        with self._lock:
            low = self.client.read_input_registers(0, count=100, device_id=1).registers
            return low + self.client.read_input_registers(100, count=32, device_id=1).registers

    def _loop(self) -> None:
        while not self._stop.wait(0.1):
            self.renew()


def long(registers: list[int], address: int) -> int:
    value = registers[address] << 16 | registers[address + 1]
    return value - (1 << 32) if value & 1 << 31 else value


@contextmanager
def belt(twin: RunningTwin) -> Iterator[BeltClient]:
    client = BeltClient(twin)
    try:
        yield client
    finally:
        client.pause()
        client.client.close()


def test_runs_and_stops_with_the_watchdog(start_twin: Callable[..., RunningTwin]) -> None:
    twin = start_twin()
    with belt(twin) as plc:
        registers = plc.registers()
        assert registers[0] == 0x1C01
        assert registers[6] & 0b101 == 0b100
        plc.run(speed=0.2)
        wait_for(lambda: plc.registers()[5] == 2000)
        assert plc.registers()[6] & 0b101 == 0b001
        plc.pause()
        last = long(plc.registers(), 1)
        wait_for(lambda: plc.registers()[5] == 0)
        registers = plc.registers()
        assert registers[6] & 0b101 == 0b100
        assert long(registers, 1) - last < 700  # the poll itself takes time


def test_after_a_watchdog_stop_it_stands_until_run_was_let_go(
    start_twin: Callable[..., RunningTwin],
) -> None:
    twin = start_twin()
    with belt(twin) as plc:
        plc.run(speed=0.2)
        wait_for(lambda: plc.registers()[5] == 2000)
        twin.ask("fault", name="plc_silent", seconds=1.0)
        with contextlib.suppress(ModbusIOException):
            plc.registers()
        registers = wait_for(lambda: (r := _answered(plc)) and r[5] == 0 and r)
        assert registers[6] & 0b101 == 0b100, "the trip is told until run is let go"
        stood = long(registers, 3)
        time.sleep(0.5)  # renewed all the time
        assert long(plc.registers(), 3) == stood
        plc.run(run=0)
        wait_for(lambda: plc.registers()[6] & 0b100 == 0)
        plc.run(speed=0.2)
        wait_for(lambda: plc.registers()[5] == 2000)


def _answered(plc: BeltClient) -> list[int] | None:
    try:
        return plc.registers()
    except ModbusIOException:
        return None


@pytest.mark.parametrize("speed", [0.1, 0.3])
def test_authority_holds(start_twin: Callable[..., RunningTwin], speed: float) -> None:
    twin = start_twin()
    with belt(twin) as plc:
        plc.run(speed=speed, authority=0.35)
        registers = wait_for(lambda: (r := plc.registers())[6] & 2 and r)
        assert 0.348 * COUNTS <= long(registers, 3) <= 0.35 * COUNTS
        assert registers[5] == 0
        assert long(registers, 13) == 1
        plc.run(speed=speed, authority=0.5)
        wait_for(lambda: long(plc.registers(), 3) > 0.49 * COUNTS)
        assert long(plc.registers(), 3) <= 0.5 * COUNTS


def test_board_latches_and_passes(start_twin: Callable[..., RunningTwin]) -> None:
    twin = start_twin(parts=1, seed=3)
    with belt(twin) as plc, _driver(twin) as pulses:
        plc.run(speed=0.3, travel=0.24)
        wait_for(lambda: twin.state()["riding"])
        board = twin.state()
        registers = wait_for(lambda: (r := plc.registers()) and long(r, 7) == 1 and r)
        arrival = long(registers, 20) / COUNTS
        told = wait_for(lambda: twin.truth()["boards"][0]["arrival_encoder_m"])  # written later
        assert abs(told - arrival) < 1e-4
        # Where the leading corner was at the eye, from the board's pose that the twin tells.
        riding = board["riding"][0]
        assert (
            abs(_leading(riding) - board["belt"]["travel_m"] + arrival - SITE.stations.photo_eye_x)
            < 2e-4
        )
        registers = wait_for(lambda: (r := plc.registers()) and long(r, 9) == 1 and r)
        assert abs(long(registers, 60) / COUNTS - arrival - 0.24) < 2e-4
        assert pulses.recv(100) == b"PULSE 1"
        wait_for(lambda: long(plc.registers(), 11) == 1, 15.0)
        registers = plc.registers()
        assert abs(long(registers, 100) / COUNTS - arrival - 1.92) < 2e-4
        seconds = (long(registers, 102) - long(registers, 22)) / 1e3
        assert abs(seconds - 1.92 / 0.3) < 0.01
        wait_for(lambda: twin.truth()["counts"].get("passed") == 1, 5.0)


def _leading(riding: dict[str, float]) -> float:
    from math import cos, sin

    return riding["x"] + 0.054 * (abs(cos(riding["yaw"])) + abs(sin(riding["yaw"])))


@contextmanager
def _driver(twin: RunningTwin) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as port:
        port.bind((twin.host, twin.config["camera_driver_port"]))
        port.settimeout(3.0)
        yield port


def test_software_trigger(start_twin: Callable[..., RunningTwin]) -> None:
    twin = start_twin()
    with belt(twin) as plc, _driver(twin) as driver:
        driver.sendto(b"EXPOSE", (twin.host, twin.config["camera_device_port"]))
        assert driver.recv(100) == b"PULSE 1"
        assert long(plc.registers(), 9) == 1


@pytest.mark.parametrize(
    ("fault", "exposures", "pulses"),
    [("lost_pulse", 0, 0), ("double_pulse", 2, 2), ("grab_failure", 1, 0)],
)
def test_trigger_faults(
    start_twin: Callable[..., RunningTwin], fault: str, exposures: int, pulses: int
) -> None:
    twin = start_twin(parts=1)
    twin.ask("fault", name=fault)
    with belt(twin) as plc, _driver(twin) as driver:
        plc.run(speed=0.3, travel=0.02)
        wait_for(lambda: long(plc.registers(), 7) == 1)
        wait_for(lambda: twin.state()["riding"][0]["x"] > -1.25)
        assert long(plc.registers(), 9) == exposures
        driver.settimeout(0.5)
        for _ in range(pulses):
            driver.recv(100)
        with pytest.raises(TimeoutError):
            driver.recv(100)


def test_encoder_jump(start_twin: Callable[..., RunningTwin]) -> None:
    twin = start_twin()
    with belt(twin) as plc:
        before = long(plc.registers(), 3)
        twin.ask("fault", name="encoder_jump", by_m=0.1)
        assert long(plc.registers(), 3) - before == pytest.approx(0.1 * COUNTS, abs=1)


def test_emergency_stop(start_twin: Callable[..., RunningTwin]) -> None:
    twin = start_twin()
    with belt(twin) as plc:
        plc.run(speed=0.2)
        wait_for(lambda: plc.registers()[5] == 2000)
        twin.ask("fault", name="emergency_stop")
        wait_for(lambda: plc.registers()[5] == 0, 1.0)
        assert plc.registers()[6] & 8
        assert twin.state()["arm"]["safety"] == "ROBOT_EMERGENCY_STOP"
        twin.ask("fault", name="emergency_stop", active=False)
        time.sleep(0.3)
        assert plc.registers()[5] == 0, "a released button starts nothing"
        assert plc.registers()[6] & 8
        plc.run(run=0)
        wait_for(lambda: plc.registers()[6] & 8 == 0)
        plc.run(speed=0.2)
        wait_for(lambda: plc.registers()[5] == 2000)


def test_silence(start_twin: Callable[..., RunningTwin]) -> None:
    twin = start_twin()
    with belt(twin) as plc:
        plc.registers()
        twin.ask("fault", name="plc_silent", seconds=0.8)
        quick = ModbusTcpClient(twin.host, port=twin.config["plc_port"], timeout=0.3, retries=0)
        assert quick.connect()
        with pytest.raises(ModbusIOException):
            quick.read_input_registers(0, count=1, device_id=1)
        quick.close()
        time.sleep(0.8)
        assert plc.registers()[0] == 0x1C01


def test_person_clears_when_the_lamp_asks(start_twin: Callable[..., RunningTwin]) -> None:
    twin = start_twin(attentive=False)
    with belt(twin) as plc:
        plc.run(speed=0.3, authority=0.5)
        wait_for(lambda: plc.registers()[6] & 2)
        boards = len(twin.state()["riding"])
        assert boards >= 1
        plc.run(run=0, lamp=1)
        time.sleep(1.5)
        assert len(twin.state()["riding"]) == boards
        twin.ask("person", attentive=True)
        wait_for(lambda: plc.registers()[6] & 32)
        assert twin.state()["riding"] == []
        wait_for(lambda: twin.truth()["counts"] == {"cleared_by_person": boards})
