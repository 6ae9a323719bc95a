"""Command line: ``python -m vision.lab.training.evaluate --data DIR --model FILE``.

Measures a model (``model.onnx`` or a checkpoint ``.pt``) on one part of the data set.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.ground.ending import end_with
from models.ground.writing import require_target, write_whole
from vision.lab.data.types import DataError
from vision.lab.training.deeppcb import CLASSES, SPLIT, Pair, load
from vision.lab.training.detect import Runner, camera_view, find_all
from vision.lab.training.metrics import coco, deeppcb
from vision.lab.training.parts import choose_threshold, count, curve, simulate
from vision.nets.decode import Floats


def onnx_runner(path: Path, threads: int = 0) -> Runner:
    """A function [N, 6, 640, 640] -> [N, 4 + classes, A] over an ONNX file on the CPU."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Threads that spin while they wait slow everything down on a busy computer.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name

    def run(images: Floats) -> Floats:
        return np.asarray(session.run(["detections"], {name: images})[0], np.float32)

    return run


def checkpoint_runner(path: Path) -> Runner:
    """The averaged weights of a training checkpoint, in float32."""
    import torch

    from vision.lab.training.runner import torch_runner
    from vision.nets.pairnet import PairNet

    saved = torch.load(path, map_location="cpu")
    net = PairNet(len(CLASSES), saved["settings"]["width"])
    net.load_state_dict(saved["average"])
    return torch_runner(net, torch.device("cpu"), half=False)


def open_runner(path: Path) -> Runner:
    """A runner for an ONNX file or a checkpoint."""
    if not path.exists():
        raise DataError(f"{path}: no such model; give an .onnx file or a .pt checkpoint")
    return onnx_runner(path) if path.suffix == ".onnx" else checkpoint_runner(path)


def measure(
    run: Runner, pairs: Sequence[Pair], rounds: int, threshold: float | None
) -> dict[str, Any]:
    """All figures: detection quality clean and as the camera sees it, and part decisions.

    threshold: from which a finding speaks against the part; None: choose it from the simulated
    camera boards of these pairs. naming_threshold: in the middle of those with the best F-score.
    """
    clean = find_all(run, pairs)
    single = find_all(run, pairs, across_classes=True)
    seen = find_all(run, [camera_view(pair, 7) for pair in pairs])
    crisp = simulate(run, pairs, 1, camera=False)
    parts = simulate(run, pairs, rounds, camera=True)
    chosen = choose_threshold(parts, len(CLASSES)) if threshold is None else threshold
    least = [chosen] * len(CLASSES)
    return {
        "threshold": chosen,
        "naming_threshold": deeppcb([*clean, *seen])["F_steady_threshold"],
        "clean": {**coco(clean, CLASSES), **deeppcb(clean)},
        "one_per_place": {**coco(single, CLASSES), **deeppcb(single)},
        "degraded": {**coco(seen, CLASSES), **deeppcb(seen)},
        "parts_clean": count(crisp, least),
        "parts_degraded": count(parts, least),
        "curve_degraded": curve(parts, len(CLASSES)),
    }


def main(arguments: list[str] | None = None) -> int:
    """Measure a defect detector on DeepPCB boards."""
    parser = argparse.ArgumentParser(
        prog="python -m vision.lab.training.evaluate", description=main.__doc__
    )
    parser.add_argument("--data", type=Path, required=True, help="folder that holds PCBData/")
    parser.add_argument("--model", type=Path, required=True, help=".onnx file or .pt checkpoint")
    parser.add_argument("--part", choices=sorted(SPLIT), default="validation")
    parser.add_argument("--rounds", type=int, default=2, help="simulated boards per pair")
    parser.add_argument("--threshold", type=float, help="score threshold; default: choose one")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    given = parser.parse_args(arguments)
    if given.json:
        require_target(given.json, (given.model, given.data))
    pairs = load(given.data, given.part)
    figures = measure(open_runner(given.model), pairs, given.rounds, given.threshold)
    text = json.dumps(figures, indent=1)
    print(text)
    if given.json:
        write_whole(given.json, text + "\n")
    return 0


if __name__ == "__main__":
    end_with(main)
