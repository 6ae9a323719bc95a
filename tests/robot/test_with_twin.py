"""The drivers and the service on a running twin: real ur-rtde, real Modbus, a moving belt."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from cell.texts import render
from robot.arms.ur import UrRtdeArm, UrRtdeConfig
from robot.base import ArmError, BeltEdge, BeltSample, RobotMode
from robot.belts.modbus import ModbusBelt, ModbusBeltConfig
from robot.belts.polled import PolledBelt
from robot.grippers.vacuum_modbus import ModbusVacuum, ModbusVacuumConfig
from robot.motion.config import MotionSettings
from robot.motion.removal import Phase, Reason, RemovalFeedback, RemovalRequest, RemovalResult
from robot.motion.workpiece import Workpiece
from robot.service import RemovalService
from tests.site import SITE
from tests.twin.twin_process import RunningTwin, wait_for
from tests.words import raises

StartTwin = Callable[..., RunningTwin]
SPEED = 0.2
PICK_FROM = -0.9


class Cell:
    """A twin whose belt is refreshed and sampled in a thread, and the service on it."""

    def __init__(self, twin: RunningTwin) -> None:
        port = twin.config["plc_port"]
        self.twin = twin
        self.speed, self.authority = SPEED, 1e3
        self.sample: BeltSample | None = None
        self.belt = ModbusBelt(ModbusBeltConfig(host=twin.host, port=port, counts_per_metre=20_000))
        self.service = RemovalService(
            UrRtdeArm(UrRtdeConfig(host=twin.host)),
            ModbusVacuum(ModbusVacuumConfig(host=twin.host, port=port)),
            MotionSettings(),
            SITE,
        )
        self.polled = PolledBelt(self.belt, 50.0, self._renew, self._heard, print)

    def __enter__(self) -> Cell:
        self.belt.connect()
        self.service.connect()
        self.service.recover()  # as a person's first order does
        self.polled.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.polled.close()
        self.service.close()
        self.belt.close()

    def _renew(self) -> None:
        # A busy machine may let the watchdog trip: somebody then lets the belt run again.
        tripped = self.sample is not None and self.sample.watchdog_tripped
        run = self.speed > 0.0 and not tripped
        self.belt.refresh(run, self.speed, self.authority, False, 4, False, 0.354)

    def _heard(self, sample: BeltSample, _: list[BeltEdge]) -> None:
        self.sample = sample
        self.service.push_belt(sample)

    def next_part(self, bin: str, last_x: float = 0.45) -> RemovalRequest:
        """Wait for the foremost part to come near the pick window, and ask for its removal."""
        found = wait_for(self._foremost, 20.0, "for a part")
        travel, part = found
        return RemovalRequest(
            str(part["number"]),
            bin,
            travel,
            part["x"],
            part["y"],
            part["yaw"],
            travel + last_x - part["x"],
            Workpiece(0.108, 0.108, 0.0016, 0.06),
        )

    def _foremost(self) -> tuple[float, dict[str, float]] | None:
        state = self.twin.state()
        riding = [b for b in state["riding"] if b["x"] < -0.2]
        part = max(riding, key=lambda b: b["x"], default=None)
        return (state["belt"]["encoder_m"], part) if part and part["x"] > PICK_FROM else None

    def remove(
        self, order: RemovalRequest, on_phase: Callable[[Phase], None] = lambda _: None
    ) -> tuple[RemovalResult, list[RemovalFeedback]]:
        told: list[RemovalFeedback] = []

        def tell(step: RemovalFeedback) -> None:
            told.append(step)
            # The twin's answer may take milliseconds that the motion thread must not wait.
            threading.Thread(target=on_phase, args=(step.phase,)).start()

        return self.service.remove(order, tell, lambda: False), told

    def take(
        self, bin: str, on_phase: Callable[[Phase], None] = lambda _: None
    ) -> tuple[RemovalRequest, RemovalResult, list[RemovalFeedback]]:
        """Remove the next part that is not missed: a busy machine may be late for a moving one."""
        for _ in range(8):
            order = self.next_part(bin)
            result, told = self.remove(order, on_phase)
            if not self.missed(result):
                return order, result, told
        raise AssertionError("too late for eight parts in a row")

    def missed(self, result: RemovalResult) -> bool:
        """The machine was too busy: for a moving part, or for the twin's controller to answer."""
        if result.reason is Reason.ERROR and "fell silent" in render(result.message):
            self.service.recover()
            return True
        return result.reason is Reason.TOO_LATE

    def where(self, order: RemovalRequest) -> str:
        boards = {str(b["number"]): b for b in self.twin.truth()["boards"]}
        return str(boards[order.part]["where"])


@pytest.fixture
def cell(start_twin: StartTwin) -> Iterator[Cell]:
    with contextlib.ExitStack() as stack:
        yield stack.enter_context(Cell(start_twin(pitch_m=0.35, pitch_jitter_m=0.0, seed=3)))


def test_parts_from_a_moving_belt_reach_their_bins(
    cell: Cell, capsys: pytest.CaptureFixture[str]
) -> None:
    cycles = []
    for bin_name in ("rework", "scrap", "review"):
        order, result, told = cell.take(bin_name)
        assert result.removed, result
        assert [step.phase for step in told][-1] is Phase.RELEASE
        wait_for(lambda order=order, name=bin_name: cell.where(order) == name, 3.0, "for the fall")
        cycles.append(result.cycle_s)
    errors = [e for b in cell.twin.truth()["boards"] for e in b.get("grasp_error_mm", ())]
    with capsys.disabled():
        print(f"\ncycles {np.round(cycles, 2)} s, grip errors {errors} mm")
    assert max(errors) < 8.0  # on a loaded machine; well below 1 mm on a quiet one


