"""Counting triggers, and finding those whose picture never came."""

from __future__ import annotations

_RESTARTED = 1000  # no camera loses so many in a row: the device counts anew


class TriggerCount:
    """Numbers triggers from 1 and compares them with the device's own running number."""

    def __init__(self) -> None:
        self.spent = 0
        self._device: int | None = None

    def numbered(self, device_number: int) -> int:
        """Count a trigger that the device numbered; returns how many before it went missing."""
        missed = 0
        if self._device is not None and 1 < device_number - self._device < _RESTARTED:
            missed = device_number - self._device - 1
        self._device = device_number
        self.spent += missed + 1
        return missed

    def unnumbered(self) -> None:
        """Count a trigger that came without the device's number."""
        self.spent += 1
        if self._device is not None:
            self._device += 1
