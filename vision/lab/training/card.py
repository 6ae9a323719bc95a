"""The model card: what a model package says about itself, for machines and for people."""

from __future__ import annotations

import hashlib
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from models.ground.writing import write_whole
from vision.lab.training.deeppcb import CLASSES, SIZE, SPLIT, fingerprint, label_files
from vision.lab.training.detect import NMS_IOU
from vision.nets.channels import PAIR

UPSTREAM = "https://github.com/tangsanli5201/DeepPCB"
UPSTREAM_COMMIT = "08e98c4db5922613fb97176eb3d6497d48260cb1"
LICENCE = (
    "Research and demonstration only: DeepPCB's LICENSE file is MIT, but its README says the data "
    "may be used for research purposes only, so these weights stay research-only until the "
    "data set's authors say otherwise."
)


def sources_version() -> str:
    """Short SHA-256 over the sources that train and define the network."""
    root = Path(__file__).resolve().parents[2]
    digest = hashlib.sha256()
    for path in sorted([*(root / "lab" / "training").glob("*.py"), *(root / "nets").glob("*.py")]):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def hardware() -> str:
    """What the run that exports has under it, in words."""
    if torch.cuda.is_available():
        return torch.cuda.get_device_name(0)
    return f"{platform.machine()} CPU, {os.cpu_count()} cores"


def _short(value: Any) -> Any:
    """The same structure with numbers rounded to four digits."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _short(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_short(item) for item in value]
    return value


def build_card(
    data: Path,
    model: Path,
    saved: dict[str, Any],
    figures: dict[str, Any],
    deviation: float,
    speed: dict[str, float],
    version: str,
    note: str,
) -> dict[str, Any]:
    """The content of ``card.json``; figures come from ``evaluate.measure``."""
    counts = {part: len(label_files(data, groups)) for part, groups in SPLIT.items()}
    cells = (SIZE // 8) ** 2
    return {
        "name": "pcb-pairnet",
        "version": version,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "task": "printed-circuit-board defect detection against a golden sample",
        "file": model.name,
        "sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
        "bytes": model.stat().st_size,
        "classes": list(CLASSES),
        "input": {
            "name": "images",
            "shape": ["N", len(PAIR), SIZE, SIZE],
            "dtype": "float32",
            "channels": list(PAIR),
            "range": [0.0, 1.0],
        },
        "output": {
            "name": "detections",
            "shape": ["N", 4 + len(CLASSES), cells],
            "dtype": "float32",
            "layout": "x1, y1, x2, y2 in input pixels, then one score 0..1 per class; no "
            "suppression in the graph",
        },
        "thresholds": {name: round(figures["naming_threshold"], 3) for name in CLASSES},
        "nms_iou": NMS_IOU,
        "nms_across_classes": True,
        "data": {
            "name": "DeepPCB",
            "upstream": UPSTREAM,
            "commit": UPSTREAM_COMMIT,
            "licence_note": LICENCE,
            "split": {part: list(groups) for part, groups in SPLIT.items()},
            "images": counts,
            "fingerprint_sha256": fingerprint(data),
            "fingerprint_covers": "labels and images of train and validation, by name",
        },
        "training": {
            "settings": {k: v for k, v in saved["settings"].items() if k != "device"},
            "seed": saved["settings"]["seed"],
            "epochs": saved["epoch"],
            "wall_minutes": round(saved["spent"] / 60, 1),
            "hardware": hardware(),
            "code": sources_version(),
            "note": note,
            "torch": torch.__version__.split("+")[0],
        },
        "metrics": {
            "validation": _short(figures["clean"]),
            "one_per_place": _short(figures["one_per_place"]),
            "degraded": _short(figures["degraded"]),
            "review_score": round(figures["threshold"], 3),
            "note": "validation and degraded: suppression within each class; one_per_place: "
            "across classes, as the cell runs it. Threshold and checkpoint were chosen on the "
            "same boards.",
            "parts_clean": figures["parts_clean"],
            "parts_degraded": figures["parts_degraded"],
            "curve_degraded": figures["curve_degraded"],
            "held_out": _short(figures["held_out"]),
            "onnx_vs_torch_max_difference": deviation,
            "latency_ms": speed,
        },
        "licence": LICENCE,
    }


README = """# {name} {version}

Finds six kinds of defect on bare printed circuit boards by looking at the board and its golden
sample together: {classes}.

**Licence.** {licence}

## How to use it

`model.onnx` takes `images`, float32 [N, 6, 640, 640] in 0..1: the rectified board, the golden
sample, and the brightest and darkest of the golden sample within 2 px and within 4 px
(`vision.nets.channels.stack` makes them). It returns `detections`, float32 [N, 10, 6400]: box
corners in pixels and one score per class. `vision.nets.decode.decode` turns that into boxes
(suppression across classes at IoU {nms_iou}). From a score of {threshold} a finding is called by
its name (best F-score); from {review} it speaks against the part, which a person should then look
at. Dark is copper, bright is laminate, as in DeepPCB. `card.json` says the same for machines.

