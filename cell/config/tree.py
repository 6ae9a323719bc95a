"""The configuration tree of a cell. What a cell cannot do without has no default."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from cell.config.hmi import HmiConfig
from cell.config.labels import LabelsConfig
from cell.config.namespace import NAMESPACE, absolute
from cell.config.people import PeopleConfig
from cell.config.practice import PracticeConfig, stranger
from cell.config.promotion import PromotionConfig
from cell.config.quality import QualityConfig
from cell.config.ros import RosConfig
from cell.config.training import TrainingConfig
from cell.control.ledger.config import LedgerSettings
from cell.records.limits import Retention
from robot.motion.config import MotionSettings


class Section(BaseModel):
    """Base of every section: frozen, unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Device(Section):
    """A device by its driver: an entry point of an installed package."""

    driver: str = Field(
        title="Driver", description="Entry point in the kind's group, e.g. inspection_cell.cameras."
    )
    options: dict[str, Any] = Field(
        default_factory=dict, title="Options", description="Settings of the driver itself."
    )

    @field_validator("options")
    @classmethod
    def _ports(cls, options: dict[str, Any]) -> dict[str, Any]:
        """Drivers check their options when they start; a port that none can be is told before."""
        for key, value in _flat(options):
            named = key == "port" or key.endswith("_port")
            if named and isinstance(value, bool | int | float) and not _is_port(value):
                raise ValueError(f"{key} is {value}, a port is a whole number from 1 to 65535")
        return options


class CameraSection(Device):
    """The camera and where its pictures go."""

    ring: str = Field(
        "inspection_cell",
        title="Ring",
        description="Name of the shared-memory ring that holds the pictures.",
    )
    preview_hz: float = Field(
        2.0,
        gt=0,
        le=10,
        title="Preview rate",
        description="Most compressed pictures for viewers in a second.",
        json_schema_extra={"unit": "Hz", "live": True},
    )

    @property
    def software_trigger(self) -> bool:
        """Whether the camera's node commands each exposure, instead of the PLC by wire."""
        return self.options.get("trigger") == "software"


class BeltSection(Device):
    """The belt PLC and how it is asked."""

    poll_hz: float = Field(
        50.0,
        ge=5,
        le=200,
        title="Poll rate",
        description="Readings of the PLC in a second.",
        json_schema_extra={"unit": "Hz"},
    )
    speed_m_s: float = Field(
        0.2,
        gt=0,
        le=2,
        title="Belt speed",
        description="Speed at which the belt runs in production.",
        json_schema_extra={"unit": "m/s"},
    )


class InspectorSection(Section):
    """The engine and the evidence it keeps."""

    engine: str = Field(
        "onnxruntime",
        title="Engine",
        description="Entry point in inspection_cell.engines, for detectors; taught models always "
        "run on ONNX Runtime.",
    )
    options: dict[str, Any] = Field(
        default_factory=dict, title="Options", description="Settings of the engine itself."
    )
    store_views: bool = Field(
        True, title="Store views", description="Keep the canonical view of each part as a picture."
    )


class RobotSection(Section):
    """The arm, what it grips with, and how it moves."""

    arm: Device = Field(title="Arm", description="Driver from inspection_cell.arms.")
    gripper: Device = Field(title="Gripper", description="Driver from inspection_cell.grippers.")
    motion: MotionSettings = Field(
        default_factory=MotionSettings,
        title="Motion",
        description="Limits, stroke and tolerances; places stand in the calibration.",
    )


class RecorderSection(Section):
    """What is kept of each part."""

    store_frames: Literal["all", "rejects", "none"] = Field(
        "rejects", title="Frames", description="Of which parts the whole camera picture is kept."
    )
    min_free_mib: int = Field(
        500,
        ge=0,
        title="Least free disk",
        description="Below this no more pictures are written; records go on.",
        json_schema_extra={"unit": "MiB"},
    )
    retention: Retention = Field(
        default_factory=Retention,
        title="Retention",
        description="How long pictures are kept, and how much room they may take.",
    )


