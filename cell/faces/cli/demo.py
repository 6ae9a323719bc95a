"""The twin's configuration for `cell run`. The cell itself knows nothing of it: this is the bench
it is put on.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from calibration.cell import load_calibration
from cell.config import CellConfig
from cell.faces.cli.errors import UsageError
from cell.launcher.demo import image_folder
from cell.launcher.twin import TwinPlan
from cell.products.loading import RECIPES
from cell.products.lookup import find_recipe


def demo_twin(
    config: CellConfig,
    host: str,
    folder: Path,
    *,
    seed: int,
    parts: int,
    pitch: float,
    defective: float,
    site: Path | None = None,
    settings: dict[str, Any] | None = None,
) -> TwinPlan:
    """What the twin is told: the same ports that the cell's configuration names, what the recipe
    is for, and what stands where in truth (`site`; None: just as the calibration says). Raises
    RecipeError, CalibrationError; UsageError for a camera that the twin could not trigger.
    """
    truth = (site or config.calibration).resolve()
    load_calibration(truth)
    part = find_recipe(config, config.recipe).part
    goldens = (config.recipes or RECIPES) / config.recipe / "goldens"
    plc_port = int(config.belt.options.get("port", 5020))
    lines = config.camera.options.get("lines") or {}
    pictures = _pictures(config)
    return TwinPlan(
        host=host,
        plc_port=plc_port,
        folder=folder,
        settings={
            "host": host,
            "seed": seed,
            "parts": parts,
            "pitch_m": pitch,
            "pitch_jitter_m": 0.0,
            "max_speed_m_s": max(0.3, config.belt.speed_m_s),
            "defective_share": defective,
            "product": config.recipe,
            "part_m": list(part.size_m),
            "grip_m": list(part.grip_m),
            "calibration_file": str(truth),
            **({"golden_folder": str(goldens)} if goldens.is_dir() else {}),
            **({"image_folder": str(pictures)} if pictures is not None else {}),
            "plc_port": plc_port,
            "camera_driver_port": int(lines.get("pulse_port", 47010)),
            "camera_device_port": int(lines.get("device_port", 47011)),
            "truth_file": str(folder / "truth.json"),
            "feed_signals": True,
            **(settings or {}),
        },
        pictures=pictures.parent if pictures and pictures == image_folder(folder) else None,
    )


def _pictures(config: CellConfig) -> Path | None:
    """Where the twin puts its pictures; None for a camera that has its own, and is only triggered.
    Raises UsageError.
    """
    options = config.camera.options
    if "image_folder" in options:
        return Path(options["image_folder"])
    if not options.get("lines"):
        raise UsageError(
            "camera.options.lines is not set: the twin triggers a camera through the UDP ports "
            "that stand there (docs/extend.md). Set them, or run your hardware with --no-twin."
        )
    return None
