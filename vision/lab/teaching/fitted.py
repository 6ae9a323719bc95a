"""Fitting a network that somebody else made: what goes in, what comes out, at which size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, compose, helper, numpy_helper, version_converter

from models.errors import ModelError
from vision.lab.teaching.maps import Tap, mapped

OLDEST: Final = 13
"""Operator set from which teaching's own nodes hold."""
STEPS: Final = (32, 14, 16)
"""What sides of the picture must be multiples of, tried in turn: five halvings, and patches of
14 or 16 px as transformers have them."""
IMAGENET: Final = {
    1: ((0.449,), (0.226,)),
    3: ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
}
"""Mean and spread of ImageNet's pictures by channels, grey or colour: most networks were trained on
them."""
Scale = tuple[Sequence[float], Sequence[float]]
OWN: Final = "brought_"


@dataclass(frozen=True, slots=True)
class Fitted:
    """A network that takes `images` [1, 1, H, W] of `size` (width, height) and gives `taps`."""

    model: onnx.ModelProto
    size: tuple[int, int]
    taps: tuple[Tap, ...]
    mean: tuple[float, ...]
    spread: tuple[float, ...]


def fit_network(
    file: Path,
    model: onnx.ModelProto,
    side: int,
    canonical: tuple[int, int],
    said: tuple[Sequence[float] | None, Sequence[float] | None],
    outputs: Sequence[str],
) -> Fitted:
    """See `bring`. said: mean and spread, one number or one for each channel; None: ImageNet's."""
    model = _opset(file, model)
    channels, fixed = _input(file, model)
    scale = said[0] or IMAGENET[channels][0], said[1] or IMAGENET[channels][1]
    if any(len(numbers) not in (1, channels) for numbers in scale):
        raise ModelError(
            f"{file}: takes {channels} channels, mean has {len(scale[0])} numbers and std "
            f"{len(scale[1])}: give one, or one for each channel"
        )
    if unknown := sorted(set(outputs) - {one.name for one in model.graph.output}):
        there = ", ".join(one.name for one in model.graph.output)
        raise ModelError(f"{file}: has no output {unknown[0]!r}, it has {there}: take one of them")
    wrapped = _grey(model, channels, scale)
    chosen = [OWN + name for name in outputs]
    sizes = [fixed] if fixed else [_rounded(canonical, side, step) for step in STEPS]
    why = ""
    for size in sizes:
        try:
            shapes = _shapes(file, wrapped, size)
        except _SizeError as error:
            why = str(error)
            continue
        taps, made = mapped(wrapped, shapes, size, chosen)
        if taps:
            return Fitted(made, size, taps, tuple(scale[0]), tuple(scale[1]))
        why = "; ".join(f"{name.removeprefix(OWN)} {list(shape)}" for name, shape in shapes.items())
    tried = ", ".join(f"{w} x {h}" for w, h in sizes)
    raise ModelError(
        f"{file}: gives no map of features [1, C, H/s, W/s] and no tokens of one for a picture of "
        f"{tried} px ({why}): export such layers as outputs"
    )


class _SizeError(Exception):
    """The network does not run at this size."""


def _opset(file: Path, model: onnx.ModelProto) -> onnx.ModelProto:
    own = next((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), 0)
    if own >= OLDEST:
        return model
    try:
        return version_converter.convert_version(model, 17)
    except (RuntimeError, ValueError, onnx.checker.ValidationError) as error:
        raise ModelError(
            f"{file}: is of operator set {own} and cannot be brought to 17 "
            f"({str(error).splitlines()[0][:80]}): export it with opset 17"
        ) from None


def _input(file: Path, model: onnx.ModelProto) -> tuple[int, tuple[int, int] | None]:
    """Channels, and width and height where the network fixes them."""
    weights = {tensor.name for tensor in model.graph.initializer}
    ports = [value for value in model.graph.input if value.name not in weights]
    dims = ports[0].type.tensor_type.shape.dim if len(ports) == 1 else ()
    kind = ports[0].type.tensor_type.elem_type if len(ports) == 1 else 0
    sizes = [d.dim_value if d.HasField("dim_value") else None for d in dims]
    if len(sizes) != 4 or kind != TensorProto.FLOAT or sizes[0] not in (1, None):
        found = ", ".join(f"{p.name} {_shown(p)}" for p in ports) or "none"
        raise ModelError(
            f"{file}: its input is {found}: one float32 picture [1, 3, H, W] or [1, 1, H, W] is "
            "needed"
        )
    if sizes[1] not in (1, 3):
        raise ModelError(f"{file}: takes {sizes[1] or 'any number of'} channels: 1 or 3 are needed")
    height, width = sizes[2:]
    return sizes[1], (width, height) if width and height else None


def _shown(port: Any) -> str:
    kind = port.type.tensor_type
    sizes = [d.dim_value if d.HasField("dim_value") else "?" for d in kind.shape.dim]
    return f"{sizes}" + ("" if kind.elem_type == TensorProto.FLOAT else " (not float32)")


def _rounded(canonical: tuple[int, int], side: int, step: int) -> tuple[int, int]:
    shrink = side / max(canonical)
    width, height = (max(2, round(length * shrink / step)) * step for length in canonical)
    return width, height


def _grey(model: onnx.ModelProto, channels: int, scale: Scale) -> onnx.ModelProto:
    """The network behind a grey picture in 0..1, all of its own names prefixed."""
    named = compose.add_prefix(model, OWN)
    weights = {tensor.name for tensor in named.graph.initializer}
    first = next(value for value in named.graph.input if value.name not in weights)
    mean, spread = (np.resize(np.asarray(n, np.float32), channels) for n in scale)
    constants = [
        numpy_helper.from_array(mean.reshape(1, -1, 1, 1), "grey_mean"),
        numpy_helper.from_array(spread.reshape(1, -1, 1, 1), "grey_spread"),
    ]
    nodes = [
        helper.make_node("Sub", ["images", "grey_mean"], ["grey_centred"]),
        helper.make_node("Div", ["grey_centred", "grey_spread"], [first.name]),
    ]
    picture = helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 1, "H", "W"])
    del named.graph.input[:]
    named.graph.input.append(picture)
    named.graph.initializer.extend(constants)
    rest = list(named.graph.node)
    del named.graph.node[:]
    named.graph.node.extend([*nodes, *rest])
    del named.graph.value_info[:]  # what they say of sizes may no longer hold
    return named


def _shapes(
    file: Path, model: onnx.ModelProto, size: tuple[int, int]
) -> dict[str, tuple[int, ...]]:
    """Shape of each float32 output for a picture of (width, height)."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        session: Any = ort.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # its classes have no common base but this one
        raise ModelError(
            f"{file}: cannot be run here, it may need an operator that onnxruntime lacks "
            f"({_brief(error)}): export it without"
        ) from None
    picture = np.full((1, 1, size[1], size[0]), 0.5, np.float32)
    try:
        found = session.run(None, {"images": picture})
    except Exception as error:
        raise _SizeError(_brief(error)) from None
    names = [one.name for one in session.get_outputs()]
    return {
        name: value.shape
        for name, value in zip(names, found, strict=True)
        if isinstance(value, np.ndarray) and value.dtype == np.float32
    }


def _brief(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].split(" : ")[-1][:120] if lines else type(error).__name__
