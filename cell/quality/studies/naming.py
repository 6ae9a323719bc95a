"""Names of studies, audits and acceptance runs, which stay for ever."""

from __future__ import annotations

from typing import Final

MOST_NAME: Final = 60


def fit(name: str) -> bool:
    """Whether it can be read, written in an address, and found again: 1 to MOST_NAME printable
    characters without a slash, and neither '.' nor '..', which addresses swallow.
    """
    plain = bool(name.strip()) and len(name) <= MOST_NAME and name.isprintable()
    return plain and "/" not in name and name not in (".", "..")
