"""A model on trial beside the one that judges: at which pictures it looks, whose verdict is acted
on. Pure.
"""

from __future__ import annotations

from typing import Final

from cell.products.drawing import drawn
from cell.products.verdict import Verdict, VerdictKind

_STRICT: Final = {VerdictKind.PASS: 0, VerdictKind.REVIEW: 1, VerdictKind.REJECT: 2}


def looks_at(candidate: str, picture: str, share: float) -> bool:
    """Whether a candidate is tried on a picture: the same for the same names, on any machine and
    after any restart. A larger share holds all pictures of a smaller one.
    """
    return drawn(f"canary {candidate}", picture, share)


def picture_name(exposure_ns: int, trigger: int) -> str:
    """What a picture is known by before anybody knows whose it is; the journal has both."""
    return f"{exposure_ns}-{trigger}"


def stricter(active: Verdict, candidate: Verdict) -> Verdict:
    """The verdict that is acted on: of two as strict ones the active model's."""
    return candidate if _STRICT[candidate.kind] > _STRICT[active.kind] else active
