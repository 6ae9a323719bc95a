"""A model package from an ultralytics export: network, card, README, self-check."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from models.errors import ModelError
from models.ground.exchange import exchanged
from models.ground.writing import write_whole
from models.package import ModelPackage, next_version
from vision.engines.onnx import OnnxConfig, OnnxEngine
from vision.engines.selfcheck import write_selfcheck
from vision.engines.trying import try_out
from vision.errors import EngineError
from vision.lab.importing.classes import Kept
from vision.nets.imported.export import AGAIN, MASKS, Export
from vision.nets.imported.grey import corner
from vision.nets.imported.network import network_of
from vision.types import Image

USUAL_IOU: Final = 0.7
"""Where ultralytics' `predict` tells two boxes of a class apart, unless told otherwise."""
UNCHOSEN: Final = 0.25
"""Where ultralytics' `predict` begins; nobody has chosen it for these parts."""
NOT_CHOSEN: Final = (
    f"not chosen: {UNCHOSEN} is where ultralytics' predict begins, whatever the parts; choose with "
    "cell thresholds"
)


@dataclass(frozen=True, slots=True)
class Origin:
    """What is imported, and as what. canonical: width, height of the recipe's view [px].
    thresholds: of each class, not chosen yet.
    """

    export: Export
    kept: Kept
    canonical: tuple[int, int]
    thresholds: Mapping[str, float]
    iou: float = USUAL_IOU


def stage(
    folder: Path,
    origin: Origin,
    created: str,
    pictures: Iterable[Image] | None,
    version: str | None = None,
) -> Path:
    """Make the package that is to lie in `folder` beside it, complete and tried; gives where.

    created: when (ISO 8601). pictures: canonical views for the self-check; None: drawn boards.
    version: None: one on from that of the package in `folder`. Raises ModelError for a network that
    the cell's engine cannot run, WriteError, OSError.
    """
    put_back(folder)
    version = version or next_version(folder)
    fresh = folder.with_name(folder.name + ".part")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        content = network_of(origin.export, origin.canonical, origin.kept.indices)
        raw = content.SerializeToString()
        write_whole(fresh / "model.onnx", raw)
        card = card_of(origin, folder.name, version, created, raw)
        write_whole(fresh / "README.md", readme_of(card))
        write_whole(fresh / "card.json", json.dumps(card, indent=2, ensure_ascii=False) + "\n")
        _require_runs(fresh, origin)
        as_input = None if pictures is None else (picture[None] for picture in pictures)
        write_selfcheck(fresh, as_input)
        ModelPackage.load(fresh)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return fresh


def put_in_place(fresh: Path, folder: Path) -> None:
    """Let a staged package take its place; what it replaces is gone then. Raises OSError."""
    put_back(folder)
    old = _old(folder)
    shutil.rmtree(old, ignore_errors=True)
    if not folder.exists():
        fresh.rename(folder)
    elif exchanged(fresh, folder):
        shutil.rmtree(fresh, ignore_errors=True)
    else:
        folder.rename(old)
        fresh.rename(folder)
        shutil.rmtree(old, ignore_errors=True)


def put_back(folder: Path) -> None:
    """Let the package be there again that somebody was killed while replacing, between the two
    renames that it takes where the file system exchanges no names. Raises OSError.
    """
    if _old(folder).is_dir() and not folder.exists():
        _old(folder).rename(folder)


def _old(folder: Path) -> Path:
    return folder.with_name(folder.name + ".old")


def set_thresholds(folder: Path, chosen: Mapping[str, float], how: str) -> None:
    """Write thresholds into a package's card. Raises ModelError, WriteError."""
    path = folder / "card.json"
    card = json.loads(path.read_text(encoding="utf-8"))
    card["thresholds"] |= chosen
    card |= {"thresholds_chosen": True, "thresholds_from": how}
    write_whole(path, json.dumps(card, indent=2, ensure_ascii=False) + "\n")


def card_of(origin: Origin, name: str, version: str, created: str, raw: bytes) -> dict[str, Any]:
    """The card of an imported network of these bytes."""
    export, names = origin.export, origin.kept.names
    width, height = origin.canonical
    return {
        "name": name,
        "version": version,
        "created": created,
        "task": export.task,
        "file": "model.onnx",
        "sha256": hashlib.sha256(raw).hexdigest(),
        "bytes": len(raw),
        "classes": list(names),
        "input": {"shape": [1, 1, height, width], "channels": ["board"]},
        "output": {
            "layout": "x1, y1, x2, y2 in pixels of the view, then one score 0..1 per class",
            "masks": _masks(origin),
            "turned": {"overlap": origin.iou} if export.turned else None,
        },
        "thresholds": dict(origin.thresholds),
        "thresholds_chosen": False,
        "thresholds_from": NOT_CHOSEN,
        "nms_iou": None if export.once or export.turned else origin.iou,
        "nms_across_classes": False,
        "best_class_only": export.task != "classify",
        "settle": False,
        "licence": export.licence,
        "imported": {
            "file": export.path.name,
            "names": list(export.names),
            "input": [export.channels, export.size[1], export.size[0]],
            **export.facts,
        },
        "notes": {"boxes": _boxes(export), "colours": _COLOURS[export.channels]},
    }


_BOXES: Final = {
    "detect": "as the network gives them",
    "segment": "the boxes of the segments; the masks are not as expected, and left out",
    "obb": "the upright box about each turned one, told apart as turned ones",
    "classify": "the whole view for every class",
}
_COLOURS: Final = {
    1: "the network takes grey",
    3: "the network takes colours; it is shown the camera's grey in each of them",
}


def _boxes(export: Export) -> str:
    if export.masks is not None:
        return "the boxes of the segments, with the outline of each"
    return _BOXES[export.task]


def _masks(origin: Origin) -> dict[str, Any] | None:
    if origin.export.masks is None:
        return None
    height, width, step = origin.export.masks
    return {
        "coefficients": MASKS, "height": height, "width": width, "step": step,
        "corner": corner(origin.export, origin.canonical),
    }  # fmt: skip


def _require_runs(folder: Path, origin: Origin) -> None:
    """Raises ModelError where the cell's engine cannot run the network."""
    package = ModelPackage.load(folder, whole=False)
    try:
        engine = OnnxEngine(OnnxConfig(), package.onnx)
        try:
            try_out(engine, package)
        finally:
            engine.close()
    except EngineError as error:
        why = str(error).removeprefix(str(package.onnx)).replace("\n", " ")
        raise ModelError(
            f"{origin.export.path} cannot be run by the cell's engine ({why:.200}): {AGAIN}"
        ) from None


def readme_of(card: Mapping[str, Any]) -> str:
    """The README of an imported network, or of one that ultralytics trained for the cell."""
    height, width = card["input"]["shape"][2:]
    told = card["imported"]
    rows = "\n".join(f"- {key}: {value}" for key, value in told.items())
    return f"""# {card["name"]} {card["version"]}

Finds {", ".join(card["classes"])} in grey pictures of {width} x {height} px. {_worth(card)}

**Licence.** {card["licence"]}

`selfcheck.npz` holds a picture: one of those given, where there were any.

Boxes: {card["notes"]["boxes"]}. Colours: {card["notes"]["colours"]}.

What the file said of itself:

{rows}
"""


def _worth(card: Mapping[str, Any]) -> str:
    if card.get("metrics"):
        return (
            "Trained with\nultralytics; card.json tells on what (data), how (training) and what it "
            "is worth (metrics)."
        )
    return (
        "Imported, not trained\nby the cell: what it is worth on your parts, `cell evaluate` says."
    )
