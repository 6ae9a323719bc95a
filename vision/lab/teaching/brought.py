"""Features that the user brings: any ONNX network that turns a picture into maps of features.

It becomes a feature package like the one that ships with the cell: its input is a grey picture in
0..1, what it wants of mean and spread is done inside, and its card says whose it is.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import onnx

from models.anomaly import FeaturePackage
from models.errors import ModelError
from models.files import CARD, seal
from models.ground.written import clean_name
from vision.lab.teaching.fitted import fit_network

LONGEST: Final = 300
"""Signs of a licence's line."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of the network, or its own metadata where the person says nothing.

    licence: under which the weights may be used. mean, spread: of what it was trained on, for each
    channel, greys in 0..1. outputs: those to take; none: all.
    """

    licence: str | None = None
    mean: tuple[float, ...] | None = None
    spread: tuple[float, ...] | None = None
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Brought:
    """A feature package made of the user's file. size: width and height that it sees; taps: its
    maps.
    """

    package: FeaturePackage
    size: tuple[int, int]
    taps: tuple[str, ...]


def bring(file: Path, side: int, canonical: tuple[int, int], said: Said, folder: Path) -> Brought:
    """Make a feature package of an ONNX file in `folder`, which does not exist yet.

    side: the longer side that the network shall see [px], where it leaves that open. canonical:
    width and height of the views. Raises ModelError in one line for what does not fit, OSError.
    """
    model = _read(file)
    told = {entry.key.lower(): entry.value for entry in model.metadata_props}
    licence = _licence(file, said.licence or told.get("licence") or told.get("license"))
    mean = said.mean or _numbers(file, "mean", told.get("mean"))
    spread = said.spread or _numbers(file, "std", told.get("std"))
    _require_scale(file, mean or (), spread or ())
    fitted = fit_network(file, model, side, canonical, (mean, spread), said.outputs)
    folder.mkdir(parents=True)
    network = folder / "model.onnx"
    network.write_bytes(fitted.model.SerializeToString())
    whose = hashlib.sha256(file.read_bytes()).hexdigest()
    card: dict[str, Any] = {
        "kind": "features",
        "name": _name(file),
        "version": whose[:12],
        "file": network.name,
        "sha256": hashlib.sha256(network.read_bytes()).hexdigest(),
        "bytes": network.stat().st_size,
        "input": "images [1, 1, H, W], grey 0..1, float32; mean and spread are applied inside",
        "outputs": {tap.name: {"channels": tap.channels, "stride": tap.stride}
                    for tap in fitted.taps},
        "mean": list(fitted.mean),
        "spread": list(fitted.spread),
        "source": {"file": file.name, "sha256": whose},
        "licence": licence,
        "licence_note": f"Features brought by the user ({file.name}): {licence}",
    }  # fmt: skip
    (folder / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    (folder / "LICENSE").write_text(card["licence_note"] + "\n", encoding="utf-8")
    seal(folder)
    taps = tuple(tap.name for tap in fitted.taps)
    return Brought(FeaturePackage.load(folder), fitted.size, taps)


def _read(file: Path) -> onnx.ModelProto:
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    try:
        model = onnx.load(str(file))
        onnx.checker.check_model(model)
    except FileNotFoundError as error:
        there = "its weights lie in other files that are not there" if file.is_file() else None
        raise ModelError(
            f"{file}: {there or 'is not there'}; give the network as one ONNX file"
        ) from error
    except (OSError, DecodeError, ValueError, RuntimeError, onnx.checker.ValidationError) as error:
        why = str(error).strip().splitlines()[0][:120] if str(error).strip() else "empty"
        raise ModelError(f"{file}: is no ONNX model ({why}); export it again") from None
    return model


def _licence(file: Path, licence: str | None) -> str:
    licence = (licence or "").strip()
    if not licence:
        raise ModelError(
            f"{file}: says nothing of its licence: look it up and give it with --features-licence, "
            "such as 'Apache-2.0'; the taught model carries the network"
        )
    if len(licence) > LONGEST or not licence.isprintable():
        raise ModelError(
            f"{file}: its licence is no line of at most {LONGEST} printable signs: give its name "
            "with --features-licence"
        )
    return licence


def _numbers(file: Path, what: str, written: str | None) -> tuple[float, ...] | None:
    """Numbers from the network's metadata: by commas, in brackets or not."""
    if written is None:
        return None
    try:
        return tuple(float(word) for word in written.strip("[]() ").split(","))
    except ValueError:
        raise ModelError(
            f"{file}: its metadata has {what} = {written!r:.80}, which are no numbers: give them "
            f"with --features-{what}"
        ) from None


def _require_scale(file: Path, mean: Sequence[float], spread: Sequence[float]) -> None:
    if not all(map(math.isfinite, (*mean, *spread))) or min(spread, default=1.0) <= 0.0:
        raise ModelError(
            f"{file}: mean {list(mean)} and std {list(spread)}: must be finite, std above 0, of "
            "greys in 0..1"
        )


def _name(file: Path) -> str:
    try:
        return clean_name(file.stem)
    except ValueError:
        return "brought"
