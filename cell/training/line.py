"""How the line is doing, as its records tell it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from cell.records.reading import Archive
from cell.training.pausing import Judged

MOST = 40


class Line:
    """The line of one data folder. Reads only, beside the cell."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir

    def verdicts(self) -> tuple[Judged, ...]:
        """Its latest verdicts, newest first; none where it never ran. Raises RecordsError."""
        if not (self._data_dir / "records.db").exists():
            return ()
        with closing(Archive(self._data_dir)) as archive:
            rows = archive.judged(MOST)
        return tuple(
            Judged(
                row.exposure_ns + int(row.exposure_to_verdict_ms * 1e6),
                row.exposure_to_verdict_ms,
                row.late,
            )
            for row in rows
        )
