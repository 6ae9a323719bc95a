"""What an ONNX file of ultralytics says of itself: task, classes, size, licence.

The file's metadata are those that `ultralytics/engine/exporter.py` writes; its heads are told apart
by the shapes of their outputs. Nothing of the file is run here.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from models.errors import ModelError
from models.network import Network, Shape

TASKS: Final = ("detect", "segment", "obb", "classify")
MASKS: Final = 32
"""Mask coefficients of a box, where a network gives masks."""
AGAIN: Final = "export it again: yolo export model=best.pt format=onnx"
TOLD: Final = ("description", "author", "date", "version", "license", "docs", "task", "head",
               "stride", "imgsz", "args", "end2end")  # fmt: skip
OLDEST_OPSET: Final = 11
MOST_CLASSES: Final = 1000


@dataclass(frozen=True, slots=True)
class Export:
    """A checked file. size: width, height of the network's input [px]. once: the network gives each
    object once, best first, instead of a box for each place (an end-to-end head, or `nms=True`).
    masks: height and width of the prototypes, pixels of the input for each of theirs; None without
    masks. facts: what the metadata say, for people.
    """

    path: Path
    graph: Any
    task: str
    names: tuple[str, ...]
    size: tuple[int, int]
    channels: int
    once: bool
    places: int
    masks: tuple[int, int, int] | None
    facts: dict[str, str]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read and check a file. Raises ModelError, in one line, for what cannot be taken."""
        face = Network.read(path, f"give a whole file, or {AGAIN}")
        if face.elsewhere:
            raise ModelError(f"{path} keeps its weights in {list(face.elsewhere)}: {AGAIN}")
        import onnx  # a third of a second, which only who imports needs

        model = onnx.load(str(path))
        require_valid(model, path)
        facts = {entry.key: entry.value for entry in model.metadata_props}
        task, names = _task(path, facts), _names(path, facts)
        opset = max(
            (o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), default=0
        )
        if opset < OLDEST_OPSET:
            raise ModelError(f"{path} is of opset {opset}, {OLDEST_OPSET} is needed: {AGAIN}")
        if len(face.inputs) != 1 or not face.outputs:
            raise ModelError(f"{path} has {len(face.inputs)} inputs, one is needed: {AGAIN}")
        if facts.get("head", "").startswith("RTDETR"):
            raise ModelError(f"{path} is an RT-DETR: only the YOLO families can be taken")
        if "cell_grey" in (face.inputs[0].name, *(n.name for n in model.graph.node)):
            raise ModelError(f"{path} was imported before: give the file that it was made from")
        _require_float(path, face)
        channels, height, width = _input(path, face.inputs[0].shape)
        output = _fixed(path, face.outputs[0].shape, "output")
        once, places = _head(path, task, output, len(names))
        masks = _prototypes(face, (height, width)) if task == "segment" else None
        told = {key: facts[key] for key in TOLD if key in facts}
        return cls(path, model, task, names, (width, height), channels, once, places, masks, told)

    @property
    def turned(self) -> bool:
        """Whether it gives turned boxes that are still to be told apart."""
        return self.task == "obb" and not self.once

    @property
    def licence(self) -> str:
        """What the card says of the licence, plainly."""
        said = self.facts.get("license", "").strip()
        if not said:
            return "not stated in the imported file: ask whoever trained the network"
        if "AGPL" not in said.upper():
            return f"{said}, as the imported file says"
        return (
            f"{said}, as the imported file says: whoever passes the network on, or offers others "
            "its use over a network, gives the source of what is built on it under the same "
            "licence, or holds a licence of another kind from Ultralytics"
        )


def require_valid(model: Any, path: Path) -> None:
    """Raise ModelError for a model that breaks the rules of the format."""
    import onnx

    try:
        onnx.checker.check_model(model)
    except (onnx.checker.ValidationError, ValueError) as error:  # names that are no UTF-8
        why = next(iter(str(error).splitlines()), type(error).__name__)
        raise ModelError(
            f"{path} is damaged, or newer than this cell ({why:.120}): {AGAIN}"
        ) from None


