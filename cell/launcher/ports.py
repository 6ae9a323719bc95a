"""Whether the TCP ports that a run needs are free."""

from __future__ import annotations

import socket
from collections.abc import Iterable

from cell.launcher.group import LaunchError


def require_free(host: str, ports: Iterable[tuple[int, str]]) -> None:
    """Raise LaunchError naming the first (port, purpose) of `ports` on which another program
    listens.
    """
    for port, purpose in ports:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise LaunchError(
                    f"port {port} on {host} ({purpose}) cannot be used: {error.strerror}. "
                    f"End the program that holds it (ss -ltnp 'sport = :{port}'), or use another."
                ) from None


def free_port(host: str) -> int:
    """A TCP port on which nobody listens now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port
