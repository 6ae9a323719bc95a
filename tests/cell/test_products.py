"""The recipes that come with the cell, and what is said where a model does not."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
from typer.testing import CliRunner

from cell.config import dump, load
from cell.faces.cli.app import app
from cell.products.inspector import build_inspector
from cell.products.loading import RECIPES
from cell.products.lookup import MODELS, find_recipe, load_inspection_parts
from models.package import CARD, ModelError

PRODUCTS = sorted(path.parent.name for path in RECIPES.glob("*/recipe.yaml"))


def test_all_products_are_there() -> None:
    assert PRODUCTS == ["ball_screw", "ball_screw_carrier", "pcb", "tile"]


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_recipe_has_bins_of_the_cell_and_a_model_or_the_way_to_it(name: str) -> None:
    cell = load(None)
    recipe = find_recipe(cell, name)
    assert recipe.name == name
    assert recipe.model is not None
    if (MODELS / recipe.model).is_dir():
        assert load_inspection_parts(cell, name).model is not None
    else:
        assert recipe.model_from is not None
        assert f"cell train --recipe {name} --data" in recipe.model_from


def test_weights_without_a_licence_do_not_come_along() -> None:
    assert not (MODELS / "tile").exists()


def cell_without_training(folder: Path) -> Path:
    file = folder / "cell.yaml"
    dump(load(None, {"data_dir": str(folder / "data")}), file)
    return file


def test_inspecting_without_the_model_says_how_to_make_it(tmp_path: Path) -> None:
    picture, cell = tmp_path / "tile.png", cell_without_training(tmp_path)
    cv2.imwrite(str(picture), np.full((320, 320), 90, np.uint8))
    arguments = ["inspect", str(picture), "--recipe", "tile", "--config", str(cell)]
    error = CliRunner().invoke(app, arguments).exception
    assert isinstance(error, ModelError)
    assert "its model 'tile' does not come with the cell" in str(error)
    assert "cell train --recipe tile --data DIR" in str(error)
    assert str(tmp_path / "data" / "models") in str(error)
    assert "\n" not in str(error)


def test_a_model_trained_here_is_found(tmp_path: Path) -> None:
    cell = load(cell_without_training(tmp_path))
    recipe = find_recipe(cell, "tile")
    here = tmp_path / "data" / "models" / "tile"
    network = detector((1, 1, 320, 320), len(recipe.classes))
    here.mkdir(parents=True)
    (here / "model.onnx").write_bytes(network)
    card = {
        "name": "tile", "version": "1", "classes": list(recipe.classes),
        "input": {"shape": ["N", 1, 320, 320], "channels": ["board"]}, "output": {"layout": "-"},
        "thresholds": dict.fromkeys(recipe.classes, 0.3), "nms_iou": 0.5,
        "sha256": hashlib.sha256(network).hexdigest(),
    }  # fmt: skip
    (here / CARD).write_text(json.dumps(card))
    setup = build_inspector(cell, "tile")
    coarse = np.random.default_rng(1).integers(0, 200, (64, 64), np.uint8)
    view = np.asarray(cv2.resize(coarse, (320, 320)), np.uint8)
    view[0, 0] = 255
    inspection, _ = setup.complete.inspect_view(view)
    (found,) = inspection.detections
    assert found.class_name == next(iter(recipe.classes))
    assert found.score == 1.0  # grey 255 reaches the network as 1.0
    assert setup.recipe.threshold_of("MT_Crack") == 0.3


def detector(shape: tuple[int, int, int, int], classes: int) -> bytes:
    """[N, 1, h, w] -> [N, 4 + classes, 1]: one box of 8 px, whose first class scores what is the
    brightest grey of the picture.
    """
    table = np.zeros((2, 1, 4 + classes, 1), np.float32)
    table[0, 0, 4], table[1, 0, 2:4] = 1.0, 8.0
    gain, offset = (numpy_helper.from_array(t, n) for t, n in zip(table, "ab", strict=True))
    nodes = [
        helper.make_node("GlobalMaxPool", ["images"], ["most"]),
        helper.make_node("Squeeze", ["most", "last"], ["grey"]),
        helper.make_node("Mul", ["grey", "a"], ["scores"]),
        helper.make_node("Add", ["scores", "b"], ["detections"]),
    ]
    last = numpy_helper.from_array(np.array([3], np.int64), "last")
    graph = helper.make_graph(
        nodes, "brightest",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["N", *shape[1:]])],
        [helper.make_tensor_value_info("detections", TensorProto.FLOAT, ["N", 4 + classes, 1])],
        [gain, offset, last],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    return bytes(model.SerializeToString())