def _task(path: Path, facts: dict[str, str]) -> str:
    if "task" not in facts or "names" not in facts:
        raise ModelError(
            f"{path} has no metadata of ultralytics (task, names): only its exports can be taken; "
            f"{AGAIN}"
        )
    if facts["task"] not in TASKS:
        raise ModelError(
            f"{path} is for the task {facts['task']!r:.60}, the cell takes {', '.join(TASKS)}: "
            "train one of those"
        )
    return facts["task"]


def _names(path: Path, facts: dict[str, str]) -> tuple[str, ...]:
    """The class names by index."""
    try:
        told = ast.literal_eval(facts["names"])
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        told = None
    if isinstance(told, list | tuple):
        told = dict(enumerate(told))
    if not isinstance(told, dict) or sorted(map(str, told)) != sorted(map(str, range(len(told)))):
        raise ModelError(
            f"{path}: its metadata 'names' are {facts['names']!r:.60}, not a name for each class "
            f"from 0 on: {AGAIN}"
        )
    if not 1 <= len(told) <= MOST_CLASSES:
        raise ModelError(f"{path} has {len(told)} classes, 1 to {MOST_CLASSES} can be taken")
    by_index = {str(key): str(name) for key, name in told.items()}
    return tuple(by_index[str(index)] for index in range(len(told)))


def _require_float(path: Path, face: Network) -> None:
    for port in (face.inputs[0], face.outputs[0]):
        if not port.is_float:
            raise ModelError(
                f"{path}: {port.name} is not float32 (was it exported with half or int8?): {AGAIN}"
            )


def _fixed(path: Path, shape: Shape | None, what: str) -> tuple[int, ...]:
    if shape is None or not all(shape):
        sizes = "unknown" if shape is None else [size if size else "?" for size in shape]
        raise ModelError(f"{path}: its {what} is {sizes}, of no fixed size: {AGAIN} dynamic=False")
    if shape[0] != 1:
        raise ModelError(f"{path} takes {shape[0]} pictures at a time, the cell gives one: "
                         f"{AGAIN} batch=1")  # fmt: skip
    return tuple(size or 0 for size in shape)


def _input(path: Path, shape: Shape | None) -> tuple[int, int, int]:
    """Channels, height, width."""
    sizes = _fixed(path, shape, "input")
    if len(sizes) != 4 or sizes[1] not in (1, 3):
        raise ModelError(
            f"{path}: its input is {list(sizes)}; pictures of 1 or 3 channels can be taken, "
            "[1, channels, height, width]"
        )
    return sizes[1], sizes[2], sizes[3]


def _prototypes(face: Network, size: tuple[int, int]) -> tuple[int, int, int] | None:
    """Height, width and step of the prototypes; None where they are not as expected."""
    shape = face.outputs[1].shape if len(face.outputs) == 2 else None
    if shape is None or len(shape) != 4 or shape[:2] != (1, MASKS):
        return None
    high, wide = shape[2] or 1, shape[3] or 1
    step = size[0] // high
    return (high, wide, step) if (high * step, wide * step) == size else None


def _head(path: Path, task: str, shape: tuple[int, ...], classes: int) -> tuple[bool, int]:
    """Whether the network gives each object once, and how many rows or places there are."""
    more = {"segment": MASKS, "obb": 1}.get(task, 0)
    if task == "classify":
        if shape == (1, classes):
            return True, 1
    elif len(shape) == 3:
        if shape[1] == 4 + classes + more and shape[2] != 6 + more:
            return False, shape[2]
        if shape[2] == 6 + more:
            return True, shape[1]
    wanted = f"[1, {classes}]" if task == "classify" else (
        f"[1, {4 + classes + more}, places] or [1, objects, {6 + more}]"
    )  # fmt: skip
    raise ModelError(
        f"{path}: its output is {list(shape)}, {task} of {classes} classes gives {wanted}: {AGAIN}"
    )
