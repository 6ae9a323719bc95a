"""What people are told of drift: what has drifted, from what to what, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cell.quality.line_watch import Drifted
from cell.quality.watched_part import CLASS, OTHERS
from cell.texts import say

LIGHT: Final = "light."
PLACE: Final = ("lateral_m", "yaw_rad")


def told(drifted: Sequence[Drifted]) -> str:
    """What has drifted most, and how many numbers more."""
    words = _words("drift.told", drifted[0])
    return words if len(drifted) == 1 else say("drift.more", told=words, count=len(drifted) - 1)


def unsettled_words(wandered: Sequence[Drifted]) -> str:
    """What wandered most while it was learnt."""
    return _words("drift.unsettled", wandered[0])


def lost_words(file: str) -> str:
    """What was usual is not known any more."""
    return say("drift.lost", file=file)


def name_words(name: str) -> str:
    """A number's name."""
    if name == OTHERS:
        return say("drift.name.others")
    if name.startswith(CLASS):
        return say("drift.name.class", class_name=name.removeprefix(CLASS))
    return say(f"drift.name.{name}")


def _words(code: str, first: Drifted) -> str:
    kind = "light" if first.name.startswith(LIGHT) else "parts"
    kind = "place" if first.name in PLACE else kind
    return say(
        code, what=name_words(first.name), usual=f"{first.usual:.4g}",
        found=f"{first.found:.4g}", advice=say(f"drift.advice.{kind}"),
    )  # fmt: skip
