"""A cell's people and their log, opened together."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from cell.people.audit import AuditLog
from cell.people.hashing import Hashing
from cell.people.limits import PeopleSettings
from cell.people.people import People
from models.ground.closing import Closing


class House(Closing):
    """`people` and `audit` of one data folder; closes both at its end."""

    def __init__(
        self,
        data_dir: Path,
        settings: PeopleSettings,
        clock: Callable[[], int] = time.time_ns,
        hashing: Hashing | None = None,
    ) -> None:
        """Open both, and make them where there are none. Raises PeopleError, AuditError."""
        self.audit = AuditLog(data_dir, settings.keys_beside(data_dir), clock)
        try:
            self.people = People(data_dir, settings, self.audit, hashing)
        except BaseException:
            self.audit.close()
            raise

    def close(self) -> None:
        """Close both."""
        self.people.close()
        self.audit.close()
