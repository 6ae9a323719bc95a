"""Times on the command line."""

from __future__ import annotations

from datetime import datetime

from cell.faces.cli.errors import UsageError

_MOST_NS = 2**63 - 1


def stamp_of(option: str, words: str) -> int | None:
    """A day or a time, local where it names no zone, in ns of the system clock; None for ''.

    Raises UsageError.
    """
    if not words:
        return None
    try:
        ns = int(datetime.fromisoformat(words).timestamp() * 10**6) * 1000
    except (ValueError, OverflowError):
        raise UsageError(
            f"{option} {words}: is no time; give it as 2026-01-31 or 2026-01-31T06:00."
        ) from None
    return max(-_MOST_NS, min(_MOST_NS, ns))


def clock(stamp_ns: int) -> str:
    """A time of the system clock for people, in local time."""
    return f"{datetime.fromtimestamp(stamp_ns * 1e-9):%Y-%m-%d %H:%M:%S}"