def test_a_part_held_at_the_authority_is_picked_standing(cell: Cell) -> None:
    order = cell.next_part("scrap")
    cell.authority = order.encoder_m + 0.40 - order.x
    wait_for(lambda: cell.sample is not None and cell.sample.at_authority, 20.0, "for the stop")
    result, _ = cell.remove(order)
    assert result.removed, result
    assert result.grip_position[0] == pytest.approx(0.40, abs=0.002)


def test_a_protective_stop_ends_the_removal_and_recovery_empties_the_cup(cell: Cell) -> None:
    def stop(phase: Phase) -> None:
        if phase is Phase.CARRY:
            cell.twin.ask("fault", name="protective_stop")

    order, result, _ = cell.take("rework", stop)
    assert (result.removed, result.reason) == (False, Reason.PROTECTIVE_STOP)
    state = wait_for(lambda: (s := cell.service.state()).message and s, 5.0)
    assert state.mode is RobotMode.PROTECTIVE_STOP
    assert render(state.message, "en") == "the arm stopped: protective stop"
    assert render(state.message, "ko") == "로봇이 멈췄습니다: 보호 정지"
    again, _ = cell.remove(order)
    assert again.reason is Reason.PROTECTIVE_STOP
    cell.service.recover()
    state = cell.service.state()
    assert (state.mode, render(state.message)) == (RobotMode.OPERATIONAL, "")
    wait_for(lambda: not cell.service.state().vacuum_ok)
    wait_for(lambda: cell.service.state().phase is Phase.IDLE)
    assert cell.take("scrap")[1].removed


@pytest.mark.parametrize(
    ("mode", "reason"), [("no_hold", Reason.NO_VACUUM), ("mid_carry", Reason.DROPPED)]
)
def test_a_leaking_cup_is_reported(cell: Cell, mode: str, reason: Reason) -> None:
    cell.twin.ask("fault", name="vacuum_leak", mode=mode)
    _, result, _ = cell.take("scrap")
    assert (result.removed, result.reason) == (False, reason), result


def test_a_controller_that_is_not_there_is_said() -> None:
    with raises(ArmError, r"no Universal Robots controller at 127\.0\.0\.254:30004"):
        UrRtdeArm(UrRtdeConfig(host="127.0.0.254")).connect()


def test_the_arm_streams_stops_and_tells_of_a_lost_controller(start_twin: StartTwin) -> None:
    twin = start_twin()
    arm = UrRtdeArm(UrRtdeConfig(host=twin.host))
    arm.connect()
    start = arm.state()
    assert start.mode is RobotMode.OPERATIONAL
    target = start.position.copy()
    for _ in range(60):
        target = target + np.array([0.002, 0, 0, 0, 0, 0])
        arm.stream(target, 0.008, 0.05)
        time.sleep(0.008)
    wait_for(lambda: abs(arm.state().position[0] - target[0]) < 0.003)
    with raises(ArmError, "not continuous"):
        arm.stream(target + 1.0, 0.008, 0.05)
    arm.stop()
    wait_for(lambda: np.abs(arm.state().velocity).max() < 1e-2)
    twin.ask("fault", name="emergency_stop")
    wait_for(lambda: arm.state().mode is RobotMode.EMERGENCY_STOP)
    with raises(ArmError, "release the emergency stop"):
        arm.recover()
    twin.ask("quit")
    with raises(ArmError, "fell silent"):
        wait_for(lambda: not arm.state())
    arm.close()
    arm.close()


def test_an_arm_that_is_connected_or_out_of_service_moves_by_order_only(cell: Cell) -> None:
    begun = threading.Event()
    removal = threading.Thread(
        target=cell.take,
        args=("scrap", lambda phase: begun.set() if phase is Phase.DESCEND else None),
    )
    removal.start()
    assert begun.wait(60.0)
    cell.service.interrupt()
    removal.join()
    wait_for(
        lambda: "order brings it back" in render(cell.service.state().message), 5.0, "to be told"
    )
    stands(cell.twin)
    cell.service.close()

    again = RemovalService(
        UrRtdeArm(UrRtdeConfig(host=cell.twin.host)),
        ModbusVacuum(ModbusVacuumConfig(host=cell.twin.host, port=cell.twin.config["plc_port"])),
        MotionSettings(),
        SITE,
    )
    before = joints(cell.twin)
    again.connect()
    try:
        stands(cell.twin)
        assert np.abs(joints(cell.twin) - before).max() < 1e-3
        assert "an order brings it" in render(again.state().message)
        again.recover()
        wait_for(lambda: again.state().phase is Phase.IDLE and not again.state().message, 20.0)
        assert np.abs(joints(cell.twin) - before).max() > 0.01
    finally:
        again.close()


def joints(twin: RunningTwin) -> np.ndarray:
    return np.array(twin.state()["arm"]["q"])


def stands(twin: RunningTwin) -> None:
    """The arm comes to a stand, and stays there for a while."""
    wait_for(lambda: np.abs(joints(twin) - joints(twin)).max() < 1e-5, 5.0, "for the arm to stand")
    time.sleep(0.3)
    before = joints(twin)
    time.sleep(1.0)
    assert np.abs(joints(twin) - before).max() < 1e-3
