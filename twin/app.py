"""Puts the twin together and runs it in real time, in one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import time
from collections.abc import Callable, Mapping

import cv2

from calibration.cell import CellCalibration
from twin.catalogue import load_libraries, require_product
from twin.clock import RealTime
from twin.config import TwinConfig
from twin.control import ControlConnection
from twin.feed import Infeed
from twin.listening import listen_tcp
from twin.modbus import ModbusPort
from twin.ports import Frames, Library
from twin.render import FrameWriter, true_camera
from twin.ur.server import UrServer
from twin.wires import CameraWires
from twin.world import World

log = logging.getLogger(__name__)

TICK_S = 0.004


def load_parts(
    config: TwinConfig, site: CellCalibration
) -> tuple[dict[str, Library], Frames | None]:
    """The products and the renderer that a configuration names. Raises their errors."""
    cv2.setNumThreads(1)
    libraries = load_libraries(config)
    if config.image_folder is None:
        return libraries, None
    camera = true_camera(site.camera.model(), config.camera_error_px, config.seed)
    return libraries, FrameWriter(config.image_folder, camera, config.seed)


class Twin:
    """One running twin."""

    def __init__(
        self,
        config: TwinConfig,
        site: CellCalibration,
        libraries: Mapping[str, Library],
        frames: Frames | None,
    ) -> None:
        self.config = config
        self._wires = CameraWires(frames, config.host, config.camera_driver_port)
        product = require_product(libraries, config.product, config.part_m, config.pitch_m)
        self._feed = Infeed(libraries, product, config.seed, config.defective_share)
        self.world = World(config, site, self._feed, self._wires.expose)
        self._ur = UrServer(self.world.arm, self.world.tcp_in_base)
        self._modbus = ModbusPort(self.world.plc, self.world.plc_silent)
        self._control: asyncio.Server | None = None
        self._stop = asyncio.Event()

    async def run(self, ready: Callable[[], None]) -> None:
        """Open the ports, call `ready`, and run until told to stop. Raises PortError."""
        config, world = self.config, self.world
        frames: asyncio.Task[None] | None = None
        try:
            await self._ur.start(config.host)
            await self._modbus.start(config.host, config.plc_port)
            await self._wires.start(config.host, config.camera_device_port, world.request_exposure)
            self._control = await listen_tcp(
                config.host,
                config.control_port,
                "the twin's control",
                lambda: ControlConnection(world, self.stop),
            )
            frames = asyncio.create_task(self._wires.run())
            frames.add_done_callback(self._frames_ended)
            world.truth.write()
            ready()
            await self._tick()
            if frames.done() and not frames.cancelled():
                frames.result()
        finally:
            await self._close(frames)

    def stop(self) -> None:
        """End the run."""
        self._stop.set()

    async def _tick(self) -> None:
        world = self.world
        # What stands now lives as long as the twin: the collector need not look at it again.
        gc.freeze()
        clock = RealTime(time.perf_counter())
        while not self._stop.is_set():
            lost = clock.lost_s
            steps = clock.due(time.perf_counter())
            if steps:
                world.advance(steps)
                self._ur.tick(world.time, clock.reached())
            if clock.lost_s > lost:
                log.warning(
                    "the machine is too slow: %.2f s of simulation lost so far", clock.lost_s
                )
            world.real_time_factor, world.lost_s = clock.factor, clock.lost_s
            world.truth.flush(world.time)
            await asyncio.sleep(TICK_S)

    def _frames_ended(self, task: asyncio.Task[None]) -> None:
        """Without pictures the twin would only seem to work."""
        if not task.cancelled():
            self.stop()

    async def _close(self, frames: asyncio.Task[None] | None) -> None:
        if frames is not None:
            frames.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await frames
        self._ur.close()
        self._wires.close()
        if self._control is not None:
            self._control.close()
        self._feed.close()
        await self._modbus.close()
        self.world.truth.close()
