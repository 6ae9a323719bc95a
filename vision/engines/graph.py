"""Work on the GPU that is queued once and then launched as a whole, with one call."""

from __future__ import annotations

from ctypes import byref, c_void_p
from types import TracebackType
from typing import Final

from vision.engines.cuda import Device
from vision.errors import EngineError

THREAD_LOCAL: Final = 1  # CU_STREAM_CAPTURE_MODE_THREAD_LOCAL


class Graph:
    """What is queued on the device's stream within ``with graph:`` is recorded, not run.

    The end of that block raises EngineError when it could not be recorded; nothing is held then. A
    fault within it goes on as it is.
    """

    def __init__(self, device: Device) -> None:
        self._device = device
        self._graph, self._ready = c_void_p(), c_void_p()

    def __enter__(self) -> Graph:
        """Begin to record. Raises EngineError."""
        self._device.driver.call("cuStreamBeginCapture_v2", self._device.stream, THREAD_LOCAL)
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        fault: BaseException | None,
        _where: TracebackType | None,
    ) -> None:
        driver = self._device.driver
        end = ("cuStreamEndCapture", self._device.stream, byref(self._graph))
        if fault is not None:
            driver.give_back(*end)  # the fault says more than what it does to the recording
            self.close()
            return
        try:
            driver.call(*end)
            driver.call("cuGraphInstantiateWithFlags", byref(self._ready), self._graph, 0)
        except EngineError:
            self.close()
            raise

    def launch(self) -> None:
        """Queue the recorded work. Raises EngineError."""
        self._device.driver.call("cuGraphLaunch", self._ready, self._device.stream)

    def close(self) -> None:
        """Give the graph back. Safe to call twice."""
        if self._ready:
            self._device.driver.give_back("cuGraphExecDestroy", self._ready)
        if self._graph:
            self._device.driver.give_back("cuGraphDestroy", self._graph)
        self._graph, self._ready = c_void_p(), c_void_p()
