"""What the gate says, as texts for people."""

from __future__ import annotations

from typing import Final

from cell.promotion.claims import Standing
from cell.promotion.gate import Condition, Decision, Outcome, What
from cell.texts import say

TRIAL: Final = "(trial)"
"""Who takes its say from a model that must not have it."""


def why_not(decision: Decision) -> str:
    """Why a model does not pass: what is against it, else everything that is missing."""
    refuted = [one for one in decision.conditions if one.standing is Standing.REFUTED]
    told = [condition(one) for one in refuted or decision.missing]
    if decision.unjudged and not refuted:
        told.insert(0, say("gate.unjudged", count=decision.unjudged))
    code = "promotion.gate_fails" if decision.outcome is Outcome.FAIL else "promotion.gate_not_yet"
    return say(code, reasons="; ".join(told))


def condition(one: Condition) -> str:
    """A condition with its figures, and what is missing."""
    if one.standing is Standing.PROVEN:
        return say(f"gate.proven.{one.what}", **_figures(one))
    if one.standing is Standing.REFUTED:
        return say(f"gate.refuted.{one.what}", **_figures(one))
    return say(f"gate.open.{one.what}", **_figures(one), missing=lacking(one))


def lacking(one: Condition) -> str:
    """How many more would decide."""
    clean, expected = one.missing.clean, one.missing.expected
    if one.what is What.LINE or expected == clean:
        return say("gate.missing", count=clean)
    if expected is None:
        return say("gate.missing.never", clean=clean)
    return say("gate.missing.both", count=expected, clean=clean)


def _figures(one: Condition) -> dict[str, object]:
    told: dict[str, object] = {"bad": one.bad, "seen": one.seen, "limit": one.limit}
    return told if one.before is None else told | {"before": one.before}
