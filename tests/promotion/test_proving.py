"""What a model package may hold that looks right on its card: it is run before it is kept."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from cell.config import CellConfig, load
from cell.promotion.admitting import admit
from cell.promotion.errors import PromotionError
from cell.promotion.model import Offer
from cell.texts import render
from models.files import seal
from models.package import CARD
from tests.promotion.world import QUALITY, World, world

SHIPPED = Path(__file__).parents[2] / "models" / "ball_screw"
HEIGHT, WIDTH, PLACES = 256, 640, 7


@pytest.fixture
def place(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as opened:
        yield opened


def network(
    places: int = PLACES, fill: float = 0.0, operator: str = "Identity", domain: str = "",
    takes: tuple[int | str, ...] = ("N", 1, HEIGHT, WIDTH),
) -> onnx.ModelProto:  # fmt: skip
    """Any picture -> a table [1, 5, 7] of one number, said to have so many places; nothing but a
    run can know how many there are.
    """
    nodes = [
        helper.make_node("ReduceSum", ["images"], ["sum"], keepdims=0),
        helper.make_node("Mul", ["sum", "nothing"], ["zero"]),
        helper.make_node("Add", ["zero", "sizes"], ["floats"]),
        helper.make_node("Cast", ["floats"], ["shape"], to=TensorProto.INT64),
        helper.make_node("Expand", ["fill", "shape"], ["table"]),
        helper.make_node(operator, ["table"], ["detections"], domain=domain),
    ]
    values = {"nothing": 0.0, "sizes": [1.0, 5.0, float(PLACES)], "fill": fill}
    graph = helper.make_graph(
        nodes, "g",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, list(takes))],
        [helper.make_tensor_value_info("detections", TensorProto.FLOAT, [1, 5, places])],
        [numpy_helper.from_array(np.asarray(v, np.float32), name) for name, v in values.items()],
    )  # fmt: skip
    opsets = [helper.make_opsetid("", 18), *([helper.make_opsetid(domain, 1)] if domain else [])]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def package(folder: Path, model: onnx.ModelProto | None) -> Path:
    """A sealed package for the recipe ball_screw; None: with the network that ships."""
    folder.mkdir()
    if model is None:
        shutil.copy(SHIPPED / "model.onnx", folder)
    else:
        (folder / "model.onnx").write_bytes(model.SerializeToString())
    card: dict[str, Any] = json.loads((SHIPPED / CARD).read_text()) | {"version": "9"}
    del card["bytes"]
    (folder / CARD).write_text(json.dumps(card))
    seal(folder)
    return folder


def config_of(place: World) -> CellConfig:
    return load(None, {"data_dir": str(place.data)})


BAD: dict[str, tuple[Callable[[], onnx.ModelProto], str]] = {
    "not a number": (lambda: network(fill=float("nan")), "numbers that are not finite"),
    "no score": (lambda: network(fill=7.0), "scores from 0 to 7"),
    "more places than it gives": (lambda: network(places=9), "failed to run"),
    "gigabytes": (lambda: network(places=2_000_000_000), "room for"),
    "an operator that nobody has": (
        lambda: network(operator="Odd", domain="odd"), "Odd.* is not a registered",
    ),
    "any size": (lambda: network(takes=("N", 1, "h", "w")), "one float32 input of fixed size"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_network_that_does_not_work_is_not_kept(case: str, place: World) -> None:
    make, words = BAD[case]
    given = package(place.folder / "given", make())
    offer = Offer("ball_screw", given)
    with pytest.raises(PromotionError) as refused:
        admit(place.registry, config_of(place), offer, QUALITY, place.tick())
    told = render(str(refused.value), "en")
    assert "\n" not in told
    assert str(given) in told
    assert "is not taken in" in told
    assert re.search(words, told), told
    assert place.registry.models() == []
    assert not (place.data / "registry" / "packages").exists()


def test_a_check_that_is_no_check_is_not_kept(place: World) -> None:
    given = package(place.folder / "given", None)
    np.savez(given / "selfcheck.npz", a=np.array([{}], dtype=object))
    seal(given)
    with pytest.raises(PromotionError, match="selfcheck"):
        admit(place.registry, config_of(place), Offer("ball_screw", given), QUALITY, place.tick())
    assert place.registry.models() == []


def test_one_that_works_is_kept(place: World) -> None:
    given = package(place.folder / "given", network(fill=0.5))
    model = admit(
        place.registry, config_of(place), Offer("ball_screw", given), QUALITY, place.tick()
    )
    assert model.version == "9"
