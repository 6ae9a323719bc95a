"""What a calibration says of the belt and the arm takes effect, or is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from calibration.cell import CalibrationError
from calibration.geometry import Pose
from cell.config import CellConfig, ConfigError
from cell.config.load import DEMO, dump, load
from cell.config.stations import belt_options, ledger_config, site_of
from cell.faces.cli import site_checks
from cell.faces.cli.app import app
from cell.faces.cli.checks import Level, calibration
from cell.faces.web.__main__ import run as run_page
from cell.texts import render
from robot.arms import ur
from robot.base import ArmFacts, BeltFacts
from robot.belts import modbus
from robot.belts import register_map as plc
from robot.motion.kinematics import ArmKinematics
from tests.site import site_file


def cell_with(folder: Path, place: str, value: Any) -> CellConfig:
    """The demo cell with one number of its calibration changed."""
    return load(None, {"calibration": str(site_file(folder, {place: value}))})


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("name", "cell 7", "name is 'cell 7', but this cell is 'demo cell'"),
        ("bins.scrap.drop", [1.4, -0.32, 0.1], "bins.scrap.drop: .* is out of the arm's reach"),
        ("bins.scrap.drop", [0.1, -0.1, 0.1], "bins.scrap at .* lies under the belt"),
        ("bins.scrap.drop", [0.62, -0.3, 0.1], "bins.scrap and bins.review have their drop points"),
        ("bins.scrap.drop", [0.0, -0.5, 0.1], "bins.scrap.drop: "),
        ("robot_base.position", [0.0, -1.2, 0.0], "robot_base: the waiting place"),
        (
            "robot_base.position",
            [-0.7, -0.5, 0.0],
            "stations.pick_end_x: .* out of the arm's reach",
        ),
    ],
)
def test_a_site_that_the_arm_cannot_work_in_is_refused(
    tmp_path: Path, place: str, value: Any, said: str
) -> None:
    with pytest.raises(CalibrationError) as caught:
        site_of(cell_with(tmp_path, place, value))
    assert re.search(said, render(str(caught.value)))
    assert str(tmp_path / "site.json") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_bin_for_unknown_parts_must_be_there() -> None:
    with pytest.raises(ConfigError, match="unknown_bin is 'attic', which is no bin of"):
        site_of(load(None, {"robot.motion.unknown_bin": "attic"}))


def test_everybody_who_starts_says_so(tmp_path: Path) -> None:
    cell = cell_with(tmp_path, "name", "cell 7")
    file = tmp_path / "cell.yaml"
    dump(cell, file)
    with pytest.raises(CalibrationError, match="name is 'cell 7'"):
        run_page(file, {})
    assert [found.level for found in calibration(cell)] == [Level.BAD]
    error = CliRunner().invoke(app, ["run", "--config", str(file), "--no-twin"]).exception
    assert isinstance(error, CalibrationError)


def test_stations_are_where_the_calibration_says(tmp_path: Path) -> None:
    cell = cell_with(tmp_path, "stations.exit_eye_x", 0.66)
    assert ledger_config(cell).exit_eye_x == 0.66


@pytest.mark.parametrize(
    "key", ["robot.motion.base", "robot.motion.bins", "robot.motion.boxes", "hmi.scene"]
)
def test_a_place_in_the_configuration_is_refused(key: str) -> None:
    with pytest.raises(ConfigError, match=f"unknown key '{key}'"):
        load(DEMO, {key: {}})


@pytest.mark.parametrize("key", ["photo_eye_x", "camera_x", "last_safe_x", "exit_eye_x"])
def test_a_station_in_the_configuration_is_refused(key: str) -> None:
    with pytest.raises(ConfigError, match=rf"unknown key 'ledger\.{key}'"):
        load(DEMO, {f"ledger.{key}": 0.1})


def test_a_deadline_beyond_its_station_is_refused_in_one_line() -> None:
    with pytest.raises(ConfigError, match="in the order") as caught:
        ledger_config(load(DEMO, {"ledger.wait_x": 0.5}))
    assert "\n" not in str(caught.value)


def test_the_encoder_counts_as_calibrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cell = cell_with(tmp_path, "belt.counts_per_metre", 500)
    words = [0] * plc.INPUT_REGISTERS
    words[plc.Input.IDENTITY] = plc.IDENTITY
    words[plc.Input.ENCODER : plc.Input.ENCODER + 2] = plc.to_words(1000)
    written: list[int] = []

    class Line:
        connections = 0

        def __init__(self, *_: object) -> None: ...

        def close(self) -> None: ...

        def inputs(self, address: int, count: int) -> list[int]:
            return words[address : address + count]

        def write(self, _: int, values: list[int]) -> None:
            written.extend(values)

    monkeypatch.setattr(modbus, "ModbusLine", Line)
    options = belt_options(cell, {"port": 5020})
    belt = modbus.ModbusBelt(modbus.ModbusBeltConfig(**options))
    belt.connect()
    assert belt.read()[0].encoder_m == 2.0
    belt.refresh(True, 0.2, 3.0, arm_trigger=False, lights=0, purge=False, trigger_travel_m=0.354)
    assert plc.signed32(*written[plc.Holding.AUTHORITY : plc.Holding.AUTHORITY + 2]) == 1500
    assert written[plc.Holding.TRIGGER_TRAVEL + 1] == 177
    with pytest.raises(ConfigError, match=r"belt\.options\.counts_per_metre stands in"):
        belt_options(cell, {"counts_per_metre": 500})


@pytest.mark.parametrize(
    ("place", "value", "check", "said"),
    [
        ("belt.counts_per_metre", 10_000, site_checks.belt, "its encoder counts 20000 a metre"),
        ("stations.exit_eye_x", 0.65, site_checks.belt, "its eyes are 1.920 m apart"),
        ("tool.length", 0.15, site_checks.arm, "its tool centre point is 30 mm from where"),
        ("camera.width", 1932, site_checks.camera, "camera.options.width is 1920 px"),
    ],
)
def test_the_doctor_hears_what_devices_say_of_the_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, value: Any, check: Any, said: str
) -> None:
    joints = np.radians((-92.0, -70.0, 115.0, -135.0, -90.0, 0.0))
    tcp = ArmKinematics(Pose.identity(), 0.12).forward(joints).translation
    told = ArmFacts("UR5", joints, tuple(tcp))
    monkeypatch.setattr(ur.UrRtdeArm, "facts", lambda _: told)
    monkeypatch.setattr(modbus.ModbusBelt, "facts", lambda _: BeltFacts(20_000.0, 1.92))
    (right,) = check(load(None, {}))
    assert right.level is Level.GOOD
    cell = cell_with(tmp_path, place, value)
    (wrong,) = check(cell)
    assert wrong.level is Level.BAD
    assert said in wrong.found
    assert str(cell.calibration) in wrong.found


def test_another_arm_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told = ArmFacts("UR10", np.zeros(6), (0.0, 0.0, 0.0))
    monkeypatch.setattr(ur.UrRtdeArm, "facts", lambda _: told)
    (found,) = site_checks.arm(load(None, {}))
    assert "it is a UR10, robot_model is UR5e" in found.found


def test_devices_that_are_away_are_no_fault() -> None:
    away = {"belt.options.host": "127.0.0.99", "robot.arm.options.host": "127.0.0.99"}
    cell = load(None, away)
    assert [found.level for found in (*site_checks.belt(cell), *site_checks.arm(cell))] == [
        Level.ABSENT,
        Level.ABSENT,
    ]


def test_a_scale_in_the_configuration_is_told_by_the_doctor_too() -> None:
    cell = load(None, {"belt.options.counts_per_metre": 20000})
    (found,) = site_checks.belt(cell)
    assert found.level is Level.BAD
    assert "counts_per_metre" in found.found
