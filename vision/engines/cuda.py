"""The little of CUDA that an engine needs, straight from the driver: no other package.

Functions and constants as in NVIDIA's "CUDA Driver API" reference; the `_v2` names are what its
header file makes of the plain ones.
"""

from __future__ import annotations

import ctypes
import logging
from ctypes import POINTER, byref, c_char_p, c_float, c_int, c_size_t, c_uint, c_uint64, c_void_p
from typing import Any, Final

import numpy as np

from vision.engines.base import Tensor
from vision.errors import EngineError

log = logging.getLogger(__name__)

LIBRARY: Final = "libcuda.so.1"
MAJOR, MINOR = 75, 76  # CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_*
NON_BLOCKING: Final = 1  # CU_STREAM_NON_BLOCKING
BLOCKING_SYNC: Final = 4  # CU_CTX_SCHED_BLOCKING_SYNC

SIGNATURES: Final[dict[str, tuple[Any, ...]]] = {
    "cuInit": (c_uint,),
    "cuDeviceGet": (POINTER(c_int), c_int),
    "cuDeviceGetName": (c_char_p, c_int, c_int),
    "cuDeviceGetAttribute": (POINTER(c_int), c_int, c_int),
    "cuDevicePrimaryCtxSetFlags_v2": (c_int, c_uint),
    "cuDevicePrimaryCtxRetain": (POINTER(c_void_p), c_int),
    "cuDevicePrimaryCtxRelease_v2": (c_int,),
    "cuCtxSetCurrent": (c_void_p,),
    "cuMemAlloc_v2": (POINTER(c_uint64), c_size_t),
    "cuMemFree_v2": (c_uint64,),
    "cuMemAllocHost_v2": (POINTER(c_void_p), c_size_t),
    "cuMemFreeHost": (c_void_p,),
    "cuMemcpyHtoDAsync_v2": (c_uint64, c_void_p, c_size_t, c_void_p),
    "cuMemcpyDtoHAsync_v2": (c_void_p, c_uint64, c_size_t, c_void_p),
    "cuStreamCreate": (POINTER(c_void_p), c_uint),
    "cuStreamDestroy_v2": (c_void_p,),
    "cuStreamSynchronize": (c_void_p,),
    "cuStreamBeginCapture_v2": (c_void_p, c_int),
    "cuStreamEndCapture": (c_void_p, POINTER(c_void_p)),
    "cuGraphInstantiateWithFlags": (POINTER(c_void_p), c_void_p, c_uint64),
    "cuGraphLaunch": (c_void_p, c_void_p),
    "cuGraphExecDestroy": (c_void_p,),
    "cuGraphDestroy": (c_void_p,),
    "cuGetErrorString": (c_int, POINTER(c_char_p)),
}


class Driver:
    """The driver's library, each call checked. Raises EngineError when there is none."""

    def __init__(self) -> None:
        try:
            self._library = ctypes.CDLL(LIBRARY)
            for name, types in SIGNATURES.items():
                getattr(self._library, name).argtypes = types
        except (OSError, AttributeError) as error:
            raise EngineError(
                f"This machine has no usable NVIDIA driver ({error}): install it, or configure the "
                "engine 'onnxruntime'"
            ) from error
        self.call("cuInit", 0)

    def call(self, name: str, *arguments: Any) -> None:
        """Call a function. Raises EngineError with the driver's own words."""
        code = getattr(self._library, name)(*arguments)
        if code:
            words = c_char_p()
            self._library.cuGetErrorString(code, byref(words))
            text = (words.value or b"unknown error").decode()
            raise EngineError(
                f"The GPU's driver refused {name}: {text} ({code}). Check the GPU with nvidia-smi"
            )

    def give_back(self, name: str, *arguments: Any) -> None:
        """Call a function that ends something. After a fault that stays, as an illegal access is,
        the driver refuses these, too: that is told, and whatever else is held still goes.
        """
        try:
            self.call(name, *arguments)
        except EngineError as error:
            log.warning("%s", error)


class Device:
    """One GPU with a stream of its own. Memory taken here is given back by `close`."""

    def __init__(self, number: int) -> None:
        self.driver = Driver()
        handle, name = c_int(), ctypes.create_string_buffer(100)
        self.driver.call("cuDeviceGet", byref(handle), number)
        self._handle = handle.value
        self.driver.call("cuDeviceGetName", name, len(name), self._handle)
        self.name = name.value.decode()
        self.compute = ".".join(str(self._attribute(which)) for which in (MAJOR, MINOR))
        self._memory: list[c_uint64] = []
        self._pinned: list[c_void_p] = []
        self._context, self.stream = c_void_p(), c_void_p()
        # Who waits for the GPU sleeps. An old driver may refuse it once others use the GPU.
        self.driver.give_back("cuDevicePrimaryCtxSetFlags_v2", self._handle, BLOCKING_SYNC)
        self.driver.call("cuDevicePrimaryCtxRetain", byref(self._context), self._handle)
        try:
            self.use()
            self.driver.call("cuStreamCreate", byref(self.stream), NON_BLOCKING)
        except EngineError:
            self.close()
            raise

    def use(self) -> None:
        """Make this GPU that of the calling thread."""
        self.driver.call("cuCtxSetCurrent", self._context)

    def allocate(self, size: int) -> int:
        """Address of `size` bytes on the GPU."""
        address = c_uint64()
        self.driver.call("cuMemAlloc_v2", byref(address), size)
        self._memory.append(address)
        return address.value

    def pinned(self, shape: tuple[int, ...]) -> Tensor:
        """A float32 array in page-locked memory: what the GPU copies at full speed. Not to be
        used after `close`.
        """
        address = c_void_p()
        count = int(np.prod(shape))
        self.driver.call("cuMemAllocHost_v2", byref(address), 4 * count)
        self._pinned.append(address)
        array = np.ctypeslib.as_array(ctypes.cast(address, POINTER(c_float)), shape)
        array[...] = 0.0
        return array

    def upload(self, address: int, array: Tensor) -> None:
        """Queue the copy of a pinned array, or of the first part of one, to the GPU."""
        pointer = c_void_p(array.ctypes.data)
        self.driver.call("cuMemcpyHtoDAsync_v2", address, pointer, array.nbytes, self.stream)

    def download(self, array: Tensor, address: int) -> None:
        """Queue the copy from the GPU to a pinned array."""
        pointer = c_void_p(array.ctypes.data)
        self.driver.call("cuMemcpyDtoHAsync_v2", pointer, address, array.nbytes, self.stream)

    def wait(self) -> None:
        """Until all that was queued is done."""
        self.driver.call("cuStreamSynchronize", self.stream)

    def close(self) -> None:
        """Give everything back, as far as the driver still takes it. Safe to call twice."""
        if not self._context:
            return
        give_back = self.driver.give_back
        give_back("cuCtxSetCurrent", self._context)
        for address in self._memory:
            give_back("cuMemFree_v2", address)
        for pointer in self._pinned:
            give_back("cuMemFreeHost", pointer)
        self._memory, self._pinned = [], []
        if self.stream:
            give_back("cuStreamDestroy_v2", self.stream)
        give_back("cuDevicePrimaryCtxRelease_v2", self._handle)
        self._context, self.stream = c_void_p(), c_void_p()

    def _attribute(self, which: int) -> int:
        value = c_int()
        self.driver.call("cuDeviceGetAttribute", byref(value), which, self._handle)
        return value.value
