"""Boards are taken off the belt with the real ur-rtde client and the PLC's ejector."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from rtde_control import RTDEControlInterface

from tests.site import SITE
from tests.twin.reach import joints_for
from tests.twin.test_belt import BeltClient, belt
from tests.twin.twin_process import RunningTwin, wait_for


@contextmanager
def board_in_reach(
    twin: RunningTwin,
) -> Iterator[tuple[BeltClient, RTDEControlInterface, float, float]]:
    """The first board stands near the robot; its position."""
    control = RTDEControlInterface(twin.host, 125.0)
    with belt(twin) as plc:
        plc.run(speed=1.0, authority=1.4)
        wait_for(lambda: plc.registers()[6] & 2)
        board = twin.state()["riding"][0]
        yield plc, control, board["x"], board["y"]
    control.disconnect()


def _go(control: RTDEControlInterface, x: float, y: float, z: float) -> None:
    assert control.moveJ(joints_for(x, y, z).tolist(), 2.5, 6.0)


def _eject(plc: BeltClient, on: bool) -> None:
    with plc._lock:
        plc.client.write_register(8, int(on), device_id=1)


def _holds(plc: BeltClient) -> int:
    return plc.registers()[6] & 16


@pytest.mark.parametrize("name", SITE.bins)
def test_board_ends_in_its_bin(start_twin: Callable[..., RunningTwin], name: str) -> None:
    twin = start_twin(parts=1, max_speed_m_s=1.0)
    with board_in_reach(twin) as (plc, control, x, y):
        _go(control, x + 0.003, y, 0.08)
        _eject(plc, True)
        assert not _holds(plc)
        _go(control, x + 0.003, y, 0.0016)
        wait_for(lambda: _holds(plc), what="for the vacuum")
        _go(control, x, y, 0.12)
        assert twin.state()["held"] == 1
        _go(control, *SITE.bins[name].drop)
        assert _holds(plc)
        _eject(plc, False)
        wait_for(lambda: twin.truth()["counts"].get(name) == 1, what="for the board")
        assert not _holds(plc)
        truth = twin.truth()["boards"][0]
        assert truth["grasp_error_mm"] == [pytest.approx(3.0, abs=0.3)]
        assert twin.state()["arm"]["safety"] == "NORMAL"


def test_a_carrier_is_taken_off_its_centre_and_ends_in_its_bin(
    start_twin: Callable[..., RunningTwin],
) -> None:
    """By its far end, which hangs the rest of it on one side of the cup."""
    product = {"product": "ball_screw_carrier", "grip_m": [0.062, 0.0]}
    twin = start_twin(parts=1, max_speed_m_s=1.0, **product)
    with board_in_reach(twin) as (plc, control, x, y):
        yaw = twin.state()["riding"][0]["yaw"]
        at = x + 0.065 * math.cos(yaw), y + 0.065 * math.sin(yaw)
        _go(control, *at, 0.08)
        _eject(plc, True)
        _go(control, *at, 0.0016)
        wait_for(lambda: _holds(plc), what="for the vacuum")
        _go(control, *at, 0.12)
        _go(control, 0.40 + 0.065 * math.cos(yaw), -0.32 + 0.065 * math.sin(yaw), 0.05)
        assert _holds(plc)
        _eject(plc, False)
        wait_for(lambda: twin.truth()["counts"].get("scrap") == 1, what="for the carrier")
        truth = twin.truth()["boards"][0]
        assert truth["product"] == "ball_screw_carrier"
        assert truth["grasp_error_mm"] == [pytest.approx(3.0, abs=1.0)]  # of where it is meant
        assert truth["grip_mm"] == [pytest.approx([65.0, 0.0], abs=1.0)]
        assert twin.state()["arm"]["safety"] == "NORMAL"


@pytest.mark.parametrize("mode", ["no_hold", "mid_carry"])
def test_leaks(start_twin: Callable[..., RunningTwin], mode: str) -> None:
    twin = start_twin(parts=1, max_speed_m_s=1.0)
    twin.ask("fault", name="vacuum_leak", mode=mode, after_s=0.3)
    with board_in_reach(twin) as (plc, control, x, y):
        _go(control, x, y, 0.05)
        _eject(plc, True)
        _go(control, x, y, 0.0016)
        if mode == "mid_carry":
            wait_for(lambda: _holds(plc), what="for the vacuum")
        _go(control, x, y, 0.12)
        wait_for(lambda: not _holds(plc))
        # It lies on the belt again, and the next grip holds it.
        riding = wait_for(lambda: twin.state()["riding"], what="for the board to lie still")[0]
        _eject(plc, False)
        _go(control, riding["x"], riding["y"], 0.05)
        _eject(plc, True)
        _go(control, riding["x"], riding["y"], 0.0016)
        wait_for(lambda: _holds(plc), what="for the vacuum")


def test_dropped_elsewhere(start_twin: Callable[..., RunningTwin]) -> None:
    twin = start_twin(parts=1, max_speed_m_s=1.0)
    with board_in_reach(twin) as (plc, control, x, y):
        _go(control, x, y, 0.05)
        _eject(plc, True)
        _go(control, x, y, 0.0016)
        wait_for(lambda: _holds(plc), what="for the vacuum")
        _go(control, x, y, 0.12)
        _go(control, 0.15, -0.30, 0.12)
        _eject(plc, False)
        wait_for(lambda: twin.truth()["counts"].get("dropped") == 1, what="for the board")
