"""The model package of a network that ultralytics has just trained: exported, measured, packed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import ModelError
from models.files import CARD, seal
from models.ground.writing import write_whole
from models.package import ModelPackage
from vision.engines.onnx import OnnxConfig, OnnxEngine
from vision.lab.evaluation.f_score import best_thresholds
from vision.lab.evaluation.matching import Found
from vision.lab.importing.classes import Kept
from vision.lab.importing.package import (
    UNCHOSEN,
    USUAL_IOU,
    Origin,
    put_in_place,
    readme_of,
    stage,
)
from vision.lab.importing.weights import Tell, export_weights
from vision.lab.training.picture import Picture
from vision.lab.training.reported import told_apart
from vision.nets.decode import decode_as
from vision.nets.imported.export import Export
from vision.nets.masks import table_of

LEAST = 0.01
MOST_CHECKED = 40


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was trained. weights: best.pt; classes: as the labels' data set lists them; selection:
    pictures by which the checkpoint was chosen, and the thresholds are; report: those that chose
    nothing, which may be none; source, training: what the card says of data and run; licence: of
    the pictures; created: when (ISO 8601).
    """

    weights: Path
    classes: Sequence[str]
    size: tuple[int, int]
    selection: Sequence[Picture]
    report: Sequence[Picture]
    source: Mapping[str, Any]
    training: Mapping[str, Any]
    licence: str
    version: str
    created: str


def write_learnt(folder: Path, learnt: Learnt, python: Path, work: Path, tell: Tell) -> Any:
    """Write its package into `folder`, whole or not at all, and give its card.

    python: of the ultralytics that exports it, in the folder `work`. Raises ModelError, WriteError.
    """
    export = Export.read(export_weights(learnt.weights, python, work, learnt.size, tell))
    kept = Kept.of(export, {})
    if kept.names != tuple(learnt.classes):
        raise ModelError(
            f"{learnt.weights} names {kept.names}, and was to learn {tuple(learnt.classes)}: train "
            "anew"
        )
    unchosen = dict.fromkeys(kept.names, UNCHOSEN)
    origin = Origin(export, kept, learnt.size, unchosen, USUAL_IOU)
    views = [picture.image for picture in learnt.selection[:MOST_CHECKED]]
    fresh = stage(folder, origin, learnt.created, views, learnt.version)
    try:
        card = _completed(fresh, learnt)
        put_in_place(fresh, folder)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return card


def _completed(folder: Path, learnt: Learnt) -> dict[str, Any]:
    """The card with what the network is worth, and thresholds that were chosen."""
    package = ModelPackage.load(folder)
    seen, told = (_found(package, some) for some in (learnt.selection, learnt.report))
    thresholds = best_thresholds(seen, learnt.classes)
    path = folder / CARD
    card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    # Where this computer keeps its files is nobody's business.
    told_of = card["imported"].get("description", "").partition(" trained on ")[0]
    card["imported"]["description"] = told_of
    card |= {
        "thresholds": thresholds,
        "thresholds_chosen": True,
        "thresholds_from": f"by the best F-score on {len(seen)} pictures, which chose the "
        "checkpoint, too; by what mistakes cost: cell thresholds",
        "licence": f"{card['licence']}. Of the pictures: {learnt.licence}",
        "data": dict(learnt.source),
        "training": dict(learnt.training),
        "metrics": told_apart(
            seen, learnt.selection, told, learnt.report, learnt.classes, thresholds
        ),
    }
    write_whole(folder / "README.md", readme_of(card))
    write_whole(path, json.dumps(card, indent=2, ensure_ascii=False) + "\n")
    seal(folder)
    return card


def _found(package: ModelPackage, pictures: Sequence[Picture]) -> list[Found]:
    """What the package finds, next to the truth."""
    engine = OnnxEngine(OnnxConfig(), package.onnx)
    found = []
    try:
        for picture in pictures:
            output = engine.run((picture.image[None, None] / 255.0).astype("float32"))
            seen = decode_as(package.card, table_of(package.card, output)[0], LEAST)
            found.append(Found(*seen, picture.boxes, picture.labels))
    finally:
        engine.close()
    return found
