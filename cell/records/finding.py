"""What a check of a data folder found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: in which file, where in it, what it is, and what to do now."""

    file: str
    place: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}: {self.place}: {self.what}: {self.remedy}"
