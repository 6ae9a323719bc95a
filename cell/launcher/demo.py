"""What the demo cell's configuration leaves to the run: where the twin listens, and the names that
keep two runs apart in memory.
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

from cell.launcher.pictures import PREFIX, SHARED_MEMORY


def demo_overrides(host: str, folder: Path) -> dict[str, Any]:
    """Settings of the demo cell that depend on where the twin listens and on the run's folder."""
    return {
        "belt.options.host": host,
        "robot.arm.options.host": host,
        "robot.gripper.options.host": host,
        "camera.options.image_folder": str(image_folder(folder)),
        "camera.options.lines.host": host,
        "camera.ring": f"inspection_cell_{run_key(folder)}",
    }


def run_key(folder: Path) -> str:
    """A short name that keeps the shared memory of two runs apart."""
    return f"{zlib.crc32(str(folder).encode()):08x}"


def image_folder(folder: Path) -> Path:
    """Where the twin puts the pictures for the camera's emulator: in memory, a folder for each
    run.
    """
    return SHARED_MEMORY / f"{PREFIX}{run_key(folder)}" / "camera"
