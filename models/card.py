"""The card of a model package: what the cell acts on, and what it tells people.

A key that is not known is refused: nobody shall write what is then passed over. What the cell does
not act on stands in fields made for it (`told`); what else people want to say goes under `notes`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PositiveInt,
    model_validator,
)

from models.files import CARD
from models.ground.written import clean_name

Score = Annotated[float, Field(gt=0.0, lt=1.0)]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Name = Annotated[str, AfterValidator(clean_name)]
Batch = PositiveInt | Literal["N"]


TURNED_ROWS = 3
"""Width, height and angle of a turned box, in the network's output."""
Channel = Literal[
    "board", "golden", "golden_high_2px", "golden_low_2px", "golden_high_4px", "golden_low_4px"
]
"""A channel of the network's input; high and low: the brightest and darkest grey of the golden
sample within so many pixels up, down and across.
"""


def told(title: str, description: str) -> Any:
    """A field that tells people something and has no effect."""
    return Field(None, title=title, description=description, json_schema_extra={"for_people": True})


class Card(BaseModel):
    """Base of the card's parts: frozen, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class PackageCard(Card):
    """What every card says: whose it is, and which files it vouches for."""

    name: Name = Field(title="Name", description="Identity of the model.")
    version: Name = Field(title="Version", description="Changes with every training.")
    file: str = Field("model.onnx", title="File", description="The network, beside the card.")
    sha256: Sha256 = Field(title="SHA-256", description="Of the network's file, in hex.")
    files: dict[str, Sha256] | None = Field(
        None,
        title="Files",
        description="SHA-256 of every other file of the package, by its path in the folder.",
    )
    created: str | None = told("Created", "When the network was made (ISO 8601).")
    task: str | None = told("Task", "What the network is for.")
    bytes: PositiveInt | None = told("Size", "Of the network's file [B].")
    data: dict[str, Any] | None = told("Data", "What it was learnt from.")
    training: dict[str, Any] | None = told("Training", "How it was learnt.")
    metrics: dict[str, Any] | None = told("Metrics", "What was measured when it was made.")
    licence: str | None = told("Licence", "Of the network.")
    notes: dict[str, Any] | None = told("Notes", "Whatever else people want to say.")

    @model_validator(mode="after")
    def _beside(self) -> Self:
        if Path(self.file).name != self.file or self.file in ("", ".", "..", CARD):
            raise ValueError(f"file {self.file!r} must lie beside the card")
        return self


class PortCard(Card):
    """What a card says of the network's input and of its output."""

    name: str | None = Field(
        None, title="Name", description="In the network; not said: whatever it is."
    )
    dtype: Literal["float32"] = Field(
        "float32", title="Type", description="Of the numbers; the cell has no other."
    )


class InputCard(PortCard):
    """What goes into the network."""

    shape: tuple[Batch, PositiveInt, PositiveInt, PositiveInt] = Field(
        title="Shape", description="Batch (N: any), channels, height, width; grey 0..1 as float32."
    )
    channels: tuple[Channel, ...] = Field(
        title="Channels",
        description="What each channel holds: the board, its golden sample, or the brightest or "
        "darkest of the golden sample within some pixels.",
    )
    range: tuple[float, float] = Field(
        (0.0, 1.0), title="Range", description="Of the grey values; the cell gives 0 to 1."
    )

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if len(self.channels) != self.shape[1]:
            raise ValueError(f"{len(self.channels)} channels do not fit the shape {self.shape}")
        if "board" not in self.channels:
            raise ValueError("channels must hold 'board': the part itself must be looked at")
        if "golden" not in self.channels and len(set(self.channels)) > 1:
            raise ValueError("channels made of the golden sample need 'golden' among them")
        if self.range != (0.0, 1.0):
            raise ValueError(f"range {self.range} is not what the cell gives: grey from 0 to 1")
        return self


class MaskCard(Card):
    """Masks in a network's output, see `vision.nets.masks`."""

    coefficients: PositiveInt = Field(
        title="Coefficients", description="Rows below the scores: what a place mixes its mask of."
    )
    height: PositiveInt = Field(title="Height", description="Of the prototypes [px].")
    width: PositiveInt = Field(title="Width", description="Of the prototypes [px].")
    step: PositiveInt = Field(
        title="Step", description="Pixels of the network's picture for each of the prototypes'."
    )
    corner: tuple[int, int] = Field(
        (0, 0), title="Corner", description="Where the input lies in the network's picture [px]."
    )


class TurnedCard(Card):
    """Turned boxes in a network's output, see `vision.nets.turned`."""

    overlap: Score = Field(
        title="Overlap",
        description="Turned boxes of a class that overlap more than this are one defect.",
    )


class OutputCard(PortCard):
    """What comes out of the network: corners x1, y1, x2, y2 [px of the input], then one score 0..1
    for each class.
    """

    layout: str | None = told(
        "Layout", "Meaning of the output's axes; the cell knows one, see above."
    )
    shape: tuple[Batch, PositiveInt, PositiveInt] | None = Field(
        None, title="Shape", description="Batch (N: any), 4 + classes, places; not said: any."
    )
    masks: MaskCard | None = Field(
        None, title="Masks", description="Of a network that outlines what it finds."
    )
    turned: TurnedCard | None = Field(
        None,
        title="Turned",
        description="Of a network whose boxes are turned: three rows below the scores.",
    )


class ModelCard(PackageCard):
    """`card.json` of a detector."""

    classes: tuple[Name, ...] = Field(
        title="Classes", description="Defect classes in the output's order.", min_length=1
    )
    input: InputCard = Field(title="Input", description="What goes in.")
    output: OutputCard = Field(title="Output", description="What comes out.")
    thresholds: dict[Name, Score] = Field(
        title="Thresholds", description="Least score of a detection, for each class."
    )
    thresholds_chosen: bool = Field(
        True,
        title="Thresholds chosen",
        description="Somebody has chosen them on labelled pictures; false: they are a beginning.",
    )
    thresholds_from: str | None = told("Choice", "How the thresholds were chosen.")
    nms_iou: Score | None = Field(
        title="Overlap",
        description="Boxes that overlap more than this are one defect; null: the network gives "
        "each defect once, in no order that counts.",
    )
    nms_across_classes: bool = Field(
        True, title="One class a place", description="Boxes of different classes compete, too."
    )
    best_class_only: bool = Field(
        False,
        title="One class a box",
        description="A box is of its best class alone, also where classes do not compete.",
    )
    settle: bool = Field(
        True,
        title="Settled boxes",
        description="A defect's box is the mean of the boxes that nearly agree; else the best one.",
    )
    imported: dict[str, Any] | None = told("Imported", "What the network's file said of itself.")

    @property
    def rows(self) -> int:
        """Of the output: corners, scores, and what masks or turned boxes add."""
        masks = self.output.masks
        more = masks.coefficients if masks else TURNED_ROWS if self.output.turned else 0
        return 4 + len(self.classes) + more

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if len(set(self.classes)) != len(self.classes):
            raise ValueError("a class is named twice")
        if set(self.thresholds) != set(self.classes):
            raise ValueError("thresholds must name every class once, and no other")
        if self.output.turned is not None and (self.output.masks or self.nms_iou is not None):
            raise ValueError("turned boxes have an overlap of their own: no masks, nms_iou null")
        if self.output.shape is not None and self.output.shape[1] != self.rows:
            raise ValueError(
                f"output.shape {self.output.shape} does not fit {len(self.classes)} classes, which "
                f"need {self.rows} rows"
            )
        return self
