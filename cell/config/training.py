"""Configuration of training jobs: what they may take of the machine, and when they wait."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class RemoteConfig(BaseModel):
    """Training on another machine, over the system's OpenSSH client."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    host: str = Field(
        "",
        pattern=r"^([A-Za-z0-9_][A-Za-z0-9_.@:-]*)?$",
        title="Machine",
        description="Where the cell's detector is trained: user@machine, or a Host of the ssh "
        "configuration; empty: on this computer, beside the line.",
    )
    python: str = Field(
        "inspection-cell/.venv/bin/python",
        pattern=r"^[A-Za-z0-9_./~+-]+$",
        title="Python there",
        description="Python of the environment there that has this project; from the home folder.",
    )
    ssh_config: str = Field(
        "",
        title="ssh configuration",
        description="File of OpenSSH's settings (port, key); empty: the user's own.",
    )
    device: str = Field(
        "auto",
        pattern=r"^(auto|cpu|cuda(:[0-9]+)?)$",
        title="Device there",
        description="auto, cpu or cuda; auto is the GPU where there is one.",
    )
    cores: int = Field(
        0,
        ge=0,
        le=256,
        title="Cores there",
        description="Processors, and threads, that a job may use there; 0: all.",
        json_schema_extra={"unit": "1"},
    )
    min_free_mib: int = Field(
        500,
        ge=0,
        title="Free room there",
        description="Room on the disk there that is not for training.",
        json_schema_extra={"unit": "MiB"},
    )
    patience_min: float = Field(
        30.0,
        gt=0,
        le=10_000,
        title="Patience",
        description="How long a machine that a job has begun on may be out of reach before the "
        "job fails; it goes on there all the same, and is found again when resumed.",
        json_schema_extra={"unit": "min"},
    )


class TrainingConfig(BaseModel):
    """Training on the cell's own computer, beside the line, or on another machine."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    cores: int = Field(
        1,
        ge=1,
        le=256,
        title="Cores",
        description="Processors, and threads, that a training job may use; the last ones of the "
        "computer.",
        json_schema_extra={"unit": "1"},
    )
    memory_mib: int = Field(
        6000,
        ge=500,
        title="Memory",
        description="Most memory that a training job may ask for; beyond it the job fails.",
        json_schema_extra={"unit": "MiB"},
    )
    slower_share: float = Field(
        0.25,
        ge=0.01,
        le=10,
        title="Slower",
        description="The job pauses when verdicts take longer than without it by this share.",
        json_schema_extra={"unit": "1"},
    )
    hold_s: float = Field(
        30.0,
        gt=0,
        le=3600,
        title="Pause",
        description="Shortest pause; each one that follows soon is twice as long.",
        json_schema_extra={"unit": "s"},
    )
    steps: int = Field(
        400,
        ge=1,
        le=1_000_000,
        title="Steps",
        description="Steps of a training job, where nobody says otherwise.",
        json_schema_extra={"unit": "1"},
    )
    python: str = Field(
        "",
        title="Python",
        description="Python of an environment that has ultralytics, for its weights and its "
        "training; empty: that of the `yolo` on the PATH.",
    )
    remote: RemoteConfig = Field(
        default_factory=RemoteConfig,
        title="Another machine",
        description="Where jobs are trained instead of beside the line.",
    )
