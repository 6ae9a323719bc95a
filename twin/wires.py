"""The camera's two wires for Basler's emulator, as UDP datagrams on loopback.

`PULSE <n>` to the driver's port is an edge on Line1, n the PLC's running number of the exposure;
`EXPOSE` on the device's port is a software trigger. Pictures are rendered in a worker thread:
physics goes on, and the pulse leaves when the picture lies in its folder.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from twin.listening import PortError
from twin.ports import Frames
from twin.world import Exposure

log = logging.getLogger(__name__)

MAX_WAITING = 8
"""Exposures that may wait for rendering; a camera that is triggered faster skips frames."""


class _DevicePort(asyncio.DatagramProtocol):
    def __init__(self, expose: Callable[[], None]) -> None:
        self._expose = expose

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if data.strip() == b"EXPOSE":
            self._expose()
        else:
            log.warning(
                "the camera's device port takes EXPOSE, got %r from %s:%d", data[:40], *addr
            )


class CameraWires:
    """Takes exposures, has them rendered, and sends the pulses."""

    def __init__(self, frames: Frames | None, host: str, driver_port: int) -> None:
        self._frames = frames
        self._driver = (host, driver_port)
        self._queue: asyncio.Queue[Exposure] = asyncio.Queue(MAX_WAITING)
        self._pool = ThreadPoolExecutor(1, "twin-frames")
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._transport: asyncio.DatagramTransport | None = None

    async def start(self, host: str, port: int, expose: Callable[[], None]) -> None:
        """Listen for software triggers. Raises PortError."""
        loop = asyncio.get_running_loop()
        try:
            self._transport, _ = await loop.create_datagram_endpoint(
                lambda: _DevicePort(expose), local_addr=(host, port)
            )
        except OSError as cause:
            raise PortError(host, port, "the camera's software trigger", cause) from cause

    def expose(self, exposure: Exposure) -> None:
        """Queue an exposure; its pulse follows its picture."""
        try:
            self._queue.put_nowait(exposure)
        except asyncio.QueueFull:
            log.warning("triggers come faster than frames are rendered; one frame is skipped")

    async def run(self) -> None:
        """Render and pulse, one exposure after the other, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            exposure = await self._queue.get()
            if self._frames is not None:
                await loop.run_in_executor(
                    self._pool,
                    self._frames.render,
                    exposure.placed,
                    exposure.travel_m,
                    exposure.speed_m_s,
                    exposure.seeing,
                )
            self._socket.sendto(f"PULSE {exposure.index}".encode(), self._driver)

    def close(self) -> None:
        """Stop listening; a frame that is being rendered is finished in its thread."""
        if self._transport is not None:
            self._transport.close()
        self._socket.close()
        self._pool.shutdown(wait=False, cancel_futures=True)
