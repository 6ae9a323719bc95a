"""Command line: ``python -m vision.lab.training.export --run RUN_DIR --data DIR --package DIR``.

Writes the model package: ``model.onnx``, ``card.json`` and ``README.md``.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch

from models.ground.ending import end_with
from models.ground.writing import write_whole
from models.package import next_version
from vision.engines.selfcheck import write_selfcheck
from vision.lab.data.types import DataError
from vision.lab.training.card import build_card, write_readme
from vision.lab.training.deeppcb import CLASSES, SIZE, load
from vision.lab.training.detect import as_input
from vision.lab.training.evaluate import measure, onnx_runner
from vision.nets.channels import PAIR
from vision.nets.decode import Floats
from vision.nets.pairnet import Deployed, PairNet

LARGEST_BYTES = 12_000_000
OPSET = 17


def read_run(run: Path, name: str) -> dict[str, Any]:
    """The checkpoint of a training run."""
    path = run / name
    if not path.exists():
        raise DataError(f"{path}: no checkpoint; train first with python -m vision.lab.training")
    saved: dict[str, Any] = torch.load(path, map_location="cpu")
    return saved


def write_onnx(saved: dict[str, Any], path: Path, example: Floats) -> float:
    """Write the averaged network as ONNX and return its largest deviation from torch."""
    net = PairNet(len(CLASSES), saved["settings"]["width"])
    net.load_state_dict(saved["average"])
    model = Deployed(net, SIZE, SIZE).eval()
    export_graph(model, path, (len(PAIR), SIZE, SIZE), 4 + len(CLASSES))
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        raise DataError(f"{path}: {size} bytes, more than {LARGEST_BYTES}; train a narrower net")
    with torch.inference_mode():
        expected = model(torch.from_numpy(example)).numpy()
    return float(np.abs(onnx_runner(path)(example) - expected).max())


def export_graph(model: Deployed, path: Path, shape: tuple[int, int, int], rows: int) -> None:
    """Write the graph for inputs [N, *shape]; its output is [N, rows, cells]."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns about its own internals
        torch.onnx.export(
            model, (torch.zeros(1, *shape),), str(path), opset_version=OPSET,
            input_names=["images"], output_names=["detections"],
            dynamic_axes={"images": {0: "batch"}, "detections": {0: "batch"}}, dynamo=False,
        )  # fmt: skip
    fix_shape(path, (rows, int(model.centres.shape[0])))


def fix_shape(path: Path, sizes: tuple[int, int]) -> None:
    """State the output's fixed sizes [batch, *sizes] in the file; the exporter leaves them open."""
    graph = onnx.load(path)
    for dim, size in zip(graph.graph.output[0].type.tensor_type.shape.dim[1:], sizes, strict=True):
        dim.dim_value = size
    onnx.checker.check_model(graph, full_check=True)
    onnx.save(graph, path)


def latency(path: Path, example: Floats, threads: int) -> float:
    """Median time of one image in milliseconds."""
    run = onnx_runner(path, threads)
    times = []
    for _ in range(12):
        start = time.perf_counter()
        run(example)
        times.append(time.perf_counter() - start)
    return round(1000 * float(np.median(times[2:])), 1)


def main(arguments: list[str] | None = None) -> int:
    """Export a trained detector as a model package and measure what was exported."""
    parser = argparse.ArgumentParser(
        prog="python -m vision.lab.training.export", description=main.__doc__
    )
    parser.add_argument("--run", type=Path, required=True, help="folder of the training run")
    parser.add_argument("--data", type=Path, required=True, help="folder that holds PCBData/")
    parser.add_argument("--package", type=Path, required=True, help="folder of the package")
    parser.add_argument("--checkpoint", default="best.pt")
    parser.add_argument("--rounds", type=int, default=2, help="simulated boards per pair")
    parser.add_argument("--stride", type=int, default=1, help="measure every n-th board only")
    parser.add_argument("--version", help="default: one more than the package there has")
    parser.add_argument("--note", default="", help="a sentence on the run, for the card")
    given = parser.parse_args(arguments)
    version = given.version or next_version(given.package)
    saved = read_run(given.run, given.checkpoint)
    card = export_boards(
        saved, given.data, given.package, version, given.rounds, given.stride, given.note
    )
    print(json.dumps(card["metrics"], indent=1))
    return 0


def export_boards(
    saved: dict[str, Any],
    data: Path,
    package: Path,
    version: str,
    rounds: int = 2,
    stride: int = 1,
    note: str = "",
) -> dict[str, Any]:
    """Write and measure the package of a checkpoint of the boards' job; gives its card.

    rounds: simulated boards per pair; stride: every n-th board is measured. Raises DataError.
    """
    pairs = load(data, "validation")[::stride]
    package.mkdir(parents=True, exist_ok=True)
    path, fresh = package / "model.onnx", package / "model.onnx.part"
    example = np.concatenate([as_input(pair) for pair in pairs[:2]])
    deviation = write_onnx(saved, fresh, example)
    figures = measure(onnx_runner(fresh), pairs, rounds, None)
    # Boards that chose nothing, at the threshold chosen above: the honest figures.
    held_out = load(data, "demo")[::stride]
    figures["held_out"] = measure(onnx_runner(fresh), held_out, 1, figures["threshold"])
    fresh.replace(path)
    speed = {f"{n}_threads": latency(path, example[:1], n) for n in (1, 2)}
    card = build_card(data, path, saved, figures, deviation, speed, version, note)
    write_whole(package / "card.json", json.dumps(card, indent=2) + "\n")
    write_readme(package / "README.md", card)
    write_selfcheck(package)
    return card


if __name__ == "__main__":
    end_with(main)
