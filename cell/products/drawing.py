"""Drawing lots that fall the same way each time."""

from __future__ import annotations

import hashlib


def lot(what: str, name: str) -> float:
    """A number from 0 up to 1 for a name, evenly spread; another one for each `what`."""
    digest = hashlib.sha256(f"{what}\0{name}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / (1 << 48)


def drawn(what: str, name: str, share: float) -> bool:
    """Whether the name is among the share 0..1 that is drawn."""
    return lot(what, name) < share
