"""The twin's control socket, seen from the bench: JSON lines over TCP."""

from __future__ import annotations

import json
import socket
import threading
from typing import Any

from models.ground.errors import UserError

CONTROL_PORT = 47020
ANSWER_S = 5.0


class TwinLostError(UserError):
    """The twin does not answer on its control socket."""


class Control:
    """One connection to the control socket, made anew when it was lost. Thread-safe."""

    def __init__(self, host: str, port: int = CONTROL_PORT) -> None:
        self._address = (host, port)
        self._link: socket.socket | None = None
        self._lock = threading.Lock()

    def ask(self, op: str, **arguments: Any) -> dict[str, Any]:
        """One request and its answer. Raises TwinLostError, ValueError for a refused request."""
        line = json.dumps({"op": op, **arguments}).encode() + b"\n"
        with self._lock:
            try:
                answer = self._exchange(line)
            except (OSError, ValueError):  # it may have been switched off and on since the last
                self._drop()
                answer = self._once_more(line)
        if not answer["ok"]:
            raise ValueError(answer["error"])
        return answer

    def close(self) -> None:
        """Hang up."""
        with self._lock:
            self._drop()

    def _once_more(self, line: bytes) -> dict[str, Any]:
        try:
            return self._exchange(line)
        except (OSError, ValueError) as error:
            self._drop()
            raise TwinLostError(f"the twin does not answer: {error}") from error

    def _exchange(self, line: bytes) -> dict[str, Any]:
        if self._link is None:
            self._link = socket.create_connection(self._address, ANSWER_S)
        self._link.sendall(line)
        data = b""
        while not data.endswith(b"\n"):
            piece = self._link.recv(1 << 16)
            if not piece:
                raise OSError("it hung up")
            data += piece
        answer: dict[str, Any] = json.loads(data)
        return answer

    def _drop(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None
