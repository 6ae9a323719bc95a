"""What the engine tests share: the model that ships, and pairs of pictures for it."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from models.package import ModelPackage
from vision.engines.base import Tensor
from vision.engines.selfcheck import synthetic_pair
from vision.nets.channels import stack

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def package() -> ModelPackage:
    """The model that ships with the cell."""
    return ModelPackage.load(ROOT / "models/pcb")


@pytest.fixture
def copy(package: ModelPackage, tmp_path: Path) -> ModelPackage:
    """A copy of it that a test may damage."""
    folder = tmp_path / "pcb"
    shutil.copytree(package.folder, folder)
    return ModelPackage.load(folder)


@pytest.fixture(scope="session")
def batches(package: ModelPackage) -> list[Tensor]:
    """Three boards with defects, none of them a tie of two classes, (1, channels, 640, 640)."""
    found = []
    for seed in (11, 5, 8):
        golden, board = synthetic_pair(640, 640, seed)
        found.append(
            (stack(package.card.input.channels, board, golden)[None] / 255.0).astype(np.float32)
        )
    return found
