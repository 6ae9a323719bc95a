"""Configuration of a Basler camera."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from vision.cameras.pixels import PixelFormat

EMULATOR = "BaslerCamEmu"


class EmulatedLinesConfig(BaseModel):
    """UDP ports that stand for an emulated camera's trigger wires."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    host: str = Field("127.0.0.1", title="Host", description="Address that both ports are on.")
    pulse_port: int = Field(
        ge=0,
        le=65535,
        title="Pulse port",
        description="Our port: `PULSE <n>` is an edge on Line1.",
        json_schema_extra={"unit": "1"},
    )
    device_port: int | None = Field(
        None,
        ge=1,
        le=65535,
        title="Device port",
        description="Takes `EXPOSE` (software trigger).",
        json_schema_extra={"unit": "1"},
    )


class BaslerConfig(BaseModel):
    """Which camera, and how it is set up."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    serial: str | None = Field(
        None, title="Serial number", description="Takes this very camera; goes before the ordinal."
    )
    device_class: str | None = Field(
        None,
        title="Device class",
        description="pylon device class, e.g. BaslerUsb, BaslerGigE or BaslerCamEmu; empty: any.",
    )
    ordinal: int = Field(
        0,
        ge=0,
        title="Ordinal",
        description="Which of the matching cameras, by serial number.",
        json_schema_extra={"unit": "1"},
    )
    trigger: Literal["external", "software"] = Field(
        "external", title="Trigger", description="Rising edge on Line1, or on command."
    )
    exposure_line: str = Field(
        "Line2",
        title="Exposure line",
        description="Output that tells the PLC of each exposure (ExposureActive); real cameras.",
    )
    exposure_us: float = Field(
        120.0,
        gt=0,
        le=1e6,
        title="Exposure time",
        description="Motion blur is belt speed times this: 0.3 m/s and 120 us give 0.04 mm.",
        json_schema_extra={"unit": "us"},
    )
    pixel_format: PixelFormat = Field(
        "Mono8",
        title="Pixel format",
        description="What the camera sends (PFNC name); inspected is the 8-bit grey of it.",
    )
    width: int = Field(
        1920, ge=16, title="Width", description="Of the picture.", json_schema_extra={"unit": "px"}
    )
    height: int = Field(
        1200, ge=16, title="Height", description="Of the picture.", json_schema_extra={"unit": "px"}
    )
    offset_x: int = Field(
        0,
        ge=0,
        title="Offset x",
        description="Of the read region on the sensor.",
        json_schema_extra={"unit": "px"},
    )
    offset_y: int = Field(
        0,
        ge=0,
        title="Offset y",
        description="Of the read region on the sensor.",
        json_schema_extra={"unit": "px"},
    )
    slots: int = Field(
        8,
        ge=4,
        le=64,
        title="Ring slots",
        description="Pictures kept in shared memory; two of them are always being filled.",
        json_schema_extra={"unit": "1"},
    )
    image_folder: Path | None = Field(
        None, title="Image folder", description="Emulated cameras take their pictures from here."
    )
    lines: EmulatedLinesConfig | None = Field(
        None, title="Emulated lines", description="Trigger wires of an emulated camera."
    )

    @model_validator(mode="after")
    def _emulated_only(self) -> Self:
        if self.device_class != EMULATOR and (self.image_folder or self.lines):
            raise ValueError(
                f"image_folder and lines are for emulated cameras: set device_class: {EMULATOR}, "
                "or remove them"
            )
        if self.device_class == EMULATOR and self.trigger == "external" and self.lines is None:
            raise ValueError(
                "an emulated camera has no Line1: configure `lines`, or use trigger: software"
            )
        return self
