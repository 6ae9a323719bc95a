"""Configuration of the operator's page."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Closed(BaseModel):
    """Base of every section: frozen, unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BinPlace(Closed):
    """A bin in the 3D picture."""

    name: str = Field(title="Name", description="Name of the bin as recipes use it.")
    x: float = Field(
        title="Drop point x",
        description="Drop point in frame cell, along belt travel.",
        json_schema_extra={"unit": "m"},
    )
    y: float = Field(
        title="Drop point y",
        description="Drop point in frame cell, to the left of belt travel.",
        json_schema_extra={"unit": "m"},
    )


class SceneLayout(Closed):
    """Where things stand in the 3D picture. For show only: nothing is computed from it."""

    belt_from_x: float = Field(
        -1.50,
        title="Belt start",
        description="Where the belt begins.",
        json_schema_extra={"unit": "m"},
    )
    belt_to_x: float = Field(
        0.70, title="Belt end", description="Where the belt ends.", json_schema_extra={"unit": "m"}
    )
    belt_width: float = Field(
        0.30,
        gt=0,
        title="Belt width",
        description="Width of the belt.",
        json_schema_extra={"unit": "m"},
    )
    camera_x: float = Field(
        -1.00,
        title="Camera axis",
        description="Where the camera looks down at the belt.",
        json_schema_extra={"unit": "m"},
    )
    camera_height: float = Field(
        0.60,
        gt=0,
        title="Camera height",
        description="Camera above the belt surface.",
        json_schema_extra={"unit": "m"},
    )
    photo_eye_x: float = Field(
        -1.30,
        title="Photo-eye",
        description="Where parts arrive.",
        json_schema_extra={"unit": "m"},
    )
    exit_eye_x: float = Field(
        0.62, title="Exit-eye", description="Where parts leave.", json_schema_extra={"unit": "m"}
    )
    last_safe_x: float = Field(
        0.45,
        title="Last safe position",
        description="No part with an open reject may pass it.",
        json_schema_extra={"unit": "m"},
    )
    robot_x: float = Field(
        0.0, title="Robot base x", description="Robot base.", json_schema_extra={"unit": "m"}
    )
    robot_y: float = Field(
        -0.50, title="Robot base y", description="Robot base.", json_schema_extra={"unit": "m"}
    )
    part_size: float = Field(
        0.108,
        gt=0,
        title="Part size",
        description="Edge length of a square part.",
        json_schema_extra={"unit": "m"},
    )
    bins: tuple[BinPlace, ...] = Field(
        (
            BinPlace(name="rework", x=-0.40, y=-0.32),
            BinPlace(name="scrap", x=0.40, y=-0.32),
            BinPlace(name="review", x=0.62, y=-0.32),
        ),
        title="Bins",
        description="The bins beside the belt.",
    )


class HmiConfig(Closed):
    """The operator's page: where it is served and when it calls something silent."""

    host: str = Field(
        "127.0.0.1",
        title="Address",
        description="Address to serve on; 0.0.0.0 lets panels in the plant network in.",
    )
    port: int = Field(8080, ge=1, le=65535, title="Port", description="TCP port of the page.")
    language: Literal["ko", "en"] = Field(
        "ko", title="Language", description="Language of a freshly opened page."
    )
    person: str = Field(
        "operator",
        min_length=1,
        title="Person",
        description="Who the cell records as the giver of commands from this page.",
    )
    refresh_hz: float = Field(
        5.0,
        gt=0,
        le=20,
        title="Refresh rate",
        description="How often an open page is brought up to date.",
        json_schema_extra={"unit": "Hz"},
    )
    cell_silent_s: float = Field(
        1.5,
        gt=0,
        title="Cell silent after",
        description="Without a cell state for this long the page says that nothing is live.",
        json_schema_extra={"unit": "s"},
    )
    device_silent_s: float = Field(
        1.0,
        gt=0,
        title="Device silent after",
        description="Without a belt or robot state for this long the page calls it silent.",
        json_schema_extra={"unit": "s"},
    )
    process_silent_s: float = Field(
        0.8,
        gt=0,
        title="Process silent after",
        description="A process without a heartbeat for this long is dead, as for the supervisor.",
        json_schema_extra={"unit": "s"},
    )
    service_timeout_s: float = Field(
        2.0,
        gt=0,
        title="Command time-out",
        description="How long a command waits for the supervisor's answer.",
        json_schema_extra={"unit": "s"},
    )
    picture_width: int = Field(
        960,
        ge=64,
        title="Picture width",
        description="Largest width of a picture sent to the browser.",
        json_schema_extra={"unit": "px"},
    )
    picture_quality: int = Field(
        80, ge=10, le=100, title="JPEG quality", description="Quality of pictures on the page."
    )
    view_size: int = Field(
        640,
        ge=64,
        title="Canonical view",
        description="Edge length of the part's canonical view, in which defects are located.",
        json_schema_extra={"unit": "px"},
    )
    data_dir: Path | None = Field(
        None,
        title="Data folder",
        description="Folder that relative paths of stored views start from.",
    )
    processes: tuple[str, ...] = Field(
        ("belt", "camera", "inspector", "supervisor", "robot", "recorder", "hmi"),
        title="Processes",
        description="The processes whose health is shown, in this order.",
    )
    layout: SceneLayout = Field(
        default_factory=SceneLayout, title="3D layout", description="What the 3D picture shows."
    )
