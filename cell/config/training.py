"""Configuration of training jobs: what they may take of the machine, and when they wait."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class TrainingConfig(BaseModel):
    """Training on the cell's own computer, beside the line."""

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
