"""Model packages of two kinds beside detectors: taught anomaly models, and the feature network that
they are built on.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

from models.package import check_file, read_card

FEATURES = Path(__file__).resolve().parent / "features"
"""The feature network that ships with the cell."""
SHA256 = "^[0-9a-f]{64}$"


class TapCard(BaseModel):
    """One output of the feature network."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    channels: PositiveInt = Field(title="Channels", description="Features of each place.")
    stride: PositiveInt = Field(title="Stride", description="Pixels from place to place.")


class FeatureCard(BaseModel):
    """What the cell needs to know of a feature network."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    kind: Literal["features"] = Field(title="Kind", description="A feature network.")
    name: str = Field(title="Name", description="Identity.", min_length=1)
    version: str = Field(title="Version", description="Changes with the weights.", min_length=1)
    file: str = Field("model.onnx", title="File", description="The network, beside the card.")
    sha256: str = Field(title="SHA-256", description="Of the network's file.", pattern=SHA256)
    outputs: dict[str, TapCard] = Field(
        title="Outputs", description="What each output holds.", min_length=1
    )
    licence_note: str = Field(title="Licence", description="Of the weights.")


class AnomalyCard(BaseModel):
    """What the cell acts on of an anomaly model's card; more keys tell people more."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    kind: Literal["anomaly"] = Field(title="Kind", description="A taught anomaly model.")
    name: str = Field(title="Name", description="Identity of the model.", min_length=1)
    version: str = Field(title="Version", description="Changes with every teaching.", min_length=1)
    file: str = Field("model.onnx", title="File", description="The network, beside the card.")
    sha256: str = Field(title="SHA-256", description="Of the network's file.", pattern=SHA256)
    input_shape: tuple[Literal[1], Literal[1], PositiveInt, PositiveInt] = Field(
        title="Input", description="Batch, channel, height, width; grey 0..1 as float32."
    )
    output_shape: tuple[Literal[1], Literal[1], PositiveInt, PositiveInt] = Field(
        title="Output", description="Heat map: distance of each place from everything good."
    )
    threshold: float = Field(
        gt=0.0,
        allow_inf_nan=False,
        title="Threshold",
        description="Distance from which a place is an anomaly; its score is 0.5 there.",
    )

    @model_validator(mode="after")
    def _beside(self) -> Self:
        if Path(self.file).name != self.file:
            raise ValueError(f"file {self.file!r} must lie beside the card")
        return self


@dataclass(frozen=True, slots=True)
class FeaturePackage:
    """A checked feature network."""

    folder: Path
    card: FeatureCard

    @classmethod
    def load(cls, folder: Path = FEATURES) -> Self:
        """Read the card and check the network's file against it. Raises ModelError."""
        card = read_card(folder, FeatureCard, "install the cell again")
        check_file(folder / card.file, card.sha256, "install the cell again")
        return cls(folder, card)

    @property
    def onnx(self) -> Path:
        """The network's file."""
        return self.folder / self.card.file


@dataclass(frozen=True, slots=True)
class AnomalyPackage:
    """A checked anomaly model."""

    folder: Path
    card: AnomalyCard

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the card and check the network's file against it. Raises ModelError."""
        card = read_card(folder, AnomalyCard, "teach again")
        check_file(folder / card.file, card.sha256, "teach again")
        return cls(folder, card)

    @property
    def onnx(self) -> Path:
        """The network's file."""
        return self.folder / self.card.file

    @property
    def identity(self) -> str:
        """name@version, as it stands on each record."""
        return f"{self.card.name}@{self.card.version}"
