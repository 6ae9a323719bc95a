"""The twin's configuration file (YAML or JSON)."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.ground.errors import UserError
from models.ground.written import WrittenError, fit, one_line, parse_yaml, read_written
from twin.faults import Fault
from twin.product import PCB

_ROOT = Path(__file__).resolve().parent
DEMO_BOARDS = _ROOT / "boards" / "pcb"
DEMO_CARRIERS = _ROOT / "carriers" / "ball_screw"
DEMO_GOLDENS = _ROOT.parent / "cell" / "products" / "data" / "pcb" / "goldens"
DEMO_CALIBRATION = _ROOT.parent / "calibration" / "demo_cell.json"


class ConfigError(UserError):
    """The configuration file is missing or wrong; the message says where."""


class TwinConfig(BaseModel):
    """Everything that can be chosen about a run of the twin."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    host: str = Field(
        default="127.0.0.1",
        title="Host",
        description="Loopback address of all ports; 127.0.0.2 and so on keep twins apart.",
    )
    seed: int = Field(default=0, title="Seed", description="Of parts, poses and light.")
    parts: int = Field(
        default=0,
        ge=0,
        title="Parts",
        description="How many parts arrive in all; 0 for no end.",
        json_schema_extra={"unit": "1"},
    )
    pitch_m: float = Field(
        default=0.30,
        ge=0.17,
        title="Pitch",
        description="Belt travel from part to part.",
        json_schema_extra={"unit": "m"},
    )
    pitch_jitter_m: float = Field(
        default=0.02,
        ge=0.0,
        le=0.1,
        title="Pitch jitter",
        description="Up to this much is added to each pitch.",
        json_schema_extra={"unit": "m"},
    )
    max_speed_m_s: float = Field(
        default=0.30,
        gt=0.0,
        le=1.0,
        title="Highest belt speed",
        description="What the drive can do.",
        json_schema_extra={"unit": "m/s"},
    )
    defective_share: float = Field(
        default=0.3,
        ge=0.0,
        le=1.0,
        title="Defective share",
        description="Probability that a part has defects.",
        json_schema_extra={"unit": "1"},
    )
    product: str = Field(
        default=PCB.name,
        title="Product",
        description="What is fed first, by its name.",
    )
    part_m: tuple[float, float] | None = Field(
        default=None,
        title="Part's size",
        description="Length along the belt and across of what is fed first; it counts where "
        "`product` names none of the twin's.",
        json_schema_extra={"unit": "m"},
    )
    grip_m: tuple[float, float] = Field(
        default=(0.0, 0.0),
        title="Grip point",
        description="Where what is fed first is meant to be taken, from its centre along its own "
        "x and y: grasp errors count from there.",
        json_schema_extra={"unit": "m"},
    )
    golden_folder: Path = Field(
        default=DEMO_GOLDENS,
        title="Golden samples",
        description="Of the boards: folder with <id>.webp.",
    )
    boards_folder: Path = Field(
        default=DEMO_BOARDS,
        title="Boards",
        description="Folder with tested boards <id>.webp and their labels <id>.txt.",
    )
    carriers_folder: Path = Field(
        default=DEMO_CARRIERS,
        title="Carriers",
        description="Folder with pictures of ball screws <name>.webp and their labels <name>.txt.",
    )
    calibration_file: Path = Field(
        default=DEMO_CALIBRATION,
        title="Site",
        description="What stands where in truth, as a calibration file says it; the camera stands "
        "near to that.",
    )
    camera_error_px: float = Field(
        default=0.3,
        ge=0.0,
        title="Camera error",
        description="How far the true camera is from the calibrated one.",
        json_schema_extra={"unit": "px"},
    )
    image_folder: Path | None = Field(
        default=None,
        title="Image folder",
        description="Where the camera's emulator reads pictures; without it none are made.",
    )
    plc_port: int = Field(
        default=5020, ge=1, le=65535, title="PLC port", description="Modbus TCP of the belt."
    )
    camera_driver_port: int = Field(
        default=47010,
        ge=1,
        le=65535,
        title="Camera driver port",
        description="UDP port on which the camera's driver takes `PULSE n`.",
    )
    camera_device_port: int = Field(
        default=47011,
        ge=1,
        le=65535,
        title="Camera device port",
        description="UDP port on which the twin takes `EXPOSE`.",
    )
    control_port: int = Field(
        default=47020, ge=1, le=65535, title="Control port", description="TCP, JSON lines."
    )
    truth_file: Path = Field(
        default=Path("truth.json"), title="Truth file", description="What really happened."
    )
    attentive: bool = Field(
        default=True,
        title="Attentive person",
        description="A person clears the belt when the purge lamp is lit; false: nobody is there.",
    )
    feed_signals: bool = Field(
        default=False,
        title="Feed signals",
        description="Whether machines before and after the cell are wired to the PLC: parts come "
        "only while the cell is ready for them, and leave only into a machine that is.",
    )
    faults: tuple[Fault, ...] = Field(
        default=(), title="Faults", description="Faults that wait from the start."
    )

    @model_validator(mode="after")
    def _ports_differ(self) -> Self:
        ports = [
            self.plc_port,
            self.camera_driver_port,
            self.camera_device_port,
            self.control_port,
        ]
        if len(set(ports)) != len(ports):
            raise ValueError(f"ports must differ, got {ports}")
        return self


def load(path: Path) -> TwinConfig:
    """Read a configuration file; its relative paths are relative to it. Raises ConfigError."""
    try:
        content = parse_yaml(read_written(path))
        config = fit(TwinConfig, {} if content is None else content)
    except OSError as cause:
        raise ConfigError(
            f"cannot read {path}: {cause.strerror}; give the path of a file"
        ) from cause
    except WrittenError as cause:
        raise ConfigError(f"{path}: {cause}") from None
    except ValidationError as cause:
        raise ConfigError(f"{path}: {one_line(cause)}") from None
    folder = path.resolve().parent
    changes = {
        name: folder / value
        for name in (
            "golden_folder",
            "boards_folder",
            "carriers_folder",
            "calibration_file",
            "image_folder",
            "truth_file",
        )
        if (value := getattr(config, name)) is not None
    }
    return config.model_copy(update=changes)
