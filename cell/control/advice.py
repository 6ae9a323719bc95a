"""What the nodes ask people to look at: each told for as long as it stands. Time comes as an
argument.
"""

from __future__ import annotations

from cell.control.alarms import CATALOGUE

SILENT_S = 3.0
"""What a node has not repeated for this long it does not say any more."""


class Advice:
    """The alarms that nodes tell in their heartbeats, from all nodes together."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[float, dict[str, str]]] = {}
        self._began_s: float | None = None

    def hear(
        self, node: str, told: tuple[tuple[str, str], ...], now_s: float
    ) -> list[tuple[str, str]]:
        """Note what a node tells now. Returns the faults among it that it did not tell before,
        with their details; words that the catalogue does not hold are passed over.
        """
        known = {alarm: detail for alarm, detail in told if alarm in CATALOGUE}
        _, before = self._told.get(node, (0.0, {}))
        self._told[node] = (now_s, known)
        return [
            (alarm, detail)
            for alarm, detail in known.items()
            if not CATALOGUE[alarm].advisory and alarm not in before
        ]

    def heard_all(self, now_s: float) -> bool:
        """Whether every node has had time to speak, so that silence means that a cause is over."""
        self._began_s = now_s if self._began_s is None else self._began_s
        return now_s - self._began_s >= SILENT_S

    def standing(self, now_s: float) -> dict[str, str]:
        """Advisories that stand now, with their details."""
        found: dict[str, str] = {}
        for at_s, told in self._told.values():
            if now_s - at_s < SILENT_S:
                found |= {a: d for a, d in told.items() if CATALOGUE[a].advisory}
        return found
