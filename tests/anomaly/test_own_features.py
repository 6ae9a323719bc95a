"""Features that the user brings: what fits is taught on, what does not is refused in one line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from typer.testing import CliRunner

from cell.faces.cli.app import app
from models.anomaly import AnomalyPackage
from models.errors import ModelError
from tests.anomaly import textures
from vision.anomaly.detector import AnomalyDetector
from vision.anomaly.input import as_input
from vision.engines.onnx import OnnxConfig, OnnxEngine
from vision.lab.teaching.brought import Said, bring
from vision.lab.teaching.graph import patch_graph
from vision.lab.teaching.teach import PatchReader

FREE = Said(licence="MIT")


def network(
    file: Path,
    channels: int = 3,
    size: Sequence[int | str] = ("H", "W"),
    tail: str = "map",
    opset: int = 17,
    step: int = 8,
    domain: str = "",
    **metadata: str,
) -> Path:
    """One convolution of 6 features every `step` px, given as a map, tokens or a vector."""
    rng = np.random.default_rng(1)
    kernel = rng.normal(0.0, 0.3, (6, channels, step, step)).astype(np.float32)
    held = [numpy_helper.from_array(kernel, "kernel")]
    nodes = [helper.make_node("Conv", ["images", "kernel"], ["seen"], strides=[step, step])]
    if tail == "map":
        nodes.append(helper.make_node("Relu", ["seen"], ["out"], domain=domain))
    elif tail == "vector":
        nodes.append(helper.make_node("GlobalAveragePool", ["seen"], ["out"]))
    else:
        held.append(numpy_helper.from_array(np.array([1, 6, -1]), "flat"))
        held.append(numpy_helper.from_array(np.zeros((1, 1, 6), np.float32), "class_token"))
        nodes += [
            helper.make_node("Reshape", ["seen", "flat"], ["row"]),
            helper.make_node("Transpose", ["row"], ["column"], perm=[0, 2, 1]),
            helper.make_node("Concat", ["class_token", "column"], ["out"], axis=1),
        ]
    rank = 3 if tail == "tokens" else 4
    ports = (
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, channels, *size])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [None] * rank)],
    )
    graph = helper.make_graph(nodes, "own", *ports, held)
    sets = [helper.make_opsetid("", opset)]
    if domain:
        sets.append(helper.make_opsetid(domain, 1))
    model = helper.make_model(graph, opset_imports=sets, ir_version=8)
    for key, value in metadata.items():
        model.metadata_props.add(key=key, value=value)
    onnx.save(model, file)
    return file


@pytest.mark.parametrize(
    ("how", "size", "stride"),
    [
        ({}, (96, 64), 8),
        ({"channels": 1}, (96, 64), 8),
        ({"tail": "tokens", "step": 14, "size": (70, 98)}, (98, 70), 14),
        ({"size": (64, 64), "tail": "tokens"}, (64, 64), 8),
        ({"opset": 18}, (96, 64), 8),
        ({"opset": 11}, (96, 64), 8),
    ],
    ids=["map", "grey", "tokens", "fixed", "new", "old"],
)  # fmt: skip
def test_what_fits_becomes_a_package(
    how: dict[str, object], size: tuple[int, int], stride: int, tmp_path: Path
) -> None:
    file = network(tmp_path / "own.onnx", **how)  # type: ignore[arg-type]
    made = bring(file, 96, (960, 680), FREE, tmp_path / "package")
    assert made.size == size
    (tap,) = made.package.card.outputs.values()
    assert (tap.channels, tap.stride) == (6, stride)
    assert made.package.card.licence == "MIT"
    graph, grid = patch_graph(made.package, made.taps, size, True, (1,))
    picture = textures.good(1)
    patches = PatchReader(graph, size).read(picture)
    assert patches.shape == (1, grid[0] * grid[1], 6)


def test_mean_and_spread_are_applied(tmp_path: Path) -> None:
    file = network(tmp_path / "own.onnx", license="BSD-3", mean="[0.4, 0.5, 0.6]", std="0.2")
    made = bring(file, 64, (64, 64), Said(), tmp_path / "package")
    assert made.package.card.licence == "BSD-3"
    assert made.package.card.mean == [0.4, 0.5, 0.6]
    graph, grid = patch_graph(made.package, made.taps, made.size, False, (1,))
    picture = textures.good(2)[:64, :64]
    found = PatchReader(graph, made.size).read(picture)[0].T.reshape(6, *grid)
    kernel = numpy_helper.to_array(onnx.load(file).graph.initializer[0])
    seen = as_input(picture, (64, 64))[0, 0, 8:16, 16:24]
    given = (seen[None] - np.array([0.4, 0.5, 0.6])[:, None, None]) / 0.2
    wanted = np.maximum((kernel * given).sum(axis=(1, 2, 3)), 0.0)
    np.testing.assert_allclose(found[:, 1, 2], wanted, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    ("how", "said", "words"),
    [
        ({}, Said(), "says nothing of its licence"),
        ({}, Said(licence="M\nIT"), "no line of at most 300 printable signs"),
        ({"channels": 4}, FREE, "takes 4 channels: 1 or 3 are needed"),
        ({"tail": "vector"}, FREE, "gives no map of features"),
        ({"domain": "com.example"}, FREE, "needs? an operator that onnxruntime lacks"),
        ({}, Said("MIT", mean=(0.5, 0.5)), "mean has 2 numbers"),
        ({}, Said("MIT", spread=(0.0,)), "std above 0"),
        ({}, Said("MIT", outputs=("f9",)), "has no output 'f9', it has out"),
        ({"mean": "black"}, FREE, "which are no numbers: give them with --features-mean"),
    ],
    ids=["licence", "lines", "channels", "vector", "operator", "mean", "std", "output", "metadata"],
)
def test_what_does_not_fit(how: dict[str, object], said: Said, words: str, tmp_path: Path) -> None:
    file = network(tmp_path / "own.onnx", **how)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match=words) as caught:
        bring(file, 96, (96, 96), said, tmp_path / "package")
    assert "\n" not in str(caught.value)
    assert str(file) in str(caught.value)
    assert not (tmp_path / "package").exists()


def test_no_network_at_all(tmp_path: Path) -> None:
    (tmp_path / "own.onnx").write_bytes(b"PK\x03\x04 torch")
    for name, words in (("own.onnx", "is no ONNX model"), ("other.onnx", "is not there")):
        with pytest.raises(ModelError, match=words):
            bring(tmp_path / name, 96, (96, 96), FREE, tmp_path / "package")


def test_a_recipe_taught_on_own_features_carries_them(tmp_path: Path) -> None:
    good = textures.write_good(tmp_path / "good", 10)
    file = network(tmp_path / "own.onnx", tail="tokens")
    words = ["teach", "--recipe", "plate", "--good", str(good), "--recipes", str(tmp_path / "r"),
             "--side", "96", "--features", str(file)]  # fmt: skip
    refused = CliRunner().invoke(app, words)
    assert "--features-licence" in str(refused.exception)
    assert not (tmp_path / "r" / "plate").exists()
    assert CliRunner().invoke(app, [*words, "--features-licence", "MIT"]).exit_code == 0
    package = AnomalyPackage.load(tmp_path / "r" / "plate" / "anomaly-1")
    told = package.card.features or {}
    assert (told["licence"], told["mean"]) == ("MIT", [0.485, 0.456, 0.406])
    assert told["source"]["file"] == "own.onnx"
    taught = AnomalyDetector(package, OnnxEngine(OnnxConfig(), package.onnx))
    assert taught.heat(textures.scratched(9)).score > taught.heat(textures.good(50)).score


def test_options_of_no_file_are_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app, ["teach", "--recipe", "x", "--good", str(tmp_path), "--features-mean", "0.5"]
    )
    assert "--features FILE" in str(done.exception)
