"""The two trigger wires of an emulated camera, as UDP datagrams on loopback.

`PULSE <n>` arriving at our port is edge n on Line1. `EXPOSE` sent to the device's port asks for a
software-triggered exposure, whose edge comes back as `PULSE <n>`. Only emulated cameras use this.
"""

from __future__ import annotations

import re
import select
import socket
import struct
import time
from dataclasses import dataclass
from typing import Final

from models.ground.text import say
from vision.errors import CameraError

_PULSE: Final = re.compile(rb"PULSE (\d{1,18})\s*")
_SO_TIMESTAMPNS: Final = 35  # Linux, asm-generic/socket.h; Python 3.11 has no name for it
_TIMESPEC: Final = struct.Struct("@ll")


@dataclass(frozen=True, slots=True)
class Pulse:
    """An edge on Line1: its number and when it reached this machine (system clock)."""

    number: int
    stamp_ns: int


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
            words = say("device.words", words=error)
            told = say("camera.port_taken", host=host, port=pulse_port, words=words)
            raise CameraError(told) from error
        self._socket.setblocking(False)
        # The kernel's time of arrival holds also when this process was kept waiting.
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)

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
            raise CameraError(say("camera.no_wire"))
        try:
            self._socket.sendto(b"EXPOSE", self._device)
        except OSError as error:
            words = say("device.words", words=error)
            told = say("camera.device_gone", device=self._device, words=words)
            raise CameraError(told) from error

    def wait_pulse(self, timeout_s: float) -> Pulse | None:
        """The next edge, None when none came in time. Other datagrams are ignored."""
        deadline = time.monotonic() + timeout_s
        while True:
            received = self._receive()
            if received is None:
                left = deadline - time.monotonic()
                if left <= 0.0:
                    return None
                select.select([self._socket], [], [], left)
            elif match := _PULSE.fullmatch(received[0]):
                return Pulse(int(match[1]), received[1])

    def close(self) -> None:
        """Free the port. Safe to call twice."""
        self._socket.close()

    def _receive(self) -> tuple[bytes, int] | None:
        """A datagram and its time of arrival [ns]."""
        try:
            data, notes, _, _ = self._socket.recvmsg(64, socket.CMSG_SPACE(_TIMESPEC.size))
        except (BlockingIOError, ConnectionRefusedError):
            # Refused: an earlier EXPOSE met no listener; the missing pulse tells that better.
            return None
        for level, kind, note in notes:
            if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS:
                seconds, nanoseconds = _TIMESPEC.unpack(note)
                return data, seconds * 1_000_000_000 + nanoseconds
        return data, time.time_ns()
