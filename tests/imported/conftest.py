"""What the tests of imported networks share: a cell of their own, and pictures of parts."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from cell.config.load import DEMO
from vision.types import Image

CALIBRATION = DEMO.parents[2] / "calibration" / "demo_cell.json"


def view(column: int, row: int, level: int = 255, size: tuple[int, int] = (96, 64)) -> Image:
    """A dark view (height, width) with a bright cell of 8 px there."""
    width, height = size
    grey = np.random.default_rng(1).integers(0, 30, (height, width), dtype=np.uint8)
    grey[8 * row : 8 * row + 8, 8 * column : 8 * column + 8] = level
    return grey


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A cell whose recipes and models lie in the test's folder."""
    text = DEMO.read_text(encoding="utf-8").replace("../../data", str(tmp_path / "data"))
    file = tmp_path / "cell.yaml"
    file.write_text(text.replace("../../calibration/demo_cell.json", str(CALIBRATION)))
    return file


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Three views with a bright cell each."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, place in enumerate([(2, 3), (7, 1), (10, 6)]):
        cv2.imwrite(str(folder / f"{number}.png"), view(*place))
    return folder
