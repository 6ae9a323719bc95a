"""Looks once, after the start, whether the log of what people did is as it was written. Where it is
not, the cell goes on, and says so.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from cell.people.audit_findings import Finding
from cell.people.audit_verify import verify
from cell.texts import render
from models.ground.errors import UserError

MOST: Final = 1000
"""Findings beyond these are for `cell audit verify`."""
TOLD: Final = 5
"""Findings that the console is told of."""
PIECE: Final = 100
PAUSE_S: Final = 0.05
"""After so many entries: pages come first."""

_log = logging.getLogger(__name__)


class AuditWatch:
    """Looks from `start` on, in a thread; `close` ends it. keys: folder of key and head."""

    def __init__(self, data_dir: Path, keys: Path) -> None:
        self._data_dir, self._keys = data_dir, keys
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="audit log", daemon=True)
        self.found: tuple[Finding, ...] = ()
        """What is wrong with the log, as far as it was looked through."""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        try:
            for one in islice(verify(self._data_dir, self._keys, self._gently), MOST):
                self.found += (one,)
                if len(self.found) <= TOLD:
                    _log.error("The audit log: %s: %s", render(one.what), render(one.remedy))
        except _EndedError:
            return
        except UserError as error:
            _log.error("The audit log: %s", render(str(error)))

    def _gently(self, rows: Iterable[Any], _what: str, _count: int) -> Iterator[Any]:
        for number, row in enumerate(rows):
            if number % PIECE == 0 and self._ended.wait(PAUSE_S):
                raise _EndedError  # a log that is not read to its end would seem cut off
            yield row


class _EndedError(Exception):
    """The pages are closed before it was looked through."""
