"""Opening ports with an error that names the port and the remedy."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable

from models.ground.errors import PORT_TAKEN, UserError


class PortError(UserError):
    """A port cannot be opened; the message names it and says what to do."""

    exit_code = PORT_TAKEN

    def __init__(self, host: str, port: int, purpose: str, cause: OSError) -> None:
        if cause.errno == errno.EADDRINUSE:
            text = (
                f"port {port} on {host} ({purpose}) is in use: "
                "end the other twin or program there, or set another host or port"
            )
        else:
            text = (
                f"cannot listen on {host}:{port} ({purpose}): {cause.strerror}; check host and port"
            )
        super().__init__(text)


async def listen_tcp(
    host: str, port: int, purpose: str, factory: Callable[[], asyncio.Protocol]
) -> asyncio.Server:
    """Serve TCP connections. Raises PortError."""
    try:
        return await asyncio.get_running_loop().create_server(factory, host, port)
    except OSError as cause:
        raise PortError(host, port, purpose, cause) from cause


def check_free(host: str, port: int, purpose: str, kind: socket.SocketKind) -> None:
    """Raise PortError where a port is taken, for servers that do not say so themselves."""
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as cause:
            raise PortError(host, port, purpose, cause) from cause
