"""The two trigger wires of an emulated camera, as UDP datagrams on loopback.

`PULSE <n>` arriving at our port is edge n on Line1. `EXPOSE` sent to the device's port asks for a
software-triggered exposure, whose edge comes back as `PULSE <n>`. Only emulated cameras use this.
"""

from __future__ import annotations

import re
import select
import socket
import time

from vision.errors import CameraError

_PULSE = re.compile(rb"PULSE (\d{1,18})\s*")


class EmulatedLines:
    """Line1 in and the request for an exposure out. One instance serves one thread.

    pulse_port: our UDP port. device_port: the device's, None when it takes no software trigger.
    Raises CameraError when the port is taken.
    """

    def __init__(self, pulse_port: int, device_port: int | None, host: str = "127.0.0.1") -> None:
        self._device = (host, device_port) if device_port is not None else None
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind((host, pulse_port))
        except OSError as error:
            self._socket.close()
            raise CameraError(
                f"Trigger line port {host}:{pulse_port} cannot be opened ({error}): end the other "
                "camera process, or change `pulse_port` here and in the device"
            ) from error
        self._socket.setblocking(False)

    @property
    def port(self) -> int:
        """The port that pulses come to."""
        return int(self._socket.getsockname()[1])

    def drain(self) -> None:
        """Forget the pulses that came before now."""
        while self._receive() is not None:
            pass

    def request_exposure(self) -> None:
        """Ask the device to expose. Raises CameraError when it has no port for that."""
        if self._device is None:
            raise CameraError("No `device_port` is configured: a software trigger has no wire")
        try:
            self._socket.sendto(b"EXPOSE", self._device)
        except OSError as error:
            raise CameraError(f"The trigger device at {self._device} is gone: {error}") from error

    def wait_pulse(self, timeout_s: float) -> int | None:
        """Number of the next edge, None when none came in time. Other datagrams are ignored."""
        deadline = time.monotonic() + timeout_s
        while True:
            datagram = self._receive()
            if datagram is None:
                left = deadline - time.monotonic()
                if left <= 0.0:
                    return None
                select.select([self._socket], [], [], left)
            elif match := _PULSE.fullmatch(datagram):
                return int(match[1])

    def close(self) -> None:
        """Free the port. Safe to call twice."""
        self._socket.close()

    def _receive(self) -> bytes | None:
        try:
            return self._socket.recv(64)
        except (BlockingIOError, ConnectionRefusedError):
            # Refused: an earlier EXPOSE met no listener; the missing pulse tells that better.
            return None
