"""A driver and a TensorRT that check what they are asked: order, types and lifetimes.

`install` puts them where the engine looks for the real ones. The "network" doubles its input.
"""

# ruff: noqa: N802  # the driver's and TensorRT's own names

from __future__ import annotations

import ctypes
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from vision.engines import cuda, tensorrt, trt_plan

SHAPE = (1, 2, 4, 3)
SIZE = 4 * 24


class Function:
    """One of the driver's: ctypes sets `argtypes` on it, and calls are counted."""

    def __init__(self, driver: StandInDriver, name: str) -> None:
        self._driver, self._name = driver, name
        self.argtypes: tuple[Any, ...] = ()

    def __call__(self, *arguments: Any) -> int:
        assert len(arguments) == len(self.argtypes), self._name
        plain = [_plain(argument) for argument in arguments]
        return self._driver.take(self._name, plain)


def _plain(argument: Any) -> Any:
    if isinstance(argument, ctypes.c_void_p | ctypes.c_uint64):
        return argument.value
    return getattr(argument, "_obj", argument)  # byref


class StandInDriver:
    """Holds what is held on the GPU. `faults`: code by function, for one call or (sticky) for all.

    `queue`: work on the stream that waits; `held`: what was made and is not given back.
    """

    def __init__(self) -> None:
        self.faults: dict[str, int] = {}
        self.sticky = 0
        self.session_fault: Exception | None = None
        self.calls: list[str] = []
        self.held: dict[str, set[int]] = {}
        self.memory: dict[int, Any] = {}
        self.recording: list[Any] | None = None
        self.graphs: dict[int, list[Any]] = {}
        self.queue: list[Any] = []
        self.gone: list[str] = []
        self._next = 1000

    def __getattr__(self, name: str) -> Function:
        if not name.startswith("cu"):
            raise AttributeError(name)
        function = Function(self, name)
        setattr(self, name, function)
        return function

    def made(self, kind: str, where: Any) -> int:
        self._next += 1
        self.held.setdefault(kind, set()).add(self._next)
        where.value = self._next
        return self._next

    def lost(self, kind: str, number: int) -> None:
        assert self.held.get("context"), f"{kind} given back after the GPU"
        self.held[kind].remove(number)

    @property
    def left(self) -> dict[str, set[int]]:
        """What nobody gave back."""
        return {kind: numbers for kind, numbers in self.held.items() if numbers}

    def enqueue(self, work: Any) -> None:
        (self.queue if self.recording is None else self.recording).append(work)

    def take(self, name: str, a: list[Any]) -> int:
        self.calls.append(name)
        if name == "cuGetErrorString":
            a[1].value = b"stand-in's fault"
            return 0
        if self.sticky:
            return self.sticky
        if name in self.faults:
            return self.faults[name]
        return getattr(self, "_" + name.removesuffix("_v2"), lambda *_: 0)(*a) or 0

    def _cuDeviceGetName(self, text: Any, _size: int, _device: int) -> None:
        text.value = b"Stand-in GPU"

    def _cuDeviceGetAttribute(self, where: Any, which: int, _device: int) -> None:
        where.value = {cuda.MAJOR: 9, cuda.MINOR: 0}[which]

    def _cuDevicePrimaryCtxRetain(self, where: Any, _device: int) -> None:
        self.made("context", where)

    def _cuDevicePrimaryCtxRelease(self, _device: int) -> None:
        others = {kind for kind in self.left if kind != "context"}
        assert self.sticky or not others, f"the GPU went before {others}"
        self.held["context"].clear()

    def _cuMemAlloc(self, where: Any, size: int) -> None:
        self.memory[self.made("memory", where)] = ctypes.create_string_buffer(size)

    def _cuMemFree(self, address: int) -> None:
        self.lost("memory", address)

    def _cuMemAllocHost(self, where: Any, size: int) -> None:
        buffer = ctypes.create_string_buffer(size)
        where.value = ctypes.addressof(buffer)
        self.memory[where.value] = buffer
        self.held.setdefault("pinned", set()).add(where.value)

    def _cuMemFreeHost(self, address: int) -> None:
        self.lost("pinned", address)

    def _cuMemcpyHtoDAsync(self, to: int, start: int, size: int, _stream: int) -> None:
        self.enqueue(lambda: ctypes.memmove(self.memory[to], start, size))

    def _cuMemcpyDtoHAsync(self, to: int, start: int, size: int, _stream: int) -> None:
        self.enqueue(lambda: ctypes.memmove(to, self.memory[start], size))

    def _cuStreamCreate(self, where: Any, _flags: int) -> None:
        self.made("stream", where)

    def _cuStreamDestroy(self, stream: int) -> None:
        self.lost("stream", stream)

    def _cuStreamSynchronize(self, _stream: int) -> None:
        assert self.recording is None, "waited for a stream that is recorded"
        work, self.queue = self.queue, []
        for step in work:
            step()

    def _cuStreamBeginCapture(self, _stream: int, _mode: int) -> None:
        assert self.recording is None
        self.recording = []

    def _cuStreamEndCapture(self, _stream: int, where: Any) -> None:
        assert self.recording is not None
        self.graphs[self.made("graph", where)], self.recording = self.recording, None

    def _cuGraphInstantiateWithFlags(self, where: Any, graph: int, _flags: int) -> None:
        self.graphs[self.made("ready graph", where)] = self.graphs[graph]

    def _cuGraphLaunch(self, ready: int, _stream: int) -> None:
        self.queue += self.graphs[ready]

    def _cuGraphExecDestroy(self, ready: int) -> None:
        self.lost("ready graph", ready)

    def _cuGraphDestroy(self, graph: int) -> None:
        self.lost("graph", graph)


