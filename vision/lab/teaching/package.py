"""Writing a taught model as a package: whole, or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.anomaly import AnomalyPackage, FeaturePackage
from models.files import CARD, seal
from vision.lab.teaching.graph import save
from vision.lab.teaching.teach import Settings, Taught


def fingerprint(files: Sequence[Path]) -> str:
    """SHA-256 over the names and contents of the pictures, in the order of their names."""
    whole = hashlib.sha256()
    for file in sorted(files, key=lambda path: path.name):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        whole.update(f"{file.name} {content}\n".encode())
    return whole.hexdigest()


def write_package(
    folder: Path,
    name: str,
    version: str,
    created: str,
    taught: Taught,
    features: FeaturePackage,
    files: Sequence[Path],
) -> AnomalyPackage:
    """Write the package and read it back. created: ISO 8601. Raises OSError, ModelError."""
    fresh = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        save(taught.model, fresh / "model.onnx")
        card = _card(fresh / "model.onnx", name, version, created, taught, features, files)
        (fresh / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
        shutil.copyfile(features.folder / "LICENSE", fresh / "LICENSE")
        seal(fresh)
        AnomalyPackage.load(fresh)
        os.rename(fresh, folder)  # fails where the version exists
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return AnomalyPackage.load(folder)


def _layout(settings: Settings) -> str:
    above = ", above what is usual at that place," if settings.by_place else ""
    return (
        f"distance of each place of a coarse grid from what is good{above} in units of what good "
        "pictures reach"
    )


def _brought(features: FeaturePackage) -> dict[str, Any]:
    """What is to be said of features that the user has brought."""
    card = features.card
    if card.mean is None:
        return {}
    return {
        "licence": card.licence,
        "mean": card.mean,
        "spread": card.spread,
        "source": card.source,
    }


def _card(
    network: Path,
    name: str,
    version: str,
    created: str,
    taught: Taught,
    features: FeaturePackage,
    files: Sequence[Path],
) -> dict[str, Any]:
    settings, limit = taught.settings, taught.bound
    return {
        "kind": "anomaly",
        "name": name,
        "version": version,
        "created": created,
        "task": "places that no good part has shown",
        "file": network.name,
        "sha256": hashlib.sha256(network.read_bytes()).hexdigest(),
        "bytes": network.stat().st_size,
        "input_shape": taught.input_shape,
        "output_shape": taught.output_shape,
        "output_layout": _layout(settings),
        "threshold": limit.threshold,
        "doubt": limit.doubt,
        "threshold_note": limit.in_words(),
        "held_out_scores": [round(float(score), 5) for score in taught.scores],
        "data": {
            "good_pictures": len(files),
            "good_parts": limit.parts,
            "parts_told_apart": limit.parted,
            "labelled_defective_pictures": taught.labelled,
            "labelled_defective_parts": taught.labelled_parts,
            "fingerprint_sha256": fingerprint(files),
        },
        "features": {
            "name": features.card.name,
            "version": features.card.version,
            "sha256": features.card.sha256,
            "outputs": settings.taps,
            **_brought(features),
        },
        "settings": {
            "memory": taught.known.count,
            "equalise": settings.equalise,
            "by_place": settings.by_place,
            "pools": settings.pools,
            "folds": settings.folds,
            "coverage": limit.coverage,
            "assured_coverage": limit.assured,
            "coverage_before_review": limit.clear,
            "confidence": limit.confidence,
            "seed": settings.seed,
        },
        "licence": (
            f"The network inside: {features.card.licence} (see LICENSE). The memory was made from "
            "the pictures that were taught and falls under their terms. "
            + features.card.licence_note
        ),
    }
