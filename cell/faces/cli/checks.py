"""The checks of `cell doctor`, one function a subject. None of them starts or changes anything."""

from __future__ import annotations

import importlib
import os
import platform
import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from calibration.cell import CalibrationError
from cell.config import CellConfig, ConfigError
from cell.config.stations import ledger_config, site_of
from cell.products.lookup import load_inspection_parts
from cell.texts import render
from models.ground.errors import UserError
from vision.plugins import plugin_names

LEAST_SHM_MIB = 128
LEAST_DISK_MIB = 2000


class Level(StrEnum):
    """How bad a finding is."""

    GOOD = "good"
    ABSENT = "absent"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    level: Level
    what: str
    found: str
    remedy: str = ""


def _module(
    what: str, module: str, package: str, remedy: str, missing: Level = Level.BAD
) -> Finding:
    try:
        importlib.import_module(module)
    except ImportError as error:
        return Finding(missing, what, render(str(error)), remedy)
    try:
        return Finding(Level.GOOD, what, f"{package} {version(package)}")
    except PackageNotFoundError:
        return Finding(Level.GOOD, what, "installed by the system")


def machine(_cell: CellConfig) -> list[Finding]:
    """Python, processors, disk."""
    free = shutil.disk_usage(Path.cwd()).free // 2**20
    disk = Level.GOOD if free >= LEAST_DISK_MIB else Level.BAD
    return [
        Finding(Level.GOOD, "machine", f"{platform.platform()}, {os.cpu_count()} cores"),
        Finding(
            disk,
            "disk",
            f"{free} MiB free here",
            "" if disk is Level.GOOD else "Free some disk space.",
        ),
    ]


def ros(_cell: CellConfig) -> list[Finding]:
    """ROS 2 and the cell's interfaces."""
    setup = "Run `make setup`, or source a ROS 2 Jazzy installation."
    build = "Run `make setup`, or build interfaces/ with colcon and source it."
    domain = os.environ.get("ROS_DOMAIN_ID", "0")
    return [
        _module("ROS 2 (rclpy)", "rclpy", "ros-rclpy", setup),
        _module(
            "ROS interfaces", "inspection_cell_interfaces.msg", "inspection_cell_interfaces", build
        ),
        Finding(Level.GOOD, "ROS domain", domain),
    ]


def shared_memory(_cell: CellConfig) -> list[Finding]:
    """Room for the ring of pictures."""
    free = shutil.disk_usage("/dev/shm").free // 2**20 if Path("/dev/shm").is_dir() else 0
    if free >= LEAST_SHM_MIB:
        return [Finding(Level.GOOD, "shared memory", f"{free} MiB free in /dev/shm")]
    remedy = f"Give /dev/shm at least {LEAST_SHM_MIB} MiB (in a container: --shm-size=1g)."
    return [Finding(Level.BAD, "shared memory", f"{free} MiB free in /dev/shm", remedy)]


def cameras(cell: CellConfig) -> list[Finding]:
    """What pylon sees, for a cell whose camera is Basler's."""
    if cell.camera.driver != "basler":
        return []
    driver = _module("camera driver (pylon)", "pypylon.pylon", "pypylon", "Run `make setup`.")
    if driver.level is not Level.GOOD:
        return [driver]
    pylon = importlib.import_module("pypylon.pylon")
    devices = pylon.TlFactory.GetInstance().EnumerateDevices()
    names = [d.GetFriendlyName() for d in devices if d.GetDeviceClass() != "BaslerCamEmu"]
    if names:
        return [driver, Finding(Level.GOOD, "cameras", ", ".join(names))]
    remedy = "The twin uses pylon's emulator. A real camera: check its cable, power and network."
    return [driver, Finding(Level.ABSENT, "cameras", "none attached", remedy)]


OPTIONAL_OPENVINO = "Optional: another CPU engine; in bf16 about twice as fast on recent Xeons."


def gpu(_cell: CellConfig) -> list[Finding]:
    """NVIDIA devices and the optional engine packages."""
    nodes = sorted(p.name for p in Path("/dev").glob("nvidia[0-9]*"))
    found = (
        Finding(Level.GOOD, "GPU", ", ".join(nodes))
        if nodes
        else Finding(
            Level.ABSENT, "GPU", "none", "The CPU engine is used; one part takes about 0.1 s."
        )
    )
    remedy = "Optional: faster inspection on an NVIDIA GPU."
    return [
        found,
        _module("TensorRT", "tensorrt", "tensorrt", remedy, Level.ABSENT),
        _module("TensorRT-RTX", "tensorrt_rtx", "tensorrt-rtx", remedy, Level.ABSENT),
        _module("OpenVINO", "openvino", "openvino", OPTIONAL_OPENVINO, Level.ABSENT),
    ]


def engines(cell: CellConfig) -> list[Finding]:
    """Drivers and engines by entry point, and whether the configured ones are among them."""
    chosen = {
        "engines": cell.inspector.engine,
        "cameras": cell.camera.driver,
        "belts": cell.belt.driver,
        "arms": cell.robot.arm.driver,
        "grippers": cell.robot.gripper.driver,
    }
    findings = []
    for kind, name in chosen.items():
        names = plugin_names(f"inspection_cell.{kind}")
        good = name in names
        remedy = (
            "" if good else f"Install the package that brings '{name}', or configure one of these."
        )
        level = Level.GOOD if good else Level.BAD
        findings.append(
            Finding(level, kind, f"{', '.join(names) or 'none'} (configured: {name})", remedy)
        )
    return findings


def calibration(cell: CellConfig) -> list[Finding]:
    """The cell's calibration file, and whether the arm can work in what it describes."""
    try:
        found = site_of(cell)
        ledger_config(cell)
    except (CalibrationError, ConfigError) as error:
        return [
            Finding(
                Level.BAD,
                "calibration",
                render(str(error)),
                "Calibrate the cell or correct the path.",
            )
        ]
    origin = found.provenance
    return [Finding(Level.GOOD, "calibration", f"{found.name}, {origin.method}, {origin.when}")]


def recipe(cell: CellConfig) -> list[Finding]:
    """The configured recipe with its model and golden samples."""
    try:
        parts = load_inspection_parts(cell, cell.recipe)
    except UserError as error:
        return [
            Finding(
                Level.BAD, "recipe", render(str(error)), "Correct it, or configure another recipe."
            )
        ]
    goldens = f"{len(parts.goldens.names)} golden samples" if parts.goldens else "no golden samples"
    return [
        Finding(
            Level.GOOD,
            "recipe",
            f"{parts.recipe.identity}, model {parts.identity}, {goldens}",
        )
    ]


def twin(cell: CellConfig) -> list[Finding]:
    """What the twin needs."""
    physics = _module(
        "twin (MuJoCo)",
        "mujoco",
        "mujoco",
        "Run `make setup` to run without hardware.",
        Level.ABSENT,
    )
    findings = [physics]
    for port, what in (
        (cell.hmi.port, "operator's page"),
        (30004, "twin's arm"),
        (5020, "twin's PLC"),
    ):
        with socket.socket() as probe:
            taken = probe.connect_ex(("127.0.0.1", port)) == 0
        if taken:
            remedy = "End the program that holds it, if the cell is not running already."
            findings.append(Finding(Level.ABSENT, f"port {port}", f"in use ({what})", remedy))
    return findings


CHECKS: tuple[Callable[[CellConfig], list[Finding]], ...] = (
    machine, ros, shared_memory, cameras, gpu, engines, calibration, recipe, twin,
)  # fmt: skip