class Part:
    """Something of TensorRT's, which must go before what it was made from and before the GPU."""

    def __init__(self, trt: StandInTensorRt, kind: str, made_from: Any = None) -> None:
        self.trt, self.kind, self.made_from = trt, kind, made_from

    def __del__(self) -> None:
        if self.kind == "context" or self.trt.driver.held.get("context"):
            self.trt.driver.gone.append(self.kind)
        else:
            self.trt.driver.gone.append(f"{self.kind} after the GPU")


class StandInTensorRt(ModuleType):
    """The module `tensorrt`. `answers`: what a call gives instead, or raises, by name."""

    __version__ = "10.9.0"

    def __init__(self, driver: StandInDriver) -> None:
        super().__init__("tensorrt")
        self.driver = driver
        self.answers: dict[str, Any] = {}
        self.loads = True
        self.names = ("boxes", "picture")  # the output first
        self.TensorIOMode = SimpleNamespace(INPUT="in", OUTPUT="out")
        self.DataType = SimpleNamespace(FLOAT="f32", HALF="f16")

        class Logger:
            ERROR = 1

            def __init__(self, _level: int) -> None: ...

        self.Logger = Logger

    def answer(self, name: str, usual: Any) -> Any:
        given = self.answers.get(name, usual)
        if isinstance(given, Exception):
            raise given
        return given

    def Runtime(self, _logger: Any) -> Any:
        return Runtime(self, "runtime")


class Runtime(Part):
    def deserialize_cuda_engine(self, plan: bytes) -> Any:
        if plan == b"stale":
            return None
        return self.trt.answer("deserialize_cuda_engine", Engine(self.trt, "engine", None))


class Engine(Part):
    num_io_tensors = 2

    def get_tensor_name(self, i: int) -> str:
        return self.trt.names[i]

    def get_tensor_mode(self, name: str) -> str:
        return "in" if name == "picture" else "out"

    def get_tensor_dtype(self, _name: str) -> Any:
        return self.trt.answer("get_tensor_dtype", "f32")

    def get_tensor_shape(self, _name: str) -> tuple[int, ...]:
        return tuple(self.trt.answer("get_tensor_shape", SHAPE))

    def create_execution_context(self) -> Any:
        return self.trt.answer("create_execution_context", Context(self.trt, "context", None))


class Context(Part):
    def get_tensor_shape(self, _name: str) -> tuple[int, ...]:
        return SHAPE

    def set_tensor_address(self, name: str, address: int) -> Any:
        setattr(self, name, address)
        return self.trt.answer("set_tensor_address", True)

    def execute_async_v3(self, stream: int) -> Any:
        assert isinstance(stream, int)
        taken, given = self.picture, self.boxes  # type: ignore[attr-defined]
        memory = self.trt.driver.memory

        def work() -> None:
            values = [2 * x for x in (ctypes.c_float * 24).from_buffer(memory[taken])]
            ctypes.memmove(memory[given], (ctypes.c_float * 24)(*values), SIZE)

        self.trt.driver.enqueue(work)
        return self.trt.answer("execute_async_v3", True)


def install(monkeypatch: pytest.MonkeyPatch) -> tuple[StandInDriver, StandInTensorRt, list[Path]]:
    """Driver and TensorRT in place of real ones, and the models that were built."""
    driver = StandInDriver()
    trt, built = StandInTensorRt(driver), list[Path]()

    def build(_trt: Any, model: Path, *_: Any) -> bytes:
        built.append(model)
        return b"plan"

    monkeypatch.setattr(cuda.ctypes, "CDLL", lambda _name: driver)
    monkeypatch.setattr(tensorrt, "find_builder", lambda _name: trt)
    monkeypatch.setattr(trt_plan, "build_plan", build)
    return driver, trt, built


class StandInSession:
    """An ONNX Runtime session on the stand-in GPU, its own stream that of the engine."""

    def __init__(self, driver: StandInDriver, options: dict[str, str]) -> None:
        self.driver, self.options = driver, options
        self.addresses: dict[str, int] = {}
        driver.held.setdefault("session", set()).add(id(self))

    def __del__(self) -> None:
        self.driver.lost("session", id(self))

    def get_providers(self) -> list[str]:
        return ["CUDAExecutionProvider", "CPUExecutionProvider"]

    def get_inputs(self) -> list[Any]:
        return [SimpleNamespace(name="picture", type="tensor(float)", shape=list(SHAPE))]

    def get_outputs(self) -> list[Any]:
        return [SimpleNamespace(name="boxes", type="tensor(float)", shape=list(SHAPE))]

    def io_binding(self) -> Any:
        def bind(name: str, where: str, number: int, _kind: Any, shape: Any, address: int) -> None:
            assert (where, number, tuple(shape)) == ("cuda", 0, SHAPE)
            self.addresses[name] = address

        return SimpleNamespace(bind_input=bind, bind_output=bind)

    def run_with_iobinding(self, _binding: Any) -> None:
        if self.driver.session_fault:
            raise self.driver.session_fault
        assert int(self.options["user_compute_stream"]) in self.driver.held["stream"]
        memory = self.driver.memory
        for step in self.driver.queue:  # it waits for its stream
            step()
        self.driver.queue = []
        values = [
            2 * x for x in (ctypes.c_float * 24).from_buffer(memory[self.addresses["picture"]])
        ]
        ctypes.memmove(memory[self.addresses["boxes"]], (ctypes.c_float * 24)(*values), SIZE)
