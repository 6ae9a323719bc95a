"""What alarms and the cell's states say to people; their words stand in the catalogues of texts."""

from __future__ import annotations

from cell.control.alarms.catalogue import CATALOGUE
from cell.texts import say
from models.ground.text import Text, pieces


def alarm_text(alarm: str, detail: str = "") -> str:
    """What happened, with the detail of the case, and what to do now."""
    return say(f"alarm.{alarm}", detail=_shown(detail) if detail else "")


def _shown(detail: str) -> str:
    """Words that hold no text of ours are shown as they came, and as what they are: a device's,
    a library's, another program's own.
    """
    ours = any(isinstance(piece, Text) for piece in pieces(detail))
    return say("alarm.detail" if ours else "alarm.detail.own", detail=detail)


def reason_text(reason: str, detail: str = "") -> str:
    """Why the cell is in its state; `reason` may be an alarm's identity. '' for none."""
    if reason in CATALOGUE:
        return alarm_text(reason, detail)
    return say(reason) if reason else ""