class HostsSection(Section):
    """What counts where the cell runs on more than one machine."""

    max_clock_offset_ms: float = Field(
        20.0,
        gt=0,
        title="Most clock offset",
        description="A machine whose clock is further off keeps the cell from starting.",
        json_schema_extra={"unit": "ms"},
    )
    outgoing_mib: int = Field(
        512,
        ge=16,
        title="Pictures that wait",
        description="So much of the newest pictures the inspector's machine keeps for a recorder "
        "on another one.",
        json_schema_extra={"unit": "MiB"},
    )


class CellConfig(Section):
    """Everything that makes one cell what it is."""

    name: str = Field(title="Name", description="Name of the cell, as plants call it.")
    namespace: Annotated[str, AfterValidator(absolute)] = Field(
        NAMESPACE,
        title="Namespace",
        description="ROS namespace of all its names; another one for each cell in a ROS domain.",
    )
    data_dir: Path = Field(
        title="Data folder", description="Journal, records and pictures; relative to this file."
    )
    calibration: Path = Field(
        title="Calibration", description="What was built and measured where; relative to this file."
    )
    recipe: str = Field(title="Recipe", description="Name of the recipe at start.")
    recipes: Path | None = Field(
        None,
        title="Recipes",
        description="Folder of recipes; empty: those that come with the cell.",
    )
    models: Path | None = Field(
        None, title="Models", description="Folder of model packages; empty: those that come along."
    )
    belt: BeltSection = Field(title="Belt", description="The belt PLC.")
    camera: CameraSection = Field(title="Camera", description="The camera.")
    inspector: InspectorSection = Field(
        default_factory=InspectorSection, title="Inspector", description="Engine and evidence."
    )
    robot: RobotSection = Field(title="Robot", description="Arm, gripper, motion.")
    ledger: LedgerSettings = Field(
        default_factory=LedgerSettings,
        title="Ledger",
        description="Tolerances; the stations stand in the calibration.",
    )
    recorder: RecorderSection = Field(
        default_factory=RecorderSection, title="Recorder", description="What is kept."
    )
    hosts: HostsSection = Field(
        default_factory=HostsSection,
        title="Machines",
        description="Several machines that run one cell.",
    )
    hmi: HmiConfig = Field(
        default_factory=HmiConfig, title="HMI", description="The operator's page."
    )
    people: PeopleConfig = Field(
        default_factory=PeopleConfig, title="People", description="Sign-in and the audit log."
    )
    labels: LabelsConfig = Field(
        default_factory=LabelsConfig,
        title="Labels",
        description="What is queued for labelling, who looks twice, how sets are split.",
    )
    training: TrainingConfig = Field(
        default_factory=TrainingConfig,
        title="Training",
        description="What training jobs may take of the machine, and when they wait.",
    )
    promotion: PromotionConfig = Field(
        default_factory=PromotionConfig,
        title="Promotion",
        description="What a new model must prove before it has a say.",
    )
    quality: QualityConfig = Field(
        default_factory=QualityConfig,
        title="Quality",
        description="Shifts, what is planned and claimed, and when monitors alarm.",
    )
    practice: PracticeConfig = Field(
        default_factory=PracticeConfig,
        title="Practice",
        description="Whether people practise here, beside the twin.",
    )
    ros: RosConfig = Field(
        default_factory=RosConfig, title="ROS", description="How other ROS 2 programs see the cell."
    )

    @property
    def stranger(self) -> str:
        """Why nobody may practise here, '' where people may, or nobody is to."""
        if self.practice.twin is None:
            return ""
        devices = {
            "belt": self.belt.options,
            "camera": self.camera.options,
            "robot.arm": self.robot.arm.options,
            "robot.gripper": self.robot.gripper.options,
        }
        return stranger(self.practice.twin, devices)

    def anchored(self, folder: Path) -> Self:
        """The same with relative paths taken from `folder`."""
        paths = {
            name: (folder / path).resolve()
            for name in ("data_dir", "calibration", "recipes", "models")
            if isinstance(path := getattr(self, name), Path)
        }
        return self.model_copy(update={**paths, "people": self.people.anchored(folder)})


def _flat(options: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Keys and values, those of mappings inside as well."""
    for key, value in options.items():
        if isinstance(value, dict):
            yield from _flat(value)
        else:
            yield key, value


def _is_port(value: bool | float) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 65535
