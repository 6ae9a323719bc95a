"""What a check of the records found wrong."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was written: in which file, where there, what, and what to do."""

    file: str
    place: str
    what: str
    remedy: str
