"""Building TensorRT engines from ONNX, with `tensorrt` or `tensorrt_rtx`.

TensorRT builds on the GPU that will run the engine. TensorRT-RTX also builds without a GPU, for a
compute capability by name; the GPU's own compiler finishes such an engine when it is loaded.
Command line: ``python -m vision.engines.trt_build MODEL --compute 8.9 --out FILE``.
"""

from __future__ import annotations

import argparse
import importlib.util
from pathlib import Path
from typing import Any, Final

from models.ground.ending import end_with
from vision.engines.half import half_model
from vision.engines.optional import optional_module
from vision.engines.plan import ANY_GPU, PlanKey, model_digest, write_plan
from vision.errors import EngineError

OLDEST: Final = {"tensorrt": 10, "tensorrt_rtx": 1}
MODULES: Final = tuple(OLDEST)
REMEDY: Final = "pip install tensorrt-rtx (GeForce and RTX GPUs) or tensorrt (data-centre GPUs)"


def find_builder(name: str = "") -> Any:
    """The module of that name; '': the first that is installed. Raises EngineError."""
    asked = [name] if name else [m for m in MODULES if importlib.util.find_spec(m)]
    faults = []
    for module in asked or ["tensorrt_rtx"]:
        try:
            return _new_enough(optional_module(module, "TensorRT", REMEDY))
        except EngineError as error:  # the other one may work
            faults.append(error)
    raise faults[0]


def _new_enough(trt: Any) -> Any:
    oldest = OLDEST[trt.__name__]
    if int(str(trt.__version__).partition(".")[0]) < oldest:
        raise EngineError(
            f"TensorRT {trt.__version__} is too old: {trt.__name__} {oldest} or newer is needed; "
            f"{REMEDY}, or configure the engine 'onnxruntime'"
        )
    return trt


def build_plan(trt: Any, model: Path, compute: str, precision: str, named: bool) -> bytes:
    """A serialized engine for one picture at a time, float32 at its input and output.

    compute: compute capability such as '8.9'. named: build for it without its GPU (TensorRT-RTX
    only). precision: f32 (TF32 off) or fp16. Raises EngineError.
    """
    logger = trt.Logger(trt.Logger.ERROR)
    builder = trt.Builder(logger)
    network = builder.create_network(_typed(trt))
    parser = trt.OnnxParser(network, logger)
    try:
        content = half_model(model) if precision == "fp16" else model.read_bytes()
    except OSError as error:
        raise EngineError(f"{model} cannot be read ({error.strerror})") from error
    if not parser.parse(content):
        faults = "; ".join(str(parser.get_error(i)) for i in range(parser.num_errors))
        raise EngineError(
            f"{model} is not an ONNX model that TensorRT {trt.__version__} can load "
            f"({faults[:160]}): it is cut short, damaged or too new; install the model package "
            "again"
        )
    config = builder.create_builder_config()
    _fix_batch(network, model)
    config.clear_flag(trt.BuilderFlag.TF32)
    if named:
        _aim(trt, config, compute)
    engine = builder.build_serialized_network(network, config)
    if engine is None:
        raise EngineError(
            f"TensorRT {trt.__version__} could not build {model} for compute capability {compute}: "
            "its messages are above; update the GPU's driver, or configure another engine"
        )
    return bytes(engine)


def _typed(trt: Any) -> int:
    """The flag by which each tensor has the file's type: what is f32 there, as the boxes' decoding
    is, stays so. Builders without the flag know no other way.
    """
    flag = getattr(trt.NetworkDefinitionCreationFlag, "STRONGLY_TYPED", None)
    return 0 if flag is None else 1 << int(flag)


def _fix_batch(network: Any, model: Path) -> None:
    """One picture at a time, whatever the file allows: nothing is left to settle when it runs."""
    if network.num_inputs != 1 or network.num_outputs != 1:
        raise EngineError(f"{model} needs one input and one output; export it again")
    taken = network.get_input(0)
    shape = (1, *tuple(taken.shape)[1:])
    if len(shape) != 4 or min(shape) < 1:
        raise EngineError(f"{model}: its input is not (N, C, H, W) of fixed size: export again")
    taken.shape = shape


def _aim(trt: Any, config: Any, compute: str) -> None:
    """Build for a compute capability by name."""
    kinds = getattr(trt, "ComputeCapability", None)
    if kinds is None:
        raise EngineError(
            f"TensorRT {trt.__version__} builds on the GPU that runs the engine, not for another "
            "one: build there, or use TensorRT-RTX"
        )
    name = "SM" + compute.replace(".", "")
    if not hasattr(kinds, name):
        there = sorted(int(kind[2:]) for kind in dir(kinds) if kind.startswith("SM"))
        raise EngineError(
            f"TensorRT-RTX {trt.__version__} knows no compute capability {compute} (it has "
            f"{', '.join(f'{kind / 10}' for kind in there)}): use TensorRT for that GPU"
        )
    config.num_compute_capabilities = 1
    config.set_compute_capability(getattr(kinds, name), 0)


def main(arguments: list[str] | None = None) -> int:
    """Build an engine ahead of time for a GPU that is not in this machine."""
    parser = argparse.ArgumentParser(
        prog="python -m vision.engines.trt_build", description=main.__doc__
    )
    parser.add_argument("model", type=Path, help="ONNX file of a model package")
    parser.add_argument("--compute", required=True, help="compute capability, such as 8.9")
    parser.add_argument("--precision", choices=("f32", "fp16"), default="f32")
    parser.add_argument("--out", type=Path, required=True, help="file of the engine")
    given = parser.parse_args(arguments)
    trt = find_builder("tensorrt_rtx")
    key = PlanKey(
        model_digest(given.model), trt.__name__, trt.__version__, ANY_GPU, given.compute,
        given.precision,
    )  # fmt: skip
    engine = build_plan(trt, given.model, given.compute, given.precision, named=True)
    write_plan(given.out, key, engine)
    print(f"{given.out}: {len(engine)} bytes, {trt.__name__} {trt.__version__}, {given.compute}")
    return 0


if __name__ == "__main__":
    end_with(main)
