"""What the launcher asks people to look at: it knows first how a process died. Pure."""

from __future__ import annotations


class Bulletin:
    """Alarms with their details, each until it is ended. Time comes as an argument [s]."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[str, float | None]] = {}

    def note(self, alarm: str, detail: str) -> None:
        """Tell `alarm` from now on, with its newest detail."""
        self._told[alarm] = detail, None

    def end(self, alarm: str, at_s: float) -> None:
        """Tell it no longer than until `at_s`; an end that is set already stays."""
        detail, until = self._told.get(alarm, ("", 0.0))
        if until is None:
            self._told[alarm] = detail, at_s

    def standing(self, now_s: float) -> list[tuple[str, str]]:
        """Alarms to tell now, with their details."""
        self._told = {a: (d, u) for a, (d, u) in self._told.items() if u is None or u > now_s}
        return [(alarm, detail) for alarm, (detail, _) in self._told.items()]
