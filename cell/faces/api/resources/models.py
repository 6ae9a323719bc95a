"""Models that may judge parts: which there are, what they have proven, one step on or back."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from cell.faces.api.desk import AtDesk, By, Desk
from cell.faces.api.fields import Asked, Name, Reason, Told, Words, moment
from cell.faces.api.keys import KEYED
from cell.faces.api.language import Reader
from cell.promotion.asking import Asked as GateAsked
from cell.promotion.asking import Porter
from cell.promotion.claims import Standing
from cell.promotion.gate import Outcome, What
from cell.promotion.model import Event, Model
from cell.promotion.states import State, Way
from cell.promotion.words import condition
from cell.texts import Lang

router = APIRouter(prefix="/models", tags=["models"])

OfRecipe = Annotated[
    str | None, Query(max_length=200, description="Of this recipe, where several have the model.")
]


class ModelTold(Told):
    """A model of a recipe. identity: name@version#content, as it stands on records."""

    fingerprint: str
    recipe: str
    identity: str
    state: State
    label_set: str
    label_set_fingerprint: str
    job: str
    parents: list[str]
    at: datetime
    person: str


class ConditionTold(Told):
    """Something that must be proven. bad of seen: see the page on new models; missing: how many
    more prove it, if they go on so (`expected`) and if no model errs (`clean`); null: never.
    """

    what: What
    standing: Standing
    seen: int
    bad: int
    limit: float
    clean: int | None
    expected: int | None
    words: Words


class GateTold(Told):
    """What the gate says now. to_judge: parts that wait for a person's word."""

    outcome: Outcome
    confidence: float
    conditions: list[ConditionTold]
    unjudged: int
    to_judge: list[str]
    looks: int
    p_value: float = Field(description="McNemar's exact test, valid for one look alone.")


class MoveTold(Told):
    """A move on record. gate: what it said then, null where it was not asked."""

    at: datetime
    person: str
    role: str
    before: State | None
    after: State
    way: Way
    why: str
    gate: dict[str, Any] | None


class ModelWhole(ModelTold):
    """A model with its card, its history, and what the gate says (null: of none that waits)."""

    card: dict[str, Any]
    files: dict[str, str]
    history: list[MoveTold]
    gate: GateTold | None


class OtherState(Asked):
    """Where a model shall go. `canary` and `active` need the gate's word."""

    to: State
    why: Reason
    override: bool = Field(False, description="Against the gate; an administrator's alone.")


class Back(Asked):
    """Which recipe's newest model shall lose its say."""

    recipe: Reason
    why: Reason
    refuse: bool = Field(False, description="It shall never come back.")


@router.get("")
def list_models(desk: AtDesk, recipe: OfRecipe = None) -> list[ModelTold]:
    """Every model that is or was anything to a recipe, oldest first."""
    return [_told(one) for one in desk.registry.models(recipe)]


@router.get("/{model}")
def get_model(desk: AtDesk, lang: Reader, model: Name, recipe: OfRecipe = None) -> ModelWhole:
    """One, by the beginning of its fingerprint or its identity, with what the gate says."""
    return _whole(desk, desk.registry.find(model, recipe), lang)


@router.post("/{model}/moves", dependencies=KEYED)
def move_model(
    desk: AtDesk, by: By, lang: Reader, model: Name, wanted: OtherState, recipe: OfRecipe = None
) -> ModelWhole:
    """Let a model go on, where the gate lets it."""
    found = desk.registry.find(model, recipe)
    _porter(desk).promote(
        found, wanted.to, by, desk.clock(), why=wanted.why, override=wanted.override
    )
    return _whole(desk, desk.registry.find(found.fingerprint, found.recipe), lang)


@router.post("/rollbacks", dependencies=KEYED)
def roll_back_model(desk: AtDesk, by: By, wanted: Back) -> list[ModelTold]:
    """Go back: end a trial, else let the model that judged before judge again."""
    registry = desk.registry
    registry.roll_back(wanted.recipe, by, desk.clock(), why=wanted.why, refuse=wanted.refuse)
    return [_told(one) for one in registry.models(wanted.recipe)]


def _porter(desk: Desk) -> Porter:
    return Porter(desk.registry, desk.labels, desk.config.promotion)


def _told(one: Model) -> ModelTold:
    return ModelTold(**_facts(one))


def _facts(one: Model) -> dict[str, Any]:
    return {
        "fingerprint": one.fingerprint,
        "recipe": one.recipe,
        "identity": one.identity,
        "state": one.state,
        "label_set": one.origin.label_set,
        "label_set_fingerprint": one.origin.fingerprint,
        "job": one.origin.job,
        "parents": list(one.origin.parents),
        "at": moment(one.at_ns),
        "person": one.person,
    }


def _whole(desk: Desk, one: Model, lang: Lang) -> ModelWhole:
    asked = _porter(desk).ask(one)
    return ModelWhole(
        **_facts(one),
        card=dict(one.card),
        files=dict(one.manifest),
        history=[_move(event) for event in desk.registry.events(one.recipe, one.fingerprint)],
        gate=None if asked is None else _gate(asked, lang),
    )


def _move(event: Event) -> MoveTold:
    move = event.move
    return MoveTold(
        at=moment(event.at_ns),
        person=event.person,
        role=event.role,
        before=move.before,
        after=move.after,
        way=move.way,
        why=event.why,
        gate=json.loads(event.decision) if event.decision else None,
    )


def _gate(asked: GateAsked, lang: Lang) -> GateTold:
    decision = asked.decision
    return GateTold(
        outcome=decision.outcome,
        confidence=decision.confidence,
        conditions=[
            ConditionTold(
                what=one.what,
                standing=one.standing,
                seen=one.seen,
                bad=one.bad,
                limit=one.limit,
                clean=one.missing.clean,
                expected=one.missing.expected,
                words=Words.of(condition(one), lang),
            )
            for one in decision.conditions
        ],
        unjudged=decision.unjudged,
        to_judge=list(asked.to_judge),
        looks=asked.looks,
        p_value=decision.p_value,
    )
