"""What reads files in this product, each with sound files to begin from."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper

from calibration.cell import load_calibration
from cell.config import dump, load
from cell.labels.exchange.exporting import export
from cell.labels.exchange.importing import reading
from cell.labels.exchange.table import FORMATS
from cell.products.loading import RECIPES, load_recipe
from cell.products.lookup import MODELS
from models.anomaly import AnomalyPackage, FeaturePackage
from models.ground.errors import UserError
from models.package import ModelPackage
from models.selfcheck import SelfCheck
from tests.data.sets import WRITERS
from tests.exchange.drawn import sound_set
from twin.config import load as load_twin
from vision.engines.onnx import OnnxConfig, OnnxEngine
from vision.lab.data.check import check, usable
from vision.lab.data.open import open_data, survey
from vision.lab.data.report import render
from vision.lab.data.split import SHARES, load_split, save_split, split_by_group
from vision.lab.data.stats import stats_of


@dataclass(frozen=True)
class Target:
    """A reader, and the folder that it is given; `files` of it are damaged, by relative path."""

    name: str
    folder: Path
    files: tuple[str, ...]
    read: Callable[[Path], None]
    share: int = 1
    """How often it is taken, beside the others."""


def make_targets(folder: Path) -> list[Target]:
    """All readers but those of pictures to be inspected, with their files below `folder`."""
    made = [_data_set(folder, name) for name in WRITERS]
    made += [_exchange(folder, name) for name in FORMATS]
    made += [_archive(folder, name) for name in ("a.zip", "a.tar.gz")]
    made += [
        _one_file(folder, "recipe-pcb", RECIPES / "pcb" / "recipe.yaml", load_recipe),
        _one_file(folder, "recipe-screw", RECIPES / "ball_screw" / "recipe.yaml", load_recipe),
        _one_file(folder, "calibration", _calibration(), load_calibration),
        _config(folder),
        _one_file(folder, "twin", _twin(folder), load_twin),
        _split(folder),
        _package(folder, "model", MODELS / "pcb", ModelPackage.load),
        _package(folder, "features", MODELS / "features", FeaturePackage.load),
        *_anomaly(folder),
        _one_file(folder, "selfcheck", MODELS / "pcb" / "selfcheck.npz", _selfcheck),
    ]
    return made


def _home(folder: Path, name: str) -> Path:
    home = folder / name
    home.mkdir(parents=True)
    return home


def _one_file(folder: Path, name: str, file: Path, read: Callable[[Path], object]) -> Target:
    home = _home(folder, name)
    shutil.copyfile(file, home / file.name)
    return Target(name, home, (file.name,), lambda given: _ignore(read(given / file.name)))


def _ignore(_: object) -> None:
    """A reader's answer; that it gave one is enough."""


def _data_set(folder: Path, name: str) -> Target:
    home = folder / name
    home.mkdir(parents=True)
    WRITERS[name](home)
    files = sorted(str(path.relative_to(home)) for path in home.rglob("*") if path.is_file())
    texts = [file for file in files if not file.endswith((".png", ".jpg"))]
    # Labels are read in more ways than pictures.
    return Target(name, home, (*files, *texts, *texts), _read_set, share=4)


def _read_set(folder: Path) -> None:
    """All that `cell data` does with a data set; each step refuses for itself."""
    with contextlib.suppress(UserError):
        data, told = survey(folder)
        found = check(data, told)
        sound = usable(data, found)
        render(data, found, stats_of(sound))
    data = open_data(folder)
    stats_of(data, split_by_group(data, {"train": 0.5, "test": 0.5}, 0))


def _exchange(folder: Path, format: str) -> Target:
    """Label files of another tool, as they come in."""
    home = _home(folder, f"labels-{format}")
    source = _home(folder, f"labels-{format}-source")
    export(sound_set(source), home / "set", format)
    files = sorted(str(path.relative_to(home)) for path in home.rglob("*") if path.is_file())
    texts = [file for file in files if not file.endswith(".png")]
    return Target(
        f"labels-{format}", home, (*files, *texts), lambda given: _take(given / "set", format)
    )


def _archive(folder: Path, name: str) -> Target:
    home = _home(folder, f"archive-{name}")
    export(sound_set(_home(folder, f"archive-{name}-source")), home / name, "coco")
    return Target(f"archive-{name}", home, (name,), lambda given: _take(given / name, "coco"))


def _take(source: Path, format: str) -> None:
    with reading(source, format) as found:
        _ignore(found)


def _calibration() -> Path:
    return load(None).calibration


def _config(folder: Path) -> Target:
    source = folder / "config-source" / "cell.yaml"
    source.parent.mkdir(parents=True)
    dump(load(None), source)
    return _one_file(folder, "config", source, load)


def _twin(folder: Path) -> Path:
    file = folder / "twin-source" / "twin.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("host: 127.0.0.1\nseed: 3\npitch_m: 0.35\nparts: 5\ndefective: 0.5\n")
    with contextlib.suppress(UserError):
        load_twin(file)
    return file


def _split(folder: Path) -> Target:
    home = _home(folder, "split")
    WRITERS["coco"](home / "set")
    data = open_data(home / "set")
    save_split(split_by_group(data, SHARES, 0), home / "split.json")
    return Target("split", home, ("split.json",), lambda given: _try_split(given / "split.json"))


def _try_split(file: Path) -> None:
    data = open_data(file.parent / "set")
    with contextlib.suppress(UserError):
        load_split(file, data, whole=False)
    stats_of(data, load_split(file, data))


def _package(folder: Path, name: str, source: Path, read: Callable[[Path], object]) -> Target:
    home = folder / name
    shutil.copytree(source, home)
    return Target(name, home, ("card.json",), lambda given: _ignore(read(given)))


def _anomaly(folder: Path) -> list[Target]:
    """A taught package: its card damaged, and its network, for which the card then vouches."""
    made = []
    for name, file in (("anomaly", "card.json"), ("network", "model.onnx")):
        home = _home(folder, name)
        node = helper.make_node(
            "AveragePool", ["images"], ["heat"], kernel_shape=[8, 8], strides=[8, 8]
        )
        graph = helper.make_graph([node], "tiny", [_port("images", 64)], [_port("heat", 8)])
        opset = helper.make_opsetid("", 17)
        onnx.save(
            helper.make_model(graph, opset_imports=[opset], ir_version=8), home / "model.onnx"
        )
        read = AnomalyPackage.load if name == "anomaly" else _open_vouched
        _vouch(home)
        read(home)
        made.append(Target(name, home, (file,), lambda given, read=read: _ignore(read(given))))
    return made


def _port(name: str, side: int) -> Any:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, side, side])


def _vouch(home: Path) -> None:
    content = (home / "model.onnx").read_bytes()
    card = {
        "kind": "anomaly", "name": "a", "version": "1", "file": "model.onnx", "files": {},
        "sha256": hashlib.sha256(content).hexdigest(),
        "input_shape": [1, 1, 64, 64], "output_shape": [1, 1, 8, 8], "threshold": 1.5,
    }  # fmt: skip
    (home / "card.json").write_text(json.dumps(card))


def _open_vouched(home: Path) -> OnnxEngine:
    _vouch(home)
    engine = OnnxEngine(OnnxConfig(), AnomalyPackage.load(home).onnx)
    engine.run(np.zeros((1, 1, 64, 64), np.float32))
    return engine


def _selfcheck(file: Path) -> SelfCheck:
    return SelfCheck.load(file.parent)
