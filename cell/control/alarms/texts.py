"""What alarms and the cell's states say to people; their words stand in the catalogues of texts."""

from __future__ import annotations

from cell.control.alarms.catalogue import CATALOGUE
from cell.texts import say


def alarm_text(alarm: str, detail: str = "") -> str:
    """What happened, with the detail of the case, and what to do now."""
    return say(f"alarm.{alarm}", detail=say("alarm.detail", detail=detail) if detail else "")


def reason_text(reason: str, detail: str = "") -> str:
    """Why the cell is in its state; `reason` may be an alarm's identity. '' for none."""
    if reason in CATALOGUE:
        return alarm_text(reason, detail)
    return say(reason) if reason else ""
