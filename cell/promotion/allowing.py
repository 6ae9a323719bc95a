"""What a change needs: a reason, and leave of the gate or of who may go against it."""

from __future__ import annotations

from typing import Final

from cell.people.person import SignedIn
from cell.people.roles import Permission, require
from cell.promotion.errors import GateError, PromotionError
from cell.promotion.gate import Decision, Outcome
from cell.promotion.states import Way
from cell.promotion.words import why_not
from cell.texts import say

MOST_WHY: Final = 2000
"""Characters of a reason, which every page shows for ever."""


def require_why(why: str) -> None:
    """Raises PromotionError."""
    if not why.strip():
        raise PromotionError(say("promotion.no_why"))
    if len(why) > MOST_WHY:
        raise PromotionError(say("promotion.why_long", count=len(why), most=MOST_WHY))


def way_of(decision: Decision | None, by: SignedIn, override: bool) -> Way:
    """How a model gets its say. decision None: there is no model to compare it with. Raises
    GateError, ForbiddenError.
    """
    if decision is not None and decision.outcome is Outcome.PASS:
        return Way.GATE
    if decision is not None and not override:
        raise GateError(why_not(decision), decision)
    require(by.role, Permission.OVERRIDE_GATE)
    return Way.OVERRIDE
