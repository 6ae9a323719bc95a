"""What a calibration says of the belt and the arm takes effect, or is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cell.hmi.layout import CellLayout
from typer.testing import CliRunner

from cell.cli.app import app
from cell.cli.checks import Level, calibration
from cell.config import CellConfig, ConfigError
from cell.config.load import DEMO, dump, load
from cell.hmi.__main__ import USAGE
from cell.hmi.__main__ import run as run_page
from cell.stations import belt_options, ledger_config
from robot.belts import modbus
from robot.belts import register_map as plc

CALIBRATION = Path(__file__).parents[2] / "calibration" / "demo_cell.json"


def cell_with(folder: Path, place: str, value: Any) -> CellConfig:
    """The demo cell with one number of its calibration changed."""
    tree = json.loads(CALIBRATION.read_text(encoding="utf-8"))
    *parents, last = place.split(".")
    part = tree
    for parent in parents:
        part = part[parent]
    part[last] = value
    file = folder / "calibration.json"
    file.write_text(json.dumps(tree), encoding="utf-8")
    return load(None, {"calibration": str(file)})


@pytest.mark.parametrize(
    ("place", "value", "key"),
    [
        ("robot_base.position", [0.0, -0.51, 0.0], "robot.motion.base"),
        ("robot_base.rotation_vector", [0.0, 0.0, 0.1], "the arm's kinematics"),
        ("stations.pick_start_x", -0.40, "robot.motion.window.start_m"),
        ("stations.pick_end_x", 0.30, "robot.motion.window.end_m"),
        ("stations.last_safe_x", 0.46, "robot.motion.window.last_safe_m"),
        ("belt.width", 0.31, "robot.motion.belt_half_width_m"),
        ("belt.x_start", -1.6, "hmi.scene.belt_from_x"),
        ("belt.x_end", 0.8, "hmi.scene.belt_to_x"),
    ],
)
def test_the_arm_is_set_to_the_calibrated_places(
    tmp_path: Path, place: str, value: Any, key: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        ledger_config(cell_with(tmp_path, place, value))
    said = str(caught.value)
    assert f"calibration.json: {place} is " in said
    assert key in said
    assert "\n" not in said


def test_everybody_who_starts_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cell = cell_with(tmp_path, "stations.pick_start_x", -0.40)
    file = tmp_path / "cell.yaml"
    dump(cell, file)
    assert run_page(file, {}) == USAGE
    assert "robot.motion.window.start_m" in capsys.readouterr().err
    assert [found.level for found in calibration(cell)] == [Level.BAD]
    error = CliRunner().invoke(app, ["run", "--config", str(file), "--no-twin"]).exception
    assert isinstance(error, ConfigError)


def test_stations_are_where_the_calibration_says(tmp_path: Path) -> None:
    cell = cell_with(tmp_path, "stations.exit_eye_x", 0.66)
    assert ledger_config(cell).exit_eye_x == CellLayout.of(cell).exit_eye_x == 0.66


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
    with pytest.raises(ConfigError, match=r"belt\.options\.counts_per_metre is 400"):
        belt_options(cell, {"counts_per_metre": 400})
