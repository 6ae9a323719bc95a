"""Configuration of what a model must prove before it judges parts."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class PromotionConfig(BaseModel):
    """What a candidate must prove before it has a say."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    confidence: float = Field(
        0.95,
        ge=0.8,
        lt=1,
        title="Confidence",
        description="With which each claim must be proven.",
        json_schema_extra={"unit": "1"},
    )
    escape_ratio: float = Field(
        2.0,
        gt=1,
        le=10,
        title="Escapes, times",
        description="A candidate that lets so many times as many defective parts pass as the "
        "active model is held back.",
        json_schema_extra={"unit": "1"},
    )
    extra_escapes: float = Field(
        0.005,
        gt=0,
        le=0.2,
        title="Negligible escapes",
        description="Share of the defective parts by which escapes may grow in any case.",
        json_schema_extra={"unit": "1"},
    )
    max_false_rejects: float = Field(
        0.02,
        gt=0,
        lt=1,
        title="Most false rejects",
        description="Share of the good parts that a candidate may reject.",
        json_schema_extra={"unit": "1"},
    )
    max_reviews: float = Field(
        0.05,
        gt=0,
        lt=1,
        title="Most reviews",
        description="Share of the good parts that a candidate may send to review.",
        json_schema_extra={"unit": "1"},
    )
    latency_budget_ms: float = Field(
        500.0,
        gt=0,
        title="Latency budget",
        description="In which an inspection must be done on this machine's engine.",
        json_schema_extra={"unit": "ms"},
    )
    slow_share: float = Field(
        0.01,
        gt=0,
        lt=1,
        title="Most slow inspections",
        description="Share of a candidate's inspections that may take longer than the budget.",
        json_schema_extra={"unit": "1"},
    )
    least_line_parts: int = Field(
        200,
        ge=0,
        title="Least parts of the line",
        description="Parts that a candidate must have inspected beside the active model.",
        json_schema_extra={"unit": "1"},
    )
    canary_share: float = Field(
        0.1,
        gt=0,
        le=1,
        title="Share on trial",
        description="Share of the pictures that a model on trial looks at beside the active one.",
        json_schema_extra={"unit": "1"},
    )
    escape_bound: float = Field(
        0.02,
        gt=0,
        le=0.2,
        title="Most escapes",
        description="Share of the parts that a model with a say has passed which may be defective; "
        "one that is proven to be above it loses its say.",
        json_schema_extra={"unit": "1"},
    )
    drift_margin: float = Field(
        0.1,
        gt=0,
        lt=0.5,
        title="Drift, margin",
        description="By how much the share of the parts that a model stops may change.",
        json_schema_extra={"unit": "1"},
    )
    drift_run: int = Field(
        20_000,
        ge=100,
        title="Drift, false alarm",
        description="Parts in which one false alarm of drift is borne with on average.",
        json_schema_extra={"unit": "1"},
    )
    drift_first: int = Field(
        200,
        ge=20,
        le=5000,
        title="Drift, first parts",
        description="Parts that the share a model stops is first taken from: of the line, before "
        "it judged; where there were fewer, its first ones since.",
        json_schema_extra={"unit": "1"},
    )
    on_drift: Literal["advise", "roll_back"] = Field(
        "roll_back",
        title="When the active model drifts",
        description="advise: people are told. roll_back: a young model that has taken another "
        "one's place gives it back; of any other, people are told.",
        json_schema_extra={"unit": "1"},
    )
    young_parts: int = Field(
        5000,
        ge=0,
        title="Young model",
        description="Parts within which a model that has begun to judge is young.",
        json_schema_extra={"unit": "1"},
    )
    shadow_behind: int = Field(
        50,
        ge=1,
        le=1000,
        title="Shadow, parts behind",
        description="So many parts a candidate in the shadow may lie behind the line; older ones "
        "it leaves out.",
        json_schema_extra={"unit": "1"},
    )
    shadow_patience_s: float = Field(
        300.0,
        gt=0,
        title="Shadow, patience",
        description="A candidate that says nothing of a picture for so long hangs; on a busy "
        "machine it waits for its turn.",
        json_schema_extra={"unit": "s"},
    )
    shadow_memory_mib: int = Field(
        2048,
        ge=256,
        title="Shadow, memory",
        description="Memory that a candidate in the shadow may ask for.",
        json_schema_extra={"unit": "MiB"},
    )
