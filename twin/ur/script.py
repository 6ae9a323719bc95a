"""The script ports 30001 to 30003. Of all URScript only ur-rtde's control program is known."""

from __future__ import annotations

import asyncio
import logging

from twin.ur.controller import UrController

log = logging.getLogger(__name__)

PORTS = (30001, 30002, 30003)
PROGRAM_NAME = b"rtde_control"
MAX_SCRIPT_BYTES = 1 << 20


class ScriptConnection(asyncio.Protocol):
    """One client that sends programs."""

    def __init__(self, controller: UrController) -> None:
        self._controller = controller
        self._text = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._text += data
        if len(self._text) > MAX_SCRIPT_BYTES and self._transport is not None:
            log.error("a script longer than %d bytes is refused", MAX_SCRIPT_BYTES)
            self._transport.abort()
            return
        # A program ends with the only `end` that is not indented.
        if not self._text.rstrip().endswith(b"\nend"):
            return
        text, self._text = self._text, b""
        if PROGRAM_NAME not in text:
            log.error("only ur-rtde's control program is simulated; another script was ignored")
        elif not self._controller.start_program():
            log.warning("a program was sent while the robot is stopped; it does not run")
