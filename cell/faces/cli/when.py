"""Times on the command line."""

from __future__ import annotations

from datetime import datetime, tzinfo

from cell.faces.cli.errors import UsageError

_MOST_NS = 2**63 - 1


def stamp_of(option: str, words: str, zone: tzinfo | None = None) -> int | None:
    """A day or a time, of `zone` (None: local) where it names none, in ns of the system clock;
    None for ''.

    Raises UsageError.
    """
    if not words:
        return None
    try:
        at = datetime.fromisoformat(words)
        zoned = at if at.tzinfo or zone is None else at.replace(tzinfo=zone)
        ns = int(zoned.timestamp() * 10**6) * 1000
    except (ValueError, OverflowError):
        raise UsageError(
            f"{option} {words}: is no time; give it as 2026-01-31 or 2026-01-31T06:00."
        ) from None
    return max(-_MOST_NS, min(_MOST_NS, ns))


def clock(stamp_ns: int, zone: tzinfo | None = None) -> str:
    """A time of the system clock for people, of `zone` (None: local)."""
    return f"{datetime.fromtimestamp(stamp_ns * 1e-9, zone):%Y-%m-%d %H:%M:%S}"
