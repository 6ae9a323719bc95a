"""What libraries and drivers log, in words: they tell codes, which a log's reader has no catalogue
for.
"""

from __future__ import annotations

import logging
from typing import Final

from cell.texts import render

FORMAT: Final = "%(levelname)s: %(name)s: %(message)s"


class InWords(logging.Formatter):
    """Its records in English."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's line, texts in it looked up."""
        return render(super().format(record))


def log_in_words() -> None:
    """Have this process's Python loggers write warnings and errors to the standard error, in words;
    once, where nobody has decided otherwise.
    """
    root = logging.getLogger()
    if not root.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(InWords(FORMAT))
        root.addHandler(handler)
