"""What is known of a model with a say, as texts for people."""

from __future__ import annotations

from cell.config.promotion import PromotionConfig
from cell.promotion.active_watch import Watch
from cell.promotion.canary import Why
from cell.promotion.share import Shares
from cell.texts import say


def why_back(watch: Watch, rules: PromotionConfig) -> str:
    """What speaks against a model that judges; '' for nothing."""
    if watch.why is Why.ESCAPE_BOUND:
        seen = watch.passed
        told = {"known": seen.known, "parts": seen.parts}
        audits = {"escaped": seen.escaped, "audited": seen.audited, "limit": rules.escape_bound}
        return say("active.against.escape_bound", **told, **audits)
    change = watch.shares.change
    if watch.why is Why.DRIFT and change is not None:
        return say(
            "active.against.drift", first=change.first, lately=change.lately, parts=change.parts
        )
    return ""


def what_to_do(watch: Watch) -> str:
    """What people should do about it; '' where nothing speaks against the model."""
    if watch.why is None:
        return ""
    if not watch.before:
        return say("active.advice.nobody_before")
    drift = watch.why is Why.DRIFT
    return say("active.advice.drift" if drift else "active.advice.escape_bound")


def doubt_of(watch: Watch, rules: PromotionConfig) -> str:
    """What speaks against a model that judges and stays, and what to do; '' for nothing."""
    against = why_back(watch, rules)
    return say("active.doubt", against=against, advice=what_to_do(watch)) if against else ""


def how_it_stands(shares: Shares) -> str:
    """The share that it stops, then and lately, and how much speaks for a change."""
    if shares.lately is None:
        return say("active.shares.none")
    told = {"lately": shares.lately, "parts": shares.parts}
    if shares.first is None:
        return say("active.shares.learning", **told)
    return say("active.shares", **told, first=shares.first, progress=shares.progress)
