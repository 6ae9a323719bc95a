"""The demo cell's calibration, as its file and as values."""

from __future__ import annotations

from pathlib import Path

import pytest

from calibration.cell import CellCalibration, load_calibration


@pytest.fixture(scope="session")
def demo_file() -> Path:
    return Path(__file__).resolve().parents[2] / "calibration/demo_cell.json"


@pytest.fixture(scope="session")
def demo_cell(demo_file: Path) -> CellCalibration:
    return load_calibration(demo_file)
