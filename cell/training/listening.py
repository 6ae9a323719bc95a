"""What a job's process says: kept in a log, its last line at hand even where the disk is full."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import IO


class Said:
    """Listens from now until `close`. `last`: the last line that was not empty."""

    def __init__(self, stream: IO[bytes], log: Path) -> None:
        self._stream, self._log = stream, log
        self.last = ""
        self._thread = threading.Thread(target=self._listen, name="training", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """When the process has ended: hear the rest."""
        self._thread.join()
        self._stream.close()

    def _listen(self) -> None:
        for line in self._stream:
            words = line.decode("utf-8", "replace").strip()
            self.last = words or self.last
            with contextlib.suppress(OSError), self._log.open("ab") as log:
                log.write(line)
