"""Configuration of what the cell tells in ROS 2's standard types."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class RosConfig(BaseModel):
    """How other ROS 2 programs see the cell."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    frame_prefix: str | None = Field(
        None,
        pattern=r"^([A-Za-z0-9_][A-Za-z0-9_/]*)?$",
        max_length=64,
        title="Frame prefix",
        description="Stands before the name of each frame in /tf, which all cells of a ROS domain "
        "share. Without it: the namespace, `cell2/` for /cell2, and nothing for /cell.",
    )
