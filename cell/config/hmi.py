"""Configuration of the operator's page."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from cell.texts import Lang, languages


def _known(lang: Lang) -> Lang:
    if lang not in languages():
        raise ValueError(
            f"'{lang}' is no language of the page: use one of {', '.join(languages())}"
        )
    return lang


class Closed(BaseModel):
    """Base of every section: frozen, unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class HmiConfig(Closed):
    """The operator's page: where it is served and when it calls something silent."""

    host: str = Field(
        "127.0.0.1",
        title="Address",
        description="Address to serve on; 0.0.0.0 lets panels in the plant network in.",
    )
    port: int = Field(8080, ge=1, le=65535, title="Port", description="TCP port of the page.")
    language: Annotated[Lang, AfterValidator(_known)] = Field(
        "ko",
        title="Language",
        description="Of a page whose browser likes none of ours, e.g. en or ko.",
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
        0.7,
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
    processes: tuple[str, ...] = Field(
        ("belt", "camera", "inspector", "supervisor", "robot", "recorder", "bridge", "hmi"),
        title="Processes",
        description="The processes whose health is shown, in this order.",
    )
