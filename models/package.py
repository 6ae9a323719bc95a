"""A model package: a folder with an ONNX file and the card that describes it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar

from pydantic import ValidationError

from models.card import Card, ModelCard, PackageCard, PortCard
from models.errors import ModelError
from models.files import CARD, check_file, check_files, digest, files_of
from models.ground.written import WrittenError, fit, one_line, parse_json, read_written
from models.network import Network, Port, Shape, require_port

__all__ = ["CARD", "ModelCard", "ModelError", "ModelPackage"]

Kind = TypeVar("Kind", bound=Card)
FIRST = "1.0.0"
"""Version of a package that replaces none."""


@dataclass(frozen=True, slots=True)
class ModelPackage:
    """A checked model package."""

    folder: Path
    card: ModelCard
    content: str
    """First digits of the card's SHA-256: it vouches for all files, so no two packages share it."""

    @classmethod
    def load(cls, folder: Path, *, whole: bool = True) -> Self:
        """Read the card and check all files and the network's sizes against it. Raises ModelError.

        whole: False for a package that is being made, whose files are not listed yet.
        """
        remedy = "install the model again, or correct its name in the recipe"
        card = read_card(folder, ModelCard, remedy)
        network = open_network(folder, card, remedy, whole)
        file = folder / card.file
        require_port(network.inputs, _sizes(card.input.shape), "input", file, remedy)
        said = card.output.shape or ("N", card.rows, "N")
        require_port(network.outputs, _sizes(said), "output", file, remedy)
        for port, told in ((network.inputs[0], card.input), (network.outputs[0], card.output)):
            _require_name(port, told, folder, remedy)
        return cls(folder, card, content_of(folder))

    @property
    def onnx(self) -> Path:
        """The network's file."""
        return self.folder / self.card.file

    @property
    def identity(self) -> str:
        """name@version#content, as it stands on each record."""
        return f"{self.card.name}@{self.card.version}#{self.content}"

    def scores(self) -> list[float]:
        """Least score of a detection, in the order of the classes."""
        return [self.card.thresholds[name] for name in self.card.classes]


def _sizes(shape: Sequence[int | str]) -> Shape:
    """With None for any."""
    return tuple(size if isinstance(size, int) else None for size in shape)


def _require_name(port: Port, told: PortCard, folder: Path, remedy: str) -> None:
    """Raises ModelError where the card gives the network's input or output another name."""
    if told.name not in (None, port.name):
        raise ModelError(
            f"{folder / CARD}: the network has no {told.name!r}, it has {port.name!r} there; "
            f"correct the name, or {remedy}"
        )


def read_card(folder: Path, kind: type[Kind], remedy: str) -> Kind:
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


def content_of(folder: Path) -> str:
    """First digits of the SHA-256 of a package's card, which vouches for all of its files: tells
    two packages of the same name and version apart. Raises OSError.
    """
    return digest(folder / CARD)[:8]


def next_version(folder: Path) -> str:
    """The version of a detector's package that is to replace the one in `folder`: its last number
    raised by one, FIRST where there is none. Raises ModelError.
    """
    if not (folder / CARD).exists():
        return FIRST
    remedy = "move what is there away, or write the package to another folder"
    version = read_card(folder, ModelCard, remedy).version
    number = re.search(r"\d+(?=\D*$)", version)
    if number is None:
        return f"{version}-2"
    return f"{version[: number.start()]}{int(number[0]) + 1}{version[number.end() :]}"


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
