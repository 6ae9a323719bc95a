"""What an ONNX file says of itself: sizes that go in and out, and weights that it keeps elsewhere.

Format: https://github.com/onnx/onnx/blob/main/docs/IR.md and ExternalData.md. Nothing is run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from models.errors import ModelError

Shape = tuple[int | None, ...]
"""Sizes of a tensor's axes; None: any."""


@dataclass(frozen=True, slots=True)
class Port:
    """One input or output of a network. shape None: not said."""

    name: str
    is_float: bool
    shape: Shape | None

    def __str__(self) -> str:
        sizes = "any" if self.shape is None else [s if s is not None else "?" for s in self.shape]
        return f"{self.name} {sizes}" + ("" if self.is_float else " (not float32)")

    def fits(self, wanted: Shape) -> bool:
        """Whether it may hold what is wanted; an axis that either leaves open may have any size."""
        return self.is_float and (
            self.shape is None
            or (
                len(self.shape) == len(wanted)
                and all(
                    None in (own, asked) or own == asked
                    for own, asked in zip(self.shape, wanted, strict=True)
                )
            )
        )


@dataclass(frozen=True, slots=True)
class Network:
    """The face of an ONNX file. elsewhere: files that hold weights, as it names them."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    elsewhere: tuple[str, ...]

    @classmethod
    def read(cls, path: Path, remedy: str) -> Self:
        """Read a file's face. Raises ModelError."""
        # onnx takes a third of a second to load, and only who opens a model needs it.
        import onnx
        from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

        try:
            model = onnx.load(str(path), load_external_data=False)
        except (OSError, DecodeError, ValueError, RuntimeError) as error:
            raise ModelError(f"{path} is no ONNX model ({_brief(error)}); {remedy}") from None
        graph = model.graph
        weights = {tensor.name for tensor in graph.initializer}
        return cls(
            tuple(_port(value) for value in graph.input if value.name not in weights),
            tuple(_port(value) for value in graph.output),
            tuple(sorted({_location(tensor) for tensor in _tensors(model) if _is_away(tensor)})),
        )


def require_port(ports: Sequence[Port], wanted: Shape, what: str, path: Path, remedy: str) -> None:
    """Raise ModelError unless there is one port and it fits. what: 'input' or 'output'."""
    if len(ports) == 1 and ports[0].fits(wanted):
        return
    found = ", ".join(map(str, ports)) or "none"
    sizes = [size if size is not None else "any" for size in wanted]
    shape = ports[0].shape if len(ports) == 1 else None
    turned = shape is not None and len(shape) == 3 and Port("", True, _turned(shape)).fits(wanted)
    hint = ": its last two axes are exchanged" if turned else ""
    raise ModelError(
        f"{path}: its {what} is {found}, its card needs one float32 {what} {sizes}{hint}; {remedy}"
    )


def _turned(shape: Shape) -> Shape:
    return (shape[0], shape[2], shape[1])


def _port(value: Any) -> Port:
    kind = value.type.tensor_type
    known = value.type.WhichOneof("value") == "tensor_type"
    shape = None
    if known and kind.HasField("shape"):
        shape = tuple(d.dim_value if d.HasField("dim_value") else None for d in kind.shape.dim)
    return Port(value.name, known and kind.elem_type == 1, shape)  # 1: TensorProto.FLOAT


def _tensors(message: Any) -> Iterator[Any]:
    """Every tensor in a model: of graphs, of graphs in nodes, of functions."""
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        for item in [value] if hasattr(value, "ListFields") else value:
            if hasattr(item, "data_location"):
                yield item
            elif hasattr(item, "ListFields"):
                yield from _tensors(item)


def _is_away(tensor: Any) -> bool:
    return bool(tensor.data_location == 1 or tensor.external_data)  # 1: TensorProto.EXTERNAL


def _location(tensor: Any) -> str:
    return next((str(e.value) for e in tensor.external_data if e.key == "location"), "")


def _brief(error: Exception) -> str:
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__
