"""A trained single-picture detector as a model package: ONNX, card, README."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from torch import nn

from models.ground.writing import write_whole
from vision.engines.selfcheck import write_selfcheck
from vision.lab.evaluation.f_score import best_thresholds
from vision.lab.teaching.export_features import halve_weights
from vision.lab.training.card import hardware, sources_version
from vision.lab.training.evaluate import onnx_runner
from vision.lab.training.export import export_graph
from vision.lab.training.metrics import Found, coco
from vision.lab.training.picture import Picture
from vision.lab.training.pictures import NMS_IOU, found_in
from vision.lab.training.readme import readme
from vision.lab.training.reported import told_apart
from vision.nets.litenet import LiteNet
from vision.nets.pairnet import Deployed

AGREE = 1e-3
"""Largest difference between ONNX and torch that is rounding, as a share of the picture's side."""
HALVED = 0.002
"""What halved weights may cost of mAP50-95."""


def write_package(
    folder: Path,
    saved: dict[str, Any],
    validation: Sequence[Picture],
    source: dict[str, Any],
    licence: str,
    version: str,
    report: Sequence[Picture] | None = None,
) -> dict[str, Any]:
    """Write model.onnx, card.json and README.md into folder, and return the card.

    saved: the checkpoint; validation: what it and the thresholds were chosen by; report: pictures
    that chose nothing, whose figures the card tells beside them; source: what the card says of the
    data. Nothing is left half written. Raises ValueError when ONNX and torch disagree.
    """
    classes, (height, width) = tuple(saved["classes"]), validation[0].image.shape
    net: nn.Module = LiteNet(len(classes), 2 * saved["settings"]["width"])
    net.load_state_dict(saved["average"])
    model = Deployed(net, height, width).eval()
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / "model.onnx.part"
    export_graph(model, fresh, (1, height, width), 4 + len(classes))
    example = (validation[0].image[None, None] / 255.0).astype(np.float32)
    with torch.inference_mode():
        expected = model(torch.from_numpy(example)).numpy()
    deviation = float(np.abs(onnx_runner(fresh)(example) - expected).max())
    if deviation > AGREE * max(height, width):
        fresh.unlink()
        raise ValueError(f"{folder}: ONNX and torch differ by {deviation:.3g}: not written")
    found = _halve(fresh, validation, classes)
    thresholds = best_thresholds(found, classes)
    metrics: dict[str, Any] = {
        "validation": {k: round(v, 4) for k, v in coco(found, classes).items()},
        "onnx_vs_torch_max_difference": deviation,
    }
    if report is not None:
        seen = found_in(onnx_runner(fresh), report)
        metrics = {
            **told_apart(found, validation, seen, report, classes, thresholds),
            "onnx_vs_torch_max_difference": deviation,
        }
    card = {
        "name": folder.name,
        "version": version,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "file": "model.onnx",
        "sha256": hashlib.sha256(fresh.read_bytes()).hexdigest(),
        "bytes": fresh.stat().st_size,
        "classes": list(classes),
        "input": {"shape": ["N", 1, height, width], "channels": ["board"]},
        "output": {"layout": "x1, y1, x2, y2 in input pixels, then one score 0..1 per class"},
        "thresholds": thresholds,
        "nms_iou": NMS_IOU,
        "nms_across_classes": True,
        "data": source,
        "training": {
            "settings": saved["settings"], "epochs": saved["epoch"],
            "wall_minutes": round(saved["spent"] / 60, 1), "hardware": hardware(),
            "code": sources_version(),
        },
        "metrics": metrics,
        "licence": licence,
    }  # fmt: skip
    write_whole(folder / "README.md", readme(card))
    os.replace(fresh, folder / "model.onnx")
    write_whole(folder / "card.json", json.dumps(card, indent=2) + "\n")
    write_selfcheck(folder)
    return card


def _halve(file: Path, validation: Sequence[Picture], classes: tuple[str, ...]) -> list[Found]:
    """Store the weights as float16 where the accuracy holds; gives what the file then finds."""
    graph = onnx.load(file)
    halve_weights(graph)
    light = file.with_suffix(".half")
    try:
        onnx.save(graph, light)
        exact, halved = (found_in(onnx_runner(path), validation) for path in (file, light))
        kept, offered = (coco(found, classes)["mAP50_95"] for found in (exact, halved))
        if offered < kept - HALVED:
            return exact
        light.replace(file)
        return halved
    finally:
        light.unlink(missing_ok=True)
