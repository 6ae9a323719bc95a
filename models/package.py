"""A model package: a folder with an ONNX file and the card that describes it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError, model_validator

CARD = "card.json"

Card = TypeVar("Card", bound=BaseModel)
Score = Annotated[float, Field(gt=0.0, lt=1.0)]


Channel = Literal[
    "board", "golden", "golden_high_2px", "golden_low_2px", "golden_high_4px", "golden_low_4px"
]
"""A channel of the network's input; high and low: the brightest and darkest grey of the golden
sample within so many pixels up, down and across.
"""


class ModelError(Exception):
    """The model package cannot be used; the message names the file and the fault."""


class InputCard(BaseModel):
    """What goes into the network."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    shape: tuple[int | Literal["N"], PositiveInt, PositiveInt, PositiveInt] = Field(
        title="Shape", description="Batch (N: any), channels, height, width; grey 0..1 as float32."
    )
    channels: tuple[Channel, ...] = Field(
        title="Channels",
        description="What each channel holds: the board, its golden sample, or the brightest or "
        "darkest of the golden sample within some pixels.",
    )

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if len(self.channels) != self.shape[1]:
            raise ValueError(f"{len(self.channels)} channels do not fit the shape {self.shape}")
        return self


class OutputCard(BaseModel):
    """What comes out of the network."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    layout: str = Field(title="Layout", description="Meaning of the output's axes.")


class ModelCard(BaseModel):
    """The part of `card.json` that the cell acts on; more keys may tell people more."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str = Field(title="Name", description="Identity of the model.", min_length=1)
    version: str = Field(title="Version", description="Changes with every training.", min_length=1)
    file: str = Field("model.onnx", title="File", description="The network, beside the card.")
    sha256: str = Field(
        title="SHA-256", description="Of the network's file, in hex.", pattern="^[0-9a-f]{64}$"
    )
    classes: tuple[str, ...] = Field(
        title="Classes", description="Defect classes in the output's order.", min_length=1
    )
    input: InputCard = Field(title="Input", description="What goes in.")
    output: OutputCard = Field(title="Output", description="What comes out.")
    thresholds: dict[str, Score] = Field(
        title="Thresholds", description="Least score of a detection, for each class."
    )
    nms_iou: Score = Field(
        title="Overlap", description="Boxes that overlap more than this are one defect."
    )

    nms_across_classes: bool = Field(
        True, title="One class a place", description="Boxes of different classes compete, too."
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if len(set(self.classes)) != len(self.classes):
            raise ValueError("a class is named twice")
        if set(self.thresholds) != set(self.classes):
            raise ValueError("thresholds must name every class once, and no other")
        if Path(self.file).name != self.file:
            raise ValueError(f"file {self.file!r} must lie beside the card")
        return self


@dataclass(frozen=True, slots=True)
class ModelPackage:
    """A checked model package."""

    folder: Path
    card: ModelCard

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the card and check the network's file against it. Raises ModelError."""
        remedy = "install the model again, or correct its name in the recipe"
        card = read_card(folder, ModelCard, remedy)
        check_file(folder / card.file, card.sha256, remedy)
        return cls(folder, card)

    @property
    def onnx(self) -> Path:
        """The network's file."""
        return self.folder / self.card.file

    @property
    def identity(self) -> str:
        """name@version, as it stands on each record."""
        return f"{self.card.name}@{self.card.version}"

    def scores(self) -> list[float]:
        """Least score of a detection, in the order of the classes."""
        return [self.card.thresholds[name] for name in self.card.classes]


def read_card(folder: Path, kind: type[Card], remedy: str) -> Card:
    """The card of the package in a folder. Raises ModelError, which ends with what to do."""
    path = folder / CARD
    try:
        return kind.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ModelError(
            f"No model package in {folder}: {path} cannot be read ({error.strerror}); {remedy}"
        ) from error
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'card'}: {fault['msg']}"
            for fault in error.errors()
        )
        raise ModelError(f"{path} is not usable ({faults}); {remedy}") from error


def check_file(path: Path, sha256: str, remedy: str) -> None:
    """Raise ModelError unless the network's file is the one that its card describes."""
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}); {remedy}") from error
    if found != sha256:
        raise ModelError(
            f"{path} is not the file that its card describes (SHA-256 {found[:12]}..., card "
            f"{sha256[:12]}...): it is cut short, damaged or was exchanged; {remedy}"
        )
