"""Model packages of two kinds beside detectors: taught anomaly models, and the feature network that
they are built on.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, PositiveInt

from models.card import Card, PackageCard, told
from models.network import require_port
from models.package import content_of, open_network, read_card

FEATURES = Path(__file__).resolve().parent / "features"
"""The feature network that ships with the cell."""


class TapCard(Card):
    """One output of the feature network."""

    channels: PositiveInt = Field(title="Channels", description="Features of each place.")
    stride: PositiveInt = Field(title="Stride", description="Pixels from place to place.")


class FeatureCard(PackageCard):
    """What the cell needs to know of a feature network."""

    kind: Literal["features"] = Field(title="Kind", description="A feature network.")
    outputs: dict[str, TapCard] = Field(
        title="Outputs", description="What each output holds.", min_length=1
    )
    licence_note: str = Field(title="Licence", description="Of the weights.")
    input: str | None = told("Input", "What goes in.")
    mean: list[float] | None = told("Mean", "Of the pictures that it was trained on, as applied.")
    spread: list[float] | None = told("Spread", "The same pictures' standard deviation.")
    source: dict[str, str] | None = told("Source", "Where the weights come from.")
    deviation_from_torch: float | None = told("Deviation", "Of the outputs from torch's, at most.")
    torch: str | None = told("Torch", "Version that wrote the network.")


class AnomalyCard(PackageCard):
    """The card of an anomaly model."""

    kind: Literal["anomaly"] = Field(title="Kind", description="A taught anomaly model.")
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
    doubt: float | None = Field(
        default=None,
        gt=0.0,
        allow_inf_nan=False,
        title="Doubt",
        description="Distance from which a person should look, at most the threshold; empty on "
        "cards of before: the recipe alone says from which score.",
    )
    output_layout: str | None = told("Layout", "Meaning of the output's values.")
    threshold_note: str | None = told("On the threshold", "What it promises.")
    held_out_scores: list[float] | None = told(
        "Scores", "Of good pictures, each by a memory that it had no part in."
    )
    features: dict[str, Any] | None = told("Features", "The feature network it is built on.")
    settings: dict[str, Any] | None = told("Settings", "With which it was taught.")


@dataclass(frozen=True, slots=True)
class FeaturePackage:
    """A checked feature network."""

    folder: Path
    card: FeatureCard

    @classmethod
    def load(cls, folder: Path = FEATURES) -> Self:
        """Read the card and check the network's file against it. Raises ModelError."""
        card = read_card(folder, FeatureCard, "install the cell again")
        open_network(folder, card, "install the cell again")
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
    content: str

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the card and check the network's file against it. Raises ModelError."""
        remedy = "teach again"
        card = read_card(folder, AnomalyCard, remedy)
        network = open_network(folder, card, remedy)
        require_port(network.inputs, card.input_shape, "input", folder / card.file, remedy)
        require_port(network.outputs, card.output_shape, "output", folder / card.file, remedy)
        return cls(folder, card, content_of(folder))

    @property
    def onnx(self) -> Path:
        """The network's file."""
        return self.folder / self.card.file

    @property
    def identity(self) -> str:
        """name@version#content, as it stands on each record."""
        return f"{self.card.name}@{self.card.version}#{self.content}"
