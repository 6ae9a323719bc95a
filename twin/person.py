"""The person beside the belt: clears it when the lamp asks for it, then presses the button."""

from __future__ import annotations

REACTION_S = 1.0
PRESS_S = 0.6
AGAIN_S = 3.0
"""The lamp still burns this long after the press: the person looks once more."""


class Person:
    """Time [s] comes in; nobody waits in here."""

    def __init__(self, attentive: bool) -> None:
        self.attentive = attentive
        self._asked_since: float | None = None
        self._pressed_at = float("-inf")

    def advance(self, time: float, lamp: bool, belt_stands: bool) -> bool:
        """True at the moment in which the person clears the belt."""
        if not (lamp and belt_stands and self.attentive) or time < self._pressed_at + AGAIN_S:
            self._asked_since = None
            return False
        if self._asked_since is None:
            self._asked_since = time
        if time - self._asked_since < REACTION_S:
            return False
        self._asked_since = None
        self.press(time)
        return True

    def press(self, time: float) -> None:
        """Press the purge button now."""
        self._pressed_at = time

    def presses(self, time: float) -> bool:
        """True while the button is held down."""
        return time - self._pressed_at < PRESS_S
