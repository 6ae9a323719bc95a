"""Whether the operator's page answers: asked in a thread of its own, since an answer may take
seconds on a busy machine.
"""

from __future__ import annotations

import http.client
import ssl
import threading
from typing import Final

from cell.config import CellConfig

PAUSE_S: Final = 0.3
ANSWER_S: Final = 5.0
"""An asking that hangs longer is given up, and made anew."""
ANYWHERE: Final = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}
"""Where a page that is served on every address is asked."""


class PageWatch:
    """Asks from `start` on until the page has answered once, or `close`."""

    def __init__(self, config: CellConfig) -> None:
        host, port = config.hmi.host, config.hmi.port
        self._place = ANYWHERE.get(host, host), port
        self._encrypted = config.people.tls is not None
        self._answered, self._closed = threading.Event(), threading.Event()

    @property
    def answers(self) -> bool:
        """Whether it has answered."""
        return self._answered.is_set()

    def start(self) -> None:
        """Begin to ask."""
        threading.Thread(target=self._ask, name="page-watch", daemon=True).start()

    def close(self) -> None:
        """Ask no more."""
        self._closed.set()

    def _ask(self) -> None:
        while not self._closed.is_set():
            if self._has_answered():
                self._answered.set()
                return
            self._closed.wait(PAUSE_S)

    def _has_answered(self) -> bool:
        """One asking. Any answer counts: a socket that only listens gives none."""
        connection = self._connection()
        try:
            connection.request("HEAD", "/sign-in")
            connection.getresponse()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._place
        if not self._encrypted:
            return http.client.HTTPConnection(host, port, timeout=ANSWER_S)
        # The name in the certificate is that of the plant's network; here nothing is trusted to it.
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection(host, port, timeout=ANSWER_S, context=context)
