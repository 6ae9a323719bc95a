"""Configuration of labelling: what is queued, who looks twice, how sets are split."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class LabelsConfig(BaseModel):
    """Which pictures are queued for labelling, and how labels become sets."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    audit_share: float = Field(
        0.01,
        ge=0,
        le=1,
        title="Audits",
        description="Share of the passed parts that is queued at random.",
        json_schema_extra={"unit": "1"},
    )
    margin: float = Field(
        0.1,
        ge=0,
        le=1,
        title="Margin",
        description="A part is queued when a defect's score lies nearer to its threshold.",
        json_schema_extra={"unit": "1"},
    )
    review_share: float = Field(
        0.1,
        ge=0,
        le=1,
        title="Reviews",
        description="Share of the labels that a second person makes blindly once more; overridden "
        "parts always.",
        json_schema_extra={"unit": "1"},
    )
    agree_iou: float = Field(
        0.5,
        gt=0,
        le=1,
        title="Agreement",
        description="Least overlap (intersection over union) of two people's boxes that count as "
        "the same.",
        json_schema_extra={"unit": "1"},
    )
    lease_min: float = Field(
        15.0,
        gt=0,
        le=24 * 60,
        title="Lease",
        description="How long an item is kept for whoever opened it and is not heard of any more.",
        json_schema_extra={"unit": "min"},
    )
    most_waiting: int = Field(
        20_000,
        ge=1,
        title="Longest queue",
        description="Beyond this the least valuable items that nobody has touched go again, with "
        "their pictures.",
        json_schema_extra={"unit": "1"},
    )
    validation_share: float = Field(
        0.15,
        ge=0,
        lt=1,
        title="For validation",
        description="Share of the parts that new label sets hold apart for choosing a model.",
        json_schema_extra={"unit": "1"},
    )
    test_share: float = Field(
        0.15,
        ge=0,
        lt=1,
        title="For the test",
        description="Share of the parts that new label sets hold apart for the last test.",
        json_schema_extra={"unit": "1"},
    )

    @model_validator(mode="after")
    def _leaves_something_to_learn_from(self) -> Self:
        apart = self.validation_share + self.test_share
        if apart >= 1:
            raise ValueError(
                f"validation_share and test_share make {apart:g} together: leave a part below 1 to "
                "train on"
            )
        return self
