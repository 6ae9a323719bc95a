"""The calibration file: what is right loads unchanged, what is wrong is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from calibration.cell import (
    CalibrationError,
    CellCalibration,
    load_calibration,
    save_calibration,
)
from models.writing import WriteError


def test_demo_cell_has_the_default_layout(demo_cell: CellCalibration) -> None:
    stations = demo_cell.stations
    assert (stations.photo_eye_x, stations.camera_x, stations.exit_eye_x) == (-1.30, -1.00, 0.62)
    assert (stations.pick_start_x, stations.pick_end_x) == (-0.42, 0.36)
    assert stations.last_safe_x == 0.45
    assert (demo_cell.belt.x_start, demo_cell.belt.x_end, demo_cell.belt.width) == (-1.5, 0.7, 0.3)
    assert demo_cell.belt.counts_per_metre == 20000
    assert demo_cell.robot_base.position == (0.0, -0.5, 0.0)
    assert demo_cell.robot_base.pose().rotation.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert demo_cell.bins["scrap"].drop == (0.40, -0.32, 0.10)
    names = [box.name for box in demo_cell.obstacles()]
    assert {"belt", "bin rework", "bin scrap", "bin review", "pedestal", "camera"} <= set(names)
    assert demo_cell.provenance.method == "nominal"


def test_saved_calibration_loads_equal(demo_cell: CellCalibration, tmp_path: Path) -> None:
    path = tmp_path / "cell.json"
    save_calibration(demo_cell, path)
    assert load_calibration(path) == demo_cell
    assert [entry.name for entry in tmp_path.iterdir()] == ["cell.json"]


def test_saving_into_a_missing_folder_is_named(demo_cell: CellCalibration, tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="cannot be written"):
        save_calibration(demo_cell, tmp_path / "nowhere" / "cell.json")


REMOVED = object()


@pytest.mark.parametrize(
    ("where", "value", "message"),
    [
        ("camera.fx", float("nan"), "camera.fx"),
        ("camera.distortion.0", float("inf"), "camera.distortion.0"),
        ("camera.fx", -4600.0, "camera.fx"),
        ("camera.cx", 2500.0, "outside the image"),
        ("camera.pose.position.2", -0.6, "not above the belt"),
        ("camera.pose.position.2", 600.0, "camera.pose.position.2"),
        ("camera.pose.position.0", -0.5, "from its station"),
        ("camera.pose.rotation_vector", [0.0, 0.0, 0.0], "does not look down"),
        ("camera.focus", 1.0, "camera.focus"),
        ("colour", "red", "colour"),
        ("belt.counts_per_metre", 0, "belt.counts_per_metre"),
        ("belt.width", REMOVED, "belt.width: is missing"),
        ("stations.last_safe_x", 0.3, "must lie before stations.last_safe_x"),
        ("stations.exit_eye_x", 0.9, "stations.exit_eye_x .0.9 m. must lie before belt.x_end"),
        ("robot_base.position", [0.0, -0.5], "robot_base.position"),
        ("robot_model", "UR10e", "robot_model"),
        ("tool", REMOVED, "tool: is missing"),
        ("bins", {}, "bins"),
        ("bins.scrap.drop", [0.4, -0.2, 0.1], r"bins.scrap at \(0.4, -0.2\) m lies under the belt"),
        ("bins.scrap.drop.2", -0.1, "bins.scrap: the cup lets go at z = -0.1 m, below the rim"),
        ("bins.scrap.wall", 0.1, "bins.scrap: walls of 0.1 m leave no room"),
        ("boxes.0.size.1", 0.0, "boxes.0.size.1"),
        ("format", 3, "format"),
        ("provenance.method", "measured", "must state its reprojection_error_px"),
        ("provenance.reprojection_error_px", 0.1, "nothing was measured"),
        ("provenance.who", "", "provenance.who"),
        ("provenance.when", "yesterday", "provenance.when"),
    ],
)
def test_bad_value_is_named(
    demo_file: Path, tmp_path: Path, where: str, value: Any, message: str
) -> None:
    tree = json.loads(demo_file.read_text())
    *parents, last = [int(part) if part.isdigit() else part for part in where.split(".")]
    spot = tree
    for part in parents:
        spot = spot[part]
    if value is REMOVED:
        del spot[last]
    else:
        spot[last] = value
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(tree))
    with pytest.raises(CalibrationError, match=message) as caught:
        load_calibration(path)
    assert str(path) in str(caught.value)


def of_format_1(demo_file: Path) -> dict[str, Any]:
    tree = json.loads(demo_file.read_text())
    for name in ("robot_model", "tool", "bins", "boxes"):
        del tree[name]
    del tree["belt"]["thickness"]
    return {**tree, "format": 1}


def test_an_older_file_is_told_what_to_add(demo_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text(json.dumps(of_format_1(demo_file)))
    with pytest.raises(CalibrationError) as caught:
        load_calibration(path)
    said = str(caught.value)
    assert f"{path} is of format 1: add robot_model, tool, belt.thickness, bins, boxes" in said
    assert "\n" not in said


def test_an_older_file_that_says_everything_is_read(
    demo_file: Path, demo_cell: CellCalibration, tmp_path: Path
) -> None:
    path = tmp_path / "old.json"
    path.write_text(json.dumps(json.loads(demo_file.read_text()) | {"format": 1}))
    assert load_calibration(path) == demo_cell


@pytest.mark.parametrize("content", [{"format": 1}, {"format": 1, "belt": [3]}])
def test_an_older_file_that_is_damaged_is_refused(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "old.json"
    path.write_text(json.dumps(content))
    with pytest.raises(CalibrationError, match=r"belt\.thickness"):
        load_calibration(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot read"),
        (b"", "not usable"),
        (b'{"format": 1', "not usable"),
        (b"\xff\xfe\x00", "cannot read"),
        (b"[]", "not usable"),
    ],
)
def test_unreadable_file_is_named(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "bad.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CalibrationError, match=message):
        load_calibration(path)


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from models(field.annotation)


def test_every_field_is_described() -> None:
    for model in models(CellCalibration):
        for name, field in model.model_fields.items():
            assert field.title, f"{model.__name__}.{name}"
            assert field.description, f"{model.__name__}.{name}"
