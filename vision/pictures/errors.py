"""What is wrong with a picture file."""

from __future__ import annotations

from pathlib import Path


class UnreadableError(ValueError):
    """A file is no picture, not a whole one, or none of the kind that is inspected.

    The text says what is wrong, without the file's name; `remedy` what to do about it.
    """

    def __init__(self, what: str, remedy: str = "restore the picture or leave it out") -> None:
        super().__init__(what)
        self.remedy = remedy

    def line(self, path: Path) -> str:
        """The whole message: file, what is wrong, what to do."""
        return f"{path}: {self}: {self.remedy}"
