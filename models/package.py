"""A model package: a folder with an ONNX file and the card that describes it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PositiveInt,
    ValidationError,
    model_validator,
)

from models.errors import ModelError
from models.files import CARD, check_file, check_files, files_of
from models.network import Network, require_port
from models.written import (
    WrittenError,
    clean_name,
    fit,
    one_line,
    parse_json,
    read_written,
)

__all__ = ["CARD", "ModelCard", "ModelError", "ModelPackage"]

Card = TypeVar("Card", bound=BaseModel)
Score = Annotated[float, Field(gt=0.0, lt=1.0)]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Name = Annotated[str, AfterValidator(clean_name)]


Channel = Literal[
    "board", "golden", "golden_high_2px", "golden_low_2px", "golden_high_4px", "golden_low_4px"
]
"""A channel of the network's input; high and low: the brightest and darkest grey of the golden
sample within so many pixels up, down and across.
"""


class PackageCard(BaseModel):
    """What every card says: whose it is, and which files it vouches for."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)

    name: Name = Field(title="Name", description="Identity of the model.")
    version: Name = Field(title="Version", description="Changes with every training.")
    file: str = Field("model.onnx", title="File", description="The network, beside the card.")
    sha256: Sha256 = Field(title="SHA-256", description="Of the network's file, in hex.")
    files: dict[str, Sha256] | None = Field(
        None,
        title="Files",
        description="SHA-256 of every other file of the package, by its path in the folder.",
    )

    @model_validator(mode="after")
    def _beside(self) -> Self:
        if Path(self.file).name != self.file or self.file in ("", ".", "..", CARD):
            raise ValueError(f"file {self.file!r} must lie beside the card")
        return self


class InputCard(BaseModel):
    """What goes into the network."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)

    shape: tuple[PositiveInt | Literal["N"], PositiveInt, PositiveInt, PositiveInt] = Field(
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
        if "board" not in self.channels:
            raise ValueError("channels must hold 'board': the part itself must be looked at")
        if "golden" not in self.channels and len(set(self.channels)) > 1:
            raise ValueError("channels made of the golden sample need 'golden' among them")
        return self


class OutputCard(BaseModel):
    """What comes out of the network."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)

    layout: str = Field(title="Layout", description="Meaning of the output's axes.")


class ModelCard(PackageCard):
    """The part of `card.json` that the cell acts on; more keys may tell people more."""

    classes: tuple[Name, ...] = Field(
        title="Classes", description="Defect classes in the output's order.", min_length=1
    )
    input: InputCard = Field(title="Input", description="What goes in.")
    output: OutputCard = Field(title="Output", description="What comes out.")
    thresholds: dict[Name, Score] = Field(
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
        return self


@dataclass(frozen=True, slots=True)
class ModelPackage:
    """A checked model package."""

    folder: Path
    card: ModelCard

    @classmethod
    def load(cls, folder: Path, *, whole: bool = True) -> Self:
        """Read the card and check all files and the network's sizes against it. Raises ModelError.

        whole: False for a package that is being made, whose files are not listed yet.
        """
        remedy = "install the model again, or correct its name in the recipe"
        card = read_card(folder, ModelCard, remedy)
        network = open_network(folder, card, remedy, whole)
        batch, *sizes = card.input.shape
        file = folder / card.file
        wanted = (None if batch == "N" else batch, *sizes)
        require_port(network.inputs, wanted, "input", file, remedy)
        rows = 4 + len(card.classes)
        require_port(network.outputs, (None, rows, None), "output", file, remedy)
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
        return fit(kind, parse_json(read_written(path)))
    except OSError as error:
        raise ModelError(
            f"No model package in {folder}: {path} cannot be read ({error.strerror}); {remedy}"
        ) from error
    except (ValidationError, WrittenError) as error:
        faults = one_line(error) if isinstance(error, ValidationError) else str(error)
        raise ModelError(f"{path} is not usable ({faults}); {remedy}") from None


def open_network(folder: Path, card: PackageCard, remedy: str, whole: bool = True) -> Network:
    """The face of the package's network, its files checked against the card. Raises ModelError.

    whole: False before the files are listed. A card without a list, of an older package, vouches
    for its network alone, which must then hold all of its weights itself.
    """
    there = files_of(folder)
    if whole and card.files is not None:
        check_files(folder, {**card.files, card.file: card.sha256}, remedy)
    else:
        check_file(folder / card.file, card.sha256, remedy)
    network = Network.read(folder / card.file, remedy)
    vouched = there if not whole else set(card.files or ())
    if foreign := sorted(set(network.elsewhere) - vouched):
        raise ModelError(
            f"{folder / card.file} keeps weights in {foreign}, which its card does not vouch for: "
            f"{remedy}, or, where they are the right ones, list them with python -m models.files "
            f"{folder}"
        )
    return network