## What it was trained on

DeepPCB ({upstream}, commit {commit}), split by board so that no board is in two parts: training
groups {train} ({n_train} pairs), validation group {validation} ({n_validation} pairs). Groups
{demo} ({n_demo} pairs) were not trained on; they are the demonstration boards. Most DeepPCB defects
were drawn by its authors on real boards: figures here say how well such defects are found, not how
well a factory's own are.

Training renders each board as a camera on a conveyor would see it: grey levels, uneven light,
blur, motion, noise, resampling and up to a few pixels of misalignment. Unlabelled blemishes are
painted over, and defects are removed or pasted on golden samples, so that it also learns what a
good board is. Two in five of the defective samples carry further, invented spots of missing or
surplus copper, spots and fine strokes, named by what they do to the copper
(`vision/lab/training/invent.py`). A quarter of the samples are golden samples with invented copper
planes between their tracks (`vision/lab/training/pour.py`) and invented defects alone. A third of
the pairs have copper and laminate exchanged and their defects renamed to match (a cut track
becomes a bridged gap).

## Figures (validation boards)

| | as in the data set | as the cell's camera sees them |
| --- | --- | --- |
| mAP50 (COCO, mean of classes) | {v[mAP50]:.4f} | {d[mAP50]:.4f} |
| mAP50-95 | {v[mAP50_95]:.4f} | {d[mAP50_95]:.4f} |
| DeepPCB AP (IoU 0.33, pooled) | {v[AP33_pooled]:.4f} | {d[AP33_pooled]:.4f} |
| DeepPCB best F-score | {v[F_best]:.4f} | {d[F_best]:.4f} |

These are measured with suppression within each class, as is customary. With one class a place, as
the cell runs it, mAP50 is {o[mAP50]:.4f} and mAP50-95 {o[mAP50_95]:.4f} on the data set's images.

| AP50 by class | as in the data set | as the cell's camera sees them |
| --- | --- | --- |
{by_class}

Simulated parts at score {review}: of {p[defective]} defective boards (1 to 3 defects,
camera view) {p[escapes]} passed unnoticed, {p[missed]} of {p[defects]} single defects were
missed, {p[wrong_class]} were named wrongly, and {p[false_rejects]} of {p[good]} good boards were
not passed. Thresholds and checkpoint were chosen on these same boards, so expect slightly worse on
new ones.

## Figures (demonstration boards)

They chose neither threshold nor checkpoint. What version 1.1.0 got wrong on them was looked at, and
led to the fine strokes among the invented defects.

mAP50 {h[clean][mAP50]:.4f} and mAP50-95 {h[clean][mAP50_95]:.4f} on the data set's images,
{h[degraded][mAP50]:.4f} and {h[degraded][mAP50_95]:.4f} as the cell's camera sees them. At the
same threshold, camera view: {hp[escapes]} of {hp[defective]} defective boards passed unnoticed,
{hp[missed]} of {hp[defects]} single defects were missed, {hp[wrong_class]} were named wrongly, and
{hp[false_rejects]} of {hp[good]} good boards were not passed.

## Speed

One image takes {speed[1_threads]} ms on one CPU thread and {speed[2_threads]} ms on two
({hardware}, measured while exporting).

## Limits

- One board family was held out for validation; other layouts, track widths and board finishes
  may score differently.
- The camera view is simulated; no photograph of a physical board was used.
- A defect smaller than about 4 px in the 640 px image, or a whole feature shifted by less than
  about 4 px, is treated as slack.

Made by `python -m vision.lab.training` and `python -m vision.lab.training.export`. {note}
"""


def write_readme(path: Path, card: dict[str, Any]) -> None:
    """Write the card for people."""
    data, metrics = card["data"], card["metrics"]
    clean, seen = metrics["validation"], metrics["degraded"]
    rows = [f"| {c} | {clean[f'AP50_{c}']:.4f} | {seen[f'AP50_{c}']:.4f} |" for c in CLASSES]
    text = README.format(
        name=card["name"],
        version=card["version"],
        classes=", ".join(card["classes"]),
        licence=card["licence"],
        threshold=card["thresholds"][CLASSES[0]],
        review=metrics["review_score"],
        nms_iou=card["nms_iou"],
        upstream=data["upstream"],
        commit=data["commit"][:12],
        **{part: " and ".join(groups) for part, groups in data["split"].items()},
        **{f"n_{part}": number for part, number in data["images"].items()},
        v=clean,
        o=metrics["one_per_place"],
        note=card["training"]["note"],
        d=seen,
        p=metrics["parts_degraded"],
        h=metrics["held_out"],
        hp=metrics["held_out"]["parts_degraded"],
        by_class="\n".join(rows),
        speed=metrics["latency_ms"],
        hardware=card["training"]["hardware"],
    )
    write_whole(path, text)
