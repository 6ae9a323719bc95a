"""The simulated controller against the unmodified ur-rtde client."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest
from dashboard_client import DashboardClient
from rtde_control import RTDEControlInterface
from rtde_io import RTDEIOInterface
from rtde_receive import RTDEReceiveInterface

from tests.twin.reach import joints_for
from tests.twin.twin_process import RunningTwin, wait_for
from twin.physics import START_POSE
from twin.ur.kinematics import rotation_vector, tcp_pose

PERIOD = 0.008
LOOK_AHEAD = 0.1
START = np.array(START_POSE)


def test_moves_where_asked(start_twin: Callable[..., RunningTwin]) -> None:
    twin = start_twin()
    receive = RTDEReceiveInterface(twin.host, 125.0)
    control = RTDEControlInterface(twin.host, 125.0)
    assert RTDEIOInterface(twin.host).isConnected()
    assert np.allclose(receive.getActualQ(), START_POSE, atol=1e-3)
    assert (receive.getRobotMode(), receive.getSafetyMode()) == (7, 1)
    assert receive.getRobotStatus() & 2

    goal = START + np.array([0.3, -0.2, 0.1, 0.2, -0.1, 0.4])
    assert control.moveJ(goal.tolist(), 1.5, 3.0)
    wait_for(lambda: np.max(np.abs(np.array(receive.getActualQ()) - goal)) < 2e-4, 3.0)
    expected = tcp_pose(goal, 0.12)
    pose = receive.getActualTCPPose()
    assert np.allclose(pose[:3], expected.translation, atol=1e-3)
    assert np.allclose(np.abs(pose[3:]), np.abs(rotation_vector(expected.rotation)), atol=2e-3)

    _stream(control, goal, seconds=1.0)
    end = goal + _wave(1.0)
    wait_for(lambda: np.max(np.abs(np.array(receive.getActualQ()) - end)) < 2e-3, 3.0)
    assert control.servoStop(10.0)
    assert control.moveJ(list(START_POSE), 1.5, 3.0)
    control.stopScript()
    wait_for(lambda: not receive.getRobotStatus() & 2)
    control.disconnect()
    receive.disconnect()


def test_hitting_the_belt_stops_it_and_it_can_go_on(
    start_twin: Callable[..., RunningTwin],
) -> None:
    twin = start_twin()
    control = RTDEControlInterface(twin.host, 125.0)
    dashboard = DashboardClient(twin.host)
    dashboard.connect()
    assert not control.moveJ(joints_for(0.0, -0.12, -0.03).tolist(), 1.0, 2.0)
    arm = twin.state()["arm"]
    assert arm["safety"] == "PROTECTIVE_STOP"
    assert "hit" in arm["stop_reason"]
    unlock(dashboard)
    wait_for(lambda: twin.state()["arm"]["safety"] == "NORMAL")
    assert control.reuploadScript()
    wait_for(control.isProgramRunning)
    assert control.moveJ(list(START_POSE), 1.0, 2.0)
    assert twin.state()["arm"]["tcp"][2] == pytest.approx(0.25, abs=1e-3)
    dashboard.disconnect()
    control.disconnect()


def unlock(dashboard: DashboardClient) -> None:
    """The controller refuses for five seconds, and the client raises then."""
    deadline = time.monotonic() + 15.0
    while True:
        try:
            dashboard.unlockProtectiveStop()
        except RuntimeError:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        else:
            return


def _wave(t: float) -> np.ndarray:
    return 0.2 * np.sin(2.0 * t) * np.array([1.0, 0.5, -0.5, 0.3, 0.2, 1.0])


def _stream(control: RTDEControlInterface, base: np.ndarray, seconds: float) -> None:
    start = time.perf_counter()
    while (t := time.perf_counter() - start) < seconds:
        control.servoJ((base + _wave(t)).tolist(), 0.0, 0.0, PERIOD, LOOK_AHEAD, 300.0)
        time.sleep(max(0.0, PERIOD - (time.perf_counter() - start - t)))
    control.servoJ((base + _wave(seconds)).tolist(), 0.0, 0.0, PERIOD, LOOK_AHEAD, 300.0)


def test_protective_stop_needs_unlock_and_upload(start_twin: Callable[..., RunningTwin]) -> None:
    twin = start_twin()
    receive = RTDEReceiveInterface(twin.host, 125.0)
    control = RTDEControlInterface(twin.host, 125.0)
    dashboard = DashboardClient(twin.host)
    dashboard.connect()
    twin.ask("fault", name="protective_stop")
    wait_for(receive.isProtectiveStopped)
    assert "PROTECTIVE_STOP" in dashboard.safetystatus()
    wait_for(lambda: not control.isProgramRunning())  # its own stream may lag
    unlock(dashboard)
    wait_for(lambda: not receive.isProtectiveStopped())
    assert not control.isProgramRunning()
    assert control.reuploadScript()
    wait_for(control.isProgramRunning)
    goal = START + 0.05
    assert control.moveJ(goal.tolist(), 1.0, 2.0)
    assert np.allclose(receive.getActualQ(), goal, atol=2e-3)
    dashboard.disconnect()
    control.disconnect()
    receive.disconnect()


@pytest.mark.parametrize(
    ("jump", "stops"),
    [(0.05, False), (1.0, True)],
    ids=["near", "impossible"],
)
def test_servo_target_jump(
    start_twin: Callable[..., RunningTwin], jump: float, stops: bool
) -> None:
    twin = start_twin()
    receive = RTDEReceiveInterface(twin.host, 125.0)
    control = RTDEControlInterface(twin.host, 125.0)
    target = START + np.array([jump, 0, 0, 0, 0, 0])
    for _ in range(40):
        control.servoJ(target.tolist(), 0.0, 0.0, PERIOD, LOOK_AHEAD, 300.0)
        time.sleep(PERIOD)
    if stops:
        wait_for(receive.isProtectiveStopped)
        assert (
            "jump" in twin.state()["arm"]["stop_reason"]
            or "first servo" in (twin.state()["arm"]["stop_reason"])
        )
    else:
        wait_for(lambda: abs(receive.getActualQ()[0] - target[0]) < 2e-3)
        assert not receive.isProtectiveStopped()
    control.disconnect()
    receive.disconnect()
