"""Why the cell stood, by its states and by what the belt waited for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from cell.quality.oee import PRODUCING, Oee
from cell.texts import ENGLISH, catalogue
from models.ground.text import read

_RUNNING: Final = "running"
_FAULTED: Final = ("faulted", "purge_required")


def reason_of(state: str, reason: str) -> str:
    """`producing`, an alarm's code, or `state.<state>`. reason: words as they travel."""
    if state == _RUNNING:
        return PRODUCING
    if state in _FAULTED:
        text = read(reason)
        code = reason if text is None else text.code
        code = code if code.startswith("alarm.") else f"alarm.{code}"
        if code in catalogue(ENGLISH):
            return code
    return f"state.{state}"


def waited(oee: Oee, waits: Mapping[str, int]) -> Oee:
    """While the belt waits for the arm the cell runs and produces nothing. waits: by cause [ns]."""
    standing, production = dict(oee.standing_ns), oee.production_ns
    for cause, ns in waits.items():
        taken = min(ns, production)
        if taken:
            standing[cause] = standing.get(cause, 0) + taken
            production -= taken
    return replace(oee, production_ns=production, standing_ns=standing)
