"""Thresholds as versions of their own: which counted when, and the way back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter

from cell.faces.api.desk import AtDesk, By
from cell.faces.api.fields import Asked, Name, Reason, Told, moment
from cell.faces.api.keys import KEYED
from cell.promotion.setting import go_back
from cell.promotion.states import Way
from cell.promotion.tuned import ThresholdVersion

router = APIRouter(prefix="/thresholds", tags=["models"])


class ThresholdsTold(Told):
    """A version. before, after: of each class; model: fingerprint of the one that judged; basis:
    costs, label set and curve that they were chosen by; gate: what it said, null on the way back.
    """

    number: int
    recipe: str
    recipe_version: str
    model: str
    before: dict[str, float]
    after: dict[str, float]
    basis: dict[str, Any]
    way: Way
    at: datetime
    person: str
    role: str
    why: str
    gate: dict[str, Any] | None


class BackToThose(Asked):
    """Why the thresholds before shall count again."""

    why: Reason


@router.get("/{recipe}")
def list_thresholds(desk: AtDesk, recipe: Name) -> list[ThresholdsTold]:
    """A recipe's versions of thresholds, oldest first."""
    return [_told(one) for one in desk.registry.thresholds(recipe)]


@router.post("/{recipe}/rollbacks", dependencies=KEYED)
def roll_back_thresholds(desk: AtDesk, by: By, recipe: Name, wanted: BackToThose) -> ThresholdsTold:
    """Let the thresholds before the newest ones count again, as a new version of the recipe."""
    return _told(go_back(desk.registry, desk.config, recipe, by, desk.clock(), why=wanted.why))


def _told(one: ThresholdVersion) -> ThresholdsTold:
    of = one.change
    return ThresholdsTold(
        number=one.number,
        recipe=of.recipe,
        recipe_version=of.recipe_version,
        model=of.model,
        before=dict(of.before),
        after=dict(of.after),
        basis=dict(of.basis),
        way=one.way,
        at=moment(one.at_ns),
        person=one.person,
        role=one.role,
        why=one.why,
        gate=None if one.decision is None else dict(one.decision),
    )
